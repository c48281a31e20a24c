"""Plain values as SQL literals."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from decimal import Decimal
from typing import Any


def literal(value: Any, dialect: str) -> str | None:
    """Returns the literal of a wire value; None for one that has none that every column takes.

    Args:
        value: A value as the database gets it.
        dialect: postgres, mysql, mariadb or sqlite.

    >>> literal("it's", "postgres"), literal(True, "sqlite"), literal(b"", "sqlite")
    ("'it''s'", 'TRUE', None)
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else None
        case Decimal():
            return f"{value:f}" if value.is_finite() else None
        case str():
            return None if "\0" in value else _quoted(value, dialect)
        case dt.datetime():
            return _quoted(_moment(value, dialect), dialect)
        case dt.date() | dt.time() | uuid.UUID():
            return _quoted(str(value), dialect)
        case _:
            return None


def _quoted(value: str, dialect: str) -> str:
    if dialect in {"mysql", "mariadb"}:
        value = value.replace("\\", "\\\\")
    return "'" + value.replace("'", "''") + "'"


def _moment(value: dt.datetime, dialect: str) -> str:
    """Returns a moment as text; an aware one in UTC, which PostgreSQL is told."""
    if value.tzinfo is None:
        return value.isoformat(" ")
    text = value.astimezone(dt.timezone.utc).replace(tzinfo=None).isoformat(" ")
    return f"{text}+00:00" if dialect == "postgres" else text
