"""Connections that a server, or what is in between, lets die in silence: they cost one wait, and no finished work."""

from __future__ import annotations

import asyncio
import time

import pytest

from oxyde import ConnectionFailed, PoolSettings, StatementTimeoutError, atomic, db, execute_raw
from tests.backends import Backend
from tests.faults.proxy import proxied
from tests.slow import forever


def served(backend: Backend) -> Backend:
    """Skips a file, which has no network in between."""
    if not backend.has_server:
        pytest.skip("a file has no network in between")
    return backend


def sleeping(backend: Backend, seconds: float) -> str:
    """Returns a query of one row that takes so long."""
    return f"SELECT {'pg_sleep' if backend.dialect == 'postgres' else 'SLEEP'}({seconds}) AS a"


async def test_ten_dead_connections_cost_one_wait(backend: Backend) -> None:
    """The first one that does not answer tells of those that idled with it."""
    settings = PoolSettings(max_connections=10, test_before_acquire=True, acquire_timeout=2, ssl_mode="disable")
    with proxied(served(backend), "stay silent") as proxy:
        async with db.connect(proxy.url, settings=settings):
            await asyncio.gather(*(execute_raw(sleeping(backend, 0.2)) for _ in range(10)))
            assert proxy.hush() >= 10
            start = time.monotonic()
            assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
            assert time.monotonic() - start < 2.2
            assert await asyncio.gather(*(execute_raw("SELECT 1 AS a") for _ in range(10))) == [[{"a": 1}]] * 10
            assert time.monotonic() - start < 4


async def test_the_wait_for_a_connection_has_an_end(backend: Backend) -> None:
    """Idle connections that are dead and new ones that are not answered share one time."""
    settings = PoolSettings(max_connections=3, test_before_acquire=True, acquire_timeout=1, ssl_mode="disable")
    with proxied(served(backend), "stay silent") as proxy:
        async with db.connect(proxy.url, settings=settings):
            await asyncio.gather(*(execute_raw(sleeping(backend, 0.2)) for _ in range(3)))
            proxy.hush()
            proxy.deaf = True
            start = time.monotonic()
            with pytest.raises(ConnectionFailed, match="in 1 s"):
                await execute_raw("SELECT 1 AS a")
            assert time.monotonic() - start < 1.5
            proxy.deaf = False
            assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]


@pytest.mark.parametrize("in_block", [False, True])
async def test_an_interruption_that_hangs_takes_no_answer_away(backend: Backend, in_block: bool) -> None:
    """A statement that ends by itself while we cannot reach the server has ended well; its connection is not lent again."""
    settings = PoolSettings(max_connections=1, statement_timeout=0.3, ssl_mode="disable")
    with proxied(served(backend), "stay silent") as proxy:
        async with db.connect(proxy.url, settings=settings):
            first = await connection_id(backend)
            proxy.deaf = True
            start = time.monotonic()
            if in_block:
                async with atomic():
                    assert len(await execute_raw(sleeping(backend, 0.6))) == 1
            else:
                assert len(await execute_raw(sleeping(backend, 0.6))) == 1
            assert time.monotonic() - start < 3
            proxy.deaf = False
            assert await connection_id(backend) != first


async def test_a_statement_that_cannot_be_interrupted_is_given_up(backend: Backend) -> None:
    """After five seconds, with its connection; the time limit is the reason."""
    settings = PoolSettings(max_connections=1, statement_timeout=0.3, ssl_mode="disable")
    with proxied(served(backend), "stay silent") as proxy:
        async with db.connect(proxy.url, settings=settings):
            first = await connection_id(backend)
            proxy.deaf = True
            start = time.monotonic()
            with pytest.raises(StatementTimeoutError):
                await execute_raw(forever(backend.dialect, "given_up"))
            assert 4 < time.monotonic() - start < 8
            proxy.deaf = False
            assert await connection_id(backend) != first


async def connection_id(backend: Backend) -> int:
    """Returns the server's number of the connection."""
    rows = await execute_raw(f"SELECT {'pg_backend_pid()' if backend.dialect == 'postgres' else 'CONNECTION_ID()'} AS a")
    return int(rows[0]["a"])
