"""What was sent to a server, told to those who listen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typing_extensions import Self

from oxyde import _native

if TYPE_CHECKING:
    from oxyde.db.database import AsyncDatabase
    from oxyde.db.steps import Call


@dataclass(frozen=True)
class Event:
    """A statement that ended.

    Attributes:
        connection: The alias of the connection.
        seconds: From the submission to the last row.
        affected: Rows inserted, updated or deleted; None after an error.
        error: What it met.
        shape: The packed statement.
        dialect: The server's, None while it is not known.
    """

    connection: str
    seconds: float
    affected: int | None
    error: BaseException | None
    shape: bytes
    dialect: str | None

    @property
    def sql(self) -> str:
        """The statement with placeholders, never with values; rendered now, so that listening alone costs nothing."""
        steps = _native.render(self.shape, self.dialect or "postgres")
        return ";\n".join(text for text, _ in steps)


listeners: list[Callable[[Event], Any]] = []
"""Who is called after each statement."""


def on_statement(function: Callable[[Event], Any]) -> Callable[[], None]:
    """Calls ``function(event)`` after each statement, in the task or thread that waited for it.

    Returns:
        A function that ends this.
    """
    listeners.append(function)

    def stop() -> None:
        if function in listeners:
            listeners.remove(function)

    return stop


class Watch:
    """Times a statement and tells its end; a context manager around the wait for it."""

    def __init__(self, call: Call, database: AsyncDatabase) -> None:
        self.call = call
        self.database = database
        self.batch: _native.Batch | None = None
        self.started = 0.0

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        event = Event(
            connection=self.database.name,
            seconds=time.perf_counter() - self.started,
            affected=None if self.batch is None else self.batch.affected,
            error=error,
            shape=self.call.shape,
            dialect=self.database.native.family,
        )
        for listener in tuple(listeners):
            listener(event)
