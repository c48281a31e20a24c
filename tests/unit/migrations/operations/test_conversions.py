"""Which changes of a type can lose data: all but those that hold every value."""

from __future__ import annotations

import pytest

from oxyde.migrations.operations.conversions import loses
from oxyde.migrations.parts import Column
from oxyde.schema.types import BYTES, DATETIME, DATETIME_TZ, FLOAT, INT, TEXT, decimal_of, enum_of


def column(kind, **parts) -> Column:
    """Returns a column of a type."""
    return Column("a", kind, **parts)


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (column(INT), column(INT, nullable=True, default="1"), False),
        (column(INT), column(TEXT), False),
        (column(BYTES), column(TEXT), False),
        (column(INT, db_type="JSONB"), column(TEXT), False),
        (column(INT), column(TEXT, length=20), True),
        (column(TEXT, length=20), column(TEXT, length=21), False),
        (column(TEXT, length=20), column(TEXT, length=19), True),
        (column(TEXT, length=20), column(TEXT), False),
        (column(TEXT), column(TEXT, length=20), True),
        (column(INT), column(decimal_of(None, None)), False),
        (column(INT), column(decimal_of(21, 2)), False),
        (column(INT), column(decimal_of(20, 2)), True),
        (column(decimal_of(10, 2)), column(decimal_of(12, 4)), False),
        (column(decimal_of(10, 2)), column(decimal_of(11, 4)), True),
        (column(decimal_of(10, 2)), column(decimal_of(12, 1)), True),
        (column(decimal_of(10, 2)), column(decimal_of(None, None)), False),
        (column(decimal_of(None, None)), column(decimal_of(60, 10)), True),
        (column(INT), column(FLOAT), True),
        (column(FLOAT), column(INT), True),
        (column(TEXT), column(INT), True),
        (column(DATETIME), column(DATETIME_TZ), False),
        (column(DATETIME_TZ), column(DATETIME), True),
        (column(INT), column(INT, db_type="SMALLINT"), True),
        (column(TEXT, db_type="CITEXT"), column(TEXT, db_type="VARCHAR(3)"), True),
        (column(enum_of("a", ())), column(enum_of("b", ())), False),
        (column(TEXT), column(enum_of("b", ())), True),
        (column(INT, generated="1"), column(TEXT, length=1, generated="'1'"), False),
    ],
)
def test_loses(old: Column, new: Column, lost: bool) -> None:
    """By type, length, digits and SQL type."""
    assert loses(old, new) is lost
