"""Events: who hears of a statement, and what they are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oxyde import db
from oxyde.db import events
from oxyde.db.events import Event, Timer, on_statement, timed
from tests.cases.models import Team

SHAPE = Team.objects.filter(id=1)._compiled().shape


@pytest.fixture
def database() -> db.AsyncDatabase:
    """A connection that is never used."""
    return db.AsyncDatabase("sqlite::memory:", name="main", auto_register=False)


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    """What a listener was told."""
    found: list[Event] = []
    stop = on_statement(found.append)
    yield found
    stop()
    stop()
    assert events.listeners == []


def test_a_statement_that_ended(database: db.AsyncDatabase, heard: list[Event]) -> None:
    """Its connection, rows and SQL, without values."""
    with Timer(SHAPE, database) as timer:
        timer.affected = 3
    (event,) = heard
    assert (event.connection, event.affected, event.error) == ("main", 3, None)
    assert event.seconds >= 0
    assert event.sql.startswith("SELECT ")
    assert "case_team" in event.sql


def test_a_statement_that_failed(database: db.AsyncDatabase, heard: list[Event]) -> None:
    """The error is reported, and goes on its way."""
    error = ValueError("no")
    with pytest.raises(ValueError), Timer(SHAPE, database) as timer:
        timer.affected = 3
        raise error
    assert (heard[0].error, heard[0].affected) == (error, None)


def test_a_stream_that_was_left_early(database: db.AsyncDatabase, heard: list[Event]) -> None:
    """That is no error."""
    with pytest.raises(GeneratorExit), Timer(SHAPE, database):
        raise GeneratorExit
    assert heard[0].error is None


def test_nothing_is_timed_while_nobody_listens(database: db.AsyncDatabase) -> None:
    """Then it costs nothing."""
    with timed(SHAPE, database) as timer:
        assert timer is None
