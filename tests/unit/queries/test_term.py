"""Terms: what is known of a value before it is computed, and the two walks over a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde import Exists, F, Q
from oxyde.ir import expr
from oxyde.queries import paths
from oxyde.queries.scope import Scope
from oxyde.queries.special_terms import One
from oxyde.queries.term import MAYBE, NEVER, Bound, Cast, Exposed, Order, Reference, Term, reference, together
from oxyde.schema import types as kinds
from tests.cases.models import Novelist, Team


def of(name: str, model: Any = Novelist) -> Reference:
    """Returns the term of a column."""
    return reference(paths.column_path(model.__table__, name))


class Pair(Term):
    """Two values beside each other."""

    type = kinds.INT

    def write(self, scope: Scope, parts: list[Any]) -> Any:
        return expr.both(parts)


def test_a_column_is_one_term() -> None:
    """The term of a column is remembered."""
    assert of("age") is of("age")


def test_when_a_column_is_null() -> None:
    """Where it may be NULL, where there may be no row on the way, and never otherwise."""
    assert of("age").unknown is NEVER
    for term in (of("score"), of("team__name"), of("authors__age", Team)):
        assert term.unknown is term
        assert term.nullable


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ((), NEVER),
        ((of("age"), One()), NEVER),
        ((of("age"), of("score")), of("score")),
        ((of("score"), of("score")), of("score")),
        ((of("score"), of("worth")), MAYBE),
        ((of("score"), Bound(None, kinds.INT)), MAYBE),
        ((Bound(None, kinds.INT), of("score")), MAYBE),
    ],
)
def test_when_one_of_several_is_null(parts: tuple[Term, ...], found: object) -> None:
    """One column decides as long as it is the only one that may be NULL."""
    assert together(parts) is found


def test_keys_tell_values_apart() -> None:
    """Equal keys mean equal values: 1 is not True, and a column is itself."""
    assert Pair("p", of("age"), Bound(1, kinds.INT)).key == Pair("p", of("age"), Bound(1, kinds.INT)).key
    assert Bound(1, kinds.INT).key != Bound(True, kinds.INT).key
    assert Bound(1, kinds.INT).key != Bound(1, kinds.FLOAT).key
    assert Pair("p", of("age")).key != Pair("q", of("age")).key
    assert of("age").key != of("name").key


def test_shapes_leave_values_out() -> None:
    """Values are listed beside the shape, in the order of the parts."""
    one: list[Any] = []
    two: list[Any] = []
    shapes = [Pair("p", Bound(at, kinds.INT), Pair("q", Bound(-at, kinds.INT))).shape(found) for at, found in ((1, one), (2, two))]
    assert shapes[0] == shapes[1]
    assert (one, two) == ([1, -1], [2, -2])
    assert Bound(1, kinds.INT).shape([]) != Bound(1, kinds.INT, uncast=True).shape([])


def test_mapping_keeps_what_does_not_change() -> None:
    """A term whose parts stay is itself; else a copy with everything else."""
    term = Order(of("age"), desc=True, nulls="last")
    assert term.mapped(lambda part: part) is term
    made = term.mapped(lambda _: of("name"))
    assert isinstance(made, Order)
    assert (made.by, made.desc, made.nulls) == (of("name"), True, "last")
    assert term.by is of("age")


def test_walking() -> None:
    """A term comes before its parts."""
    inner = Cast(of("age"), kinds.TEXT)
    outer = Pair("p", inner, of("name"))
    assert list(outer.walk()) == [outer, inner, of("age"), of("name")]


def test_outputs_of_a_query_inside() -> None:
    """An output is nullable where it was so inside, or where another side of a compound is."""
    assert not Exposed("a", of("age")).nullable
    assert Exposed("a", of("score")).nullable
    assert Exposed("a", of("age"), optional=True).nullable


def test_orders_turn() -> None:
    """The opposite order has NULLs at the other end; left to the server, they remain so."""
    turned = Order(of("age"), nulls="first").turned()
    assert (turned.desc, turned.nulls) == (True, "last")
    assert Order(of("age"), desc=True).turned().nulls is None


def test_orders_of_expressions() -> None:
    """NULLs go to one end."""
    order = F("age").desc(nulls_last=True)
    assert (order.desc, order.nulls) == (True, "last")
    assert F("age").asc().nulls is None
    with pytest.raises(ValueError, match="first or last"):
        F("age").asc(nulls_first=True, nulls_last=True)


@pytest.mark.parametrize(
    "written",
    [
        lambda: Q(age=1) and Q(name="Ada"),
        lambda: Q(age=1) or Q(name="Ada"),
        lambda: not Q(age=1),
        lambda: 1 < F("age") < 5,
        lambda: (F("age") > 1) and (F("age") < 5),
        lambda: bool(F("age")),
        lambda: not Exists(Novelist.objects.filter(age=1)),
    ],
)
def test_expressions_have_no_truth_value(written: Callable[[], Any]) -> None:
    """Python would drop one of two conditions without a word."""
    with pytest.raises(TypeError, match=r"true or false for a row of the database.* by & and \| .* by ~, instead of and, or, not"):
        written()
