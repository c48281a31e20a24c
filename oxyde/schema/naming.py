"""Names derived where the application chooses none, and suggestions for misspelt names."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final

LONGEST: Final = 63
"""Bytes of an identifier that every server keeps (PostgreSQL's limit is the smallest)."""


def quoted(name: str, quote: str = '"') -> str:
    """Returns a name as SQL has it.

    >>> print(quoted("a`b", "`"))
    `a``b`
    """
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"


def mark(dialect: str) -> str:
    """Returns the quotation mark of names.

    >>> mark("mariadb")
    '`'
    """
    return "`" if dialect in {"mysql", "mariadb"} else '"'


def snake(name: str) -> str:
    """Returns a class name in snake case: ``OrderState`` becomes ``order_state``, ``HTTPCode`` ``http_code``."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced).lower()


def enum_name(name: str) -> str:
    """Returns the name of the database type of an enumeration class."""
    return f"{snake(name)}_enum"


def short(name: str) -> str:
    """Returns a name that fits into an identifier; a longer one ends in a digest of the whole."""
    if len(name.encode()) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    kept = name.encode()[: LONGEST - len(digest) - 1].decode("utf-8", "ignore")
    return f"{kept}_{digest}"


def foreign_key_name(table: str, columns: Iterable[str]) -> str:
    """Returns the name of a foreign key constraint."""
    return short(f"fk_{table}_{'_'.join(columns)}")


def index_name(table: str, columns: Iterable[str]) -> str:
    """Returns the name of an index."""
    return short(f"ix_{table}_{'_'.join(columns)}")


def meant(name: str, known: Iterable[str]) -> str:
    """Returns ``; did you mean "..."?`` where a known name is near, else nothing, to end a message with."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def constraint_name(prefix: str, table: str, parts: Iterable[str]) -> str:
    """Returns the name of a constraint: its kind (uq, ck, ex), its table, and what tells it from others."""
    return short(f"{prefix}_{table}_{'_'.join(parts)}")


def text_name(prefix: str, table: str, text: str) -> str:
    """Returns the name of a constraint that SQL text defines, from that text: its place among others may change."""
    return constraint_name(prefix, table, [hashlib.sha256(text.encode()).hexdigest()[:8]])


def twice(names: Sequence[str]) -> str | None:
    """Returns the first name that occurs more than once, or None when all differ."""
    return None if len(set(names)) == len(names) else next(name for name in names if names.count(name) > 1)
