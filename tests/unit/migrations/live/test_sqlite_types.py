"""Types of SQLite by their declarations."""

from __future__ import annotations

import pytest

from oxyde.migrations.live.sqlite_types import held


@pytest.mark.parametrize(
    ("declared", "kind", "length", "db_type"),
    [
        ("INTEGER", "int", None, None),
        ("integer", "int", None, None),
        ("BIGINT", "int", None, "BIGINT"),
        ("unsigned  big int", "int", None, "unsigned  big int"),
        ("TEXT", "text", None, None),
        ("VARCHAR(120)", "text", 120, None),
        ("nvarchar(10)", "text", None, "nvarchar(10)"),
        ("NUMERIC(10,2)", "decimal(10, 2)", None, None),
        ("DECIMAL(10, 2)", "decimal(10, 2)", None, "DECIMAL(10, 2)"),
        ("NUMERIC(20,2)", "decimal(20, 2)", None, "NUMERIC(20,2)"),
        ("NUMERIC", "decimal", None, "NUMERIC"),
        ("CHAR(36)", "uuid", None, None),
        ("char(3)", "text", None, "char(3)"),
        ("TIMESTAMPTZ", "datetime_tz", None, None),
        ("TIMESTAMP(6) WITH TIME ZONE", "datetime_tz", None, "TIMESTAMP(6) WITH TIME ZONE"),
        ("double precision", "float", None, "double precision"),
        ("", "any", None, "BLOB"),
        ("MONEY", "any", None, "MONEY"),
        ("tinyblob", "bytes", None, "tinyblob"),
    ],
)
def test_kinds(declared: str, kind: str, length: int | None, db_type: str | None) -> None:
    """Ours by themselves; others by SQLite's own rules, beside the declaration."""
    found = held(declared)
    assert (str(found.type), found.length, found.db_type) == (kind, length, db_type)
