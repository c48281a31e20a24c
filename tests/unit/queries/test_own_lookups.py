"""Lookups of the application's own: how they are registered, found, and refused."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from oxyde import F, Lower, Q, register_lookup
from oxyde.exceptions import FieldLookupError, FieldLookupValueError
from oxyde.queries.own_lookups import ColumnOperand, unregister_lookup
from tests.cases.models import Novelist, Team
from tests.models import Author as Writer
from tests.models import Post
from tests.unit.queries.shapes import values_of, where_of

everyone = Novelist.objects


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """A lookup of text, and its end."""

    @register_lookup("rhymes", on=str)
    def rhymes(column: ColumnOperand, value: str) -> Q:
        """Ends alike, but is another word."""
        return column.iendswith(value) & ~column.exact(value)

    yield
    unregister_lookup("rhymes")


def test_it_is_what_it_returns() -> None:
    """In filter, in exclude, in Q, and behind paths of both kinds."""
    written = Q(name__iendswith="na") & ~Q(name="na")
    assert where_of(everyone.filter(name__rhymes="na")) == where_of(everyone.filter(written))
    assert where_of(everyone.exclude(name__rhymes="na")) == where_of(everyone.exclude(written))
    assert where_of(everyone.filter(Q(name__rhymes="ed") | Q(age=1))) == where_of(
        everyone.filter(Q(Q(name__iendswith="ed"), ~Q(name="ed")) | Q(age=1))
    )
    assert where_of(Post.objects.filter(author__name__rhymes="x")) == where_of(
        Post.objects.filter(author__name__iendswith="x").exclude(author__name="x")
    )
    across = where_of(Team.objects.filter(authors__name__rhymes="ed", authors__age=3))
    assert "exists" in across
    assert values_of(Team.objects.filter(authors__name__rhymes="ed", authors__age=3)) == ["ed", "ed", 3]


def test_of_annotations() -> None:
    """An annotation of that type has it, too."""
    assert values_of(everyone.annotate(small=Lower("name")).filter(small__rhymes="na")) == ["na", "na"]


def test_columns_compare_and_compute() -> None:
    """The column is an expression like any other, beside other fields of the row."""

    @register_lookup("past", on=int)
    def past(column: ColumnOperand, value: int) -> Q:
        return (column > F("id") + value) | column.in_([1, 2]) if value < 0 else column > F("id") + value

    try:
        assert where_of(everyone.filter(age__past=3)) == where_of(everyone.filter(F("age") > F("id") + 3))
        assert where_of(everyone.filter(born__year__past=3)) == where_of(everyone.filter(born__year__gt=F("id") + 3))
        assert where_of(everyone.filter(age__past=-1)) == where_of(everyone.filter(Q(F("age") > F("id") + -1) | Q(age__in=[1, 2])))
    finally:
        unregister_lookup("past")


def test_a_taken_name_is_refused() -> None:
    """A lookup of ours, a date part, or one of the application's for the same columns."""
    for name, on in (("gt", int), ("year", object), ("rhymes", (int, str))):
        with pytest.raises(FieldLookupError, match=f'have a lookup "{name}" already'):
            register_lookup(name, on=on)(lambda column, value: column.exact(value))
    for name in ("", "_x", "x_", "a__b", "1a"):
        with pytest.raises(ValueError, match="cannot name a lookup"):
            register_lookup(name, on=int)
    for on in (set, "str", ()):
        with pytest.raises(TypeError, match="on= takes"):
            register_lookup("fine", on=on)  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="decorates a function"):
        register_lookup("fine", on=int)(3)  # type: ignore[type-var] # what is refused


def test_made_again_it_replaces_itself() -> None:
    """As in a cell of a notebook that is run twice."""
    for ending in ("a", "b"):

        @register_lookup("twice", on=str)
        def twice(column: ColumnOperand, value: str, ending: str = ending) -> Q:
            return column.endswith(value + ending)

    assert values_of(everyone.filter(name__twice="x")) == ["xb"]
    unregister_lookup("twice")
    with pytest.raises(FieldLookupError, match="no lookup"):
        everyone.filter(name__twice="x")
    with pytest.raises(FieldLookupError, match="was registered"):
        unregister_lookup("twice")


def test_messages() -> None:
    """The near match is known; what is no condition, and a value that a lookup inside refuses, are named."""
    with pytest.raises(FieldLookupError, match=r'Novelist\.name is text and has no lookup "rymes"; did you mean "rhymes"'):
        everyone.filter(name__rymes="x")
    with pytest.raises(FieldLookupError, match='int and has no lookup "rhymes"'):
        everyone.filter(age__rhymes=1)
    with pytest.raises(FieldLookupValueError, match=r"Author\.name__iendswith takes str, not int"):
        Writer.objects.filter(name__rhymes=3)

    @register_lookup("wrong", on=int)
    def wrong(column: ColumnOperand, value: Any) -> Any:
        return True

    with pytest.raises(TypeError, match='the lookup "wrong" returned bool; it must return a condition'):
        everyone.filter(age__wrong=1)
    unregister_lookup("wrong")


def test_querysets_pickle() -> None:
    """The condition is in it, not the lookup: another process needs no registration."""
    chain = everyone.filter(name__rhymes="na")
    packed = pickle.dumps(chain)
    assert pickle.loads(packed).sql("sqlite") == chain.sql("sqlite")
    assert pickle.loads(pickle.dumps(Q(name__rhymes="na"))).children == (("name__rhymes", "na"),)
