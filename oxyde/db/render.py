"""Statements as SQL text, as JSON and as an Arrow schema; nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from oxyde import _native
from oxyde.db.database import AsyncDatabase, connections
from oxyde.db.tokens import sql_tokens


def dialect_of(at: str | AsyncDatabase | None) -> str:
    """Returns the dialect of a connection, by default of the default one; postgres if there is no connection."""
    database = at if isinstance(at, AsyncDatabase) else connections.find(at)
    return "postgres" if database is None else database.dialect


def render(shape: bytes, dialect: str, values: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """Returns the SQL of a statement and the values of its placeholders, in order.

    Several steps are joined by ``;`` and a line break.

    Raises:
        UnsupportedError: The dialect does not support the statement.
        ValueError: The dialect does not exist.
    """
    steps = _native.render(shape, dialect, values)
    return ";\n".join(text for text, _ in steps), [value for _, given in steps for value in given]


def texts(shape: bytes, dialect: str) -> list[str]:
    """Returns the SQL of each step of a statement without parameters.

    Raises:
        UnsupportedError: The dialect does not support the statement.
    """
    return [text for text, _ in _native.render(shape, dialect, ()) if text]


def clauses(sql: str, dialect: str, keyword: Callable[[str], str] = str) -> str:
    """Returns SQL with each clause on a line of its own.

    A break replaces one space, never inside parentheses, strings, quoted names or comments.

    Args:
        sql: SQL as we write it: keywords in capitals.
        dialect: The server's dialect; dialects differ in their string syntax.
        keyword: Formats each word in capitals.
    """
    tokens = sql_tokens(sql, dialect)
    words = [text for kind, text in tokens if kind not in {"space", "comment"}]
    broken: list[str] = []
    depth = at = 0
    for kind, text in tokens:
        if kind in {"space", "comment"}:
            broken.append(text)
            continue
        if kind == "word" and depth == 0 and broken[-1:] == [" "] and _begins_clause(words, at):
            broken[-1] = "\n"
        at += 1
        depth += (text in {"(", "["}) - (text in {")", "]"})
        broken.append(keyword(text) if kind == "word" and text.isupper() else text)
    return "".join(broken)


_CLAUSES: Final = frozenset(
    {
        *("SELECT", "FROM", "WHERE", "HAVING", "WINDOW", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "JOIN"),
        *("SET", "VALUES", "RETURNING"),
    }
)
"""Words that begin a clause."""
_CLAUSES_OF_TWO: Final = frozenset(
    {
        *(("GROUP", "BY"), ("ORDER", "BY"), ("ON", "CONFLICT"), ("ON", "DUPLICATE")),
        *(("FOR", "UPDATE"), ("FOR", "SHARE"), ("FOR", "NO"), ("FOR", "KEY")),
        *((side, join) for side in ("LEFT", "RIGHT", "FULL", "INNER", "CROSS") for join in ("JOIN", "OUTER")),
    }
)
"""Pairs of words that begin a clause."""
_CONTINUED: Final = frozenset(
    {
        *("=", "DISTINCT", "UNION", "INTERSECT", "EXCEPT", "ALL", "AS", "DELETE", "UPDATE", "CHARACTER"),
        *("LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "NATURAL"),
    }
)
"""Words after which no clause begins: ``IS DISTINCT FROM``, ``UNION ALL SELECT``, ``DO UPDATE SET``, ``LEFT JOIN``."""


def _begins_clause(words: Sequence[str], at: int) -> bool:
    """Returns whether a word begins a clause, by the words around it."""
    if at == 0 or words[at - 1] in _CONTINUED:
        return False
    return words[at] in _CLAUSES or tuple(words[at : at + 2]) in _CLAUSES_OF_TWO


def describe(shape: bytes) -> str:
    """Returns a statement's IR as JSON."""
    return _native.describe(shape)


def arrow_schema(shape: bytes, dialect: str) -> object:
    """Returns an ``arrow_schema`` capsule of a statement's columns; executes nothing."""
    return _native.arrow_schema(shape, dialect)
