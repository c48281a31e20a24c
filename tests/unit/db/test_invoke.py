"""Functions of the application, sync and async, that a verb calls with and without a running event loop."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from contextvars import ContextVar

import pytest

from oxyde.db.invoke import invoke, invoke_blocking

seen: ContextVar[str] = ContextVar("seen", default="nothing")


def plain() -> tuple[str, int]:
    """Returns what it sees, and its thread."""
    return seen.get(), threading.get_ident()


async def awaited() -> tuple[str, int]:
    """The same, in an event loop."""
    await asyncio.sleep(0)
    return plain()


async def test_awaited_verbs() -> None:
    """A plain function may block, so that it has a thread of its own; an async one runs in the loop that is there."""
    seen.set("a block")
    what, thread = await invoke(plain)
    assert (what, thread != threading.get_ident()) == ("a block", True)
    assert await invoke(awaited) == ("a block", threading.get_ident())


async def test_blocking_verbs_in_a_running_loop() -> None:
    """An async function gets a loop of its own, on another thread."""
    seen.set("another block")
    assert invoke_blocking(plain) == ("another block", threading.get_ident())
    what, thread = invoke_blocking(awaited)
    assert (what, thread != threading.get_ident()) == ("another block", True)


def test_blocking_verbs_without_a_loop() -> None:
    """The same."""
    assert invoke_blocking(awaited)[0] == "nothing"


async def failing() -> None:
    """Fails."""
    raise LookupError("lost")


def stopping() -> None:
    """Ends what iterates it."""
    raise StopIteration


async def test_errors_come_out() -> None:
    """As they are; but StopIteration would end the steps of a verb in silence."""
    with pytest.raises(LookupError, match="lost"):
        invoke_blocking(failing)
    with pytest.raises(LookupError, match="lost"):
        await invoke(failing)
    with pytest.raises(RuntimeError, match="StopIteration"):
        invoke_blocking(stopping)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await invoke(stopping)


async def test_a_cancelled_verb_waits_for_its_function() -> None:
    """Its transaction is still in use until then."""
    ended: list[str] = []

    def slow() -> None:
        time.sleep(0.1)
        ended.append("slow")

    task = asyncio.ensure_future(invoke(slow))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["slow"]


def test_an_interrupt_cancels_an_async_function() -> None:
    """The blocking verb raises it once the function has ended."""
    ended: list[str] = []

    async def forever() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("forever")

    with pytest.raises(KeyboardInterrupt):
        invoke_blocking(forever)
    assert ended == ["forever"]
