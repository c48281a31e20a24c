"""Events: listeners are called after each statement."""

from __future__ import annotations

import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from typing_extensions import Self

from oxyde import _native
from oxyde.db.caller import stack_level
from oxyde.db.database import AsyncDatabase
from oxyde.ir import wire


@dataclass(frozen=True)
class Event:
    """A statement that has ended.

    Attributes:
        connection: The alias of the connection.
        seconds: The time from submission to the last row; to the first one where another library pulls the rows.
        affected: Rows inserted, updated or deleted; None after an error.
        error: The error it ended with, if any.
        shape: The packed statement.
        dialect: The server's dialect; None while it is unknown.
    """

    connection: str
    seconds: float
    affected: int | None
    error: BaseException | None
    shape: bytes
    dialect: str | None

    @property
    def sql(self) -> str:
        """The statement with placeholders, never with values; rendered on access, so that listening alone costs nothing."""
        steps = _native.render(self.shape, self.dialect or "postgres")
        return ";\n".join(text for text, _ in steps)


listeners: list[Callable[[Event], Any]] = []
"""The functions that are called after each statement."""


def on_statement(function: Callable[[Event], Any]) -> Callable[[], None]:
    """Calls ``function(event)`` after each statement, in the task or thread that waited for it.

    Returns:
        A function that removes the listener.
    """
    listeners.append(function)

    def stop() -> None:
        if function in listeners:
            listeners.remove(function)

    return stop


def warn_repeated(times: int = 10) -> Callable[[], None]:
    """Warns, with the line that calls the verb, when one task (or thread) runs the same statement that often: rows read one by one.

    Returns:
        A function that ends it.

    Raises:
        ValueError: Once is no repetition.
    """
    if not isinstance(times, int) or isinstance(times, bool) or times < 2:
        message = f"warn_repeated() takes how often a statement may run, an int of at least 2, not {times!r}"
        raise ValueError(message)
    by_task: WeakKeyDictionary[Any, Counter[tuple[str, bytes]]] = WeakKeyDictionary()

    def hear(event: Event) -> None:
        ran = by_task.setdefault(_task(), Counter())
        ran[event.connection, event.shape] += 1
        if ran[event.connection, event.shape] == times:
            remedy = "join() or in_bulk() reads such rows at once" if wire.reads(event.shape) else "a bulk verb writes such rows at once"
            message = f"this statement ran {times} times in one task, with other values; {remedy}: {event.sql}"
            warnings.warn(message, RuntimeWarning, stacklevel=stack_level())

    return on_statement(hear)


def _task() -> Any:
    """Returns the running task; the thread where there is none."""
    asyncio = sys.modules.get("asyncio")  # blocking code does without
    running = None if asyncio is None else asyncio._get_running_loop()
    return threading.current_thread() if asyncio is None or running is None else asyncio.current_task(running)


class Timer:
    """Times a statement and reports its end to the listeners; a context manager around waiting for it."""

    def __init__(self, shape: bytes, database: AsyncDatabase) -> None:
        self.shape = shape
        self.database = database
        self.affected = 0
        self.started = 0.0

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, GeneratorExit):
            error = None  # a stream that was closed early
        event = Event(
            connection=self.database.name,
            seconds=time.perf_counter() - self.started,
            affected=self.affected if error is None else None,
            error=error,
            shape=self.shape,
            dialect=self.database.native.family,
        )
        for listener in tuple(listeners):
            listener(event)


def timed(shape: bytes, database: AsyncDatabase) -> AbstractContextManager[Timer | None]:
    """Returns a context manager around the wait for a statement, which does nothing while there are no listeners."""
    return Timer(shape, database) if listeners else nullcontext()
