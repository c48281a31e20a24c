"""A state as models can read it: what a trial of its columns found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from oxyde.db.steps import Call, Steps
from oxyde.exceptions import DecodeError
from oxyde.inspect.classes import classes
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.migrations.parts import Column, Index, columns_of
from oxyde.migrations.state import State, Table
from oxyde.models.model import Model
from oxyde.schema import ColumnType
from oxyde.schema.relation import Address
from oxyde.schema.types import ANY, INT, TEXT

DATES: Final = {"date": "date", "datetime": "datetime(6)", "datetime_tz": "timestamp"}
"""The SQL types of MySQL that hold dates, by kind, where a column says none."""
SHAPES: Final = frozenset(
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection"}
)
"""The types of MySQL's geometry, which it tells with rows alone."""
VECTORS: Final = frozenset({"int2vector", "oidvector"})
"""The types of PostgreSQL's catalogue whose arrays count from 0, which rows alone tell."""


@dataclass(frozen=True)
class Fitted:
    """A state whose columns can be read.

    Attributes:
        state: The state.
        views: The columns of its views.
        remarks: What is said about a column that is another than the database says, or is left out, by table and column.
    """

    state: State
    views: Mapping[Address, Sequence[Column]]
    remarks: Mapping[tuple[Address, str], str]


def without_unreadable(state: State, views: Mapping[Address, Sequence[Column]], dialect: str) -> Steps[Fitted]:
    """Returns a state without the columns whose types have no values of Oxyde's; no row is read.

    Args:
        state: The state.
        views: The columns of its views.
        dialect: postgres, mysql or mariadb.
    """
    remarks: dict[tuple[Address, str], str] = {}
    tables, seen = dict(state.tables), dict(views)
    for address, table in state.tables.items():
        tables[address] = yield from _readable(table, state, dialect, remarks)
    for address, columns in views.items():
        view = Table(address[1], address[0], {column.name: column for column in columns})
        seen[address] = tuple((yield from _readable(view, state, dialect, remarks)).columns.values())
    return Fitted(replace(state, tables=tables), seen, remarks)


def _readable(table: Table, state: State, dialect: str, remarks: dict[tuple[Address, str], str]) -> Steps[Table]:
    """Returns a table whose columns can be read: as what they are, else as integers, else as what the server sends; others are left out."""
    if dialect == "postgres":
        table = _without_types(table, VECTORS, "CAST({} AS text)", remarks)
    else:
        table = _without_types(_with_zero_dates(table, remarks), SHAPES, "ST_AsText({})", remarks)
    tried: dict[str, list[ColumnType]] = {}
    reasons: dict[str, str] = {}
    while table.columns:
        found = yield from _refused(_model(table, state, dialect))
        if found is None:
            break
        name, reason = found
        reasons.setdefault(name, reason)
        left = tried.setdefault(name, [INT, ANY])
        if left:
            column = table.columns[name]
            changed = replace(column, type=left.pop(0), length=None, db_type=column.db_type or str(column.type))
            table = replace(table, columns={**table.columns, name: changed})
        else:
            remarks[table.address, name] = f"left out: {reasons[name]}"
            table = without(table, name)
    return table


def _with_zero_dates(table: Table, remarks: dict[tuple[Address, str], str]) -> Table:
    """Returns a table whose columns are texts where the default is MySQL's 0000-00-00, which no date is."""
    columns = dict(table.columns)
    for name, column in table.columns.items():
        if column.type.kind in DATES and (column.default or "").startswith("'0000-00-00"):
            columns[name] = replace(column, type=TEXT, db_type=column.db_type or DATES[column.type.kind])
            remarks[table.address, name] = "a text, because 0000-00-00 is no date"
    return replace(table, columns=columns)


def _without_types(table: Table, types: Collection[str], instead: str, remarks: dict[tuple[Address, str], str]) -> Table:
    """Returns a table without the columns of some types, which can be read as text by SQL of one's own."""
    for name, column in table.columns.items():
        if (column.db_type or "").split("(")[0] in types:
            remarks[table.address, name] = (
                f"left out: {column.db_type} has no values here; read it by SQL of your own: {instead.format(name)}"
            )
            table = without(table, name)
    return table


def _model(table: Table, state: State, dialect: str) -> type[Model]:
    """Returns a model of one table alone."""
    (model,) = classes(source(plan(State({table.address: table}, state.enums), dialect), "Trial.")).values()
    return model


def _refused(model: type[Model]) -> Steps[tuple[str, str] | None]:
    """Returns a column that cannot be read, and why; None where all can."""
    made = model.objects.limit(0)._compiled()
    try:
        yield Call(made.shape, made.values)
    except DecodeError as error:
        name = next((column.name for column in model.__table__.columns if error.column in {column.field, column.name}), None)
        if name is None:
            raise
        return name, str(error)
    return None


def without(table: Table, name: str) -> Table:
    """Returns a table without a column, and without what is over it.

    Args:
        table: The table.
        name: The column.
    """
    return replace(
        table,
        columns={other: column for other, column in table.columns.items() if other != name},
        key=() if name in table.key else table.key,
        constraints={key: one for key, one in table.constraints.items() if name not in columns_of(one)},
        indexes={key: one for key, one in table.indexes.items() if name not in columns_of(one) and not _names(one, name)},
    )


def _names(index: Index, column: str) -> bool:
    """Whether an expression of an index names a column."""
    return any(column in part for part in index.parts)
