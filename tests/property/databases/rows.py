"""The rows of every model, compared with what drivers that are not ours read from its table."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

from oxyde.models.model import Model
from oxyde.schema.naming import quoted
from tests.backends import Backend
from tests.migrating import query

CASTS = {"xid": "::text::bigint", "real": "::float8", "real[]": "::float8[]"}
"""What psycopg reads as texts, and as numbers of their shortest digits."""


def differences(model: type[Model], backend: Backend) -> Iterator[str]:
    """Yields what rows a model reads otherwise than the server has them, each once whatever the order."""
    mark = '"' if backend.dialect in {"postgres", "sqlite"} else "`"
    table = model.__table__
    casts = CASTS if backend.dialect == "postgres" else {}
    names = [quoted(column.name, mark) + casts.get(column.db_type or "", "") for column in table.columns]
    where = quoted(table.name, mark) if table.schema is None else f"{quoted(table.schema, mark)}.{quoted(table.name, mark)}"
    if not names:
        return
    theirs = query(backend, f"SELECT {', '.join(names)} FROM {where}")
    ours = [tuple(getattr(row, column.field) for column in table.columns) for row in model.objects.sync.all()]
    if len(ours) != len(theirs):
        yield f"{table.name}: {len(ours)} rows, and {len(theirs)} by the other driver"
        return
    for mine, other in zip(sorted(ours, key=_key), sorted(theirs, key=_key), strict=True):
        for column, one, two in zip(table.columns, mine, other, strict=True):
            if not same(one, two):
                yield f"{table.name}.{column.name}: {one!r}, and {two!r} by the other driver"
                return


def _key(row: tuple[Any, ...]) -> list[str]:
    return [_sorting(value) for value in row]


def _sorting(value: Any) -> str:
    match value:
        case None:
            return ""
        case Enum():
            return str(value.value)
        case bool():
            return str(int(value))
        case int() | float() | Decimal():
            return f"{value:.12g}"
        case bytes():
            return value.hex()
        case UUID():
            return value.hex
        case dict() | list():
            return json.dumps(value, sort_keys=True, default=str)
        case str():
            return value if _number(value) is None else f"{_number(value):.12g}"
        case _:
            return str(value)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def same(one: Any, two: Any) -> bool:
    """Returns whether two drivers mean the same value."""
    match one:
        case Enum():
            return same(one.value, two)
        case bool():
            return bool((type(two) in {bool, int} and one == two) or two == bytes([one]))
        case int() if isinstance(two, bytes):
            return bool(one == int.from_bytes(two, "big"))
        case float():
            return isinstance(two, int | float) and (one == two or (math.isnan(one) and math.isnan(two)))
        case Decimal():
            return one == Decimal(str(two)) or (one.is_nan() and str(two).lower() == "nan")
        case UUID():
            return one.hex == str(two).replace("-", "")
        case dt.datetime() if isinstance(two, str | dt.datetime):
            other = dt.datetime.fromisoformat(two) if isinstance(two, str) else two
            return one == (other.replace(tzinfo=one.tzinfo) if other.tzinfo is None else other)
        case dt.date() | dt.time() if isinstance(two, str):
            return one == type(one).fromisoformat(two)
        case dt.time() if isinstance(two, dt.timedelta):
            return dt.timedelta(hours=one.hour, minutes=one.minute, seconds=one.second, microseconds=one.microsecond) == two
        case dict() | list() if isinstance(two, str):
            return bool(one == json.loads(two))
        case str() if isinstance(two, str) and two.startswith("0000-00-00"):  # a moment of MySQL, whose fraction is zero
            return one == two.partition(".")[0]
        case str() if not isinstance(two, str):
            return one == str(two)
        case _:
            return bool(one == two)
