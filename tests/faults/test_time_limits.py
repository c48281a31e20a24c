"""A time limit that strikes inside a block, at whatever moment: the block is committed whole, or it raises."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest

import oxyde
from oxyde import Field, Model, OxydeError, PoolSettings, StatementTimeoutError, atomic, db, execute_raw
from tests.backends import Backend
from tests.slow import forever
from tests.tables import table, tables

LIMIT = 0.02
"""Seconds that a statement may run; those below take about as long, so that each end of the race is met."""

TRIES = 1_000 if os.environ.get("OXYDE_LONG") else 60


class Row(Model):
    """Something to write."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20)

    Meta = table("limit_row")


class Slow(Model):
    """A view that takes its time."""

    g: int = Field(db_pk=True)

    Meta = table("limit_slow", managed=False)


async def steps_of(seconds: float) -> int:
    """Returns how far SQLite counts in that time."""
    start, count = time.perf_counter(), 200_000
    await execute_raw(counting(count), using="witness")
    return int(count * seconds / (time.perf_counter() - start))


def counting(steps: int) -> str:
    """Returns a query that counts."""
    return f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {steps}) SELECT count(*) AS g FROM c"


async def lasting(backend: Backend, seconds: float) -> str:
    """Returns a query of one number, g, that takes so long."""
    if backend.dialect == "postgres":
        return f"SELECT CAST(1 AS bigint) AS g FROM pg_sleep({seconds})"
    if backend.dialect == "sqlite":
        return counting(await steps_of(seconds))
    return f"SELECT 1 + SLEEP({seconds}) AS g"


@pytest.fixture
async def limited(backend: Backend) -> AsyncIterator[Backend]:
    """A backend whose default connection has the limit, and one named witness that has none."""
    async with db.connect(backend.url, name="witness"), tables(Row, database="witness"):
        await execute_raw("DROP VIEW IF EXISTS limit_slow", using="witness")
        await execute_raw(f"CREATE VIEW limit_slow AS {await lasting(backend, LIMIT)}", using="witness")
        try:
            async with db.connect(backend.url, settings=PoolSettings(statement_timeout=LIMIT, max_connections=2)):
                yield backend
        finally:
            await execute_raw("DROP VIEW IF EXISTS limit_slow", using="witness")


@pytest.mark.parametrize("kind", ["raw", "arrow", "write"])
@pytest.mark.parametrize("catches", [False, True], ids=["leaves", "caught"])
async def test_a_block_is_whole_or_raises(limited: Backend, kind: str, catches: bool) -> None:
    """What the application is told is what is stored, also when it swallows the error inside the block."""
    seen: Counter[str] = Counter()
    for number in range(TRIES):
        name = f"{kind}{number}"
        query = await lasting(limited, random.uniform(LIMIT * 0.8, LIMIT * 1.2)) if kind != "arrow" else ""
        told = "committed"
        try:
            async with atomic():
                await Row.objects.create(name=name)
                with contextlib.suppress(*([OxydeError] if catches else [])):
                    if kind == "arrow":
                        await Slow.objects.to_arrow()
                    elif kind == "raw":
                        await execute_raw(query)
                    else:
                        await execute_raw(f"INSERT INTO limit_row (name) SELECT '{name}' FROM ({query}) s")
        except OxydeError as error:
            told = type(error).__name__
        seen[told] += 1
        rows = await Row.objects.using("witness").filter(name=name).count()
        assert rows == (0 if told != "committed" else 2 if kind == "write" else 1), (name, told, seen)
    assert set(seen) <= {"committed", "StatementTimeoutError", "TransactionBroken"}, seen


async def test_nothing_of_a_block_stays_behind_the_limit(limited: Backend) -> None:
    """A statement that is surely stopped breaks its block, whether or not it was sent."""
    query = await lasting(limited, 1)
    with pytest.raises(OxydeError):
        async with atomic():
            await Row.objects.create(name="a")
            with pytest.raises(StatementTimeoutError):
                await execute_raw(query)
            with pytest.raises(OxydeError):
                await Row.objects.create(name="b")
    assert await Row.objects.using("witness").count() == 0


async def test_one_statement_may_take_longer(limited: Backend) -> None:
    """Than the others of its pool, or for ever; or less."""
    query = await lasting(limited, LIMIT * 5)
    with pytest.raises(StatementTimeoutError):
        await execute_raw(query)
    for timeout in (60, 60.0, math.inf):
        assert len(await execute_raw(query, timeout=timeout)) == 1
        async with atomic():
            assert len(await execute_raw(query, timeout=timeout)) == 1
    assert len(await asyncio.to_thread(lambda: oxyde.sync.execute_raw(query, timeout=60))) == 1
    with pytest.raises(StatementTimeoutError, match=r"longer than 0\.3 s"):
        await execute_raw(forever(limited.dialect, "short"), timeout=0.3, using="witness")
    for wrong in (0, -1, math.nan):
        with pytest.raises(ValueError, match="more than 0 seconds"):
            await execute_raw(query, timeout=wrong)
