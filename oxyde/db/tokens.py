"""The tokens of SQL text, as the core has them."""

from __future__ import annotations

from oxyde import _native
from oxyde.ir.wire import checked


def sql_tokens(sql: str, dialect: str | None = None) -> list[tuple[str, str]]:
    """Returns the kind and text of every token; without a dialect by the syntax of every server.

    Raises:
        FieldError: The text has a lone surrogate.
    """
    with checked():
        return _native.sql_tokens(sql, dialect)
