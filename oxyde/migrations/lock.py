"""The lock that lets one process at a time migrate a database; others wait, and then find nothing to do."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Final

from typing_extensions import Self

from oxyde.db.block import Block, begin
from oxyde.db.database import AsyncDatabase
from oxyde.db.execute import run, run_blocking
from oxyde.db.raw import query
from oxyde.db.route import Route
from oxyde.db.steps import Steps, Work
from oxyde.exceptions import LockTimeoutError, OxydeError

POLL: Final = 0.1
"""Seconds between two attempts."""
_KEY: Final = int.from_bytes(hashlib.blake2b(b"oxyde migrations", digest_size=8).digest(), "big", signed=True)
_NAME: Final = "CONCAT('oxyde_', LEFT(SHA2(DATABASE(), 256), 40))"
_TAKE: Final = {
    "postgres": f"SELECT pg_try_advisory_xact_lock({_KEY}) AS taken",
    "mysql": f"SELECT GET_LOCK({_NAME}, 0) AS taken",
}
"""PostgreSQL's is one of the database, MySQL's one of the server, so that its name has to tell the database."""
_HOLDER: Final = {
    "postgres": (
        "SELECT a.pid AS id, a.usename AS name, host(a.client_addr) AS host FROM pg_locks l JOIN pg_stat_activity a USING (pid) "  # noqa: S608 - our number
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint << 32 | l.objid::bigint = "
        f"{_KEY} AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ),
    "mysql": (
        f"SELECT held.id, p.user AS name, p.host FROM (SELECT IS_USED_LOCK({_NAME}) AS id) AS held "  # noqa: S608 - our name
        "LEFT JOIN information_schema.processlist p ON p.id = held.id WHERE held.id IS NOT NULL"
    ),
}
"""What finds the connection that holds it; whose it is, the server may keep from the user."""
_END: Final = {"postgres": "SELECT pg_terminate_backend({id})", "mysql": "KILL {id}"}
"""What ends that connection."""
_KEEP: Final = {
    "postgres": (
        "SELECT set_config(name, '0', TRUE) FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"
    ),
    "mysql": "SET SESSION wait_timeout = 2147483",
}
"""What lets the connection idle for as long as a migration lasts; on Windows MySQL takes no more than these 24 days."""
_RELEASE: Final = f"SELECT RELEASE_LOCK({_NAME}) AS released"
NAME: Final = "oxyde migrations lock"


class Lock:
    """Holds the lock inside ``with`` or ``async with``, in a transaction on a connection of its own, which a pooler keeps together.

    SQLite has no such lock: each migration begins with the write lock of the file there.
    """

    def __init__(self, database: AsyncDatabase, timeout: float) -> None:
        """Prepares it.

        Args:
            database: The database.
            timeout: How many seconds to wait for another process.
        """
        self._database = database
        self._timeout = timeout
        self._own: AsyncDatabase | None = None
        self._block: Block | None = None

    def _open(self) -> AsyncDatabase | None:
        if self._database.dialect == "sqlite":
            return None
        alone = replace(self._database.settings, max_connections=1, min_connections=0, statement_timeout=None, transaction_timeout=None)
        self._own = AsyncDatabase(self._database._secret_url, name=NAME, settings=alone, auto_register=False)
        return self._own

    async def __aenter__(self) -> Self:
        """Waits for the lock.

        Raises:
            LockTimeoutError: Another process held it too long.
        """
        own = self._open()
        if own is not None:
            await own.connect()
            try:
                until = time.monotonic() + self._timeout
                while self._block is None:
                    block = await run(begin(own, alias=NAME, blocking=False), Route(own))
                    self._block = await run(_attempt(own.dialect, block, until, self._timeout), Route(own, block))
            except BaseException as error:
                await self.__aexit__(type(error), error, None)
                raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._own is not None:
            if self._block is not None:
                await run(_end(self._own.dialect, self._block), Route(self._own, self._block))
            await self._own.disconnect()

    def __enter__(self) -> Self:
        """The blocking twin of ``__aenter__``."""
        own = self._open()
        if own is not None:
            own.connect_blocking()
            try:
                until = time.monotonic() + self._timeout
                while self._block is None:
                    block = run_blocking(begin(own, alias=NAME, blocking=True), Route(own))
                    self._block = run_blocking(_attempt(own.dialect, block, until, self._timeout), Route(own, block))
            except BaseException as error:
                self.__exit__(type(error), error, None)
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._own is not None:
            if self._block is not None:
                run_blocking(_end(self._own.dialect, self._block), Route(self._own, self._block))
            self._own.disconnect_blocking()


def _attempt(dialect: str, block: Block, until: float, timeout: float) -> Steps[Block | None]:
    """Asks for the lock once; returns the block that holds it, or None after a pause.

    A transaction without the lock is ended: CREATE INDEX CONCURRENTLY waits for every one that is seen during a statement.

    Raises:
        LockTimeoutError: There is no time left.
    """
    family = "mysql" if dialect == "mariadb" else dialect
    try:
        found = yield from query(_TAKE[family], {}, dialect)
        is_late = not found[0]["taken"] and time.monotonic() >= until
        holders = (yield from query(_HOLDER[family], {}, dialect)) if is_late else []
        if found[0]["taken"]:
            yield from query(_KEEP[family], {}, dialect)
    except GeneratorExit:
        raise
    except BaseException as error:
        yield from block.end(error)
        raise
    if found[0]["taken"]:
        return block
    yield from block.end(None)
    if is_late:
        raise LockTimeoutError(_held(timeout, holders, family))
    yield Work(partial(time.sleep, POLL))
    return None


def _held(timeout: float, holders: list[dict[str, Any]], family: str) -> str:
    """Returns what is said of a lock that somebody else holds."""
    said = f"another process has been migrating this database for more than {timeout:g} seconds; wait longer: --lock-timeout"
    for one in holders:
        whose = "".join(f" {word} {one[part]}" for word, part in (("of", "name"), ("from", "host")) if one[part])
        said += f", or end connection {one['id']}{whose}: {_END[family].format(**one)}"
    return said


def _end(dialect: str, block: Block) -> Steps[None]:
    """Gives the lock back; a connection that was lost has done so already, and nothing was written on it."""
    lost: OxydeError | None = None
    try:
        if dialect != "postgres":  # whose lock ends with the transaction
            yield from query(_RELEASE, {}, dialect)
    except OxydeError as error:
        lost = error
    with suppress(OxydeError):
        yield from block.end(lost)
