"""Verbs of queries: slices compose, limits narrow, what comes later acts on what was asked before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde import F
from oxyde.exceptions import FieldError
from oxyde.queries import query
from oxyde.queries.source import State
from tests.cases.models import Novelist, Team
from tests.models import Post
from tests.unit.queries.shapes import inner_of, select_of, values_of

everyone = Novelist.objects
ENDS = st.one_of(st.none(), st.integers(0, 12))


def window(state: State, rows: list[int]) -> list[int]:
    """Does what LIMIT and OFFSET of a state do."""
    after = rows[state.offset :]
    return after if state.limit is None else after[: state.limit]


@given(st.lists(st.one_of(st.tuples(ENDS, ENDS), st.integers(0, 12)), max_size=5))
def test_slices_compose_like_those_of_a_list(steps: list[Any]) -> None:
    """However often a queryset is sliced, it is the slice of the slice; an index is a slice of one row."""
    state, rows = everyone._state, list(range(10))
    for step in steps:
        key = slice(*step) if isinstance(step, tuple) else step
        state = query.sliced(state, key)
        rows = rows[key] if isinstance(key, slice) else rows[key : key + 1]
        assert window(state, list(range(10))) == rows


@given(st.lists(st.integers(0, 12), min_size=1))
def test_a_second_limit_narrows(counts: list[int]) -> None:
    """``limit`` after ``limit`` never widens."""
    state = everyone._state
    for count in counts:
        state = query.limited(state, count)
    assert state.limit == min(counts)


STEP, INDEX, BOUND, NEGATIVE = "takes no step", "indexed by int or slice, not", "a slice of a queryset takes ints, not", "no negative index"


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        (slice(0, 4, 2), TypeError, STEP),
        (slice(None, None, 1), TypeError, STEP),
        ("x", TypeError, f"{INDEX} str"),
        (1.0, TypeError, f"{INDEX} float"),
        (True, TypeError, f"{INDEX} bool"),
        (slice("a", None), TypeError, f"{BOUND} str"),
        (slice(0, 2.0), TypeError, f"{BOUND} float"),
        (slice(True, 2), TypeError, f"{BOUND} bool"),
        (-1, ValueError, NEGATIVE),
        (-2, ValueError, NEGATIVE),
        (slice(-1, None), ValueError, NEGATIVE),
        (slice(0, -1), ValueError, NEGATIVE),
    ],
)
def test_keys_that_are_no_place(key: Any, error: type[Exception], message: str) -> None:
    """Steps and places from the end are errors, never ignored."""
    with pytest.raises(error, match=message):
        everyone[key]


@pytest.mark.parametrize("verb", ["limit", "offset"])
@pytest.mark.parametrize(
    ("count", "error", "message"),
    [
        (-1, ValueError, "0 or more, not -1"),
        (2**63, ValueError, "less than 2\\*\\*63, not 9223372036854775808"),
        ("1", TypeError, "an int, not str"),
        (True, TypeError, "an int, not bool"),
        (None, TypeError, "an int, not NoneType"),
    ],
)
def test_counts_are_checked(verb: str, count: Any, error: type[Exception], message: str) -> None:
    """``limit`` and ``offset`` take ints of 0 or more."""
    with pytest.raises(error, match=rf"^{verb}\(\) takes {message}$"):
        getattr(everyone, verb)(count)


def test_querysets_are_immutable() -> None:
    """Every verb gives another queryset; the one it was asked of stays."""
    chain = everyone.filter(age=1).order_by("name")
    before = chain._compiled()
    _ = chain.filter(age=2), chain.exclude(age=2), chain.order_by("age"), chain.reverse(), chain.limit(1), chain.offset(1), chain[2:3]
    _ = chain.distinct(), chain.values("name"), chain.values_list("name"), chain.using("other")
    assert chain._compiled() == before


def test_what_follows_a_slice_acts_on_its_rows() -> None:
    """Conditions and orders after a limit stand outside of it."""
    body = select_of(everyone.order_by("age")[:3].filter(name="x").order_by("-id"))
    inner = inner_of(body)
    assert ("limit" in body, "limit" in inner, "where" in body, "where" in inner) == (False, True, True, False)
    assert values_of(everyone.filter(age=7).order_by("age")[:3].filter(name="x")[1:2]) == [7, 3, "x", 1, 1]


def test_a_filter_after_a_slice_keeps_its_order() -> None:
    """The rows of a slice stay in their order when they are filtered further."""
    body = select_of(everyone.order_by("-age")[:3].filter(name="x"))
    assert [order["desc"] for order in body["order_by"]] == [True]


def test_distinct_after_a_slice_acts_on_its_rows() -> None:
    """So does ``distinct``."""
    body = select_of(everyone.values("age")[:3].distinct())
    assert body["distinct"]
    assert "limit" in inner_of(body)


def test_reverse() -> None:
    """The opposite order; by key where there is none; of a slice its rows turned round; twice is the same."""
    turned = select_of(everyone.order_by("age", F("name").desc(nulls_first=True)).reverse())["order_by"]
    assert [(order.get("desc", False), order.get("nulls")) for order in turned] == [(True, None), (False, "last")]
    assert select_of(everyone.reverse())["order_by"] == select_of(everyone.order_by("-id"))["order_by"]
    assert "limit" in inner_of(select_of(everyone.order_by("age")[:2].reverse()))
    assert select_of(everyone.order_by("age").reverse().reverse()) == select_of(everyone.order_by("age"))


def test_orders_replace() -> None:
    """The last ``order_by`` wins, and without names there is none."""
    assert select_of(everyone.order_by("age").order_by("name")) == select_of(everyone.order_by("name"))
    assert "order_by" not in select_of(everyone.order_by("age").order_by())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: everyone.order_by("agee"), FieldError, 'did you mean "age"'),
        (lambda: everyone.order_by("-team__nmae"), FieldError, 'Team has no field "nmae"; did you mean "name"'),
        (lambda: everyone.order_by(3), TypeError, "not int"),
        (lambda: everyone.order_by("age__year"), FieldError, "means nothing here"),
        (lambda: Team.objects.order_by("authors__age"), FieldError, r"Min\(\) or Max\(\)"),
        (lambda: everyone.values("agee"), FieldError, 'did you mean "age"'),
        (lambda: everyone.values("age", "age"), FieldError, "is twice"),
        (lambda: everyone.values(1), TypeError, "takes field names, not int"),
        (lambda: everyone.values_list("age", "name", flat=True), TypeError, "takes one field, not 2"),
        (lambda: everyone.values_list(flat=True), TypeError, "takes one field, not 0"),
        (lambda: everyone.using(3), TypeError, "takes the alias"),
    ],
)
def test_wrong_arguments(make: Any, error: type[Exception], message: str) -> None:
    """Names and types are checked when the verb is called, before any connection."""
    with pytest.raises(error, match=message):
        make()


def test_values() -> None:
    """Rows of the fields that are named, by field name; paths join what they need."""
    body = select_of(everyone.values("email", "team__name"))
    assert [output["name"] for output in body["outputs"]] == ["email", "team__name"]
    assert body["outputs"][0]["expr"]["column"]["name"] == "mail"
    assert len(body["joins"]) == 1
    assert len(select_of(everyone.values())["outputs"]) == len(Novelist.__table__.columns)


def test_filters_select_nothing() -> None:
    """A path in a filter joins a table and selects none of its columns."""
    body = select_of(Post.objects.filter(author__name="x"))
    assert len(body["joins"]) == 1
    assert {output["expr"]["column"]["table"] for output in body["outputs"]} == {Post.__table__.name}


def test_distinct_rows_in_another_order() -> None:
    """Equal rows are taken once before chance or a path orders them."""
    for chain in (
        everyone.distinct().order_by("?"),
        everyone.values("age").distinct().order_by("?"),
        everyone.distinct().order_by("team__name"),
    ):
        assert inner_of(select_of(chain))["distinct"]
    with pytest.raises(FieldError, match=r"add the field to values\(\)"):
        everyone.values("age").distinct().order_by("name")._compiled()


@pytest.mark.parametrize(("written", "meant"), [("age desc", "-age"), ("age  DESC", "-age"), ("age asc", "age")])
def test_an_order_written_as_sql(written: str, meant: str) -> None:
    """The message says how it is written here."""
    with pytest.raises(FieldError, match=rf'^order_by\("{written}"\) is SQL; write order_by\("{meant}"\)$'):
        everyone.order_by(written)
