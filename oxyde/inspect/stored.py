"""What the columns of an SQLite file really hold: it keeps any value in any column, whatever the column was declared as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from oxyde.db.raw import query
from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import DecodeError
from oxyde.inspect.classes import classes
from oxyde.inspect.fitted import Fitted, without
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.models.model import Model
from oxyde.schema import ColumnType
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address
from oxyde.schema.types import ANY, BYTES, FLOAT, INT, TEXT

KEPT: Final[Mapping[str, frozenset[str]]] = {
    "int": frozenset({"integer"}),
    "float": frozenset({"integer", "real"}),
    "text": frozenset({"text"}),
    "bytes": frozenset({"blob"}),
    "any": frozenset({"integer", "real", "text", "blob"}),
}
"""The storage classes whose values a kind reads; what other kinds read is tried."""
TYPES: Final[Mapping[str, tuple[ColumnType, str]]] = {
    "integer": (INT, "integers"),
    "real": (FLOAT, "floats"),
    "text": (TEXT, "texts"),
    "blob": (BYTES, "bytes"),
}
"""What the values of a storage class are, and the word for them."""
CHUNK: Final = 100
"""How many columns one statement looks at."""


@dataclass(frozen=True)
class _Held:
    """What a column holds.

    Attributes:
        declared: The type that it was declared with.
        storage: The storage classes of its values, NULL aside.
        longest: The characters of its longest text.
        has_null: Whether it holds NULL.
    """

    declared: str
    storage: tuple[str, ...]
    longest: int
    has_null: bool


def as_stored(state: State, views: Mapping[Address, Sequence[Column]]) -> Steps[Fitted]:
    """Returns a state whose models read every row that is there; it reads all of them.

    Args:
        state: The state of an SQLite file.
        views: The columns of its views.
    """
    remarks: dict[tuple[Address, str], str] = {}
    for address, table in state.tables.items():
        if "" in table.columns:
            remarks[address, ""] = 'left out: its name is empty; read it by SQL of your own: ""'
    nameless = {address: without(state.tables[address], name) for address, name in remarks}
    state = replace(state, tables={**state.tables, **nameless})
    views = {address: tuple(column for column in columns if column.name) for address, columns in views.items()}
    apart = {address: replace(table, constraints={}, indexes={}) for address, table in state.tables.items()}  # relations take their time
    trial = plan(replace(state, tables=apart), "sqlite", views=views)
    models = {model.__table__.address: model for model in classes(source(trial, "Trial.")).values()}
    tables, seen = dict(state.tables), dict(views)
    for address, table in state.tables.items():
        columns, key = yield from _columns(table, models[address], remarks)
        tables[address] = replace(table, columns=columns, key=key)
    for address, of in views.items():
        view = Table(address[1], address[0], {column.name: column for column in of})
        columns, _ = yield from _columns(view, models[address], remarks)
        seen[address] = tuple(columns.values())
    return Fitted(replace(state, tables=tables), seen, remarks)


def _columns(table: Table, model: type[Model], remarks: dict[tuple[Address, str], str]) -> Steps[tuple[dict[str, Column], tuple[str, ...]]]:
    """Returns the columns of a table, and its key, as their values allow."""
    held = yield from _held(table)
    columns, key = {}, table.key
    for name, column in table.columns.items():
        found = held[name]
        fits = yield from _fits(column, found, model)
        made, remark = (_longer(column, found), None) if fits else _other(column, found)
        if found.has_null and (not column.nullable or name in key) and not column.auto:
            made, remark = replace(made, nullable=True), f"{'the key' if name in key else 'NOT NULL'}, and holds NULL"
            key = () if name in key else key
        if made is not column and remark is None:
            remark = f"declared {found.declared}, and holds longer texts"
        if remark is not None:
            remarks[table.address, name] = remark
        columns[name] = made
    return columns, key


def _held(table: Table) -> Steps[dict[str, _Held]]:
    """Looks at every row of a table."""
    name = quoted(table.name)
    rows = yield from query("SELECT name, type FROM pragma_table_xinfo(:name)", {"name": table.name}, "sqlite")
    declared = {row["name"]: row["type"] for row in rows}
    found: dict[str, _Held] = {}
    names = list(table.columns)
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        parts = [part for number, column in enumerate(chunk) for part in _looks(number, quoted(column))]
        (row,) = yield from query(f"SELECT {', '.join(parts)} FROM {name}", None, "sqlite")  # noqa: S608 - names are quoted
        for number, column in enumerate(chunk):
            storage = tuple(word for word in TYPES if row[f"{word}_{number}"])
            found[column] = _Held(declared.get(column, ""), storage, row[f"longest_{number}"] or 0, bool(row[f"null_{number}"]))
    return found


def _looks(number: int, column: str) -> Iterator[str]:
    yield from (f"max(typeof({column}) = '{word}') AS {word}_{number}" for word in TYPES)
    yield f"max({column} IS NULL) AS null_{number}"
    yield f"max(CASE WHEN typeof({column}) = 'text' THEN length({column}) END) AS longest_{number}"


def _fits(column: Column, held: _Held, model: type[Model]) -> Steps[bool]:
    """Whether all values of a column can be read as what it was declared as."""
    kept = KEPT.get(column.type.kind)
    if kept is not None or not held.storage:
        return kept is None or kept.issuperset(held.storage)
    field = model.__table__.by_name[column.name].field
    made = model.objects.values_list(field, flat=True)._compiled()
    digits = _Digits(column.type)
    try:
        yield Call(made.shape, made.values, digits.read)
    except DecodeError:
        return False
    return digits.fit


class _Digits:
    """Whether decimals have no more digits than their column was declared with.

    Attributes:
        fit: Whether none that was read has more.
    """

    def __init__(self, type: ColumnType) -> None:
        self._precision, self._scale = type.precision, type.scale or 0
        self.fit = True

    def read(self, batch: Batch) -> None:
        """Looks at a batch of one column."""
        if self._precision is not None:
            (values,) = batch.columns() or ([],)
            self.fit = self.fit and all(self._fits(value) for value in values if isinstance(value, Decimal))

    def _fits(self, value: Decimal) -> bool:
        _, digits, exponent = value.as_tuple()
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        whole = len(digits) - places
        return places <= self._scale and whole <= (self._precision or 0) - self._scale


def _longer(column: Column, held: _Held) -> Column:
    """Returns a column whose length is that of no text in it, where one is longer."""
    if column.length is None or held.longest <= column.length:
        return column
    return replace(column, length=None, db_type=column.db_type or held.declared)


def _other(column: Column, held: _Held) -> tuple[Column, str]:
    """Returns a column as what its values are, and the remark about it."""
    type = TYPES[held.storage[0]][0] if len(held.storage) == 1 else ANY
    if type is FLOAT or (type is TEXT and column.type.kind == "decimal"):
        type = ANY  # a REAL among decimals, text that sorts as numbers
    words = " and ".join(TYPES[word][1] for word in held.storage)
    made = replace(column, type=type, length=None, db_type=column.db_type or held.declared or "BLOB")
    return made, f"declared {held.declared or 'without a type'}, and holds {words}{' of other forms' if type is TEXT else ''}"
