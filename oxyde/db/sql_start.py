"""How SQL text begins: its first words, without comments, and the words that begin or end a transaction.

Without a dialect the comment syntax of every server is recognised, for text whose server is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, islice
from typing import Final

from oxyde import _native
from oxyde.db.tokens import sql_tokens

_IGNORED: Final = frozenset({"space", "comment"})


def _code(text: str, dialect: str | None) -> Iterator[tuple[str, str]]:
    """Yields the kind and text of the tokens that are neither space nor comment."""
    return ((kind, piece) for kind, piece in sql_tokens(text, dialect) if kind not in _IGNORED)


def without_comments(text: str, dialect: str | None = None) -> str:
    """Returns text without the white space, comments, semicolons and byte order mark before its first word or sign."""
    at = 0
    for kind, piece in sql_tokens(text, dialect):
        if kind not in _IGNORED and piece != ";":
            break
        at += len(piece)
    return text[at:]


def first_tokens(text: str, dialect: str | None = None) -> tuple[str, str, str]:
    """Returns the first three words or signs of a statement, as written; empty strings where there are fewer.

    Comments, semicolons, a byte order mark, and opening parentheses before the first word (``(SELECT ...) UNION ...``) are skipped.
    The second one tells ``SET x = 1`` (``x``) from Python's ``set(x)`` (``(``).
    """
    pieces = dropwhile("(;".__contains__, (piece for _, piece in _code(text, dialect)))
    first, second, third, *_ = *islice(pieces, 3), "", "", ""
    return first, second, third


def words(text: str, dialect: str | None = None) -> list[str]:
    """Returns every word of SQL text in lower case; strings, names in quotes and comments contain none."""
    return [piece.lower() for kind, piece in _code(text, dialect) if kind == "word"]


def may_write(sql: str, dialect: str) -> bool:
    """Returns whether a statement that begins like a read may write: it calls a function that may write, or locks rows."""
    return _native.sql_may_write(sql, dialect)


def transaction_word(sql: str, dialect: str | None = None) -> str | None:
    """Returns the word, in capitals, by which a statement begins or ends a transaction or savepoint; None for other statements."""
    first, second, third = (piece.upper() for piece in first_tokens(sql, dialect))
    if second in {".", "=", "(", "[", ","}:
        return None
    if first == "START":
        return "START TRANSACTION" if second == "TRANSACTION" else None
    if first == "BEGIN":
        return None if (second, third) == ("NOT", "ATOMIC") else first
    if first in {"COMMIT", "ROLLBACK"}:
        return None if second == "PREPARED" else first
    return first if first in {"SAVEPOINT", "RELEASE", "END", "ABORT"} else None
