"""The digits of computed decimals: how many the result has where those of its operands are known, and no digits otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Final

from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

MOST: Final = 38
"""The most digits of a decimal of 128 bits, which frames have as a number."""
PLACES: Final = 30
"""The most digits after the point that every server computes; MySQL cuts those beyond."""
STORED_AS_NUMBER: Final = 15
"""The most digits of a column that SQLite keeps as a number. What it computes is text, as in columns of more digits."""
OF_INT: Final = 19
"""The digits of the largest int."""
OF_ROWS: Final = 19
"""The digits that a sum has in addition: those of the largest number of rows."""
SPARE: Final = 6
"""The fewest digits that a sum has in addition; one that needs more is refused when it is read, and never rounded."""

EVERY: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Keeps all digits of a number."""


def added(left: ColumnType, right: ColumnType) -> ColumnType:
    """Returns the type of a sum or difference of two numbers, at least one of them a decimal."""
    one, two = _parts(left), _parts(right)
    if one is None or two is None:
        return kinds.DECIMAL
    return _of(max(one[0], two[0]) + 1, max(one[1], two[1]))


def multiplied(left: ColumnType, right: ColumnType) -> ColumnType:
    """Returns the type of a product of two numbers, at least one of them a decimal."""
    one, two = _parts(left), _parts(right)
    if one is None or two is None:
        return kinds.DECIMAL
    return _of(one[0] + two[0], one[1] + two[1])


def summed(kind: ColumnType) -> ColumnType:
    """Returns the type of the sum of a decimal over any number of rows."""
    parts = _parts(kind)
    if parts is None or sum(parts) + SPARE > MOST:
        return kinds.DECIMAL
    return _of(min(parts[0] + OF_ROWS, MOST - parts[1]), parts[1])


def common(given: Iterable[ColumnType]) -> ColumnType:
    """Returns the type of what is one of several decimals."""
    found = [_parts(kind) for kind in given]
    known = [parts for parts in found if parts is not None]
    if len(known) < len(found):
        return kinds.DECIMAL
    return _of(max(whole for whole, _ in known), max(scale for _, scale in known))


def is_text(kind: ColumnType) -> bool:
    """Whether a type is that of decimals which SQLite keeps as text, as all computed ones are."""
    return kind.kind == "decimal" and (kind.precision is None or kind.precision > STORED_AS_NUMBER)


def is_finer(value: object, column: ColumnType) -> bool:
    """Whether a number has more digits after the point than a column has."""
    if not isinstance(value, Decimal) or not value.is_finite() or column.precision is None:
        return False
    exponent = value.normalize(EVERY).as_tuple().exponent
    return isinstance(exponent, int) and -exponent > (column.scale or 0)


def is_coarse(kind: ColumnType, column: ColumnType) -> bool:
    """Whether the values of a type are known to have no more digits after the point than a column has."""
    parts = _parts(kind) if kind.kind in {"int", "decimal"} else None
    return parts is not None and parts[1] <= (column.scale or 0)


def _parts(kind: ColumnType) -> tuple[int, int] | None:
    """Returns the digits before and after the point; None if there is no limit to them."""
    if kind.kind == "int":
        return OF_INT, 0
    if kind.precision is None:
        return None
    scale = kind.scale or 0
    return max(kind.precision - scale, 0), scale


def _of(whole: int, scale: int) -> ColumnType:
    """Returns the type of a computed decimal; without digits where these are more than every server and frames have."""
    digits = max(whole + scale, STORED_AS_NUMBER + 1)
    return kinds.decimal_of(digits, scale) if digits <= MOST and scale <= PLACES else kinds.DECIMAL
