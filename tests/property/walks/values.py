"""What columns of walks hold: values at the edges of each kind, and what becomes of them when the kind changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema import ColumnType
from oxyde.schema.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DATETIME_TZ,
    DURATION,
    FLOAT,
    INT,
    JSON,
    TEXT,
    TIME,
    UUID,
    array_of,
    decimal_of,
)

LONG: Final = "x" * 300
TEXTS: Final = ["", " ", "a", "A", "it's", 'Größe "x"', "100% :a ? $1", "\\n\\", "12", "é" * 20, LONG]
UUIDS: Final = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"]


@dataclass(frozen=True)
class Kind:
    """A kind of column.

    Attributes:
        type: Its type.
        length: Characters at most.
        db_type: The SQL type as the application wrote it.
        values: The texts of its values.
        plain: Whether its literals have no quotes.
    """

    type: ColumnType
    length: int | None = None
    db_type: str | None = None
    values: tuple[str, ...] = ()
    plain: bool = False

    def column(self, name: str) -> Column:
        """Returns a column of that kind."""
        return Column(name, self.type, length=self.length, db_type=self.db_type)


NUMBER: Final = Kind(INT, values=("0", "1", "-1", "9223372036854775807", "-9223372036854775808", "42"), plain=True)
SMALL: Final = Kind(INT, db_type="SMALLINT", values=("0", "32767", "-32768"), plain=True)
SHORT: Final = Kind(TEXT, 40, values=tuple(text for text in TEXTS if len(text) <= 40))
LONGER: Final = Kind(TEXT, 80, values=SHORT.values)
ENDLESS: Final = Kind(TEXT, values=tuple(TEXTS))
KINDS: Final = (
    NUMBER,
    SMALL,
    SHORT,
    LONGER,
    ENDLESS,
    Kind(BOOL, values=("true", "false"), plain=True),
    Kind(FLOAT, values=("0", "1.5", "-1e300", "1e-300"), plain=True),
    Kind(decimal_of(10, 2), values=("0", "99999999.99", "-99999999.99", "0.01"), plain=True),
    Kind(decimal_of(14, 4), values=("0", "9999999999.9999", "-0.0001"), plain=True),
    Kind(decimal_of(None, None), values=("0", "-12345678901234567890.123456789", "1"), plain=True),
    Kind(DATE, values=("0001-01-01", "2024-02-29", "9999-12-31")),
    Kind(TIME, values=("00:00:00", "23:59:59.999999")),
    Kind(DATETIME, values=("0001-01-01 00:00:00", "2024-02-29 12:30:00.5", "9999-12-31 23:59:59.999999")),
    Kind(DATETIME_TZ, values=("1000-01-01 00:00:00", "2024-02-29 12:30:00.5", "9999-12-30 23:59:59.999999")),
    Kind(UUID, values=tuple(UUIDS)),
    Kind(JSON, values=('{"a": [1, null, "it\'s"]}', "[]", "null", '"\\u00e9"', "0")),
    Kind(BYTES, values=("", "00ff", "27")),
    Kind(DURATION, values=("0", "-1", "86400000000"), plain=True),
)
ARRAY: Final = Kind(array_of(TEXT), values=("{}", '{a,NULL,"b c"}', "{'}"))


def kinds(dialect: str) -> tuple[Kind, ...]:
    """Returns the kinds of a dialect."""
    return (*KINDS, ARRAY) if dialect == "postgres" else KINDS


def is_short(column: Column | Kind) -> bool:
    """Whether every value of a column fits an index on every server, and a default; the oldest servers of MySQL know none of long texts."""
    return column.type.kind not in {"json", "bytes", "array"} and (column.type != TEXT or column.length is not None)


def kind_of(column: Column, state: State, schema: str | None) -> Kind:
    """Returns the kind of a column."""
    if column.type.kind == "enum":
        return Kind(column.type, values=state.values((schema, column.type.name or "")))
    for kind in (*KINDS, ARRAY):
        if (kind.type, kind.length, kind.db_type) == (column.type, column.length, column.db_type):
            return kind
    of_type = next(kind for kind in KINDS if kind.type.kind == column.type.kind)
    short = tuple(text for text in of_type.values if column.length is None or len(text) <= column.length)
    return Kind(column.type, column.length, column.db_type, short, of_type.plain)


def literal(kind: Kind, text: str, dialect: str) -> str:
    """Returns the SQL of a value."""
    if kind.type == BYTES:
        return f"'\\x{text}'::bytea" if dialect == "postgres" else f"X'{text}'"
    if kind.type == DURATION and dialect == "postgres":
        return f"INTERVAL '{text} microseconds'"
    if kind.type == DATETIME_TZ and dialect == "postgres":
        return f"TIMESTAMPTZ '{text}+00'"
    if kind.plain:
        return text
    return quoted_text(text, dialect)


def quoted_text(text: str, dialect: str) -> str:
    """Returns a text literal."""
    escaped = text.replace("'", "''")
    return "'" + (escaped.replace("\\", "\\\\") if dialect in {"mysql", "mariadb"} else escaped) + "'"


Convert = Callable[[str], "str | None"]
"""Returns the text of a value after a conversion; None where the value cannot be converted."""


def conversion(old: Column, new: Column, dialect: str) -> Convert | None:
    """Returns what becomes of the values when a column changes from one to the other; None where that cannot be said."""
    one, other = old.type, new.type
    if one == other and one.kind != "text":
        return _within(-32768, 32767) if new.db_type == "SMALLINT" else str
    match one.kind, other.kind:
        case (("text" | "enum"), "text"):
            return lambda text: text if new.length is None or len(text) <= new.length else None
        case "int" | "uuid", "text":
            return lambda text: text if new.length is None or len(text) <= new.length else None
        case (("enum" | "text"), "enum"):
            return str
        case "text", "int":
            return lambda text: text if re.fullmatch(r"0|-?[1-9]\d{0,17}", text) else None
        case "text", "uuid":
            return lambda text: text if text in UUIDS else None
        case "decimal" | "int", "decimal":
            return _digits(other, dialect)
        case "datetime", "datetime_tz":
            return lambda text: f"{text}+00" if dialect == "postgres" else text
        case "datetime_tz", "datetime":
            return lambda text: text.removesuffix("+00")
    return None


def _within(least: int, most: int) -> Convert:
    return lambda text: text if least <= int(text) <= most else None


def _digits(type: ColumnType, dialect: str) -> Convert:
    precision, scale = type.precision, type.scale
    if precision is None and dialect in {"mysql", "mariadb"}:
        precision, scale = 65, 30

    def convert(text: str) -> str | None:
        if precision is None or scale is None:
            return text
        whole, _, part = text.partition(".")
        if len(whole.lstrip("-")) > precision - scale or len(part.rstrip("0")) > scale:
            return None
        if dialect == "sqlite":  # which stores numbers without their scale
            return text
        return f"{whole}.{part.rstrip('0').ljust(scale, '0')}" if scale else whole

    return convert
