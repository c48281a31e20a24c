"""Connectives: when a condition made of others is unknown, and how it is negated."""

from __future__ import annotations

from oxyde.queries.comparisons import Comparison
from oxyde.queries.connectives import Group, Negation
from oxyde.queries.scope import Scope, Values
from oxyde.queries.term import MAYBE, NEVER
from tests.cases.models import Novelist
from tests.unit.queries.test_term import of


def test_when_they_are_unknown() -> None:
    """A group may be as soon as a member may be; a negation never is."""
    sure, maybe = Comparison("gt", of("age"), of("id")), Comparison("gt", of("score"), of("score"))
    assert Group("and", sure, sure).unknown is NEVER
    assert Group("or", sure, maybe).unknown is MAYBE
    assert Negation(Group("or", sure, maybe)).unknown is NEVER


def test_negations() -> None:
    """NOT where nothing is unknown, NOT or IS NULL for one column, else IS NOT TRUE."""
    scope = Scope(Values(), Novelist.__table__)
    sure, one = Comparison("gt", of("age"), of("id")), Comparison("gt", of("score"), of("score"))
    assert list(Negation(sure).compile(scope)) == ["not"]
    assert list(Negation(one).compile(scope)) == ["or"]
    assert list(Negation(Group("and", one, sure)).compile(scope)) == ["is_not_true"]
