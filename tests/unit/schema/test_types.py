"""A column type has one wire form, one name for messages and one Python type."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest

from oxyde.schema import types
from oxyde.schema.types import ColumnType


@pytest.mark.parametrize(
    ("kind", "wire", "shown"),
    [
        (types.INT, "int", "int"),
        (types.DECIMAL, {"decimal": {}}, "decimal"),
        (types.decimal_of(12, 2), {"decimal": {"precision": 12, "scale": 2}}, "decimal(12, 2)"),
        (types.decimal_of(12, None), {"decimal": {"precision": 12}}, "decimal(12, 0)"),
        (types.array_of(types.TEXT), {"array": {"item": "text"}}, "array of text"),
        (types.array_of(types.decimal_of(3, 1)), {"array": {"item": {"decimal": {"precision": 3, "scale": 1}}}}, "array of decimal(3, 1)"),
        (ColumnType("array"), {"array": {"item": "any"}}, "array of None"),
        (types.enum_of("mood", ("up", "down")), {"enum": {"name": "mood", "labels": ["up", "down"]}}, "enum mood"),
    ],
)
def test_wire_and_name(kind: ColumnType, wire: object, shown: str) -> None:
    assert kind.wire() == wire
    assert str(kind) == shown


def test_python_types() -> None:
    assert types.decimal_of(5, 1).python is decimal.Decimal
    assert types.DATETIME.python is types.DATETIME_TZ.python is dt.datetime


def test_types_compare_by_value() -> None:
    assert types.decimal_of(5, 1) == types.decimal_of(5, 1)
    assert types.array_of(types.INT) != types.array_of(types.TEXT)
    assert len({types.enum_of("a", ("x",)), types.enum_of("a", ("x",)), types.enum_of("a", ("y",))}) == 2
