"""Reads rows with drivers that are not ours, and writes values as literals that are not our parameters."""

from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
from pydantic import BaseModel

from tests.property.everything import Flavour, Inner
from tests.property.lite import Lite

Reader = Callable[[str], list[tuple[Any, ...]]]


def reader(dialect: str, url: str) -> Reader:
    """Returns a function that runs a query on the server by another driver."""
    if dialect == "sqlite":
        return Lite(url.removeprefix("sqlite:///"))
    if dialect == "postgres":

        def postgres(sql: str) -> list[tuple[Any, ...]]:
            with psycopg.connect(url, options="-c timezone=UTC") as connection:
                return connection.execute(sql).fetchall()

        return postgres
    parts = urlsplit(url)

    def mysql(sql: str) -> list[tuple[Any, ...]]:
        connection = pymysql.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or ""),
            database=parts.path.lstrip("/"),
            charset="utf8mb4",
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()

    return mysql


def understand(dialect: str, name: str, value: Any) -> Any:
    """Returns the field's value, from what the other driver read."""
    if value is None:
        return None
    if name == "flag":
        return bool(value)
    if name == "flavour":
        return Flavour(value)
    if name == "real":
        return float(value)
    if name in {"data", "inner", "numbers", "words"}:
        parsed = json.loads(value) if isinstance(value, str) else value
        return Inner.model_validate(parsed) if name == "inner" else parsed
    if dialect == "postgres":
        return value
    if name == "span":
        return dt.timedelta(microseconds=value)
    if name == "uid":
        return uuid.UUID(value)
    if name == "instant":
        moment = dt.datetime.fromisoformat(value) if dialect == "sqlite" else value
        return moment.replace(tzinfo=dt.timezone.utc)
    if name == "clock" and isinstance(value, dt.timedelta):
        return (dt.datetime.min + value).time()
    if dialect != "sqlite":
        return value
    if name in {"money", "wide", "exact"}:
        return round(Decimal(repr(value)), 2) if isinstance(value, float) else Decimal(value)
    convert: dict[str, Callable[[str], Any]] = {
        "day": dt.date.fromisoformat,
        "clock": dt.time.fromisoformat,
        "moment": dt.datetime.fromisoformat,
    }
    return convert[name](value) if name in convert else value


def literal(dialect: str, name: str, value: Any) -> str:
    """Returns SQL text for a value, by means that share nothing with our encoders."""
    if value is None:
        return "NULL"
    if name == "flag":
        return ("TRUE" if value else "FALSE") if dialect == "postgres" else str(int(value))
    if name == "integer":
        return f"({value})" if value != -(2**63) else "(-9223372036854775807 - 1)"
    if name == "real":
        return _float(dialect, value)
    if name == "blob":
        return f"'\\x{value.hex()}'::bytea" if dialect == "postgres" else f"X'{value.hex()}'"
    if name == "span":
        microseconds = value // dt.timedelta(microseconds=1)
        return f"'{microseconds} microseconds'::interval" if dialect == "postgres" else f"({microseconds})"
    if dialect == "postgres" and name in {"numbers", "words"}:
        kind = "int8" if name == "numbers" else "text"
        members = ", ".join(_text(dialect, item) if name == "words" else f"'{item}'::int8" for item in value)
        return f"ARRAY[{members}]::{kind}[]"
    text = _plain(dialect, name, value)
    if dialect == "postgres":
        kinds = {"data": "jsonb", "inner": "jsonb", "money": "numeric", "wide": "numeric", "exact": "numeric", "uid": "uuid"}
        kinds |= {"day": "date", "clock": "time", "moment": "timestamp", "instant": "timestamptz"}
        if name == "flavour":
            return "'" + text.replace("'", "''") + "'"
        return f"({_text(dialect, text)})::{kinds[name]}" if name in kinds else _text(dialect, text)
    if dialect != "sqlite" and name in {"money", "wide", "exact"}:
        return text
    return _text(dialect, text)


def _plain(dialect: str, name: str, value: Any) -> str:
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Flavour):
        return value.value
    if isinstance(value, Decimal):
        text = f"{value:f}"
        trimmed = text.rstrip("0").rstrip(".") if "." in text else text
        return ("0" if trimmed in {"-0", ""} else trimmed) if dialect == "sqlite" and name in {"wide", "exact"} else text
    if name == "instant":
        utc = value.astimezone(dt.timezone.utc).replace(tzinfo=None)
        return utc.isoformat(" ") + ("+00:00" if dialect == "postgres" else "")
    return (
        value.isoformat(" ")
        if isinstance(value, dt.datetime)
        else value.isoformat()
        if isinstance(value, (dt.date, dt.time))
        else str(value)
    )


def _float(dialect: str, value: float) -> str:
    if dialect == "postgres":
        return f"'{value!r}'::float8"
    if value in {float("inf"), float("-inf")}:
        return "9e999" if value > 0 else "-9e999"
    if dialect == "sqlite":
        return _by_powers_of_two(value)
    text = repr(value)
    return text if "e" in text else text + "e0"


def _by_powers_of_two(value: float) -> str:
    """Returns a float as an integer times powers of two: SQLite rounds decimal literals of many digits to a neighbour."""
    mantissa, exponent = math.frexp(value)
    exponent -= 53
    sign = "/" if exponent < 0 else "*"
    whole, rest = divmod(abs(exponent), 62)
    factors = [2**62] * whole + [2**rest]
    return f"({int(mantissa * 2**53)} * 1.0" + "".join(f" {sign} {factor}.0" for factor in factors) + ")"


def _text(dialect: str, value: str) -> str:
    encoded = value.encode().hex()
    if dialect == "postgres":
        return f"convert_from('\\x{encoded}'::bytea, 'UTF8')"
    return f"CAST(X'{encoded}' AS TEXT)" if dialect == "sqlite" else f"CONVERT(X'{encoded}' USING utf8mb4)"
