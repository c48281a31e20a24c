"""What MySQL's columns hold beyond their types: days that are none, long times, flags that count, integers of more than 63 bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.exceptions import StatementTimeoutError
from oxyde.inspect.fitted import DATES
from oxyde.migrations.parts import Column, written
from oxyde.migrations.state import State, Table
from oxyde.schema import ColumnType
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address
from oxyde.schema.types import ANY, DURATION, INT, TEXT

ROWS: Final = 1_000_000
"""How many rows of a table are looked at."""
VALUES: Final = 20_000_000
"""How many values of it: fewer rows where it has more than 20 columns that are looked at."""
SECONDS: Final = 5
"""How long one look may take, on a server that is busy or through a view that is slow."""
FEW: Final = 10_000
"""How many rows are looked at where that was too long."""
TIMED: Final[Mapping[str, str]] = {
    "mariadb": f"SET STATEMENT max_statement_time = {SECONDS} FOR SELECT",
    "mysql": f"SELECT /*+ MAX_EXECUTION_TIME({SECONDS * 1000}) */",
}
"""How a statement begins that ends after that time."""
UNSEEN: Final = "an integer, because looking whether it holds more than 0 and 1 took too long"
"""What is said about a flag of a table or view that is too slow to look at."""
FLAG: Final = "tinyint(1)"
"""The type of MySQL that is read as a bool."""


@dataclass(frozen=True)
class _Beyond:
    """What a kind of column may hold that its values are not.

    Attributes:
        condition: The SQL of it.
        type: What such a column is read as.
        db_type: Its SQL type, where it says none.
        remark: What is said about it.
    """

    condition: str
    type: ColumnType
    db_type: str
    remark: str


def _no_days(kind: str) -> _Beyond:
    condition = "year({0}) = 0 OR month({0}) = 0 OR dayofmonth({0}) = 0"
    return _Beyond(condition, TEXT, DATES[kind], "a text, because it holds 0000-00-00 or the like, which is no date")


BEYOND: Final[Mapping[str, _Beyond]] = {
    **{kind: _no_days(kind) for kind in DATES},
    "time": _Beyond("{0} < '00:00:00' OR {0} >= '24:00:00'", DURATION, "time(6)", "a duration, because it holds times beyond a day"),
    "bool": _Beyond("{0} NOT IN (0, 1)", INT, FLAG, "an integer, because it holds more than 0 and 1"),
    "int": _Beyond("{0} > 9223372036854775807", ANY, "bigint unsigned", "of any type, because it holds integers of more than 63 bits"),
}
"""What is looked for, by kind."""


@dataclass(frozen=True)
class LookedAt:
    """A state whose models read what the first rows of its tables and views hold.

    Attributes:
        state: The state.
        views: The columns of its views.
        remarks: What is said of columns that are others for that, by table and column.
    """

    state: State
    views: Mapping[Address, Sequence[Column]]
    remarks: Mapping[tuple[Address, str], str]


def as_looked_at(state: State, views: Mapping[Address, Sequence[Column]], dialect: str) -> Steps[LookedAt]:
    """Returns a state whose models read what the first rows of its tables and views hold.

    Args:
        state: The state of a database of MySQL.
        views: The columns of its views.
        dialect: mysql or mariadb.
    """
    tables: dict[Address, Table] = {}
    remarks: dict[tuple[Address, str], str] = {}
    for address, table in state.tables.items():
        tables[address] = yield from _fitting(table, dialect, remarks)
    seen: dict[Address, Sequence[Column]] = {}
    for address, columns in views.items():
        view = Table(address[1], address[0], {column.name: column for column in columns})
        seen[address] = tuple((yield from _fitting(view, dialect, remarks)).columns.values())
    return LookedAt(replace(state, tables=_with_counting_keys(tables)), seen, remarks)


def _fitting(table: Table, dialect: str, remarks: dict[tuple[Address, str], str]) -> Steps[Table]:
    """Returns a table whose columns have the types of what they hold."""
    asked = [column for column in table.columns.values() if _may_be(column)]
    columns = dict(table.columns)
    found = (yield from _beyond(table, asked, dialect)) if asked else []
    for name in [column.name for column in asked if column.type.kind == "bool"] if found is None else found:
        column = columns[name]
        beyond = BEYOND[column.type.kind]
        columns[name] = replace(column, type=beyond.type, db_type=column.db_type or beyond.db_type)
        remarks[table.address, name] = UNSEEN if found is None else beyond.remark
    return replace(table, columns=columns)


def _beyond(table: Table, asked: Sequence[Column], dialect: str) -> Steps[Sequence[str] | None]:
    """Returns the columns of a table that hold what their type is not read as; None where looking takes too long."""
    names = [quoted(column.name, "`") for column in asked]
    looks = [
        f"max({BEYOND[column.type.kind].condition.format(name)}) AS look_{number}"
        for number, (column, name) in enumerate(zip(asked, names, strict=True))
    ]
    for limit in (min(ROWS, VALUES // len(asked)), FEW):
        rows = f"(SELECT {', '.join(names)} FROM {written(table.address, dialect)} LIMIT {limit}) AS looked_at"  # noqa: S608 - names are quoted
        try:
            (row,) = yield from query(f"{TIMED[dialect]} {', '.join(looks)} FROM {rows}", None, dialect)
        except StatementTimeoutError:
            continue
        return [column.name for number, column in enumerate(asked) if row[f"look_{number}"]]
    return None


def _may_be(column: Column) -> bool:
    if column.type.kind == "int":
        return column.db_type is not None and column.db_type.startswith("bigint unsigned")
    return column.type.kind in BEYOND


def _with_counting_keys(tables: Mapping[Address, Table]) -> dict[Address, Table]:
    """Returns tables whose flags are integers where a foreign key has an integer at its other end."""
    made = dict(tables)
    for address, table in tables.items():
        for key in table.foreign_keys:
            for own, theirs in zip(key.columns, key.target_columns, strict=True):
                ends = ((address, own), (key.target, theirs))
                kinds = {made[at].columns[name].type.kind for at, name in ends if at in made and name in made[at].columns}
                if kinds == {"bool", "int"}:
                    for at, name in ends:
                        made[at] = _counting(made[at], name)
    return made


def _counting(table: Table, name: str) -> Table:
    column = table.columns[name]
    if column.type.kind != "bool":
        return table
    return replace(table, columns={**table.columns, name: replace(column, type=INT, db_type=FLAG)})
