"""``assert_statements``: a test fails where code sends another number of statements than it should."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType

from typing_extensions import Self

from oxyde.db.events import Event, on_statement

_counting: ContextVar[tuple[assert_statements, ...]] = ContextVar("oxyde_counting", default=())


class assert_statements:  # noqa: N801 - it is called as a function is
    """Fails unless exactly that many statements run inside: ``with assert_statements(2): ...``, or ``async with``.

    Those of this task count, of the tasks that it starts inside, and of the threads that ``asyncio.to_thread`` starts; those of a
    failed statement too. BEGIN, COMMIT and their kin do not.

    Attributes:
        statements: The SQL of the statements so far, without values.

    Raises:
        AssertionError: Another number ran; the message lists them.
    """

    def __init__(self, count: int) -> None:
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            message = f"assert_statements() takes the number of statements, not {count!r}"
            raise TypeError(message)
        self.count = count
        self._events: list[Event] = []
        self._stop: Callable[[], None] | None = None
        self._token: Token[tuple[assert_statements, ...]] | None = None

    @property
    def statements(self) -> list[str]:
        """The SQL of the statements so far."""
        return [event.sql for event in self._events]

    def __enter__(self) -> Self:
        if self._stop is not None:
            raise RuntimeError("this assert_statements() is entered already; make another one")
        self._events.clear()
        self._token = _counting.set((*_counting.get(), self))
        self._stop = on_statement(self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._stop is not None and self._token is not None:
            self._stop()
            _counting.reset(self._token)
            self._stop = self._token = None
        if kind is None and len(self._events) != self.count:
            ran = len(self._events)
            listed = "".join(f"\n{number}. {sql}" for number, sql in enumerate(self.statements, start=1))
            message = f"{ran} statement{'' if ran == 1 else 's'} ran, and {self.count} should have{listed and ':'}{listed}"
            raise AssertionError(message)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.__exit__(kind, error, trace)

    def _hear(self, event: Event) -> None:
        if self in _counting.get():
            self._events.append(event)
