"""The state of a live database, read from the server's catalogue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.migrations.live import mysql, mysql_queries, postgres, postgres_queries, sqlite
from oxyde.migrations.live.scope import Scope
from oxyde.migrations.state import State

_READERS: Final = {"postgres": postgres.read, "sqlite": sqlite.read, "mysql": mysql.read, "mariadb": mysql.read}


def read(dialect: str, *, schemas: Collection[str | None] | None = None, tables: Collection[str] | None = None) -> Steps[State]:
    """Reads the state of a database; nothing is changed. Tables of our own and of extensions are left out.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        schemas: The schemas; None among them is the server's default, and None instead of them is that alone. Tables of the default schema
            have None as their schema, unless it is asked for by its name.
        tables: The names of the tables and views; all when None.
    """
    return (yield from _READERS[dialect](Scope(dialect, frozenset([None] if schemas is None else schemas), _set(tables))))


def default_schema(dialect: str) -> Steps[str | None]:
    """Returns the name of the schema that tables are in whose addresses have none; None where the server has none for us.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
    """
    if dialect == "sqlite":
        return "main"
    here = postgres_queries.HERE if dialect == "postgres" else mysql_queries.HERE
    (row,) = yield from query(here, None, dialect)
    return row["schema"]  # type: ignore[no-any-return] # what a row has is Any


def _set(names: Collection[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


__all__ = ["default_schema", "read"]
