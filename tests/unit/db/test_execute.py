"""Driving a verb: answers and errors come back where it yielded, in both drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde import db
from oxyde.db.execute import Reading, run, run_blocking
from oxyde.db.route import Route
from oxyde.db.steps import Await, Remember, Steps, Undo
from oxyde.exceptions import NotFoundError
from tests.unit.db.test_block import block, database, outside

__all__ = ["database", "outside"]


async def later(value: Any) -> Any:
    """Returns a value, or raises an error."""
    if isinstance(value, Exception):
        raise value
    return value


def adding() -> Steps[int]:
    """Adds the answers of two hooks."""
    one = yield Await(1)
    two = yield Await(2)
    return int(one + two)


def test_blocking(database: db.AsyncDatabase) -> None:
    """The result is what the generator returns."""
    assert run_blocking(adding(), Route(database)) == 3


async def test_awaited(database: db.AsyncDatabase) -> None:
    """An answer is awaited where it can be."""

    def verb() -> Steps[Any]:
        return (yield Await(later(5)))

    assert await run(adding(), Route(database)) == 3
    assert await run(verb(), Route(database)) == 5


async def test_an_error_is_met_where_it_was_yielded(database: db.AsyncDatabase) -> None:
    """The verb may catch it and go on."""

    def verb() -> Steps[Any]:
        try:
            yield Await(later(KeyError("gone")))
        except KeyError:
            return (yield Await("caught"))

    assert await run(verb(), Route(database)) == "caught"


def test_an_async_hook_in_a_blocking_verb(database: db.AsyncDatabase) -> None:
    """It is refused, and its coroutine closed."""

    def verb() -> Steps[None]:
        yield Await(later(1), "M.pre_save")

    with pytest.raises(TypeError, match=r"^M\.pre_save is async"):
        run_blocking(verb(), Route(database))


def test_snapshots_are_made_only_in_a_block(database: db.AsyncDatabase) -> None:
    """Elsewhere nothing can be rolled back."""
    asked: list[str] = []

    def verb() -> Steps[Any]:
        made = yield Remember(lambda: asked.append("made") or "snapshot")
        undo: Callable[[], None] = lambda: None  # noqa: E731 - compared below
        yield Undo(undo)
        return made, undo

    assert run_blocking(verb(), Route(database))[0] is None
    assert asked == []
    inside = block(database)
    made, undo = run_blocking(verb(), Route(database, inside))
    assert (made, inside.undo) == ("snapshot", [undo])


class Stream:
    """Remembers that it was closed; ``check`` raises the error of the statement, if there was one."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.closed = error, False

    def close(self) -> None:
        """Closes it."""
        self.closed = True

    def check(self) -> None:
        """Raises the error."""
        if self.error is not None:
            raise self.error


def test_what_a_reader_returns() -> None:
    """Its value; its error, for which an error of the statement is raised when there was one; the stream is closed."""

    def broken(_: Any) -> Any:
        raise KeyError("theirs")

    for reader, stream, error in (
        (lambda _: 3, Stream(), None),
        (broken, Stream(), KeyError),
        (broken, Stream(NotFoundError("ours")), NotFoundError),
    ):
        reading = Reading(reader, stream)  # type: ignore[arg-type] # in place of the core's
        reading.run()
        assert stream.closed
        if error is None:
            assert reading.result() == 3
        else:
            with pytest.raises(error, match=r"ours|theirs"):
                reading.result()
