"""A cancelled await stops its statement on the server within two seconds, and the connection is as good as before."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

import oxyde
from oxyde import Field, Model, PoolSettings, QueryCancelled, atomic, db, execute_raw
from tests.backends import Backend
from tests.slow import PROMPTLY, forever, running, wait_until
from tests.tables import table, tables


class Row(Model):
    """Something to write."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20)

    Meta = table("cancel_row")


@pytest.fixture
async def single(backend: Backend) -> AsyncIterator[db.AsyncDatabase]:
    """A pool of one connection: the next statement waits for the one before."""
    async with db.connect(backend.url, settings=PoolSettings(max_connections=1)) as database:
        yield database


@pytest.fixture
def marker() -> str:
    """A name that no other statement has."""
    return f"m{uuid.uuid4().hex}"


async def until_running(backend: Backend, marker: str) -> None:
    """Waits until the server runs the statement; where nobody can be asked, a moment."""
    if backend.has_server:
        assert await asyncio.to_thread(wait_until, backend, marker, 1)
    else:
        await asyncio.sleep(0.1)


async def is_stopped(backend: Backend, marker: str, since: float) -> None:
    """Checks that the only connection answers again, and the statement runs no more, in time."""
    assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
    assert time.monotonic() - since < PROMPTLY
    assert running(backend, marker) == 0


async def test_a_cancelled_task(backend: Backend, single: db.AsyncDatabase, marker: str) -> None:
    """``task.cancel()`` ends the await at once and the statement soon."""
    task = asyncio.create_task(execute_raw(forever(backend.dialect, marker)))
    await until_running(backend, marker)
    since = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - since < 0.5
    await is_stopped(backend, marker, since)


async def test_a_timeout(backend: Backend, single: db.AsyncDatabase, marker: str) -> None:
    """``wait_for`` likewise."""
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(execute_raw(forever(backend.dialect, marker)), 0.3)
    await is_stopped(backend, marker, time.monotonic())


async def test_a_cancelled_group(backend: Backend, single: db.AsyncDatabase, marker: str) -> None:
    """One statement that runs and many that wait for the connection: all go."""
    tasks = [asyncio.create_task(execute_raw(forever(backend.dialect, marker))) for _ in range(10)]
    await until_running(backend, marker)
    since = time.monotonic()
    for task in tasks:
        task.cancel()
    assert all(isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*tasks, return_exceptions=True))
    await is_stopped(backend, marker, since)
    assert single.native.status()["waiting"] == 0


@pytest.mark.parametrize("pauses", range(6))
async def test_cancelling_at_every_step(backend: Backend, single: db.AsyncDatabase, marker: str, pauses: int) -> None:
    """However early or late the cancellation comes, no connection and no answer is lost."""
    for number in range(20):
        task = asyncio.create_task(execute_raw("SELECT 1 + :n AS n", {"n": number}))
        for _ in range(pauses):
            await asyncio.sleep(0.0002 if pauses > 3 else 0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            assert (await task)[0]["n"] == number + 1
        assert await execute_raw("SELECT 2 + :n AS n", {"n": number}) == [{"n": number + 2}]


async def test_writes_are_whole_or_not_at_all(backend: Backend, single: db.AsyncDatabase) -> None:
    """A bulk insert in several batches that is cancelled anywhere has written everything or nothing, and holds nothing back."""
    async with tables(Row):
        kept: list[object] = []  # what refers to a cancelled task keeps its frames alive
        for pauses in [*range(24), *range(24, 400, 40)]:
            before = await Row.objects.count()
            task = asyncio.create_task(Row.objects.bulk_create([{"name": f"r{row}"} for row in range(200)], batch_size=50))
            for _ in range(pauses):
                await asyncio.sleep(0)
            task.cancel()
            kept.append(await asyncio.gather(task, return_exceptions=True))
            assert await Row.objects.count() - before in {0, 200}


async def test_a_statement_of_a_block(backend: Backend, single: db.AsyncDatabase, marker: str) -> None:
    """The block is broken by it, and rolls back."""
    async with tables(Row):
        with pytest.raises((oxyde.TransactionBroken, QueryCancelled)):
            async with atomic():
                await Row.objects.create(name="a")
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(execute_raw(forever(backend.dialect, marker)), 0.3)
                with pytest.raises((oxyde.TransactionBroken, QueryCancelled)):
                    await Row.objects.create(name="b")
        await is_stopped(backend, marker, time.monotonic())
        assert await Row.objects.count() == 0
        await Row.objects.create(name="c")


@pytest.mark.parametrize("pauses", range(0, 40, 4))
async def test_a_block_that_is_cancelled_anywhere(backend: Backend, single: db.AsyncDatabase, pauses: int) -> None:
    """BEGIN, the statement, COMMIT: whichever is met, the work is whole or undone and the connection is free of it."""
    async with tables(Row):

        async def work() -> None:
            async with atomic():
                await Row.objects.create(name="a")
                await Row.objects.create(name="b")

        for _ in range(5):
            before = await Row.objects.count()
            task = asyncio.create_task(work())
            for _ in range(pauses):
                await asyncio.sleep(0.00005)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert await Row.objects.count() - before in {0, 2}
            async with atomic():
                await Row.objects.create(name="x")
            assert await Row.objects.filter(name="x").count() == await Row.objects.filter(name="x").delete()


async def test_reads_into_frames(backend: Backend, single: db.AsyncDatabase) -> None:
    """A frame that nobody waits for any longer gives its connection back."""
    async with tables(Row):
        await Row.objects.bulk_create([{"name": f"r{row}"} for row in range(5_000)])
        for _ in range(10):
            task = asyncio.create_task(Row.objects.to_arrow())
            await asyncio.sleep(0.001)
            task.cancel()
            found: list[Any] = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(found[0], asyncio.CancelledError) or found[0].num_rows == 5_000
        assert await Row.objects.count() == 5_000
