"""``json()``: the bytes that dumping the instances gives, whoever writes them."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, ConfigDict, PlainSerializer, SecretStr, TypeAdapter, computed_field, field_serializer
from pydantic_core import to_json

from oxyde import AsyncDatabase, DecodeError, F, Field, Model, db, execute_raw
from oxyde.models.json_rows import _fields


class SailorShade(str, enum.Enum):
    """A choice."""

    DARK = "dark"
    LIGHT = "light"


class Crew(Model):
    """What a sailor belongs to."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "json_crew"


class Sailor(Model):
    """A plain model."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=60)
    age: int = Field(default=0, ge=0, le=200)
    score: float | None = None
    wage: Decimal = Field(default=Decimal(0), max_digits=20, decimal_places=9)
    wide: Decimal | None = None
    born: dt.date | None = None
    seen: dt.datetime | None = None
    joined: AwareDatetime | None = None
    wakes: dt.time | None = None
    watch: dt.timedelta | None = None
    uid: uuid.UUID | None = None
    photo: bytes | None = None
    shade: SailorShade | None = None
    rank: Literal["low", "high"] | None = None
    tags: list[str] | None = None
    data: dict[str, Any] | None = None
    crew: Crew | None = Field(default=None, db_on_delete="CASCADE")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "json_sailor"


class Aliased(Model):
    """A model whose options say how it is shown."""

    model_config = ConfigDict(serialize_by_alias=True)
    id: int | None = Field(default=None, db_pk=True)
    first_name: str = Field(max_length=20, serialization_alias="firstName")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "json_aliased"


class Shown(Model):
    """A model with fields that are shown otherwise, or not at all."""

    id: int | None = Field(default=None, db_pk=True)
    price: Decimal = Field(default=Decimal(1), max_digits=8, decimal_places=2)
    hidden: int = Field(default=3, exclude=True)
    coded: Annotated[int, PlainSerializer(lambda value: f"#{value}")] = 7

    @field_serializer("price")
    def _shown(self, price: Decimal) -> str:
        return f"{price} EUR ({self.id})"

    @computed_field  # type: ignore[prop-decorator] # mypy knows no decorated property
    @property
    def double(self) -> Decimal:
        """Twice the price."""
        return self.price * 2

    class Meta:
        """Its table."""

        is_table = True
        table_name = "json_shown"


class Coded(Model):
    """A model with a serializer of one value, which needs no instance."""

    id: int | None = Field(default=None, db_pk=True)
    code: Annotated[int, PlainSerializer(lambda value: f"#{value}")] = 7

    class Meta:
        """Its table."""

        is_table = True
        table_name = "json_coded"


class Guarded(Model):
    """A model with a secret, which is masked."""

    id: int | None = Field(default=None, db_pk=True)
    pin: SecretStr = SecretStr("1234")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "json_guarded"


MODELS: list[type[Model]] = [Guarded, Crew, Sailor, Aliased, Shown, Coded]


@pytest.fixture
async def sailors(database: AsyncDatabase) -> AsyncIterator[AsyncDatabase]:
    """Rows with everything, with almost nothing, and with what is escaped."""
    await db.drop_tables(models=MODELS, if_exists=True)
    await db.create_tables(models=MODELS)
    crew = await Crew.objects.create(name="Ark")
    full = Sailor(
        name='ä"\\/\n\t\x01\x7f \U0001f600',
        age=7,
        score=1e22,
        wage=Decimal("0.000000100"),
        wide=Decimal("-12345678901234567890.5000"),
        born=dt.date(1, 2, 3),
        seen=dt.datetime(2024, 1, 2, 3, 4, 5, 600),
        joined=dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc),
        wakes=dt.time(6, 30, 0, 1),
        watch=dt.timedelta(days=-1, seconds=3, microseconds=7),
        uid=uuid.UUID(int=1),
        photo=b"jpg",
        shade=SailorShade.DARK,
        rank="high",
        tags=["a", 'b"'],
        data={"b": [1.5, None, {"x": "ä"}], "a": 10**20},
        crew=crew,
    )
    numbers = [0.1, -0.0, 1e16, 1.5e300, 123456789.0, 5e-324]
    await Sailor.objects.bulk_create([full, Sailor(name=""), *(Sailor(name="n", score=number) for number in numbers)])
    yield database
    await db.drop_tables(models=MODELS)


async def same(query: Any) -> bytes:
    """Returns the JSON of a query's rows, which is what dumping the instances gives."""
    found: bytes = await query.json()
    assert found == TypeAdapter(list[query.model]).dump_json(await query.all())
    assert query.sync.json() == found
    return found


async def test_plain_models(sailors: AsyncDatabase) -> None:
    """The core writes them, whatever chooses the rows."""
    assert len(_fields(Sailor.__oxyde__)) == 18
    found = await same(Sailor.objects.order_by("id"))
    assert found.startswith(b'[{"id":')
    assert b'"wage":"1.00E-7"' in found
    assert await same(Sailor.objects.filter(name="nobody")) == b"[]"
    await same(Sailor.objects.order_by("-score").limit(3))
    await same(Crew.objects.order_by("id"))


async def test_many_batches(sailors: AsyncDatabase) -> None:
    """Rows of several batches are one array."""
    await Crew.objects.bulk_create([Crew(name=f"c{number}") for number in range(9_000)])
    await same(Crew.objects.order_by("id"))


async def test_what_only_instances_know(sailors: AsyncDatabase) -> None:
    """Options, serializers of the class, computed fields, joins and annotations."""
    await Aliased.objects.create(first_name="Ada")
    await Shown.objects.create()
    await Coded.objects.create()
    await Guarded.objects.create()
    assert b'"pin":"**********"' in await same(Guarded.objects.order_by("id"))
    assert _fields(Aliased.__oxyde__) == _fields(Shown.__oxyde__) == ()
    assert len(_fields(Coded.__oxyde__)) == 2
    assert b'"firstName":"Ada"' in await same(Aliased.objects.order_by("id"))
    assert b'"price":"1.00 EUR (1)"' in await same(Shown.objects.order_by("id"))
    assert b'"code":"#7"' in await same(Coded.objects.order_by("id"))
    assert b'"crew":{"id":' in await same(Sailor.objects.join("crew").order_by("id"))
    await same(Sailor.objects.annotate(twice=F("age") * 2).order_by("id"))
    await same(Sailor.objects.prefetch("crew").order_by("id"))
    assert b"wage" not in await same(Sailor.objects.only("name").order_by("id"))


async def test_rows_of_values(sailors: AsyncDatabase) -> None:
    """Dictionaries and tuples are written as they are."""
    rows = Sailor.objects.order_by("id").values("name", "wage", "seen", "crew__name")
    assert await rows.json() == to_json(await rows.all())
    assert await Crew.objects.values_list("name", flat=True).json() == b'["Ark"]'


async def test_rows_that_are_not_valid(sailors: AsyncDatabase) -> None:
    """They are refused as they are when instances are read."""
    await execute_raw("UPDATE json_sailor SET age = -1 WHERE name = 'n'")
    with pytest.raises(DecodeError, match="age"):
        await Sailor.objects.all()
    with pytest.raises(DecodeError, match="age"):
        await Sailor.objects.json()
    await same(Sailor.objects.filter(age__gte=0).order_by("id"))
