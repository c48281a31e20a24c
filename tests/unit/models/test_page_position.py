"""Positions: packed and unpacked, every value is the same."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from oxyde.models.page_position import Position

VALUES = [
    *(None, True, False, 0, -(2**63), 2**62, "", "a\0b\ud800 é", b"", b"\xff\0", 0.1, -0.0, float("inf"), 5e-324),
    *(Decimal("1.10"), Decimal("-1E+20"), uuid.UUID(int=7), dt.date(1, 1, 1), dt.time(23, 59, 59, 999_999)),
    *(dt.datetime(9999, 12, 31, 1, 2, 3, 4), dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), dt.timedelta(-3, 4, 5)),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back(value: Any) -> None:
    """Exactly, and of their type."""
    given = Position("q", "o", (value, value), inclusive=True)
    found = Position.unpack(given.pack())
    assert found == given
    assert [(type(one), repr(one)) for one in found.values] == [(type(value), repr(value))] * 2
