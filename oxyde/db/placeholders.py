"""SQL text taken apart: what is placeholder, and what must be left alone (strings, names, comments, operators)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Placeholder:
    """A place in SQL text where a value belongs.

    Attributes:
        text: As it is written: ``:name``, ``$1``, ``?``, ``?2``.
        name: The name, of a named one.
        index: The position from 0, of a positional one.
        in_brackets: Stands inside ``[...]``, where ``:name`` may also be the bound of an array slice (PostgreSQL).
    """

    text: str
    name: str | None = None
    index: int = 0
    in_brackets: bool = False


# What the dialects share: 'it''s', numbers, and words with the dollar signs that may stand inside them.
_QUOTED: Final = r"'[^']*(?:''[^']*)*(?:'|\Z)"
_ESCAPED: Final = r"'(?:[^'\\]|\\.|'')*(?:'|\Z)"
_NAME: Final = r'"[^"]*(?:""[^"]*)*(?:"|\Z)'
_TICKS: Final = r"`[^`]*(?:``[^`]*)*(?:`|\Z)"
_COMMENT: Final = r"--[^\n]*"
_BLOCK: Final = r"/\*.*?(?:\*/|\Z)"
_WORD: Final = r"[^\W\d][\w$]*|\d[\w.]*"
_NAMED: Final = r":(?P<name>[^\W\d]\w*)"
_COLONS: Final = r"::|:="

_DOLLARS: Final = r"\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)"

_SKIP: Final = {
    "postgres": rf"[eE]{_ESCAPED}|{_QUOTED}|{_NAME}|{_DOLLARS}|{_COMMENT}|(?P<nest>/\*)|{_COLONS}|{_WORD}",
    "sqlite": rf"{_QUOTED}|{_NAME}|{_TICKS}|\[[^\]]*(?:\]|\Z)|{_COMMENT}|{_BLOCK}|{_COLONS}|{_WORD}",
    "mysql": rf"""{_ESCAPED}|"(?:[^"\\]|\\.|"")*(?:"|\Z)|{_TICKS}|--(?=\s|\Z)[^\n]*|\#[^\n]*|{_BLOCK}|{_COLONS}|@+[\w.$]*|{_WORD}""",
}
_POSITION: Final = {
    "postgres": r"\$(?P<number>\d+)",
    "sqlite": r"(?P<mark>\?)(?P<number>\d+)?|(?P<foreign>[@$][^\W\d]\w*)",
    "mysql": r"(?P<mark>\?)",
}
_TOKEN: Final = {
    dialect: re.compile(rf"(?P<skip>{_SKIP[dialect]})|{_NAMED}|{_POSITION[dialect]}|(?P<bracket>[\[\]])", re.DOTALL) for dialect in _SKIP
}
_NEST: Final = re.compile(r"/\*|\*/")
_BEFORE_SLICE: Final = re.compile(r"[\w\])\"'`]")


def scan(sql: str, dialect: str) -> list[str | Placeholder]:
    """Returns the text in pieces; put together again (``Placeholder.text``) they are the text, byte for byte.

    Args:
        sql: SQL text in the server's own spelling.
        dialect: postgres, sqlite, mysql or mariadb: they differ in strings, comments and positional placeholders.

    A colon right after a word, a bracket or a quote starts no placeholder: it parts the bounds of a slice (``a[1:n]``).
    """
    dialect = "mysql" if dialect == "mariadb" else dialect
    token = _TOKEN[dialect]
    pieces: list[str | Placeholder] = []
    start = at = brackets = marks = 0
    while (match := token.search(sql, at)) is not None:
        at = match.end()
        found = {name: text for name, text in match.groupdict().items() if text is not None}
        if "skip" in found:
            if "nest" in found:
                at = _end_of_comment(sql, at)
            continue
        if "bracket" in found:
            brackets = max(0, brackets + (1 if match[0] == "[" else -1))
            continue
        if "name" in found:
            if match.start() > 0 and _BEFORE_SLICE.match(sql[match.start() - 1]):
                continue
            placeholder = Placeholder(match[0], name=found["name"], in_brackets=brackets > 0)
        elif "foreign" in found:
            placeholder = Placeholder(match[0], name=match[0])
        elif "number" in found:
            placeholder = Placeholder(match[0], index=int(found["number"]) - 1)
        else:
            placeholder = Placeholder(match[0], index=marks)
            marks += 1
        if match.start() > start:
            pieces.append(sql[start : match.start()])
        pieces.append(placeholder)
        start = at
    if start < len(sql):
        pieces.append(sql[start:])
    return pieces


def _end_of_comment(sql: str, at: int) -> int:
    """Returns where a comment that began before ``at`` ends; PostgreSQL's nest."""
    depth = 1
    while depth:
        match = _NEST.search(sql, at)
        if match is None:
            return len(sql)
        depth += 1 if match[0] == "/*" else -1
        at = match.end()
    return at
