"""Statements as text and as schema, without running anything."""

from __future__ import annotations

from typing import Any

from oxyde import _native
from oxyde.db.database import connections


def dialect_of(alias: str | None) -> str:
    """Returns the dialect of a connection, of the default one without an alias; PostgreSQL where there is none."""
    database = connections.find(alias)
    return "postgres" if database is None else database.backend


def render(shape: bytes, dialect: str, values: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """Returns the SQL of a statement and the values of its placeholders, in their order.

    Several steps are joined by ``;`` and a line break.

    Raises:
        UnsupportedError: The dialect cannot do it.
        ValueError: There is no such dialect.
    """
    steps = _native.render(shape, dialect, values)
    return ";\n".join(text for text, _ in steps), [value for _, given in steps for value in given]


def describe(shape: bytes) -> str:
    """Returns a statement's IR as JSON."""
    return _native.describe(shape)


def arrow_schema(shape: bytes, dialect: str) -> object:
    """Returns an ``arrow_schema`` capsule of a statement's columns; executes nothing."""
    return _native.arrow_schema(shape, dialect)
