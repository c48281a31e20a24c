"""What the types of MySQL and MariaDB hold, by the text that the server writes them as."""

from __future__ import annotations

import re
from typing import Final

from oxyde.db.tokens import sql_tokens
from oxyde.migrations.live.held import Held
from oxyde.schema import ColumnType
from oxyde.schema.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DATETIME_TZ,
    FLOAT,
    INT,
    JSON,
    TEXT,
    TIME,
    UUID,
    decimal_of,
)

EXACT: Final = {
    "bigint": INT,
    "date": DATE,
    "datetime(6)": DATETIME,
    "decimal(65,30)": decimal_of(None, None),
    "double": FLOAT,
    "json": JSON,
    "longblob": BYTES,
    "longtext": TEXT,
    "time(6)": TIME,
    "tinyint(1)": BOOL,
}
"""The types that we write for a kind, and for no other that we read them as."""
NEAR: Final = {
    **dict.fromkeys(("bigint", "bit", "int", "mediumint", "smallint", "tinyint", "year"), INT),
    **dict.fromkeys(("double", "float"), FLOAT),
    **dict.fromkeys(("binary", "blob", "mediumblob", "tinyblob", "varbinary"), BYTES),
    "datetime": DATETIME,
    "time": TIME,
    "timestamp": DATETIME_TZ,
    "uuid": UUID,
}
"""What other types hold, without their digits; whatever is none of these is text."""
WIDTHS: Final = re.compile(r"^(bigint|int|mediumint|smallint|tinyint)\(\d+\)")
"""The display width of an integer, which MariaDB names and which says nothing."""
LONGEST: Final = 16_383
"""The most characters of a VARCHAR column that we write; a longer text without an index is LONGTEXT."""
ESCAPES: Final = {"n": "\n", "r": "\r", "0": "\0", "t": "\t", "b": "\b", "Z": "\x1a"}


def held(written: str) -> Held:
    """Returns what a type holds.

    Args:
        written: The type as the server writes it: ``int(10) unsigned``, ``varchar(20)``, ``enum('a','b')``.

    >>> held("int(10) unsigned").db_type, held("varchar(20)").length, held("bigint(20)").db_type
    ('int unsigned', 20, None)
    """
    written = re.sub(r"\s*/\*.*?\*/", "", written)  # what MariaDB says of times of another format
    if written.startswith("enum("):
        return Held(ColumnType("enum", labels=labels(written)))
    if written not in EXACT and "zerofill" not in written:
        written = WIDTHS.sub(r"\1", written)
    if written in EXACT:
        return Held(EXACT[written])
    name = re.split(r"[( ]", written)[0]
    digits = [int(one) for one in re.findall(r"\d+", written)] if "(" in written else []
    if name == "decimal" and written == f"decimal({','.join(map(str, digits))})":
        return Held(decimal_of(digits[0], digits[1] if len(digits) > 1 else 0))
    if name == "decimal":
        return Held(decimal_of(digits[0], digits[1] if len(digits) > 1 else 0), None, written)
    if name == "varchar":
        return Held(TEXT, digits[0], written if digits[0] > LONGEST else None)
    return Held(NEAR.get(name, TEXT), None, written)


def labels(written: str) -> tuple[str, ...]:
    """Returns the values of an enumeration: ``enum('a','it''s')``."""
    return tuple(unquoted(text) for kind, text in sql_tokens(written, "mysql") if kind == "quoted")


def unquoted(text: str) -> str:
    """Returns the value of a text literal.

    >>> print(unquoted("'it''s'"))
    it's
    """
    inner = text[1:-1].replace("''", "'")
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), inner, flags=re.DOTALL)


def quoted(value: str) -> str:
    """Returns a text literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
