"""Ints beyond 64 bits are numbers that no column holds."""

from __future__ import annotations

import pytest

from oxyde.queries import beyond
from oxyde.queries.comparisons import Between, Comparison, IsNull, Nothing
from oxyde.queries.keywords import target
from oxyde.queries.lookups import LOOKUPS
from oxyde.queries.names import names_of
from oxyde.queries.term import Bound
from oxyde.schema import types as kinds
from tests.cases.models import Novelist

HUGE = 2**63


def test_side() -> None:
    """Only ints, and only those that 64 bits do not hold; as a plain value or as a parameter."""
    age, name = (target(names_of(Novelist.__table__), field)[0].term for field in ("age", "name"))
    assert [beyond.side(age, value) for value in (HUGE, HUGE - 1, -HUGE, -HUGE - 1, 1e30, True, None)] == [1, 0, 0, -1, 0, 0, 0]
    assert (beyond.side(age, Bound(HUGE, kinds.INT)), beyond.side(name, HUGE)) == (1, 0)


@pytest.mark.parametrize(
    ("lookup", "value", "kind"),
    [
        ("exact", HUGE, Nothing),
        ("lt", HUGE, IsNull),
        ("lte", -HUGE - 1, Nothing),
        ("gte", -HUGE - 1, IsNull),
        ("gt", HUGE, Nothing),
        ("between", (1, HUGE), Comparison),
        ("between", (-HUGE - 1, 1), Comparison),
        ("between", (-HUGE - 1, HUGE), IsNull),
        ("between", (HUGE, HUGE), Nothing),
        ("between", (-HUGE - 2, -HUGE - 1), Nothing),
        ("between", (1, 2), Between),
        ("in", [HUGE], Nothing),
    ],
)
def test_lookups(lookup: str, value: object, kind: type) -> None:
    """Each comes to what is known of such a number."""
    subject, _ = target(names_of(Novelist.__table__), "age")
    made = LOOKUPS[lookup].make(LOOKUPS[lookup], subject, value)
    assert type(made) is kind
    assert not isinstance(made, IsNull) or made.head is False


def test_within() -> None:
    """A list loses such members, but for other types."""
    age, name = (target(names_of(Novelist.__table__), field)[0].term for field in ("age", "name"))
    assert beyond.within(age, [1, HUGE, 2]) == [1, 2]
    assert beyond.within(name, [HUGE]) == [HUGE]
