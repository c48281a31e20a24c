"""Plain values in expressions: the type of each class, and lists of one type."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any

import pytest

from oxyde.exceptions import FieldValueError
from oxyde.queries.literals import alike, literal, wide_enough
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType


class Mood(str, enum.Enum):
    """A text with a name."""

    GLAD = "glad"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, kinds.BOOL),
        (1, kinds.INT),
        (1.5, kinds.FLOAT),
        (Decimal("1.5"), kinds.DECIMAL),
        ("a", kinds.TEXT),
        (b"a", kinds.BYTES),
        (dt.date(2024, 2, 29), kinds.DATE),
        (dt.datetime(2024, 2, 29), kinds.DATETIME),
        (dt.datetime(2024, 2, 29, tzinfo=dt.timezone.utc), kinds.DATETIME_TZ),
        (dt.time(1), kinds.TIME),
        (dt.time(1, tzinfo=dt.timezone.utc), kinds.TIME_TZ),
        (dt.timedelta(1), kinds.DURATION),
        (uuid.UUID(int=1), kinds.UUID),
    ],
)
def test_classes_have_types(value: Any, kind: ColumnType) -> None:
    """A bool is no int, a datetime no date, and a zone makes another type."""
    found = literal(value)
    assert (found.value, found.type) == (value, kind)


def test_members_of_enumerations_are_their_values() -> None:
    """Exactly those: no subclass of str comes along."""
    found = literal(Mood.GLAD)
    assert (type(found.value), found.value, found.type) == (str, "glad", kinds.TEXT)


@pytest.mark.parametrize("value", [object(), {}, [1], None, 1j])
def test_what_is_no_plain_value(value: Any) -> None:
    """The message names what it is."""
    with pytest.raises(FieldValueError, match="an expression takes plain values and other expressions, not "):
        literal(value)


@pytest.mark.parametrize(
    ("values", "found", "kind"),
    [
        ([1, 2], [1, 2], kinds.INT),
        ([1, 2.5], [1.0, 2.5], kinds.FLOAT),
        ([Decimal("0.1"), 2], [Decimal("0.1"), Decimal(2)], kinds.DECIMAL),
        (["a"], ["a"], kinds.TEXT),
    ],
)
def test_lists_of_one_type(values: list[Any], found: list[Any], kind: ColumnType) -> None:
    """Ints become the other kind of number beside them."""
    made, of = alike(values)
    assert (made, of) == (found, kind)
    assert [type(one) for one in made] == [type(one) for one in found]


@pytest.mark.parametrize("values", [[1, "a"], [1.5, Decimal("1.5")], [True, 1], [2**53 + 1, 0.5]])
def test_lists_of_several_types(values: list[Any]) -> None:
    """Nothing is converted that would not be exact."""
    with pytest.raises(FieldValueError, match="a list of values of different types"):
        alike(values)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("1.5", True),
        ("-999.99", True),
        ("1.5000", True),
        ("1E2", True),
        ("0E-9", True),
        ("NaN", True),
        ("1000", False),
        ("1E3", False),
        ("1.501", False),
        ("0.001", False),
        ("1.5000000000000000000000000000000001", False),
    ],
)
def test_a_decimal_beside_a_column(value: str, fits: bool) -> None:
    """It has the column's type if the column could hold it."""
    column = kinds.decimal_of(5, 2)
    assert wide_enough(column, [Decimal("1.25"), Decimal(value)]) == (column if fits else kinds.DECIMAL)
    assert wide_enough(kinds.DECIMAL, [Decimal(value)]) == kinds.DECIMAL
