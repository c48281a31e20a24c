"""Calling a function of the application that uses the database itself, sync or async, from a blocking verb or an awaited one."""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio

SIGNAL_INTERVAL: Final = 0.05
"""The interval in seconds at which a thread that waits for another one checks for signals."""


async def invoke(function: Callable[[], Any]) -> Any:
    """Calls a function on another thread, so that it may block, and awaits what it returns if that is awaitable.

    It sees the atomic blocks of the calling task. A cancelled caller waits until the function has returned.
    """
    import asyncio

    context = contextvars.copy_context()
    # A task of its own would be cancelled with all others when the loop is shut down, while the thread runs on.
    work: asyncio.Future[Any] = asyncio.get_running_loop().run_in_executor(None, lambda: context.run(_stopped, function))
    interrupt: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:  # noqa: PERF203 - one round, and one for each cancellation
            interrupt = error
    if interrupt is not None:
        if work.exception() is None and inspect.iscoroutine(work.result()):
            work.result().close()
        raise interrupt
    made = work.result()
    return await made if inspect.isawaitable(made) else made


def invoke_blocking(function: Callable[[], Any]) -> Any:
    """Calls a function; what it returns runs in an event loop of its own if it is awaitable, whether this thread has a loop or not."""
    made = _stopped(function)
    return _awaited(made) if inspect.isawaitable(made) else made


def _stopped(function: Callable[[], Any]) -> Any:
    """Calls a function; StopIteration, which would end the steps of the verb in silence, becomes a RuntimeError."""
    try:
        return function()
    except StopIteration as error:
        raise RuntimeError("the function raised StopIteration").with_traceback(error.__traceback__) from error


def _awaited(awaitable: Awaitable[Any]) -> Any:
    """Awaits in the event loop of another thread; an exception that arrives meanwhile cancels it, and waits for its end."""
    runner = _Runner(awaitable)
    try:
        runner.thread.start()
        while runner.thread.is_alive():
            runner.thread.join(SIGNAL_INTERVAL)
    except RuntimeError:  # no thread can be started
        raise
    except BaseException:
        runner.stop()
        raise
    return runner.outcome.result()


class _Runner:
    """Awaits something on a thread of its own.

    Attributes:
        thread: The thread.
        outcome: What became of it.
    """

    def __init__(self, awaitable: Awaitable[Any]) -> None:
        self.thread = threading.Thread(target=self._run, name="oxyde-invoke")
        self.outcome: Future[Any] = Future()
        self._awaitable = awaitable
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[Any] | None = None
        self._is_stopped = False

    def stop(self) -> None:
        """Cancels it, and waits until it has ended."""
        self._is_stopped = True
        if self._task is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)
        wait([self.outcome])

    def _run(self) -> None:
        import asyncio

        try:
            self.outcome.set_result(self._context.run(asyncio.run, self._main()))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self.outcome.set_exception(error)

    async def _main(self) -> Any:
        import asyncio

        self._task = asyncio.current_task()
        if self._is_stopped and self._task is not None:
            self._task.cancel()
        return await self._awaitable


__all__ = ["SIGNAL_INTERVAL", "invoke", "invoke_blocking"]
