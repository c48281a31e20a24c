"""Pickling of queries: a table and its columns are pickled by reference to their class, because they contain objects of this process."""

from __future__ import annotations

import io
import pickle
from typing import Any

from oxyde.models.info import AnyModel
from oxyde.models.registry import registered
from oxyde.schema import Column, Table


class _Pickler(pickle.Pickler):
    """Pickles tables and columns by reference."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._tables: dict[int, type[AnyModel]] = {}
        self._columns: dict[int, tuple[type[AnyModel], str]] = {}
        for info in registered():
            if info.has_links:
                table = info.table()
                self._tables[id(table)] = info.model
                self._columns.update({id(column): (info.model, column.field) for column in table.columns})

    def reducer_override(self, value: Any) -> Any:
        """Returns the reference to a table or column; everything else is pickled as usual."""
        if isinstance(value, Table) and id(value) in self._tables:
            return _table, (self._tables[id(value)],)
        if isinstance(value, Column) and id(value) in self._columns:
            return _column, self._columns[id(value)]
        return NotImplemented


def pickled(query: Any) -> bytes:
    """Returns a query as bytes.

    Raises:
        pickle.PicklingError: Its class, or a value in it, cannot be pickled.
    """
    file = io.BytesIO()
    _Pickler(file).dump(query)
    return file.getvalue()


def kind_of(chain: Any) -> type | str:
    """Returns the class of a query; for a manager the model attribute that has it, because its class may be made at run time."""
    kind, model = type(chain), chain.model
    for name in dir(model):
        described = next((vars(cls)[name] for cls in model.__mro__ if name in vars(cls)), None)
        if getattr(described, "manager_class", None) is kind:
            return name
    return kind


def unpickled(kind: type | str, model: type[AnyModel], query: bytes) -> Any:
    """Returns the query again."""
    made: Any = type(getattr(model, kind)) if isinstance(kind, str) else kind
    return made(model, pickle.loads(query))  # noqa: S301 - pickle called us, and trusts these bytes as those around them


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _column(model: Any, field: str) -> Column:
    return _table(model).by_field[field]
