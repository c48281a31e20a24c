"""Running a verb: its steps on a connection, in asyncio or blocking."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from oxyde import _native
from oxyde.db import events, interrupt
from oxyde.db.block import Block, Turn, begin, is_held, is_inside
from oxyde.db.database import AsyncDatabase
from oxyde.db.invoke import SIGNAL_INTERVAL, invoke, invoke_blocking
from oxyde.db.route import Route
from oxyde.db.steps import Atomically, Await, Call, Conclude, Dialect, Finish, Invoke, Read, Remember, Start, Steps, Undo, Work, not_awaited
from oxyde.db.wait import conclude, finish, finish_blocking, result, result_blocking
from oxyde.exceptions import OxydeError, TransactionBroken
from oxyde.ir import wire

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Step: TypeAlias = Call | Dialect | Await | Conclude | Atomically | Start | Finish | Turn | Remember | Undo | Work | Read | Invoke

ROUNDS = 2
"""Iterations within which an event loop starts to close an async generator that was garbage collected."""


def arrow_stream(where: Route, shape: bytes, values: tuple[Any, ...]) -> _native.ArrowStream:
    """Starts a statement and returns its rows as a single-use Arrow stream; reading it releases the GIL."""
    if where.block is not None:
        turn_blocking(where.block)
    return where.start(Call(shape, values), None, arrow=True).stream(where.session, 0 if where.block is None else where.block.depth)


async def run(steps: Steps[T], where: Route) -> T:
    """Drives a verb in the running event loop and returns its result."""
    try:
        step = next(steps)
        while True:
            try:
                answer = await _perform(step, where)
            except BaseException as error:  # noqa: BLE001, PERF203 - the verb meets it where it yielded
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # a generator's value is Any


def run_blocking(steps: Steps[T], where: Route) -> T:
    """Drives a verb in the calling thread, without asyncio, and returns its result."""
    try:
        step = next(steps)
        while True:
            try:
                answer = _perform_blocking(step, where)
            except BaseException as error:  # noqa: BLE001, PERF203 - the verb meets it where it yielded
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # a generator's value is Any


async def _perform(step: Step, where: Route) -> Any:
    if isinstance(step, Call):
        if where.block is not None:
            if where.is_alone(step):
                return await _atomically(Atomically(_alone(step)), where)
            await turn(where.block)
        if not events.listeners:
            batch = await result(partial(where.start, step), step.on_batch)
        else:
            with events.Timer(step.shape, where.database) as timer:
                batch = await result(partial(where.start, step), step.on_batch)
                timer.affected = batch.affected
        if where.block is not None and where.block.is_lent():
            await _refuse_forgotten(where.block)
        return batch
    if isinstance(step, Remember):
        return None if where.block is None else step.make()
    if isinstance(step, Undo):
        return _undoable(step, where)
    if isinstance(step, Dialect):
        return where.database.dialect
    if isinstance(step, Await):
        return await step.value if inspect.isawaitable(step.value) else step.value
    if isinstance(step, Atomically):
        return await _atomically(step, where)
    if isinstance(step, Start):
        return await result(step.start)
    if isinstance(step, Finish):
        return await finish(step.start)
    if isinstance(step, Conclude):
        return await conclude(step.value) if inspect.isawaitable(step.value) else None
    if isinstance(step, Read):
        return await _read(step, where)
    if isinstance(step, Work):
        return await _work(step)
    if isinstance(step, Invoke):
        return await invoke(partial(step.function, where.database))
    return await turn(step.block)


def _perform_blocking(step: Step, where: Route) -> Any:
    if isinstance(step, Call):
        if where.block is not None:
            if where.is_alone(step):
                return _atomically_blocking(Atomically(_alone(step)), where)
            turn_blocking(where.block)
        elif not wire.reads(step.shape):
            _refuse_to_wait(where.database)
        if not events.listeners:
            return result_blocking(partial(where.start, step), step.on_batch)
        with events.Timer(step.shape, where.database) as timer:
            batch = result_blocking(partial(where.start, step), step.on_batch)
            timer.affected = batch.affected
            return batch
    if isinstance(step, Remember):
        return None if where.block is None else step.make()
    if isinstance(step, Undo):
        return _undoable(step, where)
    if isinstance(step, Dialect):
        return where.database.dialect
    if isinstance(step, Await):
        return _plain(step)
    if isinstance(step, Atomically):
        return _atomically_blocking(step, where)
    if isinstance(step, Start):
        if where.block is None:
            _refuse_to_wait(where.database)
        return result_blocking(step.start)
    if isinstance(step, Finish):
        return finish_blocking(step.start)
    if isinstance(step, Conclude):
        _plain(step)
        return None
    if isinstance(step, Read):
        return _read_blocking(step, where)
    if isinstance(step, Work):
        return step.function()
    if isinstance(step, Invoke):
        return invoke_blocking(partial(step.function, where.database))
    return turn_blocking(step.block)


def _undoable(step: Undo, where: Route) -> None:
    if where.block is not None:
        where.block.undo.append(step.function)


def _alone(call: Call) -> Steps[Any]:
    return (yield call)


async def _atomically(step: Atomically, where: Route) -> Any:
    block = await run(begin(where.database, parent=where.block, blocking=False, unchecked=step.unchecked), where)
    try:
        value = await run(step.generator, Route(where.database, block))
    except BaseException as error:
        await run(block.end(error), where)
        raise
    await run(block.end(None), where)
    return value


def _atomically_blocking(step: Atomically, where: Route) -> Any:
    block = run_blocking(begin(where.database, parent=where.block, blocking=True, unchecked=step.unchecked), where)
    try:
        value = run_blocking(step.generator, Route(where.database, block))
    except BaseException as error:
        run_blocking(block.end(error), where)
        raise
    run_blocking(block.end(None), where)
    return value


def _plain(step: Await | Conclude) -> Any:
    """Returns the result of a hook that a blocking verb called."""
    if inspect.isawaitable(step.value):
        if inspect.iscoroutine(step.value):
            step.value.close()
        raise not_awaited(step.hook)
    return step.value


async def _work(step: Work) -> Any:
    import asyncio

    return await asyncio.to_thread(step.function)


async def _read(step: Read, where: Route) -> Any:
    import asyncio

    if where.block is not None:
        await turn(where.block)
    with events.timed(step.shape, where.database), interrupt.interruptible(task=asyncio.current_task()) as stop_by:
        reading = _reading(step, where)
        try:
            stop_by(reading.stream.close)
            work = asyncio.get_running_loop().run_in_executor(None, reading.run)
            await asyncio.shield(work)
        except BaseException:
            reading.stream.close()
            raise
        return reading.result()


def _read_blocking(step: Read, where: Route) -> Any:
    with events.timed(step.shape, where.database), interrupt.interruptible() as stop_by:
        if where.block is not None:
            turn_blocking(where.block)
        reading = _reading(step, where)
        try:
            stop_by(reading.stream.close)
            thread = threading.Thread(target=reading.run, name="oxyde-read")
            thread.start()
            # In a thread, because a reader written in C does not notice Ctrl-C; in short joins, because a long one does not either.
            while thread.is_alive():
                thread.join(SIGNAL_INTERVAL)
        except BaseException:
            reading.stream.close()
            raise
        return reading.result()


def _reading(step: Read, where: Route) -> Reading:
    """Imports what the reader needs, then starts the statement."""
    step.prepare()
    return Reading(step.reader, where.start(Call(step.shape, step.values), None, arrow=True).stream())


class Reading:
    """A function that reads an Arrow stream on another thread.

    Attributes:
        reader: The function.
        stream: The stream that it reads.
    """

    def __init__(self, reader: Callable[[Any], Any], stream: _native.ArrowStream) -> None:
        self.reader = reader
        self.stream = stream
        self._value: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Reads to the end; an error is kept for ``result``."""
        try:
            self._value = self.reader(self.stream)
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            self._error = error
        finally:
            self.stream.close()

    def result(self) -> Any:
        """Returns the reader's result; an error of the statement keeps its class."""
        if self._error is not None:
            self.stream.check()
            raise self._error
        return self._value


async def _refuse_forgotten(block: Block) -> None:
    """Raises TransactionBroken if the generator that holds a block was garbage collected: the loop closes it within two iterations."""
    import asyncio

    for _ in range(ROUNDS + 1):
        if block.ending:
            raise TransactionBroken("the generator that holds this atomic block was closed while the statement ran, which is rolled back")
        await asyncio.sleep(0)


async def _closes(nested: Block) -> None:
    """Raises OxydeError where a loop would wait for the nested block of the generator that it iterates."""
    import asyncio

    for _ in range(ROUNDS):
        await asyncio.sleep(0)
        if nested.ending:
            return
    raise nested.waits_for_reader()


async def turn(block: Block) -> None:
    """Waits until no nested block of another task is open in the block."""
    import asyncio

    while block.child is not None and not is_inside(block):
        if not block.child.is_seen():
            await _closes(block.child)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        block.waiters.append(partial(_wake, loop, future))
        if block.child is not None:
            await future


def _wake(loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(None))


def _refuse_to_wait(database: AsyncDatabase) -> None:
    """Raises OxydeError where a blocking write may wait for a lock held by a task of this thread's event loop."""
    if not is_held(database, threading.get_ident()):
        return
    import asyncio

    if asyncio._get_running_loop() is None:
        return
    message = (
        "this blocking verb would write while a task of this thread's event loop has an atomic block open on the same database, "
        "and may wait for it forever; await the verb instead"
    )
    raise OxydeError(message)


def turn_blocking(block: Block) -> None:
    """The same in a thread; raises OxydeError at once where it would wait for a task of this thread's own loop."""
    while block.child is not None and not is_inside(block):
        if not block.child.is_seen():
            raise block.child.waits_for_reader()
        if not block.child.blocking and block.child.thread == threading.get_ident():
            message = (
                "this blocking verb would wait for a nested block that a task of this thread's event loop holds; await the verb instead"
            )
            raise OxydeError(message)
        ended = threading.Event()
        block.waiters.append(ended.set)
        ended.wait()


__all__ = ["arrow_stream", "run", "run_blocking", "turn", "turn_blocking"]
