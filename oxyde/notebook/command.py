"""What a magic's line says: a verb or a statement, where the result goes, on which connection."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

SQL_WORDS = frozenset(
    [
        "select",
        "with",
        "values",
        "table",
        "insert",
        "update",
        "delete",
        "merge",
        "replace",
        "create",
        "alter",
        "drop",
        "truncate",
        "explain",
        "show",
        "describe",
        "desc",
        "pragma",
        "set",
        "begin",
        "start",
        "commit",
        "rollback",
        "grant",
        "revoke",
        "analyze",
        "vacuum",
        "call",
        "do",
        "copy",
        "attach",
        "detach",
        "reindex",
        "lock",
        "use",
    ]
)
_COMMENT = re.compile(r"\s*(?:--[^\n]*(?:\n|$)|/\*.*?\*/\s*)", re.DOTALL)
_WORD = re.compile(r"\s*\(*\s*([A-Za-z]+)\b(?!\s*[.=(\[])")
_TARGET = re.compile(r"\s*([A-Za-z_]\w*)\s*<<\s*")


class UsageError(Exception):
    """The magic cannot be understood; the message says how it is used."""


@dataclass(frozen=True)
class Options:
    """The options of a cell.

    Attributes:
        target: The variable that takes the result.
        on: The alias of the connection.
        rows: How many rows are shown.
        rest: What follows the options: empty for a cell.
    """

    target: str | None = None
    on: str | None = None
    rows: int = 10
    rest: str = ""


def is_sql(body: str) -> bool:
    """Whether text is SQL: its first word, comments and opening parentheses skipped, starts a statement."""
    while (comment := _COMMENT.match(body)) is not None:
        body = body[comment.end() :]
    word = _WORD.match(body)
    return word is not None and word.group(1).lower() in SQL_WORDS


def options(line: str) -> Options:
    """Reads ``[name <<] [--on NAME] [-n ROWS] rest``.

    Raises:
        UsageError: An option is unknown or lacks its value.
    """
    target = _TARGET.match(line)
    rest = line[target.end() :] if target else line
    on: str | None = None
    rows = Options.rows
    while rest.lstrip().startswith("-") and not rest.lstrip().startswith("-- "):
        option, _, after = rest.lstrip().partition(" ")
        value, _, remaining = after.lstrip().partition(" ")
        if option not in {"--on", "-n"}:
            message = f"unknown option {option}; known are --on NAME and -n ROWS"
            raise UsageError(message)
        if not value:
            message = f"{option} needs a value"
            raise UsageError(message)
        if option == "--on":
            on = value
        elif value.isdigit():
            rows = int(value)
        else:
            message = f"-n takes a number of rows, not {value}"
            raise UsageError(message)
        rest = remaining
    return Options(target.group(1) if target else None, on, rows, rest.strip())


def connect_arguments(line: str) -> tuple[str, str]:
    """Reads ``URL [--as NAME]`` and returns both.

    Raises:
        UsageError: The line says something else.
    """
    words = shlex.split(line)
    if len(words) == 3 and words[1] == "--as":
        return words[0], words[2]
    if len(words) == 1:
        return words[0], "default"
    message = "usage: %oxyde connect URL [--as NAME]"
    raise UsageError(message)
