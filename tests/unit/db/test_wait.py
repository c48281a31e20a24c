"""How an operation's batches come back to the loop that waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from oxyde.db import wait
from oxyde.db.wait import conclude, finish, queue_of_running_loop, receive, result, result_blocking


class Piece:
    """A batch."""

    def __init__(self, done: bool = False) -> None:
        self.done = done


class Operation:
    """An operation of the core that has its batches when it is told so."""

    id = 7

    def __init__(self, *pieces: Piece) -> None:
        self.pieces = list(pieces)
        self.cancelled = 0

    def take(self) -> Piece | None:
        return self.pieces.pop(0) if self.pieces else None

    def wait(self) -> Piece:
        return self.pieces.pop(0)

    def cancel(self) -> None:
        self.cancelled += 1


def starter(operation: Operation) -> Callable[[Any], Any]:
    """Returns what starts it."""
    return lambda _: operation


async def test_a_loop_has_one_queue() -> None:
    """It is made at its first use."""
    assert queue_of_running_loop() is queue_of_running_loop()


def test_queues_of_closed_loops_are_forgotten() -> None:
    """Another loop at the same place gets its own."""

    async def made() -> Any:
        return queue_of_running_loop()

    first, second = asyncio.run(made()), asyncio.run(made())
    assert first is not second
    assert first not in wait._queues.values()


async def test_batches_are_handed_over_as_they_arrive() -> None:
    """The last one is the result."""
    first, last = Piece(), Piece(done=True)
    seen: list[Any] = []
    operation = Operation(first)

    def later() -> None:
        operation.pieces.append(last)
        queue_of_running_loop().wake([7])

    asyncio.get_running_loop().call_later(0.01, later)
    assert await result(starter(operation), seen.append) is last
    assert seen == [first, last]
    assert operation.cancelled == 0


async def test_an_interrupted_wait_cancels_on_the_server() -> None:
    """And nobody waits any more; a wake that comes too late is skipped."""
    operation = Operation()
    task = asyncio.ensure_future(result(starter(operation)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert operation.cancelled == 1
    queue = queue_of_running_loop()
    assert queue.waiting == {}
    queue.wake([7])


async def test_a_cancelled_commit_waits_for_its_answer() -> None:
    """The cancellation is the result, to be raised afterwards."""
    operation = Operation()
    task = asyncio.ensure_future(finish(starter(operation)))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    operation.pieces.append(Piece(done=True))
    queue_of_running_loop().wake([7])
    assert isinstance(await task, asyncio.CancelledError)
    assert operation.cancelled == 0
    assert await finish(starter(Operation(Piece(done=True)))) is None


async def test_a_wait_for_nothing_more() -> None:
    """What is there already needs no waking."""
    last: Any = Piece(done=True)
    operation: Any = Operation(last)
    assert await receive(queue_of_running_loop(), operation) is last


def test_blocking() -> None:
    """An error of who takes the batches cancels, too."""
    first, last = Piece(), Piece(done=True)
    seen: list[Any] = []
    assert result_blocking(starter(Operation(first, last)), seen.append) is last
    assert seen == [first, last]
    operation = Operation(first)

    def refuse(_: Any) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        result_blocking(starter(operation), refuse)
    assert operation.cancelled == 1


async def test_a_task_that_is_cancelled_again_and_again() -> None:
    """The first cancellation is the result; all are heard, and the operation goes on until its time is over."""
    operation = Operation()
    task = asyncio.ensure_future(finish(starter(operation)))
    for _ in range(5):
        await asyncio.sleep(0)
        task.cancel("again")
    await asyncio.sleep(0)
    assert not task.done()
    operation.pieces.append(Piece(done=True))
    queue_of_running_loop().wake([7])
    assert isinstance(await task, asyncio.CancelledError)


async def test_a_callback_is_awaited_to_its_end() -> None:
    """Its error is raised; a cancellation of the one who waits is the result."""
    gate, said = asyncio.Event(), []

    async def call() -> None:
        await gate.wait()
        said.append(1)

    async def fail() -> None:
        raise ValueError("no")

    assert await conclude(asyncio.sleep(0)) is None
    with pytest.raises(ValueError, match="no"):
        await conclude(fail())
    task = asyncio.ensure_future(conclude(call()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    gate.set()
    assert isinstance(await task, asyncio.CancelledError)
    assert said == [1]


async def test_a_callback_that_takes_too_long_goes_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one who was cancelled has waited long enough."""
    monkeypatch.setattr(wait, "GRACE", 0.01)
    gate, said = asyncio.Event(), []

    async def call() -> None:
        await gate.wait()
        said.append(1)

    task = asyncio.ensure_future(conclude(call()))
    await asyncio.sleep(0)
    task.cancel()
    assert isinstance(await task, asyncio.CancelledError)
    gate.set()
    await asyncio.sleep(0.01)
    assert said == [1]
