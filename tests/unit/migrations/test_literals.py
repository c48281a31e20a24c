"""Plain values as SQL literals."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from oxyde.migrations.literals import literal

PLUS_TWO = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "dialect", "text"),
    [
        (True, "mysql", "TRUE"),
        (False, "sqlite", "FALSE"),
        (-3, "postgres", "-3"),
        (1.5, "postgres", "1.5"),
        (float("nan"), "postgres", None),
        (Decimal("1E+3"), "postgres", "1000"),
        (Decimal("NaN"), "postgres", None),
        ("it's", "postgres", "'it''s'"),
        ("a\\b", "postgres", "'a\\b'"),
        ("a\\b", "mariadb", "'a\\\\b'"),
        ("a\0", "sqlite", None),
        (dt.datetime(2024, 1, 2, 3, 4, 5, 6), "mysql", "'2024-01-02 03:04:05.000006'"),
        (dt.datetime(2024, 1, 2, 3, tzinfo=PLUS_TWO), "postgres", "'2024-01-02 01:00:00+00:00'"),
        (dt.datetime(2024, 1, 2, 3, tzinfo=PLUS_TWO), "sqlite", "'2024-01-02 01:00:00'"),
        (dt.date(2024, 1, 2), "sqlite", "'2024-01-02'"),
        (dt.time(3, 4), "sqlite", "'03:04:00'"),
        (uuid.UUID(int=1), "postgres", "'00000000-0000-0000-0000-000000000001'"),
        (b"a", "postgres", None),
        (dt.timedelta(1), "postgres", None),
        ([1], "postgres", None),
        (None, "postgres", None),
    ],
)
def test_literals(value: Any, dialect: str, text: str | None) -> None:
    """As each database reads them; None for what it takes more to write."""
    assert literal(value, dialect) == text
