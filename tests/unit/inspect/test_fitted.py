"""Unit tests of oxyde.inspect.fitted."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from typing import Any

import pytest

from oxyde.exceptions import DecodeError
from oxyde.inspect.fitted import Fitted, without_unreadable
from oxyde.inspect.planning import INCOMPLETE, plan
from oxyde.migrations.parts import Column, Index, Unique
from oxyde.schema.types import ANY, INT, TEXT
from tests.unit.inspect.states import ident, made, number, state, to, word

PLACES = state(
    made(
        "places",
        ident(),
        word("name"),
        Column("Where", TEXT, db_type="point"),
        constraints=[Unique("uq_where", ("Where", "name"))],
        indexes=[Index("ix_name", ("name",)), Index("ix_where", ("abs(Where)",))],
    ),
    made("visits", Column("place", TEXT, db_type="point"), number("id"), key=("place", "id"), constraints=[to("visits", "id", "places")]),
)


def driven(steps: Generator[Any, Any, Fitted], errors: list[DecodeError | None]) -> Fitted:
    """Answers each statement with the next error, or with nothing."""
    try:
        next(steps)
        for error in errors:
            steps.send(None) if error is None else steps.throw(error)
    except StopIteration as end:
        return end.value
    raise AssertionError("more statements than answers")


def test_columns_without_values_are_left_out() -> None:
    """With what is over them, and said; a table that loses its key has none."""
    first, second = DecodeError("no point", column="where"), DecodeError("no point", column="place")
    found = driven(without_unreadable(PLACES, {}, "postgres"), [first, first, first, None, second, second, second, None])
    places, visits = found.state.tables.values()
    assert list(places.columns) == ["id", "name"]
    assert (dict(places.constraints), list(places.indexes)) == ({}, ["ix_name"])
    assert (list(visits.columns), visits.key) == (["id"], ())
    assert found.remarks == {((None, "places"), "Where"): "left out: no point", ((None, "visits"), "place"): "left out: no point"}
    classes = plan(found.state, "postgres", remarks=found.remarks).classes
    assert classes[0].notes == ("column Where is left out: no point", INCOMPLETE)
    assert classes[0].meta["managed"] is False


def test_other_errors_are_raised() -> None:
    """One that is about no column of the table is no answer."""
    with pytest.raises(DecodeError, match="else"):
        driven(without_unreadable(PLACES, {}, "postgres"), [DecodeError("something else")])


def test_a_state_that_can_be_read_stays() -> None:
    """Nothing is said then."""
    found = driven(without_unreadable(PLACES, {}, "postgres"), [None, None])
    assert dataclasses.astuple(found)[2] == {}
    assert found.state == PLACES


def test_columns_that_are_read_as_something_else() -> None:
    """As integers, such as an oid of PostgreSQL, or as what the server sends."""
    error = DecodeError("no text", column="where")
    found = driven(without_unreadable(PLACES, {}, "postgres"), [error, None, None])
    assert found.state.tables[None, "places"].columns["Where"] == Column("Where", INT, db_type="point")
    found = driven(without_unreadable(PLACES, {}, "postgres"), [error, error, None, None])
    assert found.state.tables[None, "places"].columns["Where"] == Column("Where", ANY, db_type="point")
    assert not found.remarks
