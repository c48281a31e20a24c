"""The verbs of ``%oxyde``: connections by name and URL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oxyde import db
from oxyde.db.database import connections
from oxyde.exceptions import ConnectionNotFound
from oxyde.notebook.command import UsageError
from oxyde.notebook.connection import Current
from oxyde.notebook.magic import dispatch
from oxyde.notebook.verbs import HELP, VERBS


@pytest.fixture(autouse=True)
def nothing_current(unconnected: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No connection is current, and those that the test opens are closed."""
    monkeypatch.setattr(Current, "alias", None)
    yield
    for database in connections.all():
        database.disconnect_blocking()


def test_connecting_makes_current(capsys: pytest.CaptureFixture[str]) -> None:
    """By URL, then by name; closing the current one leaves none."""
    VERBS["connect"]("sqlite::memory: --as one", {})
    VERBS["connect"]("sqlite::memory: --as two", {})
    assert Current.alias == "two"
    assert VERBS["connect"]("one", {}).database is connections.find("one")
    assert Current.alias == "one"
    VERBS["close"]("", {})
    assert capsys.readouterr().out == "closed one\n"
    assert (Current.alias, [one.name for one in connections.all()]) == (None, ["two"])
    with pytest.raises(ConnectionNotFound):
        VERBS["close"]("one", {})


def test_urls_that_are_not_understood() -> None:
    """They are a mistake of the line, without a traceback."""
    with pytest.raises(UsageError):
        VERBS["connect"]("oracle://h/d", {})
    assert Current.alias is None


def test_a_name_that_is_not_connected() -> None:
    """It is no URL without a scheme: the names that are there are listed."""
    with pytest.raises(UsageError, match=r'no connection is named "one"; known are none yet; usage: %oxyde connect URL'):
        VERBS["connect"]("one", {})
    VERBS["connect"]("sqlite::memory: --as two", {})
    with pytest.raises(UsageError, match=r'no connection is named "one"; known are "two"; usage: %oxyde connect URL'):
        VERBS["connect"]("one", {})


@pytest.mark.parametrize("word", ["", "help", "--help", "-h"])
def test_help(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However it is asked for."""
    dispatch(word, None, {}, {})
    assert capsys.readouterr().out == HELP


def test_connections_are_listed() -> None:
    """With their state, and without passwords."""
    assert VERBS["connections"]("", {}).footer == "nothing is connected; %oxyde connect URL"
    db.AsyncDatabase("postgresql://user:s3cr3t@h/d", name="one")
    shown = VERBS["connections"]("", {})
    assert shown.footer == "1 connection"
    ((name, backend, url, state),) = shown.rows()
    assert (name, backend, state) == ("one", "postgres", "not connected, current")
    assert "s3cr3t" not in url
