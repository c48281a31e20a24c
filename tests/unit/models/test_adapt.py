"""Values become wire values, strictly; and fields get the column types that hold them."""
# ruff: noqa: RUF012 - naive datetimes, forward references and plain defaults are what is tested

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import pathlib
import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, HttpUrl, Json, SecretBytes, SecretStr, TypeAdapter, field_validator
from typing_extensions import TypedDict

from oxyde.exceptions import FieldError, FieldValueError
from oxyde.models import Field, Model, adapt
from tests.tables import table

UTC = dt.timezone.utc
UID = uuid.UUID(int=1)


class Mood(str, enum.Enum):
    GLAD = "glad"
    SAD = "sad"


class Rank(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Inner(BaseModel):
    a: int
    b: float = 0.5
    anything: Any = None


class Row(TypedDict):
    a: int


class Sheet(Model):
    id: int | None = Field(default=None, db_pk=True)
    whole: int = 0
    real: float = 0.0
    flag: bool = False
    text: str = ""
    short: Annotated[str, Field(max_length=5)] = ""
    blob: bytes = b""
    money: Decimal = Field(default=Decimal(0), max_digits=8, decimal_places=2)
    exact: Decimal | None = None
    day: dt.date | None = None
    clock: dt.time | None = None
    naive: dt.datetime | None = None
    aware: AwareDatetime | None = None
    stored_aware: dt.datetime | None = Field(default=None, db_type="TIMESTAMPTZ")
    zoned_clock: dt.time | None = Field(default=None, db_type="time with time zone")
    zoned_clocks: list[dt.time] = Field(default=[], db_type="TIMETZ[]")
    span: dt.timedelta | None = None
    uid: uuid.UUID | None = None
    mood: Mood | None = None
    mood_text: Mood | None = Field(default=None, db_type="TEXT")
    rank: Rank | None = None
    word: Literal["a", "b"] = "a"
    number: Literal[1, 2] = 1
    url: HttpUrl | None = None
    address: ipaddress.IPv4Address | None = None
    path: pathlib.Path | None = None
    secret: SecretStr | None = None
    secret_bytes: SecretBytes | None = None
    data: dict[str, Any] | None = None
    inner: Inner | None = None
    inners: list[Inner] = []
    row: Row | None = None
    members: set[int] = set()
    numbers: list[int] = []
    moods: list[Mood] = []
    words: list[Annotated[str, Field(max_length=100)]] = []
    moments: list[AwareDatetime] = []
    as_json: list[int] = Field(default=[], db_type="JSONB")
    packed: Json[list[int]] | None = None
    digits: Decimal | None = Field(default=None, db_type="NUMERIC(6, 3)")

    Meta = table()


COLUMNS = Sheet.__table__.by_field

TYPES = {
    "whole": "int",
    "real": "float",
    "flag": "bool",
    "text": "text",
    "blob": "bytes",
    "money": "decimal(8, 2)",
    "exact": "decimal",
    "day": "date",
    "clock": "time",
    "naive": "datetime",
    "aware": "datetime_tz",
    "stored_aware": "datetime_tz",
    "zoned_clock": "time_tz",
    "zoned_clocks": "array of time_tz",
    "span": "duration",
    "uid": "uuid",
    "mood": "enum mood_enum",
    "mood_text": "text",
    "rank": "int",
    "word": "text",
    "number": "int",
    "url": "text",
    "address": "text",
    "path": "text",
    "secret": "text",
    "secret_bytes": "bytes",
    "data": "json",
    "inner": "json",
    "inners": "json",
    "row": "json",
    "members": "json",
    "numbers": "array of int",
    "moods": "array of text",
    "words": "array of text",
    "moments": "array of datetime_tz",
    "as_json": "json",
    "packed": "text",
    "digits": "decimal(6, 3)",
}

GOOD = [
    ("whole", 5, 5),
    ("whole", Rank.HIGH, 2),
    ("real", 1.5, 1.5),
    ("real", 3, 3),
    ("flag", True, True),
    ("text", "x", "x"),
    ("text", Mood.SAD, "sad"),
    ("money", Decimal("1.10"), Decimal("1.10")),
    ("money", 7, 7),
    ("mood", Mood.SAD, "sad"),
    ("mood", "sad", "sad"),
    ("mood_text", Mood.SAD, "sad"),
    ("rank", Rank.HIGH, 2),
    ("rank", 2, 2),
    ("url", HttpUrl("https://a.b/c"), "https://a.b/c"),
    ("url", "https://a.b", "https://a.b"),
    ("address", ipaddress.IPv4Address("1.2.3.4"), "1.2.3.4"),
    ("path", pathlib.Path("/x"), "/x"),
    ("secret", SecretStr("s"), "s"),
    ("secret", "s", "s"),
    ("secret_bytes", SecretBytes(b"s"), b"s"),
    ("data", {"a": [1, 2.5, None]}, '{"a":[1,2.5,null]}'),
    ("inner", Inner(a=1), '{"a":1,"b":0.5,"anything":null}'),
    ("inner", {"a": 1}, '{"a":1,"b":0.5,"anything":null}'),
    ("inners", [{"a": 1}], '[{"a":1,"b":0.5,"anything":null}]'),
    ("row", {"a": 1}, '{"a":1}'),
    ("members", {3}, "[3]"),
    ("numbers", [1, None], [1, None]),
    ("moods", [Mood.SAD, "glad"], ["sad", "glad"]),
    ("as_json", [1], "[1]"),
    ("packed", [1, 2], "[1,2]"),
    ("naive", dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1)),
    ("aware", dt.datetime(2024, 1, 1, tzinfo=UTC), dt.datetime(2024, 1, 1, tzinfo=UTC)),
    ("stored_aware", dt.datetime(2024, 1, 1, tzinfo=UTC), dt.datetime(2024, 1, 1, tzinfo=UTC)),
    ("zoned_clock", dt.time(1, tzinfo=UTC), dt.time(1, tzinfo=UTC)),
    ("zoned_clocks", [dt.time(1, tzinfo=UTC)], [dt.time(1, tzinfo=UTC)]),
    ("uid", UID, UID),
]

BAD = [
    ("whole", True, "takes int, not bool"),
    ("whole", "5", "takes int, not str"),
    ("whole", 5.0, "takes int, not float"),
    ("whole", 2**63, "64 bits"),
    ("real", True, "takes float, not bool"),
    ("real", "1", "takes float, not str"),
    ("flag", 1, "takes bool, not int"),
    ("text", 5, "takes str, not int"),
    ("blob", "x", "takes bytes, not str"),
    ("money", 1.1, "so that no digit is lost"),
    ("day", dt.datetime(2024, 1, 1), r"use .date\(\) of it"),
    ("day", "2024-01-01", r"takes date, not str; write date\.fromisoformat\(\.\.\.\) around it$"),
    ("naive", "2024-01-01", r"takes datetime, not str; write datetime\.fromisoformat\(\.\.\.\) around it$"),
    ("clock", "08:00", r"takes time, not str; write time\.fromisoformat\(\.\.\.\) around it$"),
    ("span", "1", "takes timedelta, not str$"),
    ("clock", dt.time(1, tzinfo=UTC), r"value.replace\(tzinfo=None\)"),
    ("naive", dt.datetime(2024, 1, 1, tzinfo=UTC), "declare the field AwareDatetime"),
    ("naive", dt.date(2024, 1, 1), r"takes datetime, not date; its midnight is datetime\.combine\(\.\.\., time\(\)\)$"),
    ("aware", dt.datetime(2024, 1, 1), r"datetime.now\(timezone.utc\)"),
    ("stored_aware", dt.datetime(2024, 1, 1), "with a zone"),
    ("zoned_clock", dt.time(1), "a time with a fixed offset"),
    ("zoned_clock", dt.time(1, tzinfo=ZoneInfo("Europe/Berlin")), "a time with a fixed offset"),
    ("zoned_clock", 5, "takes time, not int"),
    ("span", 5, "takes timedelta, not int"),
    ("uid", str(UID), r"write UUID\(...\) around it"),
    ("mood", "angry", "whose values are 'glad', 'sad'"),
    ("mood", 1, "whose values are"),
    ("mood", Rank.LOW, "whose values are"),
    ("rank", 3, "whose values are 1, 2"),
    ("rank", True, "Rank or its value, not bool"),
    ("address", 5, "takes str or the field's own type, not int"),
    ("secret", 5, "takes str, not int"),
    ("data", {"a": float("nan")}, "holds NaN, which JSON does not have"),
    ("data", {"a": object()}, "cannot be kept as JSON"),
    ("inner", Inner.model_construct(a="hidden"), r"^Sheet\.inner\.a cannot be kept as JSON: Input should be a valid integer"),
    ("inner", Inner(a=1, anything=b"\xff"), "holds bytes that are no UTF-8 text"),
    ("data", {"a": pd.NaT}, "cannot be kept as JSON"),
    ("inner", Inner(a=1, b=float("inf")), "holds Infinity"),
    ("inner", Inner(a=1, anything=[float("nan")]), "holds NaN"),
    ("inner", {"a": "x"}, "does not take this dict: a Input should be a valid integer"),
    ("numbers", 5, "takes list, not int"),
    ("numbers", ["x"], "takes int, not str"),
    ("moods", ["x"], "whose values are"),
    ("moments", [dt.datetime(2024, 1, 1)], "with a zone"),
]


def test_types() -> None:
    assert {name: str(COLUMNS[name].type) for name in TYPES} == TYPES
    assert COLUMNS["short"].length == 5
    assert {name for name, column in COLUMNS.items() if column.secret} == {"secret", "secret_bytes"}
    mutable = {"data", "inner", "inners", "row", "members", "numbers", "moods", "words", "moments", "zoned_clocks", "as_json", "packed"}
    assert {name for name, column in COLUMNS.items() if column.mutable} == mutable


@pytest.mark.parametrize(("name", "value", "wire"), GOOD)
def test_good_values(name: str, value: Any, wire: Any) -> None:
    found = COLUMNS[name].adapt(value)
    assert found == wire
    assert type(found) is type(wire)


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_bad_values(name: str, value: Any, message: str) -> None:
    with pytest.raises(FieldValueError, match=message) as caught:
        COLUMNS[name].adapt(value)
    assert f"Sheet.{name}" in str(caught.value)
    assert caught.value.column == name


def test_a_text_that_spells_nan_is_fine() -> None:
    assert COLUMNS["data"].adapt({"NaN": "Infinity"}) == '{"NaN":"Infinity"}'


@pytest.mark.parametrize(
    ("name", "stored", "value"),
    [
        ("mood", ["sad", None], [Mood.SAD, None]),
        ("rank", [2], [Rank.HIGH]),
        ("moods", [["sad"], None], [[Mood.SAD], None]),
        ("inner", [{"a": 1}, None], [Inner(a=1), None]),
        ("members", [[1, 2]], [{1, 2}]),
        ("url", ["https://a.b/"], [HttpUrl("https://a.b/")]),
        ("address", ["1.2.3.4"], [ipaddress.IPv4Address("1.2.3.4")]),
        ("packed", ["[1,2]"], [[1, 2]]),
    ],
)
def test_values_come_back(name: str, stored: list[Any], value: list[Any]) -> None:
    restore = COLUMNS[name].restore
    assert restore is not None
    assert restore(stored) == value


def test_values_that_their_validator_would_change_are_refused() -> None:
    class Doubling(Model):
        id: int | None = Field(default=None, db_pk=True)
        data: list[dict[str, int]] = []

        @field_validator("data")
        @classmethod
        def double(cls, value: list[dict[str, int]]) -> list[dict[str, int]]:
            return value * 2

        Meta = table()

    with pytest.raises(FieldValueError, match=r"Doubling\.data would be read back as another value"):
        Doubling.__table__.by_field["data"].adapt(Doubling(data=[{"a": 1}]).data)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (int | str, "union of int and text"),
        (complex, "no column holds"),
        (Literal["a", 1], "Literal of mixed types"),
        (enum.Enum("Mixed", {"A": 1, "B": "x"}), "neither all str nor all int"),
        (dict[str, SecretStr], "holds a secret inside JSON"),
    ],
)
def test_types_that_no_column_holds(annotation: Any, message: str) -> None:
    body = {"__module__": __name__, "__qualname__": "Bad", "__annotations__": {"id": int, "x": annotation}, "id": Field(db_pk=True)}
    meta = type("Meta", (), {"is_table": True, "__module__": __name__, "__qualname__": "Bad.Meta"})
    with pytest.raises(FieldError, match=message) as caught:
        _ = type(Model)("Bad", (Model,), {**body, "Meta": meta}).__table__
    assert "Bad.x" in str(caught.value)


def test_annotated_adapters_work_outside_models() -> None:
    assert TypeAdapter(Annotated[int, Field(gt=3, db_index=True)]).validate_python(4) == 4


_ODD = [True, 2**63, -(2**63), 2**63 - 1, 10**30, 0, -1, 1.5, float("nan"), "a", "", b"x", Decimal("1.50"), dt.date(2024, 2, 29)]
_ODD += [dt.datetime(2024, 2, 29), dt.timedelta(1), uuid.UUID(int=1), None, type("Sub", (int,), {})(7), type("Word", (str,), {})("w")]


@pytest.mark.parametrize("kind", sorted(adapt.SCALARS))
@given(values=st.lists(st.sampled_from(_ODD), max_size=4))
def test_a_list_is_adapted_as_each_of_its_values(kind: str, values: list[Any]) -> None:
    one = partial(adapt.SCALARS[kind], "Thing.field")

    def each() -> list[Any]:
        return [None if value is None else one(value) for value in values]

    def outcome(run: Callable[[], list[Any]]) -> Any:
        try:
            return [(type(value), repr(value)) for value in run()]
        except FieldError as error:
            return str(error)

    assert outcome(lambda: adapt.adapt_all(one, values)) == outcome(each)
