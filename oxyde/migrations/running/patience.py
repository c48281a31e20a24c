"""Waiting for what others hold: each statement briefly, since all that come after it wait too, and the transaction again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from oxyde.db.raw import query
from oxyde.db.sql_start import first_tokens
from oxyde.db.steps import Atomically, Steps
from oxyde.exceptions import LockTimeoutError, MigrationError, OxydeError

T = TypeVar("T")
BRIEFLY: Final = 2
"""Seconds that a statement waits for a lock on PostgreSQL and MariaDB before it is given up and sent again."""
_HOLDERS: Final = (
    "SELECT DISTINCT a.pid AS id, a.usename AS name, a.state, extract(epoch FROM now() - a.xact_start)::int AS seconds, "
    "c.relname AS held FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_class c ON c.oid = l.relation "
    "WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND a.pid <> pg_backend_pid() "
    "AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace) "
    "ORDER BY seconds DESC NULLS LAST LIMIT 3"
)
"""What finds the transactions of others that hold locks on tables; MariaDB and SQLite do not tell."""
_CHANGING: Final = frozenset({"ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE", "INSERT", "UPDATE", "DELETE", "REPLACE"})
"""The words that begin statements which wait for locks."""
_ONE: Final = _CHANGING | {"ANALYZE", "FLUSH", "GRANT", "LOCK", "OPTIMIZE", "REPAIR", "REVOKE", "SELECT", "SET", "UNLOCK", "USE"}
"""The words that begin what is one statement, which the server does or does not do; procedures and blocks commit in between."""
LIMITED: Final = f"SET STATEMENT lock_wait_timeout = {BRIEFLY}, innodb_lock_wait_timeout = {BRIEFLY} FOR "
"""What stands before them on MariaDB."""


def in_transaction(make: Callable[[], Steps[T]], dialect: str, until: float, *, unchecked: bool = False) -> Steps[T]:
    """Runs steps in a transaction, again while others hold the locks that it needs; see ``patiently``.

    Args:
        make: Begins the steps.
        dialect: postgres, mysql, mariadb or sqlite.
        until: When to give up, by ``time.monotonic()``.
        unchecked: Foreign keys are neither checked nor followed in it (SQLite).
    """

    def whole() -> Steps[T]:
        return (yield Atomically(_impatient(make(), dialect), unchecked))  # type: ignore[no-any-return] # what a step returns is Any

    return (yield from patiently(whole, dialect, until))


def patiently(make: Callable[[], Steps[T]], dialect: str, until: float) -> Steps[T]:
    """Runs steps, again while they end because others hold the locks that they need.

    Args:
        make: Begins the steps, which leave nothing behind when they end so.
        dialect: postgres, mysql, mariadb or sqlite.
        until: When to give up, by ``time.monotonic()``.

    Raises:
        OxydeError: The error of the steps, which says what to do where others hold the locks that they need.
    """
    while True:
        try:
            return (yield from make())
        except (LockTimeoutError, MigrationError) as error:  # noqa: PERF203 - each round is a transaction
            if not isinstance(error.__cause__ or error, LockTimeoutError):
                raise
            if time.monotonic() >= until:
                said = yield from _said(error, dialect)
                raise said from error.__cause__ or error


def _said(error: OxydeError, dialect: str) -> Steps[OxydeError]:
    """Returns the error with who holds the locks, as far as the server tells, and what to do."""
    holders = (yield from query(_HOLDERS, {}, dialect)) if dialect == "postgres" else []
    held = "".join(
        f"; connection {one['id']} of {one['name']} ({one['state']}) holds {one['held']} since {one['seconds']} s" for one in holders
    )
    return type(error)(f"{error}{held}; end what holds it, or wait longer: --lock-timeout", sqlstate=error.sqlstate, sql=error.sql)


def _impatient(steps: Steps[T], dialect: str) -> Steps[T]:
    """Lets no statement of a transaction wait long for a lock."""
    if dialect == "postgres":
        yield from query(f"SET LOCAL lock_timeout = {BRIEFLY * 1_000}", {}, dialect)
    return (yield from steps)


def brief(text: str, dialect: str) -> str:
    """Returns a statement as one that does not wait long for a lock.

    MariaDB would wait a day for that of a table, and MySQL, which cannot be told so for one statement, does.
    """
    return f"{LIMITED}{text}" if dialect == "mariadb" and first_tokens(text, dialect)[0].upper() in _CHANGING else text


def is_one(text: str, dialect: str) -> bool:
    """Whether SQL is one statement, so that an error says that it did nothing; a procedure may have committed some of what it does.

    >>> is_one("alter table posts engine = InnoDB", "mysql"), is_one("CALL fill_posts()", "mysql")
    (True, False)
    """
    first, second, _ = first_tokens(text, dialect)
    return first.upper() in _ONE and (first.upper(), second.upper()) != ("SET", "STATEMENT")  # which may be for a procedure
