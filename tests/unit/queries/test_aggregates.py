"""Aggregates: which values have which, and the type of the result."""

from __future__ import annotations

import pytest

from oxyde.exceptions import FieldError
from oxyde.queries.aggregates import Aggregate, Count
from oxyde.queries.term import MAYBE, NEVER, Bound
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType
from tests.cases.models import Novelist
from tests.unit.queries.test_term import of


@pytest.mark.parametrize(
    ("function", "kind", "result"),
    [
        ("sum", kinds.INT, kinds.INT),
        ("sum", kinds.DURATION, kinds.DURATION),
        ("avg", kinds.INT, kinds.FLOAT),
        ("avg", kinds.DECIMAL, kinds.DECIMAL),
        ("min", kinds.DATE, kinds.DATE),
        ("max", kinds.decimal_of(12, 2), kinds.decimal_of(12, 2)),
        ("sum", kinds.decimal_of(12, 2), kinds.decimal_of(31, 2)),
    ],
)
def test_the_type_of_the_result(function: str, kind: ColumnType, result: ColumnType) -> None:
    """A sum of decimals has more digits than its column; the greatest value has the column's."""
    assert Aggregate(function, Bound(None, kind), "x").type == result


@pytest.mark.parametrize(("function", "kind"), [("sum", kinds.TEXT), ("avg", kinds.DATE), ("min", kinds.JSON), ("max", kinds.BOOL)])
def test_what_cannot_be_aggregated(function: str, kind: ColumnType) -> None:
    """The error says what the value is, and what the aggregate takes."""
    with pytest.raises(FieldError, match=rf"^size is {kind} and has no {function}\(\); {function}\(\) takes "):
        Aggregate(function, Bound(None, kind), "size")


def test_columns_are_named_by_their_model() -> None:
    """A column says where it is."""
    with pytest.raises(FieldError, match=r"^Novelist\.name is text"):
        Aggregate("sum", of("name"), "anything")


def test_values_of_the_same_type_are_restored() -> None:
    """The greatest enumeration value is a member again; a sum is a number."""
    restore = Novelist.__table__.by_field["mood"].restore
    assert restore is not None
    assert Aggregate("max", of("mood"), "mood").restore is restore
    assert Aggregate("sum", of("age"), "age").restore is None


def test_aggregates_of_no_rows() -> None:
    """Their number is 0; everything else is NULL."""
    assert Count().unknown is NEVER
    assert Aggregate("sum", of("age"), "age").unknown is MAYBE
