"""Queries as values of a row: what they select, and which are refused."""

from __future__ import annotations

import pytest

from oxyde import Exists, FieldError, OuterRef, Q, Subquery
from oxyde.queries.term import MAYBE, NEVER
from tests.cases.models import Novelist, Team
from tests.unit.queries.shapes import flat, where_of

MINE = Novelist.objects.filter(team=OuterRef("id"))
NAMES = Team.objects._state.names


def test_exists() -> None:
    """It selects a number, without an order; it is never unknown, and joins as a condition does."""
    inner = flat(where_of(Team.objects.filter(Exists(MINE.order_by("age"))))["exists"])
    assert [output["expr"] for output in inner["outputs"]] == [{"int": 1}]
    assert "order_by" not in inner
    assert Exists(MINE).resolve(NAMES).unknown is NEVER
    assert list(where_of(Team.objects.filter(~Exists(MINE)))) == ["not"]
    assert list(where_of(Team.objects.filter(Exists(MINE) | Q(id=1)))) == ["or"]
    assert repr(Exists(MINE) & Q(id=1)) == "(Q(Exists(Novelist)) & Q(id=…))"


def test_subquery() -> None:
    """It has the type of its column, and is NULL without a row; one row is taken, or a key finds it."""
    made = Subquery(MINE.values("age")[:1]).resolve(NAMES)
    assert (made.type.kind, made.unknown, made.correlated) == ("int", MAYBE, True)
    alone = Subquery(Novelist.objects.filter(id=1).values("age")).resolve(NAMES)
    assert not alone.correlated
    for queryset, message in (
        (MINE, "of one column"),
        (MINE.values("id", "age")[:1], "of one column"),
        (MINE.values("id"), "several rows"),
    ):
        with pytest.raises(FieldError, match=message):
            Subquery(queryset)
