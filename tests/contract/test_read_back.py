"""What is written reads back: validators of the application, encoders, constructors and JSON with classes inside."""

from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    AfterValidator,
    Base64Bytes,
    Base64Str,
    BaseModel,
    ByteSize,
    ConfigDict,
    FutureDate,
    HttpUrl,
    NewPath,
    PlainSerializer,
    SecretStr,
    field_serializer,
    model_validator,
)
from pydantic import Field as Inner
from typing_extensions import Self

from oxyde import Field, Model, db
from oxyde.exceptions import DecodeError, FieldValueError
from tests.tables import statements, table, tables


def times_100(value: int) -> int:
    """Changes its own result."""
    return value * 100


class Mood(Enum):
    """Members that are no text themselves."""

    GLAD = "glad"
    SAD = "sad"


class Line(BaseModel):
    """Shows other values than it has."""

    model_config = ConfigDict(ser_json_temporal="milliseconds")

    net: Annotated[Decimal, PlainSerializer(float, return_type=float)]
    code: str = Inner(default="", exclude=True)
    at: dt.datetime | None = None
    zip: str = Inner(default="", alias="postcode")

    @field_serializer("zip")
    def shown(self, value: str) -> str:
        return f"<{value}>"


class Long(Line):
    """Has one field more."""

    more: int = 0


class Kept(Model):
    """Is kept as it is."""

    id: int | None = Field(default=None, db_pk=True)
    line: Line | None = None
    lines: list[Line] = Field(default_factory=list)
    free: Any = Field(default=None, db_nullable=True)
    body: Base64Bytes | None = None
    cents: Annotated[int, AfterValidator(times_100)] = Field(default=1, db_read="types")
    size: Annotated[int, AfterValidator(abs)] = 0

    Meta = table("back_kept")


class Changed(Model):
    """Would be read as another value."""

    id: int | None = Field(default=None, db_pk=True)
    cents: Annotated[int, AfterValidator(times_100)] = 0

    Meta = table("back_changed")


class Own(Model):
    """Has an ``__init__``, an alias and a validator of the whole."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(alias="Name", max_length=20)
    line: Line | None = None
    total: int = 0

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)

    Meta = table("back_own")


class Summed(Model):
    """Adds up when it is made, not when it is read."""

    id: int | None = Field(default=None, db_pk=True)
    total: int = 0

    @model_validator(mode="after")
    def add(self) -> Self:
        vars(self)["total"] = self.total + 1
        return self

    Meta = table("back_summed", db_read="types")


class Whole(Model):
    """Would be read as another row, by a validator of the whole."""

    id: int | None = Field(default=None, db_pk=True)
    total: int = 0

    @model_validator(mode="before")
    @classmethod
    def add(cls, values: Any) -> Any:
        return {**values, "total": values.get("total", 0) + 1} if isinstance(values, dict) else values

    Meta = table("back_whole")


class Cat(BaseModel):
    """Is told by a field whose name the nodes of core schemas have, too."""

    type: Literal["cat"] = "cat"
    lives: int = 9


class Momentary(Model):
    """Has rules that hold when it is written, and values that Pydantic's own types make."""

    id: int | None = Field(default=None, db_pk=True)
    due: FutureDate
    path: NewPath
    site: HttpUrl = HttpUrl("https://example.org/")
    pin: SecretStr = SecretStr("x")
    size: ByteSize = ByteSize(1024)
    mood: Mood = Mood.GLAD
    pet: Cat = Cat()
    encoded: list[Base64Str] = Field(default_factory=list)

    Meta = table("back_momentary")


class Kind(Model):
    """Keeps values of members."""

    model_config = ConfigDict(use_enum_values=True)

    id: int | None = Field(default=None, db_pk=True)
    mood: Mood
    one: Literal[Mood.GLAD]

    Meta = table("back_kind")


async def test_json_is_written_by_value(database: db.AsyncDatabase) -> None:
    """Whatever serializers, exclusions, aliases and configuration show; in every way to write and to read."""
    line = Line(net=Decimal("12345678901234.56789"), code="secret", at=dt.datetime(1970, 1, 2), postcode="0815")
    async with tables(Kept):
        one = await Kept.objects.create(line=line, lines=[line, line])
        (two,) = await Kept.objects.bulk_create([Kept(line=line, lines=[line])])
        assert await Kept.objects.filter(id=two.id).update(lines=[line, line]) == 1
        for found in await Kept.objects.all():
            assert (found.line, found.lines) == (line, [line, line])
        assert await Kept.objects.filter(id=one.id).values_list("line", flat=True).all() == [line]
        one.line = line.model_copy(update={"code": "other"})
        await one.save()
        assert (await Kept.objects.get(id=one.id)).line == one.line


async def test_subclasses_with_more_fields_are_refused(database: db.AsyncDatabase) -> None:
    """They would be read as the declared class."""
    async with tables(Kept):
        for given in ({"line": Long(net=Decimal(1), more=5)}, {"lines": [Line(net=Decimal(1)), Long(net=Decimal(1))]}):
            with pytest.raises(FieldValueError, match=r"^Kept\.line(s\[1\])? would be read back as another value"):
                await Kept.objects.create(**given)
        assert await Kept.objects.count() == 0


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"at": dt.datetime(2024, 1, 1)}, r"\.at is a datetime"),
        ({"items": [1, 2, 3, {"at": Decimal(1)}]}, r"\.items\[3\]\.at is a Decimal"),
        ({"pair": (1, 2)}, r"\.pair is a tuple"),
        ({"tags": {"a"}}, r"\.tags is a set"),
        ({"blob": b"x"}, r"\.blob is a bytes"),
        ({1: "a"}, r", in a key is an int"),
    ],
)
async def test_free_json_that_is_not_given_back(database: db.AsyncDatabase, value: Any, path: str) -> None:
    """Is refused by its path, before anything is sent."""
    async with tables(Kept):
        with pytest.raises(FieldValueError, match=rf"^Kept\.free{path}"):
            await Kept.objects.create(free=value)
        assert await Kept.objects.count() == 0


async def test_numbers_that_no_float_is(database: db.AsyncDatabase) -> None:
    """Other writers' JSON is read exactly or refused."""
    async with tables(Kept):
        kept = await Kept.objects.create(free={"a": 0.1, "b": 10**30, "c": 1e22, "d": 5e-324})
        assert (await Kept.objects.get(id=kept.id)).free == {"a": 0.1, "b": 10**30, "c": 1e22, "d": 5e-324}
        column = {"postgres": "CAST(:text AS jsonb)"}.get(database.dialect, ":text")
        await db.execute_raw(f"UPDATE back_kept SET free = {column}", {"text": '{"a": 0.1234567890123456789}'})
        with pytest.raises(DecodeError, match=r"0\.1234567890123456789, which no float holds"):
            await Kept.objects.all()


async def test_validators_on_reading(database: db.AsyncDatabase) -> None:
    """A value that its validator would change is refused when it is written, unless reading goes by types; encoders do by themselves."""
    async with tables(Kept, Changed):
        for write in (
            lambda: Changed.objects.create(cents=5),
            lambda: Changed(cents=5).save(),
            lambda: Changed.objects.bulk_create([Changed(cents=5)]),
            lambda: Changed.objects.update(cents=5),
        ):
            with pytest.raises(FieldValueError, match=r"Changed\.cents: the validator times_100 would make another value of it on reading"):
                await write()
        assert await Changed.objects.count() == 0
        kept = await Kept.objects.create(cents=5, size=-3, body=base64.b64encode(b"abcd1234"))
        found = await Kept.objects.get(id=kept.id)
        assert (found.cents, found.size, found.body) == (kept.cents, kept.size, kept.body) == (500, 3, b"abcd1234")
        assert await Kept.objects.values_list("cents", "size", "body").all() == [(500, 3, b"abcd1234")]
        assert await Kept.objects.filter(size=3).count() == 1


async def test_own_constructors_and_validators_of_the_whole(database: db.AsyncDatabase) -> None:
    """A constructor is given values by alias; ``Meta.db_read`` leaves validators of the whole out, too."""
    async with tables(Own, Summed):
        line = Line(net=Decimal(1), postcode="1")
        await Own.objects.create(Name="x", line=line)
        (own,) = await Own.objects.all()
        assert (own.name, own.line) == ("x", line)
        summed = await Summed.objects.create(total=4)
        assert summed.total == (await Summed.objects.get(id=summed.id)).total == 5


async def test_validators_of_the_whole_that_change_what_is_stored(database: db.AsyncDatabase) -> None:
    """Their row is refused in every way to write it."""
    async with tables(Whole):
        for write in (
            lambda: Whole.objects.create(total=5),
            lambda: Whole(total=5).save(),
            lambda: Whole.objects.bulk_create([Whole(total=5)]),
        ):
            with pytest.raises(FieldValueError, match=r"^Whole\.total: Whole\.add would make another value of it on reading"):
                await write()
        assert await Whole.objects.count() == 0


async def test_rules_of_the_moment(database: db.AsyncDatabase, tmp_path: Path) -> None:
    """Are not asked of what is stored: the day comes, the file is made. What Pydantic's types make is equal, and not written again."""
    path = tmp_path / "new"
    async with tables(Momentary):
        kept = await Momentary.objects.create(due=dt.date.today() + dt.timedelta(days=2), path=path, encoded=["YWJj"])
        path.touch()
        await db.execute_raw("UPDATE back_momentary SET due = '2001-02-03'")
        found = await Momentary.objects.get(id=kept.id)
        assert (found.due, found.path, found.pet, found.encoded) == (dt.date(2001, 2, 3), path, Cat(), ["abc"])
        assert await Momentary.objects.values_list("due", "path", "pet", "encoded").all() == [(found.due, path, Cat(), ["abc"])]
        found.site, found.pin, found.size, found.pet = HttpUrl("https://example.org/"), SecretStr("x"), ByteSize(1024), Cat()
        with statements() as sent:
            await found.save()
        assert sent == []


async def test_values_of_members(database: db.AsyncDatabase) -> None:
    """Are what instances, ``values()``, the least and the first all have, where the configuration says so."""
    async with tables(Kind):
        await Kind.objects.create(mood=Mood.GLAD, one=Mood.GLAD)
        found = await Kind.objects.get(mood=Mood.GLAD)
        assert (found.mood, found.one) == ("glad", "glad")
        assert await Kind.objects.values_list("mood", "one").all() == [("glad", "glad")]
        assert await Kind.objects.min("mood") == "glad"
