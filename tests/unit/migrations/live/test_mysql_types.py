"""Types of MySQL and MariaDB by their text."""

from __future__ import annotations

import pytest

from oxyde.migrations.live.mysql_types import held, labels, quoted, unquoted


@pytest.mark.parametrize(
    ("written", "kind", "length", "db_type"),
    [
        ("bigint(20)", "int", None, None),
        ("bigint", "int", None, None),
        ("bigint(20) unsigned", "int", None, "bigint unsigned"),
        ("int(11)", "int", None, "int"),
        ("int(5) unsigned zerofill", "int", None, "int(5) unsigned zerofill"),
        ("tinyint(1)", "bool", None, None),
        ("tinyint(4)", "int", None, "tinyint"),
        ("varchar(20)", "text", 20, None),
        ("longtext", "text", None, None),
        ("text", "text", None, "text"),
        ("char(36)", "text", None, "char(36)"),
        ("decimal(10,2)", "decimal(10, 2)", None, None),
        ("decimal(65,30)", "decimal", None, None),
        ("decimal(10,2) unsigned", "decimal(10, 2)", None, "decimal(10,2) unsigned"),
        ("datetime(6)", "datetime", None, None),
        ("datetime", "datetime", None, "datetime"),
        ("datetime /* mariadb-5.3 */", "datetime", None, "datetime"),
        ("timestamp", "datetime_tz", None, "timestamp"),
        ("time(6)", "time", None, None),
        ("varbinary(255)", "bytes", None, "varbinary(255)"),
        ("longblob", "bytes", None, None),
        ("uuid", "uuid", None, "uuid"),
        ("set('a','b')", "text", None, "set('a','b')"),
        ("geometry", "text", None, "geometry"),
        ("double unsigned", "float", None, "double unsigned"),
        ("year(4)", "int", None, "year(4)"),
    ],
)
def test_kinds(written: str, kind: str, length: int | None, db_type: str | None) -> None:
    """Exact ones by themselves, others beside the type."""
    found = held(written)
    assert (str(found.type), found.length, found.db_type) == (kind, length, db_type)


def test_values_of_enumerations() -> None:
    """Quotes, commas and parentheses are parts of values."""
    assert labels("enum('a','it''s','x,y)')") == ("a", "it's", "x,y)")
    assert held("enum('a','it''s')").type.labels == ("a", "it's")


@pytest.mark.parametrize("value", ["", "it's", "back\\slash", "'", "a\\'b"])
def test_literals(value: str) -> None:
    """A value that is quoted is read as itself."""
    assert unquoted(quoted(value)) == value
