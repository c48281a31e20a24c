"""Raw SQL in the steps of an inspection."""

from __future__ import annotations

from typing import Any

from oxyde.db.raw import Params, compile_raw, dictionaries
from oxyde.db.steps import Call, Steps


def query(sql: str, params: Params, dialect: str) -> Steps[list[dict[str, Any]]]:
    """Runs SQL text and returns its rows as dictionaries.

    Args:
        sql: One SELECT.
        params: The values of its placeholders.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    shape, values = compile_raw(sql, params, dialect)
    rows: list[dict[str, Any]] = []
    read = dictionaries(sql)
    yield Call(shape, values, lambda batch: rows.extend(read(batch)))
    return rows


def quoted(name: str, quote: str = '"') -> str:
    """Returns a name as SQL has it.

    >>> print(quoted("a`b", "`"))
    `a``b`
    """
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"
