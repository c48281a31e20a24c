"""The columns of views, which a state does not have: it knows their text alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.migrations.live import mysql_types, postgres_types, sqlite_types
from oxyde.migrations.live.held import Held
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema.relation import Address
from oxyde.schema.types import TEXT, enum_of

QUERIES: Final[Mapping[str, str]] = {
    "postgres": """
        SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, TRUE AS nullable,
            CASE WHEN t.typtype = 'e' THEN t.typname END AS enum
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE n.nspname = coalesce(:schema, current_schema()) AND c.relname = :name AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    """,
    "mysql": """
        SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE = 'YES' AS nullable, NULL AS enum
        FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = coalesce(:schema, database()) AND TABLE_NAME = :name
        ORDER BY ORDINAL_POSITION
    """,
    "sqlite": "SELECT name, type, 1 AS nullable, NULL AS enum FROM pragma_table_xinfo(:name)",
}
"""The columns of a view: their names, and their types as the server writes them."""
HELD: Final[Mapping[str, Callable[[str], Held]]] = {
    "postgres": postgres_types.held,
    "mysql": mysql_types.held,
    "sqlite": sqlite_types.held,
}
"""What says what a type holds."""


def columns_of_views(dialect: str, state: State) -> Steps[dict[Address, list[Column]]]:
    """Returns the columns of the views of a state.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        state: The state.
    """
    family = "mysql" if dialect == "mariadb" else dialect
    found: dict[Address, list[Column]] = {}
    for schema, name in state.views:
        params = {"name": name} if family == "sqlite" else {"schema": schema, "name": name}
        rows = yield from query(QUERIES[family], params, dialect)
        found[schema, name] = list(_columns(rows, family, state, schema))
    return found


def _columns(rows: list[dict[str, Any]], family: str, state: State, schema: str | None) -> Iterator[Column]:
    for row in rows:
        enum = row["enum"]
        if enum is not None and (schema, enum) in state.enums:
            yield Column(row["name"], enum_of(enum, ()), nullable=bool(row["nullable"]))
        else:
            yield column(row["name"], row["type"], family, nullable=bool(row["nullable"]))


def column(name: str, written: str, family: str, *, nullable: bool) -> Column:
    """Returns a column of a type as the server writes it.

    Args:
        name: Its name.
        written: The type.
        family: postgres, mysql or sqlite.
        nullable: Whether it may be NULL.
    """
    of = HELD[family](written)
    if of.type.kind == "enum":
        return Column(name, TEXT, nullable=nullable, db_type=written)
    return Column(name, of.type, nullable=nullable, length=of.length, db_type=of.db_type if written else None)
