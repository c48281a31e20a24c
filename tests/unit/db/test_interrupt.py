"""The interrupt handler stands in while something is waited for, and only in an interactive shell."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
import types
from collections.abc import Iterator

import pytest

from oxyde.db import interrupt
from oxyde.exceptions import DatabaseError, QueryCancelled


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module that says that a shell runs."""
    module = types.ModuleType("IPython")
    module.get_ipython = object  # type: ignore[attr-defined] # a module made here
    monkeypatch.setitem(sys.modules, "IPython", module)
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


def test_needed(monkeypatch: pytest.MonkeyPatch, shell: None) -> None:
    """Only in the main thread, and only where a shell runs."""
    assert interrupt.needed()
    elsewhere: list[bool] = []
    thread = threading.Thread(target=lambda: elsewhere.append(interrupt.needed()))
    thread.start()
    thread.join()
    assert elsewhere == [False]
    monkeypatch.delitem(sys.modules, "IPython")
    assert not interrupt.needed()


def test_nothing_happens_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a shell the handler stays what it was."""
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    before = signal.getsignal(signal.SIGINT)
    with interrupt.interruptible(lambda: None):
        assert signal.getsignal(signal.SIGINT) is before


def wait(*, interrupts: int, error: BaseException | None = None) -> int:
    """Waits while interrupts come; returns how often the statement was stopped."""
    stopped: list[int] = []
    with interrupt.interruptible(lambda: stopped.append(1)):
        for _ in range(interrupts):
            signal.raise_signal(signal.SIGINT)
        if error is not None:
            raise error
    return len(stopped)


def test_first_interrupt_stops(shell: None) -> None:
    """The first interrupt stops the statement and is no KeyboardInterrupt."""
    assert wait(interrupts=1) == 1
    assert wait(interrupts=0) == 0


def test_an_interrupt_while_it_is_started(shell: None) -> None:
    """What is started after the interrupt is stopped at once; what never starts is interrupted all the same."""
    stopped: list[int] = []
    with interrupt.interruptible() as stop_by:
        signal.raise_signal(signal.SIGINT)
        assert stopped == []
        stop_by(lambda: stopped.append(1))
        assert stopped == [1]
    with pytest.raises(QueryCancelled), interrupt.interruptible():
        signal.raise_signal(signal.SIGINT)
        raise ValueError
    with interrupt.interruptible() as stop_by:
        stop_by(lambda: stopped.append(2))
    assert stopped == [1]


def test_errors(shell: None) -> None:
    """After an interrupt an error of the wait becomes QueryCancelled, unless it is ours."""
    with pytest.raises(QueryCancelled):
        wait(interrupts=1, error=ValueError())
    with pytest.raises(DatabaseError):
        wait(interrupts=1, error=DatabaseError())
    with pytest.raises(ValueError, match="mine"):
        wait(interrupts=0, error=ValueError("mine"))


def test_second_interrupt_gives_up(shell: None) -> None:
    """The second interrupt ends a blocking wait although the server has not answered."""
    with pytest.raises(QueryCancelled):
        wait(interrupts=2)


def test_third_interrupt_is_the_others(shell: None) -> None:
    """The third goes to the handler before ours."""
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with interrupt.interruptible(lambda: None):
            signal.raise_signal(signal.SIGINT)
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            assert heard == []
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]


def test_nested_waits(shell: None) -> None:
    """All waits are stopped, and the handler leaves with the last one."""
    stopped: list[str] = []
    with interrupt.interruptible(lambda: stopped.append("outer")):
        with interrupt.interruptible(lambda: stopped.append("inner")):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is interrupt._guard
    assert stopped == ["outer", "inner"]


async def test_second_interrupt_ends_a_task(shell: None) -> None:
    """An awaited wait ends by cancelling its task, which is told QueryCancelled and may go on."""

    async def told() -> str:
        try:
            with interrupt.interruptible(lambda: None, asyncio.current_task()):
                await asyncio.sleep(30)
        except QueryCancelled:
            await asyncio.sleep(0)
            return "told"
        return "went on"

    task = asyncio.ensure_future(told())
    await asyncio.sleep(0)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    assert await task == "told"


def test_another_handler_after_ours_stays(shell: None) -> None:
    """Who takes the signal meanwhile keeps it; the next wait takes it again."""
    before = signal.getsignal(signal.SIGINT)

    def mine(number: int, frame: object) -> None:
        pytest.fail("called")

    stopped: list[int] = []
    with interrupt.interruptible(lambda: None):
        signal.signal(signal.SIGINT, mine)
        with interrupt.interruptible(lambda: stopped.append(1)):
            signal.raise_signal(signal.SIGINT)
    assert stopped == [1]
    assert signal.getsignal(signal.SIGINT) is mine
    signal.signal(signal.SIGINT, before)
