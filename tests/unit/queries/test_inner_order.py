"""Orders inside an expression: how they may be given."""

from __future__ import annotations

import pytest

from oxyde import F, FieldError, RowNumber, Window
from oxyde.queries.inner_order import checked, listed, order_of
from tests.cases.models import Novelist

NAMES = Novelist.objects._state.names


def test_how_orders_are_given() -> None:
    """A name with a sign, an expression, or an expression with a direction; one alone or several."""
    assert [
        (order.desc, order.nulls)
        for order in (order_of("X(order_by", NAMES, one) for one in ("age", "-age", F("age"), F("age").desc(nulls_last=True)))
    ] == [
        (False, None),
        (True, None),
        (False, None),
        (True, "last"),
    ]
    assert listed("age") == ("age",)
    assert listed(["age", "-id"]) == ("age", "-id")


def test_what_is_refused() -> None:
    """What is neither a name nor an expression, and values without an order that all databases share."""
    with pytest.raises(TypeError, match=r"^X\(order_by=...\) takes field names and expressions"):
        order_of("X(order_by", NAMES, 3)
    with pytest.raises(
        FieldError, match=r"^X\(order_by=...\) takes values that are equal or not on every database, and Novelist.data is json"
    ):
        checked("X(order_by", F("data").resolve(NAMES))
    with pytest.raises(FieldError, match="is a window"):
        order_of("X(order_by", NAMES, Window(RowNumber(), order_by="id"))
