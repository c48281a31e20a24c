"""Finds the placeholders in SQL text; what only looks like one (in strings, names, comments, operators) is skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from oxyde.db.tokens import sql_tokens

_PLACEHOLDERS: Final = frozenset({"named", "position", "mark", "foreign"})


@dataclass(frozen=True)
class Placeholder:
    """A placeholder in SQL text.

    Attributes:
        text: The placeholder as written: ``:name``, ``$1``, ``?``, ``?2``.
        name: The name of a named placeholder.
        index: The position of a positional placeholder, counted from 0.
        in_brackets: Whether it is inside ``[...]``, where ``:name`` may also be the bound of an array slice (PostgreSQL).
    """

    text: str
    name: str | None = None
    index: int = 0
    in_brackets: bool = False


def scan(sql: str, dialect: str) -> list[str | Placeholder]:
    """Splits the text at its placeholders; joined again (``Placeholder.text``), the pieces are the text, byte for byte.

    Args:
        sql: SQL text in the server's own spelling.
        dialect: postgres, sqlite, mysql or mariadb: they differ in strings, comments and positional placeholders.

    A colon right after a word, a bracket or a quote does not start a placeholder: it separates the bounds of a slice (``a[1:n]``).
    """
    pieces: list[str | Placeholder] = []
    before: list[str] = []
    brackets = marks = 0
    for kind, text in sql_tokens(sql, dialect):
        if kind not in _PLACEHOLDERS:
            before.append(text)
            if kind == "other":
                brackets = brackets + 1 if text == "[" else max(0, brackets - 1) if text == "]" else brackets
            continue
        if before:
            pieces.append("".join(before))
            before.clear()
        if kind == "named":
            pieces.append(Placeholder(text, name=text[1:], in_brackets=brackets > 0))
        elif kind == "foreign":
            pieces.append(Placeholder(text, name=text))
        elif kind == "position":
            pieces.append(Placeholder(text, index=int(text[1:]) - 1))
        else:
            pieces.append(Placeholder(text, index=marks))
            marks += 1
    if before:
        pieces.append("".join(before))
    return pieces
