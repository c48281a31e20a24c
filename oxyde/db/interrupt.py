"""Ctrl-C and the stop button in a notebook: the statement is stopped on the server, then QueryCancelled is raised.

IPython's event loop does not turn SIGINT into a cancellation of the awaiting cell, and a blocking verb in such a cell would not notice
it either. One handler is installed while the main thread of an interactive shell waits for at least one statement: the first interrupt
stops the statements on the server, the second stops waiting for that, the third goes to the previous handler.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from oxyde.exceptions import OxydeError, QueryCancelled

if TYPE_CHECKING:
    import asyncio


Stop: TypeAlias = Callable[[], object]


class Interruptible:
    """A wait that an interrupt can end, as a context manager.

    Attributes:
        stop: Stops the statement on the server; None before it was started.
        task: The waiting task; None for a blocking verb.
        stopped: An interrupt arrived.
    """

    __slots__ = ("stop", "stopped", "task")

    def __init__(self, stop: Stop | None, task: asyncio.Task[Any] | None) -> None:
        self.stop = stop
        self.task = task
        self.stopped = False

    def __enter__(self) -> Callable[[Stop], None]:
        _guard.enter(self)
        return self.stop_by

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _guard.leave(self)
        if self.stopped and error is not None and not isinstance(error, OxydeError):
            if self.task is not None and sys.version_info >= (3, 11):
                import asyncio

                if isinstance(error, asyncio.CancelledError):
                    self.task.uncancel()
            raise QueryCancelled("interrupted; the server was told to stop the statement") from None

    def stop_by(self, stop: Stop) -> None:
        """Sets ``stop`` once the statement has been started, and calls it if an interrupt arrived meanwhile."""
        self.stop = stop
        if self.stopped:
            stop()

    def give_up(self) -> None:
        """Ends the wait without the server's answer."""
        if self.task is None:
            raise KeyboardInterrupt
        self.task.get_loop().call_soon_threadsafe(self.task.cancel)


class Guard:
    """The interrupt handler and the waits that it would end."""

    def __init__(self) -> None:
        self._waits: list[Interruptible] = []
        self._before: Any = None
        self._interrupts = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGINT."""
        self._interrupts += 1
        if self._interrupts > 2 and callable(self._before):
            self._before(number, frame)
        for wait in list(self._waits):
            if wait.stopped:
                wait.give_up()
            else:
                wait.stopped = True
                if wait.stop is not None:
                    wait.stop()

    def enter(self, wait: Interruptible) -> None:
        """Adds a wait; installs our handler with the first one."""
        standing: Any = signal.getsignal(signal.SIGINT)
        if standing is not self:
            self._before, self._interrupts = signal.signal(signal.SIGINT, self), 0
        self._waits.append(wait)

    def leave(self, wait: Interruptible) -> None:
        """Removes a wait; with the last one the previous handler is restored, unless another was installed after ours."""
        self._waits.remove(wait)
        standing: Any = signal.getsignal(signal.SIGINT)
        if not self._waits and standing is self:
            signal.signal(signal.SIGINT, self._before)


_guard: Final = Guard()
_PLAIN: Final[AbstractContextManager[Callable[[Stop], None]]] = nullcontext(lambda _: None)


def needed() -> bool:
    """Returns whether this is the main thread of an interactive shell."""
    ipython = sys.modules.get("IPython")
    if ipython is None or threading.current_thread() is not threading.main_thread():
        return False
    shell = getattr(ipython, "get_ipython", None)
    return shell is not None and shell() is not None


def interruptible(stop: Stop | None = None, task: asyncio.Task[Any] | None = None) -> AbstractContextManager[Callable[[Stop], None]]:
    """Returns a context manager around a wait: in a notebook an interrupt ends it, elsewhere it does nothing.

    Args:
        stop: Stops the statement on the server; called in a signal handler. For a statement that is started inside the block, pass
            it to the function that ``as`` binds.
        task: The waiting task; None for a blocking verb.
    """
    return Interruptible(stop, task) if needed() else _PLAIN


__all__ = ["interruptible", "needed"]
