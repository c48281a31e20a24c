"""Where the placeholders of SQL text are; what only looks like one (in strings, names, comments, operators) is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from oxyde import _native

_PLACEHOLDERS: Final = frozenset({"named", "position", "mark", "foreign"})


@dataclass(frozen=True)
class Placeholder:
    """A place in SQL text where a value belongs.

    Attributes:
        text: As it is written: ``:name``, ``$1``, ``?``, ``?2``.
        name: The name, of a named one.
        index: The position from 0, of a positional one.
        in_brackets: It is inside ``[...]``, where ``:name`` may also be the bound of an array slice (PostgreSQL).
    """

    text: str
    name: str | None = None
    index: int = 0
    in_brackets: bool = False


def scan(sql: str, dialect: str) -> list[str | Placeholder]:
    """Returns the text in pieces; put together again (``Placeholder.text``) they are the text, byte for byte.

    Args:
        sql: SQL text in the server's own spelling.
        dialect: postgres, sqlite, mysql or mariadb: they differ in strings, comments and positional placeholders.

    A colon right after a word, a bracket or a quote starts no placeholder: it parts the bounds of a slice (``a[1:n]``).
    """
    pieces: list[str | Placeholder] = []
    before: list[str] = []
    brackets = marks = 0
    for kind, text in _native.sql_tokens(sql, dialect):
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
