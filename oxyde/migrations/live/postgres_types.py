"""What the types of PostgreSQL hold, by the text that the server writes them as."""

from __future__ import annotations

import re
from typing import Final

from oxyde.migrations.live.held import Held
from oxyde.schema.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DATETIME_TZ,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    JSON,
    TEXT,
    TIME,
    TIME_TZ,
    UUID,
    array_of,
    decimal_of,
)

EXACT: Final = {
    "bigint": INT,
    "boolean": BOOL,
    "bytea": BYTES,
    "date": DATE,
    "double precision": FLOAT,
    "interval": DURATION,
    "jsonb": JSON,
    "numeric": DECIMAL,
    "text": TEXT,
    "time with time zone": TIME_TZ,
    "time without time zone": TIME,
    "timestamp with time zone": DATETIME_TZ,
    "timestamp without time zone": DATETIME,
    "uuid": UUID,
}
"""The types that we write for a kind."""
NEAR: Final = {
    **EXACT,
    "character varying": TEXT,
    "integer": INT,
    "json": JSON,
    "real": FLOAT,
    "smallint": INT,
}
"""What other types hold, without their digits; whatever is none of these is text."""
SERIAL: Final = {"integer": "serial", "smallint": "smallserial"}
"""The names of types that count, beside that of our own."""


def held(written: str) -> Held:
    """Returns what a type holds.

    Args:
        written: The type as ``format_type`` writes it: ``character varying(20)``, ``timestamp(3) with time zone``, ``numeric(10,2)[]``.

    >>> held("integer")
    Held(type=ColumnType(kind='int', precision=None, scale=None, item=None, name=None, labels=()), length=None, db_type='integer')
    """
    if written.endswith("[]"):
        item = held(written.removesuffix("[]"))
        exact = item.db_type is None and item.length is None
        return Held(array_of(item.type), None, None if exact else written)
    if written in EXACT:
        return Held(EXACT[written])
    if written.startswith("interval"):
        return Held(DURATION, None, written)
    found = re.fullmatch(r"([a-z ]+?)\((\d+)(?:,(-?\d+))?\)([a-z ]*)", written)
    if found is None:
        return Held(NEAR.get(written, TEXT), None, written)
    name, digits, scale = found[1] + found[4], int(found[2]), found[3]
    if name == "numeric":
        if scale is not None and int(scale) < 0:
            return Held(DECIMAL, None, written)
        return Held(decimal_of(digits, int(scale or 0)))
    if name == "character varying":
        return Held(TEXT, digits)
    return Held(NEAR.get(name, TEXT), None, written)
