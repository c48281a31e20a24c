"""``migrate()``: brings a database to a migration."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from oxyde.db.execute import run, run_blocking
from oxyde.db.route import Route, route
from oxyde.db.steps import asked_dialect
from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import load
from oxyde.migrations.lock import Lock
from oxyde.migrations.running import journal, ledger
from oxyde.migrations.running.history import History, Task
from oxyde.migrations.running.options import Done, Options
from oxyde.migrations.running.pending import Pending, pending
from oxyde.migrations.running.runner import apply, found_migrated, planned


async def migrate(
    directory: str | Path | None = None,
    target: str | None = None,
    using: str | None = None,
    *,
    fake: bool = False,
    strict: bool = False,
    lock_timeout: float = 60.0,
    keep_extra: bool = False,
    fake_initial: bool = False,
    report: Callable[[Done], Any] = lambda _: None,
    warn: Callable[[str], Any] = warnings.warn,
) -> list[Done]:
    """Brings a database to a migration, and returns the migrations that were applied or undone; none where nothing was to be done.

    In a test that uses ``oxyde.testing.migrated`` the database is migrated already, and a migration that is pending is an error.

    Processes that do so at the same time wait for each other. On PostgreSQL and SQLite a migration is applied whole or not at all; on
    MySQL and MariaDB, which cannot roll DDL back, each statement is noted, and a later call goes on where one was interrupted.

    Args:
        directory: The folder of the migrations; by default ``migrations``.
        target: ``zero``, or a migration by its name or the beginning of it; by default the last.
        using: The alias of the connection; by default the default one.
        fake: Enter the migrations in the ledger, or remove them, without running them.
        strict: Refuse where an applied file was edited or is missing, instead of a warning.
        lock_timeout: How many seconds to wait for another process, and for locks on tables.
        keep_extra: Keep columns and constraints that no migration made where SQLite makes their table anew, instead of refusing.
        fake_initial: Enter migrations in the ledger without running them up to where the database stands already: its tables are those
            of that point, equal by columns, types and keys.
        report: Called with each migration that was applied or undone.
        warn: Called with what is odd about the history; by default ``warnings.warn``.

    Raises:
        MigrationError: A file fails, the target is none, what would be undone cannot be, or a migration failed; what it did is undone
            or noted.
        LockTimeoutError: Another process is migrating the database.
    """
    where = _outside(using)
    dialect = await run(asked_dialect(), where)
    history = History(load(_folder(directory)), dialect)
    options = Options(target, fake, strict, lock_timeout, report, warn, keep_extra, fake_initial=fake_initial)
    if where.block is not None:
        return await run(found_migrated(history, options), where)
    async with Lock(where.database, lock_timeout):
        return await run(apply(history, options), where)


def migrate_blocking(
    directory: str | Path | None = None,
    target: str | None = None,
    using: str | None = None,
    *,
    fake: bool = False,
    strict: bool = False,
    lock_timeout: float = 60.0,
    keep_extra: bool = False,
    fake_initial: bool = False,
    report: Callable[[Done], Any] = lambda _: None,
    warn: Callable[[str], Any] = warnings.warn,
) -> list[Done]:
    """The blocking twin of ``migrate``, public as ``oxyde.migrations.sync.migrate``."""
    history = History(load(_folder(directory)), run_blocking(asked_dialect(), _outside(using)))
    options = Options(target, fake, strict, lock_timeout, report, warn, keep_extra, fake_initial=fake_initial)
    return apply_blocking(history, options, using)


def apply_blocking(history: History, options: Options, using: str | None = None) -> list[Done]:
    """Brings a database to a migration of a history that was loaded already; see ``migrate``."""
    where = _outside(using)
    if where.block is not None:
        return run_blocking(found_migrated(history, options), where)
    with Lock(where.database, options.lock_timeout):
        return run_blocking(apply(history, options), where)


def settle_blocking(step: int, using: str | None = None, *, done: bool, lock_timeout: float = 60.0) -> None:
    """Says what became of a statement that was interrupted; see ``journal.settle``."""
    where = _outside(using)
    dialect = run_blocking(asked_dialect(), where)
    with Lock(where.database, lock_timeout):
        run_blocking(journal.settle(step, dialect, done=done), where)


def planned_blocking(history: History, options: Options, using: str | None = None) -> list[Task]:
    """Returns what would lead to a target; see ``planned``. Nothing is changed."""
    where = _outside(using)
    if not options.fake_initial:
        return run_blocking(planned(history, options), where)
    with Lock(where.database, options.lock_timeout):  # scratch tables of MySQL are those of one process
        return run_blocking(planned(history, options), where)


def plan_blocking(tasks: Sequence[Task], dialect: str, using: str | None = None) -> list[Pending]:
    """Returns what tasks would do to a database; see ``pending``."""
    return run_blocking(pending(tasks, dialect), _outside(using))


def history_blocking(directory: str | Path | None = None, using: str | None = None) -> History:
    """Returns the migrations of a folder with what a database has of them; writes nothing."""
    where = _outside(using)
    history = History(load(_folder(directory)), run_blocking(asked_dialect(), where))
    run_blocking(history.read(), where)
    return history


def applied_blocking(using: str | None = None) -> set[str]:
    """Returns the names of the migrations that a database has; writes nothing."""
    where = _outside(using)
    dialect = run_blocking(asked_dialect(), where)
    return {*run_blocking(ledger.read(dialect), where)}


def _folder(directory: str | Path | None) -> Path:
    folder = Path("migrations" if directory is None else directory)
    if not folder.is_dir():
        raise MigrationError(f"{folder}: there is no such folder; oxyde makemigrations makes it")
    return folder


def _outside(using: str | None) -> Route:
    """Returns the database of an alias; its block is that of a test, if any."""
    where = route(using)
    if not where.is_outside:
        raise MigrationError("migrate() has transactions of its own; call it outside atomic()")
    return where
