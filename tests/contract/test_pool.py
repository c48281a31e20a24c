"""Pools on every backend: their settings reach the server, their bounds hold, and lost connections are replaced."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import pytest

from oxyde import ConnectionFailed, PoolSettings, PoolTimeout, atomic, db, execute_raw
from oxyde.exceptions import LockTimeoutError, StatementTimeoutError
from tests.backends import Backend
from tests.models import Tag
from tests.slow import forever, kill_connections
from tests.tables import tables
from tests.unit.db.test_settings import FULL

FILES = {"ssl_root_cert", "ssl_client_cert", "ssl_client_key"}


@pytest.mark.parametrize("name", sorted(set(FULL) - FILES))
async def test_every_setting_is_taken(backend: Backend, name: str) -> None:
    """Alone, on every backend, whether it concerns it or not; statements run as ever."""
    async with db.connect(backend.url, settings=PoolSettings(**{name: FULL[name]})):
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]


async def test_all_settings_together(backend: Backend) -> None:
    """And with each other."""
    settings = PoolSettings(**{name: value for name, value in FULL.items() if name not in FILES})
    async with db.connect(backend.url, settings=settings) as database:
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
        assert database.settings is settings
        assert database.native.status()["max"] == 7


async def test_settings_reach_the_session(backend: Backend) -> None:
    """The server's own word on it; every session is in UTC."""
    settings = PoolSettings(
        pg_application_name="shop",
        sqlite_cache_size=-1234,
        sqlite_synchronous="FULL",
        sqlite_journal_mode="WAL",
        mysql_charset="utf8mb4",
        mysql_collation="utf8mb4_bin",
    )
    questions: dict[str, dict[str, Any]] = {
        "postgres": {"SHOW application_name": "shop", "SHOW timezone": "UTC"},
        "sqlite": {
            "PRAGMA cache_size": -1234,
            "PRAGMA synchronous": 2,
            "PRAGMA journal_mode": "wal",
            "PRAGMA foreign_keys": 1,
        },
        "mysql": {"SELECT @@collation_connection": "utf8mb4_bin", "SELECT @@time_zone": "+00:00"},
    }
    async with db.connect(backend.url, settings=settings):
        for sql, wanted in questions["mysql" if backend.dialect == "mariadb" else backend.dialect].items():
            (row,) = await execute_raw(sql)
            assert list(row.values()) == [wanted], sql


async def test_the_bound_holds(backend: Backend) -> None:
    """Never more connections than allowed, and everybody gets a turn."""
    async with db.connect(backend.url, settings=PoolSettings(max_connections=2)) as database:
        sizes: list[int] = []

        async def work(number: int) -> int:
            async with atomic(read_only=True):
                (row,) = await execute_raw("SELECT 1 + :n AS n", {"n": number})
                sizes.append(database.native.status()["size"])
                await asyncio.sleep(0.005)
            return row["n"]

        assert await asyncio.gather(*(work(number) for number in range(40))) == list(range(1, 41))
        assert max(sizes) <= 2
        status = database.native.status()
        assert (status["max"], status["waiting"]) == (2, 0)


async def test_waiting_has_an_end(backend: Backend) -> None:
    """When no connection becomes free, PoolTimeout says so in time; afterwards all is well."""
    async with db.connect(backend.url, settings=PoolSettings(max_connections=1, acquire_timeout=0.3)) as database:
        async with atomic(read_only=True):
            outside = asyncio.get_running_loop().create_future()
            started = time.monotonic()

            async def other() -> None:
                try:
                    await database_of_its_own()
                finally:
                    outside.set_result(time.monotonic() - started)

            async def database_of_its_own() -> None:
                await execute_raw("SELECT 1")

            task = create_outside(other())
            with pytest.raises(PoolTimeout):
                await task
            assert 0.2 < await outside < 10
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
        assert database.native.status()["waiting"] == 0


def create_outside(work: Any) -> asyncio.Task[None]:
    """Starts a task that inherits no transaction."""
    import contextvars

    return contextvars.Context().run(asyncio.ensure_future, work)


async def test_statements_that_take_too_long(backend: Backend) -> None:
    """Are stopped on the server, with an error that is a TimeoutError too; the connection is good."""
    async with db.connect(backend.url, settings=PoolSettings(max_connections=1, statement_timeout=0.3)):
        started = time.monotonic()
        with pytest.raises(StatementTimeoutError) as caught:
            await execute_raw(forever(backend.dialect, "too_long"))
        assert time.monotonic() - started < 10
        assert isinstance(caught.value, TimeoutError)
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]


async def test_lost_connections_are_replaced(backend: Backend) -> None:
    """After a restart of the server reads go on; a transaction that was open says that it is lost."""
    if not backend.has_server:
        pytest.skip("a file loses no connection")
    async with db.connect(backend.url, settings=PoolSettings(max_connections=2, acquire_timeout=5)) as database:
        async with tables(Tag):
            await asyncio.gather(*(Tag.objects.count() for _ in range(4)))
            assert kill_connections(backend) >= 1
            assert await Tag.objects.count() == 0
            with pytest.raises(ConnectionFailed):
                async with atomic():
                    await Tag.objects.create(name="a")
                    kill_connections(backend)
                    await Tag.objects.create(name="b")
            assert await Tag.objects.count() == 0
        assert database.native.status()["size"] <= 2


WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("writing", flush=True)
time.sleep(1)
connection.execute("COMMIT")
"""


@pytest.mark.parametrize(("milliseconds", "patient"), [(20_000, True), (50, False)])
async def test_waiting_for_another_writer(backend: Backend, milliseconds: int, patient: bool) -> None:
    """SQLite waits for a writer of another process as long as it is told."""
    if backend.has_server:
        pytest.skip("only SQLite has one writer")
    path = backend.url.removeprefix("sqlite:///")
    async with db.connect(backend.url, settings=PoolSettings(sqlite_busy_timeout=milliseconds)), tables(Tag):
        writer = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, path, stdout=asyncio.subprocess.PIPE)
        assert writer.stdout is not None
        assert await writer.stdout.readline() == b"writing\n"
        if patient:
            await Tag.objects.create(name="a")
        else:
            with pytest.raises(LockTimeoutError, match="locked") as caught:
                await Tag.objects.create(name="a")
            assert "sqlite_busy_timeout" in (caught.value.hint or "")
        await writer.wait()
        assert await Tag.objects.count() == patient


async def test_connecting_again_replaces(backend: Backend) -> None:
    """A second ``init`` swaps the pools; work under way on the old one finishes there."""
    await db.init(default=backend.url)
    try:
        old = db.get_connection()
        async with atomic() as block:
            await db.init(default=backend.url)
            assert db.get_connection() is not old
            assert block.database is old
            assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
    finally:
        await db.close()


async def test_the_life_of_a_database(backend: Backend) -> None:
    """Connected, used as a client, closed, connected again."""
    database = db.AsyncDatabase(backend.url, name="own", auto_register=False)
    async with database as same:
        assert same is database
        assert (database.connected, database.dialect, database.name) == (True, backend.dialect, "own")
        assert await execute_raw("SELECT 1 AS a", client=database) == [{"a": 1}]
    assert not database.connected
    await database.disconnect()
    await database.connect()
    assert await execute_raw("SELECT 1 AS a", client=database) == [{"a": 1}]
    await database.disconnect()


async def test_the_life_of_an_application(backend: Backend) -> None:
    """``lifespan`` connects and closes, with or without the application as argument."""
    for arguments in ((), (object(),)):
        async with db.lifespan(default=backend.url)(*arguments):
            assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
        with pytest.raises(KeyError):
            db.get_connection()


async def test_memory_is_shared_by_the_pool() -> None:
    """Every statement on ``sqlite::memory:`` sees the same tables, however many at once; two databases share nothing."""
    async with db.connect("sqlite::memory:", name="one"), db.connect("sqlite://:memory:", name="two"):
        await execute_raw("CREATE TABLE t (n INTEGER)", using="one")
        await asyncio.gather(*(execute_raw("INSERT INTO t VALUES (:n)", {"n": number}, using="one") for number in range(20)))
        assert await execute_raw("SELECT count(*) AS n FROM t", using="one") == [{"n": 20}]
        assert await execute_raw("SELECT name FROM sqlite_master", using="two") == []
