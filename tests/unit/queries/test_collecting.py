"""Aggregates that collect values: what they look like, and what they refuse before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde import ArrayAgg, Count, F, FieldError, JsonAgg, Q, StdDev, StringAgg, UnsupportedError, Variance, Window
from tests.cases.models import Novelist


def test_what_they_look_like() -> None:
    """The text of an aggregate is what it was made of."""
    assert repr(ArrayAgg("name", distinct=True, order_by="-name")) == "ArrayAgg('name', distinct=True, order_by=['-name'])"
    assert repr(StringAgg("name", ", ", filter=Q(age=1))) == "StringAgg('name', ', ', filter=Q(age=…))"
    assert repr(StdDev("age", sample=True)) == "StdDev('age', sample=True)"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StringAgg("age", ","), r"StringAgg\(\) takes text, enum, and Novelist.age is int; Cast\(..., str\) makes it text"),
        (
            lambda: JsonAgg("born"),
            "bool, int, float, text, json, enum, and Novelist.born is date, which JSON does not have",
        ),
        (lambda: ArrayAgg("data"), r"ArrayAgg\(\) takes .*, and Novelist.data is json"),
        (lambda: JsonAgg("data", distinct=True), r"JsonAgg\(distinct=True\) takes values that are equal or not on every database"),
        (lambda: ArrayAgg("name", distinct=True, order_by="id"), "only ordered by the value itself"),
        (lambda: StdDev("name"), "variances and standard deviations are of numbers, and Novelist.name is text"),
        (lambda: ArrayAgg(Count()), r"ArrayAgg\(\) is over rows, and the expression is an aggregate"),
        (lambda: ArrayAgg("name", order_by="nmae"), 'did you mean "name"'),
        (lambda: ArrayAgg("name", order_by="data"), r"ArrayAgg\(order_by=...\) takes values that are equal or not"),
        (lambda: Window(ArrayAgg("name", order_by="id")), "has no window: the order of the window is that of the values"),
    ],
)
def test_refusals(make: Callable[[], Any], message: str) -> None:
    """What cannot be collected says so before anything is sent."""
    with pytest.raises(FieldError, match=message):
        Novelist.objects.annotate(found=make()).sql("sqlite")


def test_distinct_variances_on_mysql() -> None:
    """MySQL has none, and says so while rendering."""
    query = Novelist.objects.values("active").annotate(found=Variance("age", distinct=True))
    assert "VAR_POP(DISTINCT" in query.sql("postgres")[0]
    for dialect in ("mysql", "mariadb"):
        with pytest.raises(UnsupportedError, match=f"variances of distinct values are not supported by {dialect}"):
            query.sql(dialect)
    with pytest.raises(TypeError, match="takes the text between two values second"):
        StringAgg("name", F("email"))  # type: ignore[arg-type] # what is refused
