"""Unit tests of oxyde.inspect.query."""

from __future__ import annotations

from oxyde.db.database import AsyncDatabase
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.inspect.query import query, quoted


def test_rows_are_dictionaries() -> None:
    """Values are bound."""
    database = AsyncDatabase("sqlite::memory:", name="rows", auto_register=False)
    rows = run_blocking(query("SELECT :a AS a, 2 AS b", {"a": "x'y"}, "sqlite"), route(client=database))
    assert rows == [{"a": "x'y", "b": 2}]
    database.disconnect_blocking()


def test_quotes_are_doubled() -> None:
    """A name with a quote is still one name."""
    assert (quoted('a"b'), quoted("a`b", "`")) == ('"a""b"', "`a``b`")
