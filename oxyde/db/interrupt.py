"""Ctrl-C and the stop button while a notebook awaits: the statement is stopped on the server, then QueryCancelled is raised.

IPython's event loop does not turn SIGINT into a cancellation of the awaiting cell; without this guard the interrupt arrives when
the statement has ended. One handler stands in while at least one operation is awaited in the main thread of an interactive shell:
the first interrupt cancels the operations on the server, the second cancels the tasks, the third goes to the handler before ours.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from types import FrameType
from typing import Any

from oxyde import _native


class Guard:
    """The interrupt handler and the operations it would stop."""

    def __init__(self) -> None:
        self._awaited: dict[int, tuple[_native.Operation, asyncio.Task[Any] | None]] = {}
        self._before: Any = None
        self._interrupts = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGINT."""
        self._interrupts += 1
        if self._interrupts > 2 and callable(self._before):
            self._before(number, frame)
        for operation, task in list(self._awaited.values()):
            if self._interrupts == 1:
                operation.cancel()
            elif task is not None:
                task.cancel()

    def enter(self, operation: _native.Operation) -> None:
        """Notes an operation that is awaited from now on."""
        if not self._awaited:
            self._before, self._interrupts = signal.signal(signal.SIGINT, self), 0
        self._awaited[operation.id] = (operation, asyncio.current_task())

    def leave(self, operation: _native.Operation) -> None:
        """Forgets an operation; with the last one the handler before ours returns."""
        self._awaited.pop(operation.id, None)
        if not self._awaited:
            signal.signal(signal.SIGINT, self._before)


_guard = Guard()


def needed() -> bool:
    """Whether an interactive shell runs in this, the main thread."""
    shell = sys.modules.get("IPython")
    return shell is not None and threading.current_thread() is threading.main_thread() and shell.get_ipython() is not None


enter, leave = _guard.enter, _guard.leave
