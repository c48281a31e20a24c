"""Driving a verb: answers and errors come back where it yielded, in both drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde import db
from oxyde.db.execute import run, run_blocking
from oxyde.db.route import Route
from oxyde.db.steps import Await, Remember, Steps, Undo
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
