"""Arithmetic: the types that go together, what they make, and what is refused."""

from __future__ import annotations

import pytest

from oxyde.exceptions import FieldError
from oxyde.queries.arithmetic import Arithmetic, combined
from oxyde.queries.term import NEVER, Bound
from oxyde.schema import types as kinds

INT, FLOAT, DECIMAL = (Bound(1, kind) for kind in (kinds.INT, kinds.FLOAT, kinds.DECIMAL))
MOMENT, SPAN = (Bound(None, kind) for kind in (kinds.DATETIME_TZ, kinds.DURATION))


@pytest.mark.parametrize(
    ("op", "left", "right", "kind"),
    [
        ("divide", INT, INT, "float"),
        ("divide", INT, DECIMAL, "decimal"),
        ("floor_divide", INT, INT, "int"),
        ("modulo", INT, INT, "int"),
        ("modulo", FLOAT, INT, "float"),
        ("multiply", DECIMAL, FLOAT, "float"),
    ],
)
def test_results(op: str, left: Bound, right: Bound, kind: str) -> None:
    """The wider number; of ints divided a float. What has no value is an error, so that NULL comes of NULL only."""
    made = Arithmetic(op, left, right)
    assert made.type.kind == kind
    assert made.unknown is NEVER


@pytest.mark.parametrize(
    ("op", "left", "kind"), [("add", MOMENT, "datetime_tz"), ("subtract", MOMENT, "datetime_tz"), ("add", SPAN, "duration")]
)
def test_moments_and_spans(op: str, left: Bound, kind: str) -> None:
    """A moment moved by a timedelta stays one; timedeltas add up."""
    assert Arithmetic(op, left, SPAN).type.kind == kind


@pytest.mark.parametrize(("op", "left", "right"), [("multiply", MOMENT, SPAN), ("add", SPAN, MOMENT), ("subtract", MOMENT, MOMENT)])
def test_a_moment_is_only_moved(op: str, left: Bound, right: Bound) -> None:
    """By a timedelta on its right."""
    with pytest.raises(FieldError, match=r"it takes numbers, or a datetime and a timedelta$"):
        Arithmetic(op, left, right)


def test_a_date_is_cast_first() -> None:
    """A date and a timedelta are refused, with the remedy."""
    with pytest.raises(FieldError, match=r"cannot combine date and duration; .*; cast the date: Cast\(..., datetime\)"):
        Arithmetic("add", Bound(None, kinds.DATE), SPAN)


@pytest.mark.parametrize("side", [FLOAT, DECIMAL])
def test_floor_division_is_of_ints(side: Bound) -> None:
    """Of others it is refused, with the remedy."""
    with pytest.raises(FieldError, match=r"// cannot combine int and \w+; it takes ints. For other numbers use Floor\(\)"):
        Arithmetic("floor_divide", INT, side)


def test_the_smallest_int_is_added_in_halves() -> None:
    """Its opposite is no int: what is less by it is more by two that are, and overflows on every server alike."""
    values: list[object] = []
    made = combined("subtract", INT, Bound(-(2**63), kinds.INT))
    made.shape(values)
    assert (made.head, values) == ("add", [1, 2**63 - 1, 1])
    assert combined("subtract", INT, Bound(1 - 2**63, kinds.INT)).head == "subtract"
