"""Types as the application declares them (``db_type``): their names without digits, and which of them servers take for text."""

from __future__ import annotations

import re
from typing import Final

PLAIN: Final = frozenset({"TEXT", "VARCHAR", "CHARACTER VARYING"})
"""Text itself, by the names that PostgreSQL has for it."""
TAKE_TEXT: Final = PLAIN | {"CHAR", "CHARACTER", "BPCHAR", "CITEXT", "NAME", '"CHAR"'}
"""What takes a text without a cast."""
UNEQUAL: Final = frozenset({"JSON", "XML"})
"""What PostgreSQL does not compare."""
UNRANKED: Final = UNEQUAL | {"UUID", "MACADDR", "MACADDR8", "BIT", "BIT VARYING", "VARBIT"}
"""What PostgreSQL has no ``min()`` of."""


def bare(db_type: str) -> str:
    """Returns a declared type without its digits and collation.

    >>> bare("numeric(10, 2)")
    'numeric'
    >>> bare('char (5) collate "C"')
    'char'
    """
    return " ".join(re.sub(r"\([^)]*\)", " ", re.split(r"\bcollate\b", db_type, flags=re.IGNORECASE)[0]).split())


def cast_to(db_type: str | None) -> str | None:
    """Returns what a text is cast to on its way into a column of a declared type; None where it needs no cast.

    No length belongs to it: a cast would cut off what is too long, and the column refuses it.

    >>> cast_to("inet"), cast_to("bit(3)"), cast_to("varchar(20)")
    ('inet', 'bit varying', None)
    """
    if db_type is None or (name := bare(db_type)).upper() in TAKE_TEXT:
        return None
    return "bit varying" if name.upper() == "BIT" else name
