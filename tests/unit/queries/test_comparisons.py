"""Comparisons: what they fix, when they are unknown, and how long a list is in the text."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.queries.comparisons import Among, AmongRows, Between, Comparison, IsNull, Nothing, padded, rounded
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Bound, Term
from oxyde.schema import types as kinds
from tests.unit.queries.test_term import of

ONE = Bound(1, kinds.INT)
NOWHERE: Any = None


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        (Comparison("eq", of("id"), ONE), "id"),
        (Comparison("gt", of("id"), ONE), None),
        (Comparison("eq", of("team__id"), ONE), "team_id"),
        (Comparison("eq", of("team__name"), Bound("x", kinds.TEXT)), None),
        (Comparison("eq", of("id"), of("age")), None),
        (Comparison("eq", ONE, of("id")), None),
    ],
)
def test_what_a_comparison_fixes(condition: Comparison, field: str | None) -> None:
    """Only equality of a column of the table itself, its foreign keys among them, with a plain value."""
    assert condition.fixes == field


def test_unknown() -> None:
    """A comparison with NULL is unknown, asking for NULL is not."""
    assert Comparison("eq", of("score"), ONE).unknown is of("score")
    assert Comparison("eq", of("age"), ONE).unknown is NEVER
    assert IsNull(True, of("score")).unknown is NEVER


def test_what_may_be_false_of_null() -> None:
    """Beyond one end of a range the other one does not matter, and nothing is in no rows; where NULL is, neither is true."""
    for condition in (Between("between", ONE, of("age"), of("score")), AmongRows("in", of("score"), ONE)):
        assert condition.unknown is MAYBE
        assert condition.undecided is of("score")
    assert Between("between", of("age"), ONE, ONE).unknown is NEVER
    assert Comparison("eq", Between("between", ONE, ONE, of("score")), Bound(False, kinds.BOOL)).undecided is MAYBE


def test_conditions_tell_no_secret() -> None:
    """That a value matches is shown, the value is not."""

    class Secret(Term):
        """A value that frames mask."""

        type, secret = kinds.TEXT, True

    assert Secret("s").secret
    assert not Comparison("eq", Secret("s"), ONE).secret


def test_constants() -> None:
    """Nothing is in an empty list; the two tests for NULL are two nodes."""
    scope: Scope = NOWHERE
    assert Nothing().write(scope, []) == {"bool": False}
    assert IsNull(True, of("age")).write(scope, ["null"]) == {"is_null": "null"}
    assert IsNull(False, of("age")).write(scope, ["null"]) == {"is_not_null": "null"}


@pytest.mark.parametrize(
    ("length", "size"), [(1, 1), (2, 2), (3, 4), (5, 8), (1_000, 1_024), (32_769, 36_864), (40_000, 40_960), (65_535, 65_536)]
)
def test_rounded_lengths(length: int, size: int) -> None:
    """Powers of two, and steps of 4,096 where the next power is more than MySQL takes."""
    assert rounded(length) == size


@given(st.integers(1, 100_000))
def test_lengths_are_never_cut(length: int) -> None:
    """A list fits, and wastes less than itself."""
    assert length <= rounded(length) < 2 * length + 1


def test_lists_of_one_rounded_length_share_a_text() -> None:
    """The members are values beside it."""
    shapes = [Among(of("age"), Bound(list(range(length)), kinds.array_of(kinds.INT))).shape([]) for length in (5, 8, 9)]
    assert shapes[0] == shapes[1] != shapes[2]


@pytest.mark.parametrize(
    ("members", "needed"),
    [([1, 2], False), (["a", "b"], False), ([1.5, -0.0], False), (["a\0b"], True), ([math.inf], True), ([1.0, math.nan], True)],
)
def test_what_must_be_padded(members: list[Any], needed: bool) -> None:
    """What a server does not read exactly from JSON."""
    assert padded(members) is needed
