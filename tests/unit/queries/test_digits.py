"""Digits of computed decimals: those of every value that the operands can make, or none."""

from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.queries import digits
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType, decimal_of

EXACT = Context(prec=200)
TYPES = st.integers(1, 38).flatmap(lambda precision: st.integers(0, precision).map(lambda scale: decimal_of(precision, scale)))


def largest(kind: ColumnType) -> Decimal:
    """Returns the largest number of a type, which may be negative."""
    return Decimal(2**63) if kind.kind == "int" else Decimal(10 ** (kind.precision or 0) - 1).scaleb(-(kind.scale or 0), EXACT)


def fits(value: Decimal, kind: ColumnType) -> bool:
    """Whether a type holds a number."""
    scaled = value.copy_abs().scaleb(kind.scale or 0, EXACT)
    return kind.precision is None or (scaled == scaled.to_integral_value(context=EXACT) and scaled < 10**kind.precision)


@given(TYPES, TYPES | st.just(kinds.INT))
def test_every_result_fits(one: ColumnType, two: ColumnType) -> None:
    """The largest and the smallest step; and the scale is that of the result, not more."""
    left, right = largest(one), largest(two)
    added, multiplied = digits.added(one, two), digits.multiplied(two, one)
    assert fits(EXACT.add(left, right), added)
    assert fits(EXACT.multiply(left, right), multiplied)
    assert added.precision is None or added.scale == max(one.scale or 0, two.scale or 0)
    assert multiplied.precision is None or multiplied.scale == (one.scale or 0) + (two.scale or 0)
    assert added == digits.added(two, one)


@given(st.lists(TYPES, min_size=1, max_size=4))
def test_one_of_several(several: list[ColumnType]) -> None:
    """Each fits, in any order, and the result is text on SQLite even if each is a number there."""
    found = digits.common(several)
    assert all(fits(largest(kind), found) for kind in several)
    assert found == digits.common(reversed(several))
    assert digits.is_text(found)


@given(TYPES)
def test_sums(kind: ColumnType) -> None:
    """A sum has its column's scale, and holds the sum of a million rows at least."""
    found = digits.summed(kind)
    assert digits.is_text(found)
    if found.precision is not None:
        assert found.scale == kind.scale
        assert fits(largest(kind).scaleb(digits.SPARE, EXACT), found)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (digits.summed(decimal_of(8, 2)), decimal_of(27, 2)),
        (digits.summed(decimal_of(19, 4)), decimal_of(38, 4)),
        (digits.summed(decimal_of(32, 2)), decimal_of(38, 2)),
        (digits.summed(decimal_of(33, 2)), kinds.DECIMAL),
        (digits.summed(kinds.DECIMAL), kinds.DECIMAL),
        (digits.added(decimal_of(8, 2), decimal_of(6, 4)), decimal_of(16, 4)),
        (digits.added(decimal_of(8, 2), kinds.INT), decimal_of(22, 2)),
        (digits.added(decimal_of(8, 2), kinds.DECIMAL), kinds.DECIMAL),
        (digits.added(decimal_of(38, 0), decimal_of(38, 0)), kinds.DECIMAL),
        (digits.multiplied(decimal_of(8, 2), kinds.INT), decimal_of(27, 2)),
        (digits.multiplied(decimal_of(12, 4), decimal_of(10, 2)), decimal_of(22, 6)),
        (digits.multiplied(decimal_of(18, 16), decimal_of(18, 16)), kinds.DECIMAL),
        (digits.multiplied(kinds.DECIMAL, kinds.INT), kinds.DECIMAL),
        (digits.common([decimal_of(8, 2), kinds.DECIMAL]), kinds.DECIMAL),
    ],
)
def test_digits(found: ColumnType, wanted: ColumnType) -> None:
    """Those of all rows before the point; none where a result may have more than 38, or 30 after the point."""
    assert found == wanted


def test_digits_after_the_point_of_numbers_and_columns() -> None:
    """Zeros at the end are none, and what has no known digits is neither."""
    two = decimal_of(8, 2)
    finer = [digits.is_finer(value, two) for value in (Decimal("0.001"), Decimal("1.0100"), Decimal(10), Decimal("NaN"), 1.001, None)]
    assert finer == [True, False, False, False, False, False]
    assert not digits.is_finer(Decimal("0.001"), kinds.DECIMAL)
    coarse = [digits.is_coarse(kind, two) for kind in (two, kinds.INT, decimal_of(9, 1), decimal_of(9, 3), kinds.DECIMAL, kinds.FLOAT)]
    assert coarse == [True, True, True, False, False, False]
