"""Types of PostgreSQL by their text."""

from __future__ import annotations

import pytest

from oxyde.migrations.live.postgres_types import held


@pytest.mark.parametrize(
    ("written", "kind", "length", "db_type"),
    [
        ("bigint", "int", None, None),
        ("integer", "int", None, "integer"),
        ("text", "text", None, None),
        ("character varying(20)", "text", 20, None),
        ("character varying", "text", None, "character varying"),
        ("character(3)", "text", None, "character(3)"),
        ("numeric(10,2)", "decimal(10, 2)", None, None),
        ("numeric", "decimal", None, None),
        ("numeric(5,-2)", "decimal", None, "numeric(5,-2)"),
        ("timestamp(3) with time zone", "datetime_tz", None, "timestamp(3) with time zone"),
        ("timestamp without time zone", "datetime", None, None),
        ("interval", "duration", None, None),
        ("interval day to second(3)", "duration", None, "interval day to second(3)"),
        ("bigint[]", "array of int", None, None),
        ("integer[]", "array of int", None, "integer[]"),
        ("character varying(9)[]", "array of text", None, "character varying(9)[]"),
        ("numeric(10,2)[]", "array of decimal(10, 2)", None, None),
        ("inet", "text", None, "inet"),
        ('"Odd name"', "text", None, '"Odd name"'),
        ("jsonb", "json", None, None),
        ("bit varying(5)", "text", None, "bit varying(5)"),
    ],
)
def test_kinds(written: str, kind: str, length: int | None, db_type: str | None) -> None:
    """Exact ones by themselves, others beside the type."""
    found = held(written)
    assert (str(found.type), found.length, found.db_type) == (kind, length, db_type)
