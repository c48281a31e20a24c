"""Which column type a field needs, read from its Pydantic core schema."""

from __future__ import annotations

import ipaddress
import pathlib
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, get_origin

from pydantic import SecretBytes, SecretStr

from oxyde.exceptions import FieldError
from oxyde.models.core_schemas import Node, kind_of, nodes
from oxyde.models.pydantic_functions import gives_enum_values, is_byte_size, makes_secret, makes_text
from oxyde.schema import types as column_types
from oxyde.schema.naming import enum_name
from oxyde.schema.types import ColumnType

EnumClass: TypeAlias = "type[Enum]"
Form = Literal["plain", "enum", "text", "secret", "json", "json_text"]


@dataclass(frozen=True)
class Kind:
    """How a field's values are stored.

    Attributes:
        type: The column's type.
        form: How a value becomes a wire value: unchanged, an enumeration's value, its text, its secret, JSON, or JSON kept as text.
        nullable: ``None`` is allowed.
        length: The most characters.
        enum: The enumeration class, also for an array's members.
        choices: The values of a ``Literal``.
        free: Whether the values are of any type (``Any``).
        gives_values: Whether the field holds a member's value instead of the member (``use_enum_values``).
    """

    type: ColumnType
    form: Form = "plain"
    nullable: bool = False
    length: int | None = None
    enum: EnumClass | None = None
    choices: tuple[Any, ...] = ()
    free: bool = False
    gives_values: bool = False

    @property
    def mutable(self) -> bool:
        """Whether a value is mutable."""
        return self.form in {"json", "json_text"} or self.type.kind == "array"


SIMPLE: Final[Mapping[str, ColumnType]] = {
    "int": column_types.INT,
    "float": column_types.FLOAT,
    "bool": column_types.BOOL,
    "bytes": column_types.BYTES,
    "date": column_types.DATE,
    "time": column_types.TIME,
    "timedelta": column_types.DURATION,
    "uuid": column_types.UUID,
}
ZONED: Final[Mapping[str, ColumnType]] = {"datetime": column_types.DATETIME_TZ, "time": column_types.TIME_TZ}
CONTAINERS: Final = frozenset(
    {
        "dict",
        "typed-dict",
        "model",
        "dataclass",
        "tuple",
        "set",
        "frozenset",
        "tagged-union",
        "named-tuple",
        "call",
        "dataclass-args",
    }
)
WRAPPERS: Final = frozenset({"default", "function-after", "function-before", "function-wrap", "custom-error", "definitions"})
TEXTS: Final = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
    pathlib.PurePath,
    zoneinfo.ZoneInfo,
)
"""Classes whose values are stored as their text."""


class Classifier:
    """Reads the schemas of one model.

    Attributes:
        definitions: Schemas that others refer to, by reference.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions

    def kind(self, schema: Node, where: str, inside: frozenset[str] = frozenset()) -> Kind:
        """Returns the kind of a schema's values.

        Args:
            schema: A Pydantic core schema.
            where: Model and field, for messages.
            inside: The enclosing definitions: a type that contains itself is stored as JSON.

        Raises:
            FieldError: No column type fits.
        """
        name: str = schema["type"]
        if name in SIMPLE:
            return Kind(SIMPLE[name])
        if name == "any":
            return Kind(column_types.JSON, "json", nullable=True, free=True)
        if name in CONTAINERS:
            return Kind(column_types.JSON, "json")
        if is_byte_size(schema):
            return Kind(column_types.INT)
        if makes_secret(schema):
            message = f"{where} is a Secret of another type than str and bytes; annotate it SecretStr or SecretBytes"
            raise FieldError(message)
        if makes_text(schema):
            return Kind(column_types.TEXT, "text")
        if gives_enum_values(schema):
            return replace(self.kind(schema["schema"], where, inside), gives_values=True)
        if name in WRAPPERS:
            inner = self.kind(schema["schema"], where, inside)
            zoned = (schema.get("metadata") or {}).get("oxyde") == "aware"
            return replace(inner, type=column_types.DATETIME_TZ) if zoned else inner
        if name == "definition-ref":
            reference = schema["schema_ref"]
            if reference in inside:
                return Kind(column_types.JSON, "json")
            return self.kind(self.definitions[reference], where, inside | {reference})
        if name == "nullable":
            return replace(self.kind(schema["schema"], where, inside), nullable=True)
        if name == "str":
            return Kind(column_types.TEXT, length=schema.get("max_length"))
        if name == "decimal":
            # A precision without a scale would round fractions away: Pydantic counts the digits, the column takes any number.
            places = schema.get("decimal_places")
            return Kind(column_types.decimal_of(None if places is None else schema.get("max_digits"), places))
        if name == "datetime":
            return Kind(column_types.DATETIME_TZ if schema.get("tz_constraint") == "aware" else column_types.DATETIME)
        if name in {"url", "multi-host-url"}:
            return Kind(column_types.TEXT, "text")
        if name == "enum":
            return enumeration(schema["cls"], where)
        if name == "literal":
            return self._literal(schema["expected"], where)
        if name == "list":
            return self._list(schema, where, inside)
        if name == "union":
            return self._union(schema["choices"], where, inside)
        if name == "chain":
            return self.kind(schema["steps"][0], where, inside)
        if name == "lax-or-strict":
            return self.kind(schema["strict_schema"], where, inside)
        if name == "json-or-python":
            return self.kind(schema["python_schema"], where, inside)
        if name == "json":
            return Kind(column_types.TEXT, "json_text")
        if name == "is-instance":
            return self._instance(schema["cls"], where)
        raise unsupported(where, name)

    def _literal(self, expected: list[Any], where: str) -> Kind:
        nullable = None in expected
        values = [value for value in expected if value is not None]
        if any(isinstance(value, Enum) for value in values):
            return _literal_of_members(values, nullable=nullable, where=where)
        if values and all(isinstance(value, bool) for value in values):
            return Kind(column_types.BOOL, nullable=nullable)
        if values and all(isinstance(value, str) for value in values):
            return Kind(column_types.TEXT, nullable=nullable, choices=tuple(values))
        if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            return Kind(column_types.INT, nullable=nullable, choices=tuple(values))
        message = f"{where} is a Literal of mixed types; a column holds either str, int or bool values"
        raise FieldError(message)

    def _list(self, schema: Node, where: str, inside: frozenset[str]) -> Kind:
        """A list of scalars is an array; any other list is JSON."""
        item = self.kind(schema.get("items_schema") or {"type": "any"}, where, inside)
        if item.form == "enum":
            base = column_types.TEXT if item.type.kind == "enum" else item.type
            return Kind(column_types.array_of(base), enum=item.enum)
        if item.form == "plain" and item.type.kind != "array":
            return Kind(column_types.array_of(item.type))
        return Kind(column_types.JSON, "json")

    def _union(self, choices: list[Any], where: str, inside: frozenset[str]) -> Kind:
        kinds = [self.kind(choice[0] if isinstance(choice, tuple) else choice, where, inside) for choice in choices]
        nullable = any(kind.nullable for kind in kinds)
        if any(kind.form == "json" for kind in kinds):
            return Kind(column_types.JSON, "json", nullable=nullable)
        first = next((kind for kind in kinds if kind.form in {"secret", "text"}), kinds[0])
        if first.form in {"secret", "text"} and all(kind.type == first.type for kind in kinds):
            return replace(first, nullable=nullable)
        if all((kind.type, kind.form) == (first.type, first.form) for kind in kinds):
            lengths = [kind.length for kind in kinds]
            return replace(first, nullable=nullable, length=None if None in lengths else max(filter(None, lengths), default=None))
        held = " and ".join(dict.fromkeys(str(kind.type) for kind in kinds))
        message = f"{where} is a union of {held}, which no column type holds exactly; annotate one type, or a model to keep it as JSON"
        raise FieldError(message)

    def _instance(self, cls: Any, where: str) -> Kind:
        cls = get_origin(cls) or cls  # of Sequence[int] the bare class
        if issubclass(cls, SecretStr):
            return Kind(column_types.TEXT, "secret")
        if issubclass(cls, SecretBytes):
            return Kind(column_types.BYTES, "secret")
        if issubclass(cls, TEXTS):
            return Kind(column_types.TEXT, "text")
        raise unsupported(where, cls.__name__)

    def holds_secret(self, schema: Node) -> bool:
        """Whether a schema contains a secret anywhere; JSON would store its mask."""
        return any(_is_secret(node) for node in nodes(schema, self.definitions))


def _is_secret(node: Node) -> bool:
    cls = node.get("cls") if kind_of(node) == "is-instance" else None
    return makes_secret(node) or (isinstance(cls, type) and issubclass(cls, (SecretStr, SecretBytes)))


def enumeration(cls: type[Enum], where: str) -> Kind:
    """Returns the kind of an enumeration, by its values.

    Raises:
        FieldError: The values are neither all str nor all int.
    """
    values = [member.value for member in cls]
    if values and all(isinstance(value, str) for value in values):
        return Kind(column_types.enum_of(enum_name(cls.__name__), tuple(map(str.__str__, values))), "enum", enum=cls)
    if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return Kind(column_types.INT, "enum", enum=cls)
    message = f"{where}: {cls.__name__} has values that are neither all str nor all int; enumerations are stored by value"
    raise FieldError(message)


def _literal_of_members(values: list[Any], *, nullable: bool, where: str) -> Kind:
    """Returns the kind of a Literal of an enumeration's members: they are stored by value, in a column of the value's type.

    Raises:
        FieldError: They are of several classes, or their values are neither all str nor all int.
    """
    cls = type(values[0])
    if any(type(value) is not cls for value in values):
        message = f"{where} is a Literal of members of several classes; a column holds those of one"
        raise FieldError(message)
    kind = enumeration(cls, where)
    base_type = column_types.INT if kind.type.kind == "int" else column_types.TEXT
    return Kind(base_type, "enum", nullable=nullable, enum=cls, choices=tuple(value.value for value in values))


def unsupported(where: str, what: str) -> FieldError:
    """Returns the error for a type that no column holds."""
    return FieldError(
        f"{where} has a type that no column holds ({what}); annotate one of int, str, float, bool, Decimal, bytes, datetime, date, time, "
        f"timedelta, UUID, Enum, Literal, a list, dict, TypedDict or BaseModel"
    )


def by_db_type(kind: Kind, db_type: str) -> Kind:
    """Returns a kind as changed by the SQL type that the application gave for the column."""
    written = db_type.strip().upper()
    digits = re.match(r"(?:NUMERIC|DECIMAL)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", written)
    length = re.match(r"(?:VARCHAR|CHAR|CHARACTER VARYING|CHARACTER|NVARCHAR)\s*\(\s*(\d+)\s*\)", written)
    with_zone = written.startswith(("TIMESTAMPTZ", "TIMETZ")) or "WITH TIME ZONE" in written
    if with_zone and kind.type.kind in ZONED:
        return replace(kind, type=ZONED[kind.type.kind])
    if with_zone and kind.type.item is not None and kind.type.item.kind in ZONED:
        return replace(kind, type=column_types.array_of(ZONED[kind.type.item.kind]))
    if kind.type.kind == "decimal" and digits:
        return replace(kind, type=column_types.decimal_of(int(digits[1]), int(digits[2] or 0)))
    if kind.type.kind == "text" and length:
        return replace(kind, length=int(length[1]))
    if kind.free and not written.startswith("JSON"):
        return replace(kind, type=column_types.ANY, form="plain")
    if kind.type.kind == "array" and written.startswith("JSON"):
        return replace(kind, type=column_types.JSON, form="json")
    if kind.type.kind == "enum" and not written.startswith("ENUM"):
        return replace(kind, type=column_types.TEXT)
    return kind
