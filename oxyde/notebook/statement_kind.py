"""The kind of a cell, by its first words: whether it is SQL, and whether the statement may write."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from oxyde.db.sql_start import first_tokens, words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READING: Final = _words("select values table show describe desc explain pragma with")
CHANGING: Final = _words("insert update delete merge replace copy load")
TRANSACTIONS: Final = _words("begin start commit rollback savepoint release end abort xa")
OTHERS: Final = _words(
    """
    create alter drop truncate rename comment set reset grant revoke analyze vacuum optimize reindex refresh call do use
    attach detach checkpoint lock unlock flush kill prepare execute deallocate listen notify check repair cluster
    discard declare fetch move close security reassign unlisten help checksum signal resignal binlog shutdown restart
    """
)
FOLLOWED: Final = {
    "import": _words("foreign table"),
    "get": _words("diagnostics current stacked"),
    "install": _words("plugin component soname"),
    "uninstall": _words("plugin component soname"),
    "change": _words("master replication"),
    "stop": _words("slave replica all group_replication"),
    "purge": _words("binary master"),
    "cache": _words("index"),
    "clone": _words("local instance"),
    "backup": _words("stage lock unlock"),
}
"""Words that begin a statement only if certain words follow; they may be Python names, too."""
KNOWN: Final = READING | CHANGING | TRANSACTIONS | OTHERS | FOLLOWED.keys()
ALONE: Final = (TRANSACTIONS - {"xa"}) | _words("vacuum analyze optimize checkpoint reindex cluster resignal shutdown restart")
"""Words that are a statement by themselves, unless they name a variable; any other single word is Python."""
CALLABLE_IN_PYTHON: Final = _words(
    """
    set table show describe desc call do load use check execute rename copy replace fetch move close help declare signal checksum cluster
    binlog shutdown restart
    """
)
"""Words that are more likely a Python function than a statement if ``(`` follows."""

_NOISE: Final = "\ufeff; \t\r\n\f\v"
_QUERIES: Final = _words("select values table with insert update delete")
_CHANGES: Final = CHANGING | {"into", "call"}


def trimmed(body: str) -> str:
    """Returns a statement without surrounding spaces and semicolons, and without a byte order mark."""
    return body.strip(_NOISE)


def first(body: str, names: Container[str] = ()) -> str | None:
    """Returns the first word of a SQL statement, in lower case; None if the text is not SQL.

    Args:
        body: The text.
        names: The variables of the notebook.
    """
    written, after, then = first_tokens(body)
    word, after, then = written.lower(), "" if after == ";" else after.lower(), then.lower()
    if word not in KNOWN or after[:1] in {".", "=", "[", ",", ")"} or (word in FOLLOWED and after not in FOLLOWED[word]):
        return None
    if after == "(":
        return None if word in CALLABLE_IN_PYTHON and then not in _QUERIES else word
    return word if after or (word in ALONE and written not in names) else None


def only_reads(sql: str, dialect: str | None = None) -> bool:
    """Returns whether a statement, by its words, only reads; functions that it calls may still write.

    Args:
        sql: The statement.
        dialect: The server's; servers differ in what is a string or a comment.
    """
    return first(sql) in READING and _CHANGES.isdisjoint(words(sql, dialect))
