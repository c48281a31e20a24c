"""Events: listeners are called after each statement."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from typing_extensions import Self

from oxyde import _native
from oxyde.db.database import AsyncDatabase


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
