"""The locks that an operation takes on tables that are there, and what it does to their rows while it holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from oxyde.migrations.lint import mariadb, mysql, postgres, sqlite
from oxyde.migrations.lint.lock import TableLock
from oxyde.migrations.operations import Operation
from oxyde.migrations.state import State

Taken: TypeAlias = Callable[[Operation, State], "list[TableLock]"]
_BY_DIALECT: Final[Mapping[str, Taken]] = {
    "postgres": postgres.locks,
    "mysql": mysql.locks,
    "mariadb": mariadb.locks,
    "sqlite": sqlite.locks,
}


def locks(operation: Operation, before: State, dialect: str) -> list[TableLock]:
    """Returns the locks of an operation; none where it touches no table that is there, or what it runs is not known.

    Args:
        operation: The operation.
        before: The state before it.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    return [lock for lock in _BY_DIALECT[dialect](operation, before) if lock.table in before.tables or lock.table in before.views]
