"""Unit tests of oxyde.inspect.views; tests/contract/test_inspect_views.py asks servers."""

from __future__ import annotations

import pytest

from oxyde.inspect.views import column


@pytest.mark.parametrize(
    ("family", "written", "expected"),
    [
        ("postgres", "bigint", ("int", None)),
        ("postgres", "integer", ("int", "integer")),
        ("postgres", "numeric(6,2)", ("decimal(6, 2)", None)),
        ("postgres", "timestamp(3) with time zone", ("datetime_tz", "timestamp(3) with time zone")),
        ("postgres", "character varying(9)[]", ("array of text", "character varying(9)[]")),
        ("postgres", "integer[]", ("array of int", "integer[]")),
        ("postgres", "inet", ("text", "inet")),
        ("mysql", "tinyint(1)", ("bool", None)),
        ("mysql", "tinyint(4)", ("int", "tinyint")),
        ("mysql", "int(11) unsigned", ("int", "int unsigned")),
        ("mysql", "datetime(6) /* mariadb-5.3 */", ("datetime", None)),
        ("mysql", "enum('a','b')", ("text", "enum('a','b')")),
        ("sqlite", "", ("any", None)),
        ("sqlite", "NUMERIC", ("decimal", "NUMERIC")),
        ("sqlite", "nvarchar(160)", ("text", "nvarchar(160)")),
        ("sqlite", "INTEGER_OR_TEXT", ("int", "INTEGER_OR_TEXT")),
    ],
)
def test_types_as_servers_write_them(family: str, written: str, expected: tuple[str, str | None]) -> None:
    """A kind where one holds the values, and the type itself where no kind means it."""
    made = column("a", written, family, nullable=True)
    assert (str(made.type), made.db_type) == expected


def test_lengths() -> None:
    """The length of text is kept."""
    assert column("a", "character varying(9)", "postgres", nullable=False).length == 9
