"""How an operation's batches come back: one descriptor for each event loop, or a blocking wait.

asyncio is imported inside the functions that await, here and elsewhere: blocking code never needs it, and importing it takes half as
long as importing Oxyde.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from oxyde import _native
from oxyde.db import interrupt

if TYPE_CHECKING:
    import asyncio

Starter: TypeAlias = Callable[[_native.Queue | None], _native.Operation]
OnBatch: TypeAlias = Callable[[_native.Batch], None]

GRACE = 2.0
"""Seconds that a cancelled task waits for the answer to COMMIT or ROLLBACK."""


class LoopQueue:
    """The completion queue of one event loop, and the futures that wait for its operations."""

    __slots__ = ("__weakref__", "loop", "native", "waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = weakref.ref(loop)
        self.native = _native.Queue()
        self.waiting: dict[int, asyncio.Future[None]] = {}
        try:
            loop.add_reader(self.native.fileno(), self.drain)
        except NotImplementedError:
            threading.Thread(
                target=_drain_in_thread, args=(weakref.ref(loop), weakref.ref(self), self.native), name="oxyde-queue", daemon=True
            ).start()

    def drain(self) -> None:
        """Wakes the tasks whose operations have a batch ready."""
        self.wake(self.native.drain())

    def wake(self, operations: list[int]) -> None:
        """Wakes the tasks that wait for these operations; futures that are already done (cancelled) are skipped."""
        for operation in operations:
            future = self.waiting.pop(operation, None)
            if future is not None and not future.done():
                future.set_result(None)


def _drain_in_thread(loop: weakref.ref[asyncio.AbstractEventLoop], queue: weakref.ref[LoopQueue], native: _native.Queue) -> None:
    """Waits on behalf of a loop that cannot watch descriptors (Windows), until the loop is closed."""
    while True:
        operations = native.wait(1.0)
        running, target = loop(), queue()
        if running is None or target is None or running.is_closed():
            return
        if operations:
            try:
                running.call_soon_threadsafe(target.wake, operations)
            except RuntimeError:  # closed since we looked
                return
        del running, target


_queues: dict[int, LoopQueue] = {}


def queue_of_running_loop() -> LoopQueue:
    """Returns the queue of the running loop, created on first use."""
    import asyncio

    loop = asyncio.get_running_loop()
    queue = _queues.get(id(loop))
    if queue is None or queue.loop() is not loop:
        for key, other in list(_queues.items()):
            known = other.loop()
            if known is None or known.is_closed():
                del _queues[key]
        queue = _queues[id(loop)] = LoopQueue(loop)
    return queue


os.register_at_fork(after_in_child=_queues.clear)


async def receive(queue: LoopQueue, operation: _native.Operation, on_batch: OnBatch | None = None) -> _native.Batch:
    """Receives an operation's batches and returns the last one. Does not cancel the operation: see ``result``."""
    while True:
        batch = operation.take() or await next_batch(queue, operation)
        if on_batch is not None:
            on_batch(batch)
        if batch.done:
            return batch


async def next_batch(queue: LoopQueue, operation: _native.Operation) -> _native.Batch:
    """Waits for the next batch of an operation."""
    import asyncio

    batch = operation.take()
    while batch is None:
        future = queue.waiting[operation.id] = asyncio.get_running_loop().create_future()
        await future
        batch = operation.take()
    return batch


async def result(start: Starter, on_batch: OnBatch | None = None) -> _native.Batch:
    """Starts an operation and returns its last batch; whatever interrupts the wait cancels it on the server."""
    import asyncio

    queue = queue_of_running_loop()
    if interrupt.needed():
        with interrupt.interruptible(task=asyncio.current_task()) as stop_by:
            operation = start(queue.native)
            stop_by(operation.cancel)
            return await _result(queue, operation, on_batch)
    return await _result(queue, start(queue.native), on_batch)


async def _result(queue: LoopQueue, operation: _native.Operation, on_batch: OnBatch | None) -> _native.Batch:
    try:
        return await receive(queue, operation, on_batch)
    except BaseException:
        queue.waiting.pop(operation.id, None)
        operation.cancel()
        raise


async def finish(start: Starter) -> asyncio.CancelledError | None:
    """Starts an operation that must be completed and waits for its answer; after a cancellation for at most ``GRACE`` seconds more.

    Returns:
        The first cancellation that arrived meanwhile, which the caller raises after cleaning up. Some frameworks cancel a task
        repeatedly until it ends.
    """
    import asyncio

    queue = queue_of_running_loop()
    operation = start(queue.native)
    first = await _interruption(queue, operation)
    if first is None:
        return None
    timer = asyncio.get_running_loop().call_later(GRACE, operation.cancel)
    try:
        while await _interruption(queue, operation) is not None:
            pass
    finally:
        timer.cancel()
    return first


async def _interruption(queue: LoopQueue, operation: _native.Operation) -> asyncio.CancelledError | None:
    """Waits for an operation's end; returns a cancellation that arrived first."""
    import asyncio

    try:
        await receive(queue, operation)
    except asyncio.CancelledError as cancelled:
        queue.waiting.pop(operation.id, None)
        return cancelled
    return None


def finish_blocking(start: Starter) -> BaseException | None:
    """Starts an operation that must be completed and blocks until its answer; returns the exception of a signal that arrived meanwhile."""
    return start(None).finish()


_concluding: Final[set[asyncio.Future[Any]]] = set()
"""Tasks that run on after their waiter was cancelled: an event loop keeps only weak references."""


async def conclude(awaitable: Awaitable[Any]) -> asyncio.CancelledError | None:
    """Awaits something in a task of its own; a cancelled caller waits for ``GRACE`` seconds more, then the task runs on without it.

    Returns:
        The first cancellation that arrived meanwhile.
    """
    import asyncio

    task = asyncio.ensure_future(awaitable)
    loop = asyncio.get_running_loop()
    cancelled: asyncio.CancelledError | None = None
    until = 0.0
    while not task.done():
        try:
            await asyncio.wait([task], timeout=None if cancelled is None else until - loop.time())
        except asyncio.CancelledError as error:
            if cancelled is None:
                cancelled, until = error, loop.time() + GRACE
        if cancelled is not None and loop.time() >= until:
            _concluding.add(task)
            task.add_done_callback(_concluding.discard)
            return cancelled
    task.result()
    return cancelled


def result_blocking(start: Starter, on_batch: OnBatch | None = None) -> _native.Batch:
    """The same as ``result`` for a caller without a loop; a signal's exception reaches the server before it is raised."""
    with interrupt.interruptible() as stop_by:
        operation = start(None)
        try:
            stop_by(operation.cancel)
            while True:
                batch = operation.wait()
                if on_batch is not None:
                    on_batch(batch)
                if batch.done:
                    return batch
        except BaseException:
            operation.cancel()
            raise
