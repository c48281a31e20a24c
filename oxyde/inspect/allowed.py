"""What the server lets be read: tables, views and columns that it refuses are left out, and the others have their models."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.exceptions import DatabaseError, DeadlockDetected, LockTimeoutError, SerializationFailure, StatementTimeoutError
from oxyde.inspect.fitted import without
from oxyde.migrations.parts import Column, shown, written
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import mark, quoted
from oxyde.schema.relation import Address

READABLE: Final[Mapping[str, str]] = {
    "postgres": """
        SELECT a.attname::text AS name
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = coalesce(:schema, current_schema()) AND c.relname = :name AND a.attnum > 0 AND NOT a.attisdropped
            AND has_column_privilege(c.oid, a.attnum, 'SELECT')
    """,
    "mysql": """
        SELECT COLUMN_NAME AS name
        FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = coalesce(:schema, database()) AND TABLE_NAME = :name AND FIND_IN_SET('select', PRIVILEGES)
    """,
}
"""The columns of a table or view that the user may read."""
PASSING: Final = (LockTimeoutError, DeadlockDetected, SerializationFailure, StatementTimeoutError)
"""Refusals that say nothing of a table."""
DENIED: Final = "left out: this user may not read it"
"""What is said of a column."""


@dataclass(frozen=True)
class Allowed:
    """What may be read.

    Attributes:
        state: The state.
        views: The columns of its views, and of what else is read like one.
        remarks: What is said about columns that are left out, by table and column.
        refused: What is said about tables and views that are left out, by address.
    """

    state: State
    views: Mapping[Address, Sequence[Column]]
    remarks: Mapping[tuple[Address, str], str]
    refused: Mapping[Address, str]


def without_refused(state: State, views: Mapping[Address, Sequence[Column]], dialect: str) -> Steps[Allowed]:
    """Returns a state without what the server refuses to read; no row is read.

    Args:
        state: The state.
        views: The columns of its views.
        dialect: postgres, mysql or mariadb.
    """
    remarks: dict[tuple[Address, str], str] = {}
    refused: dict[Address, str] = {}
    tables: dict[Address, Table] = {}
    seen: dict[Address, Sequence[Column]] = {}
    for address, table in state.tables.items():
        columns, reason = yield from _allowed(address, list(table.columns), dialect)
        if reason is not None:
            refused[address] = reason
            continue
        tables[address] = reduce(without, [name for name in table.columns if name not in columns], table)
        remarks |= {(address, name): DENIED for name in table.columns if name not in columns}
    for address, every in views.items():
        columns, reason = yield from _allowed(address, [column.name for column in every], dialect)
        if reason is not None:
            refused[address] = reason
            continue
        seen[address] = [column for column in every if column.name in columns]
        remarks |= {(address, column.name): DENIED for column in every if column.name not in columns}
    texts = {address: text for address, text in state.views.items() if address not in refused}
    return Allowed(replace(state, tables=tables, views=texts), seen, remarks, refused)


def _allowed(address: Address, columns: Sequence[str], dialect: str) -> Steps[tuple[Collection[str], str | None]]:
    """Returns the columns of a table that can be read, and why it is left out where none can."""
    reason = yield from _reason(address, columns, dialect)
    if reason is None:
        return columns, None
    rows = yield from query(READABLE["mysql" if dialect == "mariadb" else dialect], {"schema": address[0], "name": address[1]}, dialect)
    readable = {row["name"] for row in rows}
    allowed = [name for name in columns if name in readable]
    if allowed and len(allowed) < len(columns) and (yield from _reason(address, allowed, dialect)) is None:
        return allowed, None
    return (), f"{shown(address)} cannot be read, and has no model: {reason}."


def _reason(address: Address, columns: Sequence[str], dialect: str) -> Steps[str | None]:
    """Returns why columns of a table cannot be read; None where they can."""
    if not columns:
        return None
    looks = ", ".join(f"{quoted(name, mark(dialect))} IS NULL AS look_{number}" for number, name in enumerate(columns))  # of all types
    try:
        yield from query(f"SELECT {looks} FROM {written(address, dialect)} LIMIT 0", None, dialect)  # noqa: S608 - names are quoted
    except PASSING:
        raise
    except DatabaseError as error:
        return " ".join(str(error).split()).rstrip(".")
    return None
