"""What the types of SQLite hold, by what columns are declared as."""

from __future__ import annotations

import re
from typing import Final

from oxyde.migrations.live.held import Held
from oxyde.schema import ColumnType
from oxyde.schema.types import (
    ANY,
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DATETIME_TZ,
    DECIMAL,
    FLOAT,
    INT,
    JSON,
    TEXT,
    TIME,
    UUID,
    decimal_of,
)

EXACT: Final = {
    "BLOB": BYTES,
    "BOOLEAN": BOOL,
    "CHAR(36)": UUID,
    "DATE": DATE,
    "DATETIME": DATETIME,
    "INTEGER": INT,
    "REAL": FLOAT,
    "TEXT": TEXT,
    "TIME": TIME,
    "TIMESTAMPTZ": DATETIME_TZ,
}
"""The types that we write for a kind."""
NEAR: Final = {
    "BOOL": BOOL,
    "DECIMAL": DECIMAL,
    "JSON": JSON,
    "NUMERIC": DECIMAL,
    "TIMESTAMP": DATETIME,
    "TIMESTAMP WITH TIME ZONE": DATETIME_TZ,
    "TIMESTAMP WITHOUT TIME ZONE": DATETIME,
    "TIME WITHOUT TIME ZONE": TIME,
    "UUID": UUID,
}
"""What other types hold, without their digits."""
DIGITS: Final = 15
"""The most digits of a decimal that SQLite keeps as a number."""


def held(declared: str) -> Held:
    """Returns what a column holds by its declaration.

    >>> held("varchar(120)").length, held("BIGINT").db_type, held("").type.kind
    (120, 'BIGINT', 'any')
    """
    upper = " ".join(declared.split()).upper()
    if upper in EXACT:
        return Held(EXACT[upper])
    found = re.fullmatch(r"([A-Z0-9_ ]+?) ?\( ?(\d+) ?(?:, ?(\d+) ?)?\)([A-Z ]*)", upper)
    name, digits = (upper, []) if found is None else (found[1] + found[4], [int(one) for one in found.group(2, 3) if one is not None])
    if name == "VARCHAR" and len(digits) == 1:
        return Held(TEXT, digits[0])
    if name in {"NUMERIC", "DECIMAL"} and digits:
        precision, scale = digits[0], digits[1] if len(digits) > 1 else 0
        return Held(decimal_of(precision, scale), None, None if name == "NUMERIC" and precision <= DIGITS else declared)
    return Held(NEAR.get(name) or _by_affinity(upper), None, declared or "BLOB")


def _by_affinity(upper: str) -> ColumnType:
    """Returns the kind of the values that a column tends to have, by SQLite's own rules."""
    if "INT" in upper:
        return INT
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT")):
        return TEXT
    if "BLOB" in upper:
        return BYTES
    if any(word in upper for word in ("REAL", "FLOA", "DOUB")):
        return FLOAT
    return ANY
