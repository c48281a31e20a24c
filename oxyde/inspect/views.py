"""The columns of views, which a state does not have: it knows their text alone; and what else is read like a view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.exceptions import DatabaseError, LockTimeoutError
from oxyde.migrations.live import mysql_types, postgres_types, sqlite_types
from oxyde.migrations.live.held import Held
from oxyde.migrations.live.sqlite_text import searched
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema.naming import quoted
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


OTHERS: Final = """
    SELECT c.relname::text AS name, c.relkind::text AS kind
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = coalesce(:schema, current_schema()) AND c.relkind IN ('m', 'f') AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
    ORDER BY c.relname
"""
"""What PostgreSQL has besides tables and views; nothing of an extension."""
VIRTUAL: Final = """
    SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name
"""
"""What SQLite has besides tables and views."""
KINDS: Final = {
    "m": "A materialized view: its rows are those of its last REFRESH MATERIALIZED VIEW, and are read only.",
    "f": "A foreign table: its rows are those of another server; save() and delete() raise UnsupportedError.",
}


def others(dialect: str, schemas: Collection[str], tables: Collection[str]) -> Steps[dict[Address, str]]:
    """Returns what is read like a view and is none, with what is said about it: materialized views and foreign tables.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        schemas: The schemas; the server's default one when empty.
        tables: The names; all when empty.
    """
    found: dict[Address, str] = {}
    if dialect == "postgres":
        for schema in schemas or (None,):
            rows = yield from query(OTHERS, {"schema": schema}, dialect)
            found |= {(schema, row["name"]): KINDS[row["kind"]] for row in rows if not tables or row["name"] in tables}
    return found


def virtual(dialect: str, schemas: Collection[str], tables: Collection[str]) -> Steps[tuple[str, ...]]:
    """Returns what is said of SQLite's virtual tables, which have no models; nothing of our full-text indexes.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        schemas: The schemas; the default one when empty.
        tables: The names; all when empty.
    """
    found: list[str] = []
    if dialect == "sqlite":
        for schema in schemas or ("main",):
            rows = yield from query(VIRTUAL.format(schema=quoted(schema, '"')), None, dialect)
            asked = (row for row in rows if not tables or row["name"] in tables)
            found += [f"{row['name']} is a virtual table, which has no model." for row in asked if searched(row["sql"]) is None]
    return tuple(found)


def columns_of_views(dialect: str, state: State, others: Collection[Address] = ()) -> Steps[dict[Address, list[Column]]]:
    """Returns the columns of the views of a state; none of a view whose query fails, because what it reads is gone.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        state: The state.
        others: What else is read like a view.
    """
    family = "mysql" if dialect == "mariadb" else dialect
    found: dict[Address, list[Column]] = {}
    for schema, name in (*state.views, *others):
        params = {"name": name} if family == "sqlite" else {"schema": schema, "name": name}
        try:
            rows = yield from query(QUERIES[family], params, dialect)
        except DatabaseError as error:
            if family != "sqlite" or isinstance(error, LockTimeoutError):  # the others tell of columns without a look at the query
                raise
            rows = []
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
