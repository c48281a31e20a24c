"""The first word of a cell: whether the cell is SQL, and what the statement may do."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from oxyde.db.sql_start import without_comments


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READING: Final = _words("select values table show describe desc explain pragma with")
CHANGING: Final = _words("insert update delete merge replace copy load")
TRANSACTIONS: Final = _words("begin start commit rollback savepoint release end abort xa")
OTHERS: Final = _words(
    """
    create alter drop truncate rename comment set reset grant revoke analyze vacuum optimize reindex refresh call do use
    attach detach checkpoint lock unlock flush kill prepare execute deallocate listen notify check repair cluster
    discard declare fetch move close security reassign import unlisten help checksum signal resignal
    """
)
KNOWN: Final = READING | CHANGING | TRANSACTIONS | OTHERS
ALONE: Final = (TRANSACTIONS - {"xa"}) | {"vacuum", "analyze", "optimize", "checkpoint", "reindex", "cluster", "resignal"}
"""Words that are a statement by themselves; another one alone, or one of them that names a variable, is Python."""
CALLABLE_IN_PYTHON: Final = _words(
    "set table show describe desc call do load use check execute rename copy replace fetch move close help declare signal checksum cluster"
)
"""Words that before ``(`` are rather a Python function than the start of a statement."""

_NOISE: Final = "\ufeff; \t\r\n\f\v"
_WORD: Final = re.compile(r"[\s(;]*(?P<word>[A-Za-z]+)\b\s*(?P<after>.?)", re.DOTALL)
_QUERY_IN_BRACKETS: Final = re.compile(r"[\s;]*\w+\s*\(\s*(?:select|values|table|with|insert|update|delete)\b", re.IGNORECASE)
_IMPORT: Final = re.compile(r"import\s+(?:foreign|table)\b", re.IGNORECASE)
_CHANGES: Final = re.compile(rf"\b(?:{'|'.join(sorted(CHANGING))}|into|call)\b", re.IGNORECASE)


def trimmed(body: str) -> str:
    """Returns a statement without what is around it: spaces, semicolons, the mark that editors put before UTF-8."""
    return body.strip(_NOISE)


def first(body: str, names: Container[str] = ()) -> str | None:
    """Returns the word that makes text a statement of SQL, in lower case; None when it is none.

    Args:
        body: The text.
        names: The variables of the notebook.
    """
    text = trimmed(without_comments(trimmed(body)))
    match = _WORD.match(text)
    if match is None:
        return None
    word, after = match["word"].lower(), match["after"]
    if word not in KNOWN or (after and after in ".=[,)") or (word == "import" and not _IMPORT.match(text)):
        return None
    if after == "(":
        return None if word in CALLABLE_IN_PYTHON and not _QUERY_IN_BRACKETS.match(text) else word
    return word if after or (word in ALONE and match["word"] not in names) else None


def only_reads(sql: str) -> bool:
    """Returns whether a statement certainly changes nothing, so that it may be stopped after its first rows."""
    return first(sql) in READING and _CHANGES.search(sql) is None
