"""The state of a live database, read from the server's catalogue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from oxyde.db.steps import Steps
from oxyde.migrations.live import mysql, postgres, sqlite
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


def _set(names: Collection[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


__all__ = ["read"]
