"""Lookups of JSON: paths, values by their type, and what is refused before anything is sent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from oxyde import F, FieldLookupValueError, Q, register_lookup
from oxyde.queries.own_lookups import ColumnOperand, unregister_lookup
from tests.cases.models import Mood, Novelist
from tests.unit.queries.shapes import values_of, where_of

everyone = Novelist.objects


def test_paths() -> None:
    """Keys are bound; a place belongs to the text; a lookup's name before another one is a key."""
    assert values_of(everyone.filter(data__a__0__b=1)) == ["a", "b", "1"]
    assert values_of(everyone.filter(data__contains__exact=1)) == ["contains", "1"]
    assert values_of(everyone.filter(**{'data__a.b"c': 1, "data__007": 2})) == ['a.b"c', "1", "007", "2"]
    assert where_of(everyone.filter(data__x=1)) == where_of(everyone.filter(data__y=1))
    assert where_of(everyone.filter(data__0=1)) != where_of(everyone.filter(data__1=1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (2**100, str(2**100)),
        (1.5, "1.5"),
        (Decimal("1.10"), "1.10"),
        (Decimal("1E+3"), "1000"),
        ('é"', '"é\\""'),
        (Mood.GLAD, '"glad"'),
        ([1, ()], "[1,[]]"),
        ({"a": {}, "b": [True]}, '{"a":{},"b":[true]}'),
    ],
)
def test_values(value: Any, text: str) -> None:
    """Each is sent as JSON has it."""
    assert values_of(everyone.filter(data__k=value)) == ["k", text]


@pytest.mark.parametrize(
    "lookups",
    [
        {"data__k": float("nan")},
        {"data__k": Decimal("Infinity")},
        {"data__k": 10**1001},
        {"data__k": Decimal("1e100000")},
        {"data__k": b"x"},
        {"data__k": dt.date(2024, 1, 1)},
        {"data__k": {1: 2}},
        {"data__k": "a\0"},
        {"data__k": "\ud800"},
        {"data__k\0": 1},
        {"data__k": F("age")},
        {"data__k__in": "abc"},
        {"data__k__in": 3},
        {"data__k__gt": None},
        {"data__k__gt": True},
        {"data__k__gt": [1]},
        {"data__k__between": 3},
        {"data__k__between": (1, None)},
        {"data__k__icontains": 3},
        {"data__k__contains": 3},
        {"data__contained_by": "x"},
        {"data__has_key": 3},
        {"data__has_keys": "abc"},
        {"data__has_any_keys": [1]},
        {"data__k__isnull": 1},
    ],
    ids=ascii,
)
def test_wrong_values_are_refused(lookups: dict[str, Any]) -> None:
    """The message names model and field."""
    with pytest.raises(FieldLookupValueError, match=r"Novelist\.data"):
        everyone.filter(**lookups)


def test_deep_values_are_refused() -> None:
    """Before the encoder meets its own limit."""
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(FieldLookupValueError, match="90 levels"):
        everyone.filter(data__k=deep)


def test_own_lookups_of_json() -> None:
    """The column has paths as methods."""

    @register_lookup("priced", on=dict)
    def priced(column: ColumnOperand, value: float) -> Q:
        return column.offer__price__lte(value) & column.has_key("offer")

    try:
        assert values_of(everyone.filter(data__priced=3)) == ["offer", "price", "3", "offer"]
        assert values_of(everyone.filter(data__shop__priced=3)) == ["shop", "offer", "price", "3", "shop", "offer"]
    finally:
        unregister_lookup("priced")
