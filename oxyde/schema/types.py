"""The one enumeration of column types, as Python sees it; native/ir/column_type.rs is its mirror."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final


@dataclass(frozen=True)
class ColumnType:
    """What a column, a parameter or an output holds.

    Attributes:
        kind: The wire name.
        precision: All digits of a decimal; None when unbounded.
        scale: Digits after the point of a decimal; None when unbounded.
        item: The type of an array's members.
        name: The name of an enumeration.
        labels: The values of an enumeration.
    """

    kind: str
    precision: int | None = None
    scale: int | None = None
    item: ColumnType | None = None
    name: str | None = None
    labels: tuple[str, ...] = field(default=())

    def wire(self) -> str | dict[str, Any]:
        """Returns the type as the wire has it: a string, or a map of one entry where it has parts."""
        if self.kind == "decimal":
            digits = {"precision": self.precision, "scale": self.scale}
            return {"decimal": {key: value for key, value in digits.items() if value is not None}}
        if self.kind == "array":
            return {"array": {"item": (self.item or ANY).wire()}}
        if self.kind == "enum":
            return {"enum": {"name": self.name, "labels": list(self.labels)}}
        return self.kind

    @cached_property
    def key(self) -> Hashable:
        """What equals that of equal types only; hashed with every statement, so that it is made of built-in types."""
        parts = (self.precision, self.scale, None if self.item is None else self.item.key, self.name, self.labels)
        return (self.kind, *parts) if any(parts) else self.kind

    @property
    def python(self) -> type:
        """The Python type of its values."""
        return PYTHON[self.kind]

    def __str__(self) -> str:
        """Returns the name used in messages: ``int``, ``decimal(12, 2)``, ``array of text``."""
        if self.kind == "decimal" and self.precision is not None:
            return f"decimal({self.precision}, {self.scale or 0})"
        if self.kind == "array":
            return f"array of {self.item}"
        if self.kind == "enum":
            return f"enum {self.name}"
        return self.kind


BOOL: Final = ColumnType("bool")
INT: Final = ColumnType("int")
FLOAT: Final = ColumnType("float")
TEXT: Final = ColumnType("text")
BYTES: Final = ColumnType("bytes")
DECIMAL: Final = ColumnType("decimal")
DATE: Final = ColumnType("date")
TIME: Final = ColumnType("time")
TIME_TZ: Final = ColumnType("time_tz")
DATETIME: Final = ColumnType("datetime")
DATETIME_TZ: Final = ColumnType("datetime_tz")
DURATION: Final = ColumnType("duration")
UUID: Final = ColumnType("uuid")
JSON: Final = ColumnType("json")
ANY: Final = ColumnType("any")


def decimal_of(precision: int | None, scale: int | None) -> ColumnType:
    """Returns the decimal type with these digits."""
    return ColumnType("decimal", precision=precision, scale=scale)


def array_of(item: ColumnType) -> ColumnType:
    """Returns the type of arrays of ``item``."""
    return ColumnType("array", item=item)


def enum_of(name: str, labels: tuple[str, ...]) -> ColumnType:
    """Returns the enumeration of that name."""
    return ColumnType("enum", name=name, labels=labels)


PYTHON: Final[dict[str, type]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "text": str,
    "bytes": bytes,
    "decimal": decimal.Decimal,
    "date": dt.date,
    "time": dt.time,
    "time_tz": dt.time,
    "datetime": dt.datetime,
    "datetime_tz": dt.datetime,
    "duration": dt.timedelta,
    "uuid": uuid.UUID,
    "json": object,
    "array": list,
    "enum": str,
    "any": object,
}
