"""Plain Python values as terms: the column type of each Python class."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from oxyde.exceptions import FieldValueError
from oxyde.queries.foreign_values import flaw, named, plain
from oxyde.queries.term import Bound
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

_LITERALS: Final[tuple[tuple[type, ColumnType], ...]] = (
    (bool, kinds.BOOL),
    (int, kinds.INT),
    (float, kinds.FLOAT),
    (Decimal, kinds.DECIMAL),
    (str, kinds.TEXT),
    (bytes, kinds.BYTES),
    (dt.datetime, kinds.DATETIME),
    (dt.date, kinds.DATE),
    (dt.time, kinds.TIME),
    (dt.timedelta, kinds.DURATION),
    (uuid.UUID, kinds.UUID),
)
_AWARE: Final = {"datetime": kinds.DATETIME_TZ, "time": kinds.TIME_TZ}


def literal(value: Any) -> Bound:
    """Returns a plain value as a parameter of the type of its class.

    Raises:
        FieldValueError: Its class has no column type, or the value has no exact Python equivalent.
    """
    inner = plain(value.value if isinstance(value, enum.Enum) else value)
    if isinstance(inner, (dt.date, dt.timedelta)) and (found := flaw(inner)) is not None:
        message = f"an expression takes plain values, not {found}"
        raise FieldValueError(message)
    for cls, kind in _LITERALS:
        if isinstance(inner, cls):
            is_aware = isinstance(inner, (dt.datetime, dt.time)) and inner.tzinfo is not None
            return Bound(inner, _AWARE.get(kind.kind, kind) if is_aware else kind)
    message = f"an expression takes plain values and other expressions, not {named(value)}"
    raise FieldValueError(message)


def wide_enough(kind: ColumnType, values: Iterable[Any]) -> ColumnType:
    """Returns the type of values that a column is compared with: the column's, or decimal of any size if one does not fit the column."""
    if kind.kind != "decimal" or kind.precision is None or all(_fits(value, kind.precision, kind.scale or 0) for value in values):
        return kind
    return kinds.DECIMAL


def _fits(value: Any, precision: int, scale: int) -> bool:
    if not isinstance(value, Decimal) or not value.is_finite() or not value:
        return True
    _, digits, exponent = value.as_tuple()
    dropped = max(-int(exponent) - scale, 0)
    return value.adjusted() < precision - scale and not any(digits[-dropped:] if dropped else ())


def alike(values: Sequence[Any]) -> tuple[list[Any], ColumnType]:
    """Returns plain values as values of one type: ints become the other kind of number among them, if that is exact.

    Raises:
        FieldValueError: They are of different types.
    """
    made = [literal(value) for value in values]
    found = {one.type for one in made}
    others = found - {kinds.INT}
    kind = next(iter(others), kinds.INT)
    if others in ({kinds.DECIMAL}, {kinds.FLOAT}) and all(one.type == kind or kind.python(one.value) == one.value for one in made):
        return [kind.python(one.value) for one in made], kind
    if len(found) != 1:
        raise FieldValueError(f"a list of values of different types ({', '.join(sorted(map(str, found)))}) cannot be compared")
    return [one.value for one in made], made[0].type
