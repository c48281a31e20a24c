"""``%oxyde tables``: which names a pattern matches."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import db
from oxyde.db.route import Route
from oxyde.notebook import tables
from oxyde.notebook.result import Outcome, Result

NAMES = ("author", "book", "Book_Author")


class Rows:
    """The batch of a catalogue."""

    def values(self) -> list[tuple[Any, ...]]:
        return [(name, "table") for name in NAMES]


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server with these tables."""
    database = db.AsyncDatabase("sqlite::memory:", name="main", auto_register=False)
    monkeypatch.setattr(tables, "route", lambda _: Route(database))
    monkeypatch.setattr(tables, "run", lambda *_: Result(["name", "kind"], [Rows()], Outcome("main", 0.0, len(NAMES))))  # type: ignore[list-item] # a batch


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("", NAMES), ("author", ("author", "Book_Author")), ("AUTHOR", ("author", "Book_Author")), ("b*", NAMES[1:]), ("b??k", ("book",))],
)
def test_patterns(pattern: str, found: tuple[str, ...]) -> None:
    """A part of the name, or a whole one with wildcards; in any case."""
    shown = tables.find(pattern, None)
    assert tuple(name for name, _ in shown.rows()) == found
    assert shown.footer.endswith(" · main")


def test_nothing_is_found() -> None:
    """The pattern is named."""
    assert tables.find("x*", None).footer == "no table matches x* · main"
