"""How SQL text begins: comments, and the words that begin or end a transaction."""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = re.compile(r"\s*(?:--[^\n]*(?:\n|\Z)|\#[^\n]*(?:\n|\Z)|/\*.*?\*/)", re.DOTALL)
_TRANSACTION: Final = re.compile(
    r"""[\s;]*(?:
    begin(?!\s+not\s+atomic\b)|start\s+transaction|(?:commit|rollback)(?!\s+prepared\b)|savepoint|release|end|abort
    )\b(?!\s*[.=(\[,])""",
    re.IGNORECASE | re.VERBOSE,
)


def without_comments(text: str) -> str:
    """Returns text from its first word on: comments at the start are left out."""
    while (comment := _COMMENT.match(text)) is not None:
        text = text[comment.end() :]
    return text


def transaction_word(sql: str) -> str | None:
    """Returns the word, in capitals, with which a statement begins or ends a transaction or a savepoint; of others None."""
    found = _TRANSACTION.match(without_comments(sql))
    return None if found is None else " ".join(found[0].strip("; \t\r\n").upper().split())
