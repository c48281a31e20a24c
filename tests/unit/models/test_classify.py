"""What column a field needs, from the schema that Pydantic makes of its annotation."""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import uuid
import zoneinfo
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, Union

import pytest
from pydantic import (
    AwareDatetime,
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    IPvAnyAddress,
    Json,
    JsonValue,
    Secret,
    SecretBytes,
    SecretStr,
    TypeAdapter,
)
from typing_extensions import TypeAliasType

from oxyde.exceptions import FieldError
from oxyde.models.classify import Classifier, Kind, by_db_type
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType


class Mood(str, enum.Enum):
    """Values of text."""

    GLAD = "glad"


class Level(enum.IntEnum):
    """Values of int."""

    LOW = 1


class Part(BaseModel):
    """Something inside a row."""

    secret: SecretStr


class Point(NamedTuple):
    """A place."""

    x: int


class Odd(BaseModel):
    """Has what is no class where a class is meant."""

    items: Sequence[int]


class Values(BaseModel):
    """Keeps values of members."""

    model_config = ConfigDict(use_enum_values=True)

    mood: Mood
    one: Literal[Mood.GLAD]


Deep = TypeAliasType("Deep", list[Union["Deep", int]])


def classified(annotation: Any) -> Kind:
    """Returns the kind of an annotation."""
    schema = dict(TypeAdapter(annotation).core_schema)
    return Classifier({part["ref"]: part for part in schema.get("definitions", [])}).kind(schema, "M.field")


@pytest.mark.parametrize(("annotation", "nullable"), [(Any, True), (object, True), (Annotated[Any, "x"], True), (dict[str, Any], False)])
def test_anything_may_be_none(annotation: Any, nullable: bool) -> None:
    """None is a value of ``Any``, so that its column takes NULL."""
    assert classified(annotation).nullable is nullable


@pytest.mark.parametrize(
    ("annotation", "kind", "form"),
    [
        (int, kinds.INT, "plain"),
        (bool, kinds.BOOL, "plain"),
        (dt.timedelta, kinds.DURATION, "plain"),
        (uuid.UUID, kinds.UUID, "plain"),
        (Decimal, kinds.DECIMAL, "plain"),
        (Annotated[Decimal, Field(max_digits=12, decimal_places=2)], kinds.decimal_of(12, 2), "plain"),
        (Annotated[Decimal, Field(max_digits=12)], kinds.DECIMAL, "plain"),
        (dt.datetime, kinds.DATETIME, "plain"),
        (AwareDatetime, kinds.DATETIME_TZ, "plain"),
        (ipaddress.IPv4Address, kinds.TEXT, "text"),
        (SecretStr, kinds.TEXT, "secret"),
        (SecretBytes, kinds.BYTES, "secret"),
        (dict[str, Any], kinds.JSON, "json"),
        (Part, kinds.JSON, "json"),
        (Json[int], kinds.TEXT, "json_text"),
        (Literal["a", "b"], kinds.TEXT, "plain"),
        (Literal[1, 2], kinds.INT, "plain"),
        (Level, kinds.INT, "enum"),
        (list[int], kinds.array_of(kinds.INT), "plain"),
        (list[Mood], kinds.array_of(kinds.TEXT), "plain"),
        (list[list[int]], kinds.JSON, "json"),
        (list[Any], kinds.JSON, "json"),
        (Deep, kinds.JSON, "json"),
        (JsonValue, kinds.JSON, "json"),
        (Point, kinds.JSON, "json"),
        (ByteSize, kinds.INT, "plain"),
        (IPvAnyAddress, kinds.TEXT, "text"),
        (zoneinfo.ZoneInfo, kinds.TEXT, "text"),
    ],
)
def test_types(annotation: Any, kind: ColumnType, form: str) -> None:
    """Each annotation has one column type, and one way to it."""
    found = classified(annotation)
    assert (found.type, found.form) == (kind, form)


def test_enumerations_are_kept_by_value() -> None:
    """The column knows the labels, the field the class."""
    found = classified(Mood)
    assert (found.type.kind, found.type.labels, found.enum) == ("enum", ("glad",), Mood)
    assert classified(list[Mood]).enum is Mood
    assert classified(Literal["a", "b"]).choices == ("a", "b")


def test_optional_and_bounded() -> None:
    """What allows None is nullable; of a union of texts the longest decides."""
    assert classified(int | None).nullable
    assert not classified(int).nullable
    short, long = Annotated[str, Field(max_length=5)], Annotated[str, Field(max_length=9)]
    assert classified(short | None).length == 5
    assert classified(short | long).length == 9
    assert classified(short | str).length is None


@pytest.mark.parametrize("annotation", [dict[str, int], list[int], Part, Json[int]])
def test_values_that_change_inside(annotation: Any) -> None:
    """``save()`` cannot see that, and always writes them."""
    assert classified(annotation).mutable
    assert not classified(str).mutable


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (complex, r"^M\.field has a type that no column holds \(complex\)"),
        (Secret[int], "is a Secret of another type than str and bytes; annotate it SecretStr or SecretBytes"),
        (int | str, "is a union of int and text, which no column type holds exactly"),
        (Literal[1, "a"], "is a Literal of mixed types"),
        (enum.Enum("Mixed", {"A": 1, "B": "b"}), "Mixed has values that are neither all str nor all int"),
        (enum.Enum("Flags", {"A": True}), "Flags has values that are neither all str nor all int"),
    ],
)
def test_what_no_column_holds(annotation: Any, message: str) -> None:
    """The message names the field, and what to annotate."""
    with pytest.raises(FieldError, match=message):
        classified(annotation)


@pytest.mark.parametrize(
    ("annotation", "held"),
    [(Part, True), (list[Part], True), (SecretStr | None, True), (dict[str, Secret[int]], True), (dict[str, int], False), (Odd, False)],
)
def test_secrets_inside(annotation: Any, held: bool) -> None:
    """JSON would keep the mask instead of the secret."""
    assert Classifier({}).holds_secret(TypeAdapter(annotation).core_schema) is held


@pytest.mark.parametrize(
    ("kind", "db_type", "changed"),
    [
        (Kind(kinds.DATETIME), "timestamptz", Kind(kinds.DATETIME_TZ)),
        (Kind(kinds.DATETIME), "TIMESTAMP WITH TIME ZONE", Kind(kinds.DATETIME_TZ)),
        (Kind(kinds.TIME), "timetz(6)", Kind(kinds.TIME_TZ)),
        (Kind(kinds.TIME), "time(6) with time zone", Kind(kinds.TIME_TZ)),
        (Kind(kinds.TIME), "TIME", Kind(kinds.TIME)),
        (Kind(kinds.array_of(kinds.TIME)), "TIMETZ[]", Kind(kinds.array_of(kinds.TIME_TZ))),
        (Kind(kinds.array_of(kinds.DATETIME)), "timestamp with time zone[]", Kind(kinds.array_of(kinds.DATETIME_TZ))),
        (Kind(kinds.DECIMAL), "numeric(12, 2)", Kind(kinds.decimal_of(12, 2))),
        (Kind(kinds.DECIMAL), "DECIMAL(9)", Kind(kinds.decimal_of(9, 0))),
        (Kind(kinds.TEXT), "varchar(20)", Kind(kinds.TEXT, length=20)),
        (Kind(kinds.array_of(kinds.INT)), "JSONB", Kind(kinds.JSON, "json")),
        (Kind(kinds.enum_of("mood", ("a",)), "enum"), "VARCHAR(9)", Kind(kinds.TEXT, "enum")),
        (Kind(kinds.INT), "BIGINT", Kind(kinds.INT)),
        (Kind(kinds.JSON, "json", nullable=True, free=True), "NUMERIC", Kind(kinds.ANY, nullable=True, free=True)),
        (Kind(kinds.JSON, "json", nullable=True, free=True), "jsonb", Kind(kinds.JSON, "json", nullable=True, free=True)),
        (Kind(kinds.JSON, "json"), "TEXT", Kind(kinds.JSON, "json")),
    ],
)
def test_written_sql_types(kind: Kind, db_type: str, changed: Kind) -> None:
    """What the application wrote says more than the annotation."""
    assert by_db_type(kind, db_type) == changed


def test_values_of_members() -> None:
    """A field may keep those, because the configuration says so."""
    fields = Values.__pydantic_core_schema__["schema"]["fields"]
    for name in ("mood", "one"):
        found = Classifier({}).kind(fields[name]["schema"], name)
        assert (found.enum, found.gives_values) == (Mood, True)
    assert not classified(Mood).gives_values
