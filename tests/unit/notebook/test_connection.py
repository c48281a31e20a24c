"""The connection that a magic runs on, and what is said where there is none."""

from __future__ import annotations

import pytest

from oxyde import db
from oxyde.exceptions import ConnectionNotFound
from oxyde.notebook.connection import Current, make_current, route


@pytest.fixture(autouse=True)
def nothing_current(unconnected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is current."""
    monkeypatch.setattr(Current, "alias", None)


def test_the_current_connection() -> None:
    """Unless the line names another one; the only one is current by itself."""
    one = db.AsyncDatabase("sqlite::memory:", name="one")
    assert route().database is one
    two = db.AsyncDatabase("sqlite::memory:", name="two")
    make_current("two")
    assert route().database is two
    assert route("one").database is one


def test_a_current_connection_that_was_closed() -> None:
    """The others are what is left."""
    one = db.AsyncDatabase("sqlite::memory:", name="one")
    make_current("gone")
    assert route().database is one
    assert Current.alias is None


@pytest.mark.parametrize(
    ("known", "alias", "message"),
    [
        ((), None, "nothing is connected yet; %oxyde connect URL connects"),
        (("a", "b"), None, 'none of the connections "a", "b" is current; name one with --on NAME'),
        (("a",), "c", 'no connection is named "c"; known are "a"; %oxyde connect URL --as c adds it'),
    ],
)
def test_no_connection(known: tuple[str, ...], alias: str | None, message: str) -> None:
    """The message names the magic that helps."""
    for name in known:
        db.AsyncDatabase("sqlite::memory:", name=name)
    with pytest.raises(ConnectionNotFound, match=message):
        route(alias)
