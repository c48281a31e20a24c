"""The first word of a cell: whether the cell is SQL, and what the statement may do."""

from __future__ import annotations

import re
from typing import Final

from oxyde.db.sql_start import without_comments


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READING: Final = _words("select values table show describe desc explain pragma with")
CHANGING: Final = _words("insert update delete merge replace copy load")
TRANSACTIONS: Final = _words("begin start commit rollback savepoint release end abort")
OTHERS: Final = _words(
    """
    create alter drop truncate rename comment set reset grant revoke analyze vacuum optimize reindex refresh call do use
    attach detach checkpoint lock unlock flush kill prepare execute deallocate listen notify check repair cluster
    """
)
KNOWN: Final = READING | CHANGING | TRANSACTIONS | OTHERS
ALONE: Final = TRANSACTIONS | {"vacuum", "analyze", "optimize", "checkpoint"}
"""Words that are a statement by themselves; another one alone is the name of a variable."""
CALLABLE_IN_PYTHON: Final = _words("set table show describe desc call do load use check execute rename copy replace")
"""Words that before ``(`` are rather a Python function than the start of a statement."""

_WORD: Final = re.compile(r"[\s(]*(?P<word>[A-Za-z]+)\b\s*(?P<after>.?)", re.DOTALL)
_CHANGES: Final = re.compile(rf"\b(?:{'|'.join(sorted(CHANGING))}|into|call)\b", re.IGNORECASE)


def first(body: str) -> str | None:
    """Returns the word that makes text a statement of SQL, in lower case; None when it is none."""
    match = _WORD.match(without_comments(body))
    if match is None:
        return None
    word, after = match["word"].lower(), match["after"]
    if word not in KNOWN or (after and after in ".=[,)"):
        return None
    if after == "(":
        return None if word in CALLABLE_IN_PYTHON else word
    return word if after or word in ALONE else None


def only_reads(sql: str) -> bool:
    """Whether a statement certainly changes nothing, so that it may be stopped after its first rows."""
    return first(sql) in READING and _CHANGES.search(sql) is None
