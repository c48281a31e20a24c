"""The columns of views, which a state does not have: it knows their text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema import ColumnType
from oxyde.schema import types as column_types
from oxyde.schema.relation import Address
from oxyde.schema.types import array_of, decimal_of, enum_of

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
KINDS: Final[Mapping[str, ColumnType]] = {
    **dict.fromkeys(("bool", "boolean"), column_types.BOOL),
    **dict.fromkeys(("bigint", "int", "integer", "smallint", "mediumint", "tinyint", "year"), column_types.INT),
    **dict.fromkeys(("double", "double precision", "float", "real"), column_types.FLOAT),
    **dict.fromkeys(("char", "character varying", "longtext", "mediumtext", "text", "tinytext", "varchar"), column_types.TEXT),
    **dict.fromkeys(("binary", "blob", "bytea", "longblob", "mediumblob", "tinyblob", "varbinary"), column_types.BYTES),
    **dict.fromkeys(("decimal", "numeric"), column_types.DECIMAL),
    **dict.fromkeys(("json", "jsonb"), column_types.JSON),
    **dict.fromkeys(("timestamp with time zone", "timestamptz"), column_types.DATETIME_TZ),
    **dict.fromkeys(("datetime", "timestamp", "timestamp without time zone"), column_types.DATETIME),
    **dict.fromkeys(("time", "time without time zone"), column_types.TIME),
    "date": column_types.DATE,
    "interval": column_types.DURATION,
    "time with time zone": column_types.TIME_TZ,
    "uuid": column_types.UUID,
}
"""What a type holds, by its name without digits."""
OWN: Final[Mapping[str, frozenset[str]]] = {
    "postgres": frozenset(
        {
            *(
                "bigint",
                "boolean",
                "bytea",
                "character varying",
                "date",
                "double precision",
                "interval",
                "jsonb",
                "numeric",
                "text",
                "uuid",
            ),
            *("timestamp with time zone", "timestamp without time zone", "time without time zone"),
        }
    ),
    "mysql": frozenset({"bigint", "date", "datetime", "decimal", "double", "json", "longblob", "longtext", "varchar"}),
    "sqlite": frozenset({"boolean", "blob", "date", "datetime", "integer", "numeric", "real", "text", "varchar"}),
}
"""The types that a kind is of by itself, so that no ``db_type`` names them."""


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
    digits = [int(one) for one in re.findall(r"\d+", (re.search(r"\(([\d, ]+)\)", written) or [""])[0])]
    bare = " ".join(re.sub(r"\([^)]*\)|/\*.*\*/", " ", written.lower()).split())  # MariaDB says of old times what they are
    if bare.endswith("[]"):
        item = column(name, written.removesuffix("[]"), family, nullable=True)
        plain = item.db_type is None and item.type.kind not in {"json", "decimal"}
        return Column(name, array_of(item.type), nullable=nullable, db_type=None if plain else written)
    kind = KINDS.get(bare.removesuffix(" unsigned"))
    if kind is None:
        return Column(name, column_types.ANY if family == "sqlite" else column_types.TEXT, nullable=nullable, db_type=written or None)
    if family == "mysql" and bare == "timestamp":
        return Column(name, column_types.DATETIME_TZ, nullable=nullable, db_type=written)
    if family == "mysql" and bare == "tinyint" and digits == [1]:
        return Column(name, column_types.BOOL, nullable=nullable)
    own = bare in OWN[family] and not (bare == "numeric" and family == "sqlite" and not digits)
    length = digits[0] if kind is column_types.TEXT and len(digits) == 1 and own else None
    if kind is column_types.DECIMAL and digits:
        kind = decimal_of(digits[0], digits[1] if len(digits) > 1 else 0)
    return Column(name, kind, nullable=nullable, length=length, db_type=None if own else written)
