"""The models that a stub may speak of, by their tables."""

from __future__ import annotations

from collections.abc import Iterable

from oxyde.models.info import ModelInfo
from oxyde.queries.paths import Path
from oxyde.schema import Table
from oxyde.stubs.names import Names
from oxyde.stubs.types import ColumnTypes


class Models:
    """Finds the model of a table. A junction that no model declares has none."""

    def __init__(self, infos: Iterable[ModelInfo]) -> None:
        self._by_table = {id(info.table()): info for info in infos}
        self._types: dict[tuple[int, int, str], ColumnTypes] = {}

    def info(self, table: Table) -> ModelInfo | None:
        """Returns the model of a table, None where no model declares it."""
        return self._by_table.get(id(table))

    def types(self, names: Names, info: ModelInfo, field: str) -> ColumnTypes:
        """Returns the types of a model's column, in a stub."""
        key = (id(names), id(info), field)
        found = self._types.get(key)
        if found is None:
            found = self._types[key] = ColumnTypes(names, info, info.table().by_field[field])
        return found

    def of_path(self, names: Names, path: Path) -> ColumnTypes | None:
        """Returns the types of the column that a path leads to."""
        info = self.info(path.table)
        return None if info is None else self.types(names, info, path.column.field)
