"""``upsert()`` and ``bulk_create(update_conflicts=True)``: rows that may be there already, whoever else writes them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError, field_validator

from oxyde import (
    AsyncDatabase,
    F,
    Field,
    FieldError,
    FieldValueError,
    Model,
    Proposed,
    Q,
    UniqueViolationError,
    UnsupportedError,
    Upserted,
    atomic,
    db,
)


class Maker(Model):
    """What a part is from."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upsert_maker"


class Part(Model):
    """A row that is unique by its code, with everything that the database or Oxyde fills in."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(max_length=50, db_unique=True)
    stock: int = Field(default=0, ge=0)
    price: Decimal = Field(default=Decimal(0), max_digits=12, decimal_places=2)
    double: int | None = Field(default=None, db_generated="stock * 2", db_stored=True)
    tags: list[str] | None = None
    maker: Maker | None = None
    made: dt.datetime | None = Field(default=None, auto_now_add=True)
    changed: dt.datetime | None = Field(default=None, auto_now=True)
    version: int = Field(default=0, db_version=True)

    @field_validator("code")
    @classmethod
    def _upper(cls, code: str) -> str:
        return code.upper()

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upsert_part"


class Seat(Model):
    """A row with two unique keys, one of two fields."""

    id: int | None = Field(default=None, db_pk=True)
    row: int
    place: int
    ticket: str | None = Field(default=None, max_length=20, db_unique=True)
    guest: str | None = Field(default=None, max_length=20)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upsert_seat"
        unique_together = (("row", "place"),)


class Reading(Model):
    """A row with a key of two fields, and no other."""

    sensor: str = Field(max_length=20, db_pk=True)
    hour: int = Field(db_pk=True)
    value: float

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upsert_reading"


MODELS: list[type[Model]] = [Maker, Part, Seat, Reading]


@pytest.fixture
async def store(database: AsyncDatabase) -> AsyncIterator[AsyncDatabase]:
    """Tables without rows."""
    await db.drop_tables(models=MODELS, if_exists=True)
    await db.create_tables(models=MODELS)
    yield database
    await db.drop_tables(models=MODELS)


def outcomes(found: list[Upserted[Any]]) -> list[tuple[Any, ...]]:
    """Returns code, stock and outcome of each."""
    return [(row.code, row.stock, outcome) for row, outcome in found]


async def test_each_row_says_what_became_of_it(store: AsyncDatabase) -> None:
    """Inserted and updated rows mixed, in the order they were given, as they are stored."""
    maker = await Maker.objects.create(name="Acme")
    first = await Part.objects.upsert([{"code": "a", "stock": 1}, Part(code="b", stock=2, maker=maker, tags=["x"])], on="code")
    assert outcomes(first) == [("A", 1, "inserted"), ("B", 2, "inserted")]
    assert first[1].row.maker_id == maker.id
    again = await Part.objects.upsert(
        [{"code": "c", "stock": 3}, {"code": "b", "stock": 20}, {"code": "a", "price": Decimal("1.50")}], on=["code"]
    )
    assert outcomes(again) == [("C", 3, "inserted"), ("B", 20, "updated"), ("A", 1, "updated")]
    row = again[1].row
    assert (row.id, row.double, row.tags, row.maker_id, row.version) == (first[1].row.id, 40, ["x"], maker.id, 1)
    assert row.made == first[1].row.made
    assert row.changed is not None
    assert first[1].row.changed is not None
    assert row.changed > first[1].row.changed
    assert [(part.code, part.price) for part in await Part.objects.order_by("code").all()] == [
        ("A", Decimal("1.50")),
        ("B", Decimal(0)),
        ("C", Decimal(0)),
    ]
    row.stock = 21
    await row.save()  # it is an instance that was read
    assert (await Part.objects.get(code="B")).stock == 21


async def test_expressions_of_both_rows(store: AsyncDatabase) -> None:
    """F is the row that is there, Proposed the new one; plain values are validated."""
    await Part.objects.create(code="a", stock=5)
    update = {"stock": F("stock") + Proposed("stock"), "price": "2.5"}
    found = await Part.objects.upsert([{"code": "a", "stock": 3}, {"code": "b", "stock": 3}], on="code", update=update)
    assert outcomes(found) == [("A", 8, "updated"), ("B", 3, "inserted")]
    assert [row.price for row, _ in found] == [Decimal("2.50"), Decimal(0)]
    with pytest.raises(FieldValueError, match="stock"):
        await Part.objects.upsert([{"code": "a"}], on="code", update={"stock": -1})


async def test_a_condition_skips(store: AsyncDatabase) -> None:
    """A row that is skipped is read back as it is; nothing of the new one is written."""
    await Part.objects.bulk_create([{"code": "a", "stock": 5}, {"code": "b", "stock": 5}])
    rows = [{"code": "a", "stock": 9}, {"code": "b", "stock": 1}, {"code": "c", "stock": 1}]
    where = Q(stock__lt=Proposed("stock"))
    if store.backend == "mysql":
        with pytest.raises(UnsupportedError, match=r"conditions on conflict updates \(where=\) are not supported by mariadb"):
            await Part.objects.upsert(rows, on="code", update=["stock"], where=where)
        assert await Part.objects.count() == 2
        return
    found = await Part.objects.upsert(rows, on="code", update=["stock"], where=where)
    assert outcomes(found) == [("A", 9, "updated"), ("B", 5, "skipped"), ("C", 1, "inserted")]
    assert [row.version for row, _ in found] == [1, 0, 0]
    assert await Part.objects.upsert(rows, on="code", update=["stock"], where=F("stock") > 5, returning=False) == 1


async def test_nothing_to_update(store: AsyncDatabase) -> None:
    """An empty update leaves rows alone that are there."""
    await Part.objects.create(code="a", stock=5)
    rows = [{"code": "a", "stock": 1}, {"code": "b", "stock": 2}]
    assert await Part.objects.upsert(rows, on="code", update=[], returning=False) == 1
    assert outcomes(await Part.objects.upsert(rows, on="code", update=())) == [("A", 5, "skipped"), ("B", 2, "skipped")]
    assert await Reading.objects.upsert([Reading(sensor="s", hour=1, value=0.5)], on=["sensor", "hour"], returning=False) == 1
    assert await Part.objects.upsert([], on="code") == []
    assert await Part.objects.upsert([], on="code", returning=False) == 0


async def test_keys_of_two_fields(store: AsyncDatabase) -> None:
    """A primary key of two fields, and a unique key beside another one."""
    one = Reading(sensor="s", hour=1, value=0.5)
    assert [outcome for _, outcome in await Reading.objects.upsert([one], on=["sensor", "hour"])] == ["inserted"]
    found = await Reading.objects.upsert(
        [Reading(sensor="s", hour=1, value=1.5), Reading(sensor="s", hour=2, value=2)], on=("hour", "sensor")
    )
    assert [(row.value, outcome) for row, outcome in found] == [(1.5, "updated"), (2.0, "inserted")]
    seats = [{"row": 1, "place": 2, "guest": "Ada"}]
    if store.backend == "mysql":
        with pytest.raises(UnsupportedError, match="conflicts on one of several unique keys are not supported by mariadb"):
            await Seat.objects.upsert([{**seats[0], "ticket": "t"}], on=["row", "place"])
        return
    assert [outcome for _, outcome in await Seat.objects.upsert(seats, on=["row", "place"])] == ["inserted"]
    await Seat.objects.create(row=1, place=3, ticket="t")
    with pytest.raises(UniqueViolationError):
        await Seat.objects.upsert([{"row": 5, "place": 5}, {"row": 1, "place": 2, "ticket": "t"}], on=["row", "place"])
    assert await Seat.objects.count() == 2


async def test_many_rows(store: AsyncDatabase) -> None:
    """More rows than one statement takes; each outcome belongs to its row."""
    rows = [{"code": f"K{number:05}", "stock": number} for number in range(0, 5_000, 2)]
    await Part.objects.upsert(rows, on="code", returning=False)
    rows = [{"code": f"K{number:05}", "stock": number + 1} for number in range(5_000)]
    found = await Part.objects.upsert(rows, on="code", batch_size=1_700)
    assert [row.stock for row, _ in found] == [number + 1 for number in range(5_000)]
    assert [outcome for _, outcome in found] == ["updated", "inserted"] * 2_500


async def test_two_rows_of_one_key(store: AsyncDatabase) -> None:
    """They are refused before anything is sent, and by the server's own comparison before anything is kept."""
    with pytest.raises(ValueError, match=r"two rows of the same code, rows 0 and 2, counted from 0"):
        await Part.objects.upsert([{"code": "a"}, {"code": "b"}, {"code": "A"}], on="code")
    assert await Part.objects.count() == 0
    if store.backend == "mysql":
        with pytest.raises(ValueError, match="one row twice, in the eyes of the server: rows 0 and 1"):
            await Reading.objects.upsert(
                [Reading(sensor="s", hour=1, value=1), Reading(sensor="S", hour=1, value=1)], on=["sensor", "hour"]
            )
        assert await Reading.objects.count() == 0


async def test_all_or_none(store: AsyncDatabase) -> None:
    """A row that the server refuses undoes the others, in a block too, which then is broken as by any failed statement."""
    await Maker.objects.create(id=7, name="Acme")
    rows = [{"code": "a", "maker_id": 7}, {"code": "b", "maker_id": 8}]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await Part.objects.upsert(rows, on="code", batch_size=1)
    assert await Part.objects.count() == 0
    async with atomic() as block:
        await Part.objects.upsert(rows[:1], on="code")
        block.set_rollback()
    assert await Part.objects.count() == 0


async def test_what_is_refused(store: AsyncDatabase) -> None:
    """Each message says what to write."""
    part = Part.objects
    with pytest.raises(FieldError, match='Part has no field "cod"; did you mean "code"'):
        await part.upsert([], on="cod")
    with pytest.raises(ValueError, match=r'stock is not a unique key; it has \["id"\] or \["code"\]'):
        await part.upsert([], on="stock")
    with pytest.raises(FieldError, match='Part has no field "stok"; did you mean "stock"'):
        await part.upsert([], on="code", update=["stok"])
    with pytest.raises(FieldError, match='Part has no field "stok"; did you mean "stock"'):
        await part.upsert([], on="code", update={"stock": Proposed("stok")})
    with pytest.raises(TypeError, match=r'takes a list of fields, update=\["name"\]'):
        await part.upsert([], on="code", update="stock")
    with pytest.raises(FieldError, match=r"cannot change Part\.code"):
        await part.upsert([], on="code", update=["code"])
    with pytest.raises(FieldError, match="computed by the database"):
        await part.upsert([], on="code", update=["double"])
    with pytest.raises(FieldError, match=r"counts Part\.version up itself"):
        await part.upsert([], on="code", update=["version"])
    with pytest.raises(FieldError, match=r"about other rows"):
        await part.upsert([], on="code", where=Q(maker__name="x"))
    with pytest.raises(TypeError, match=r"where=\.\.\.\) takes a Q"):
        await part.upsert([], on="code", where="stock > 1")  # type: ignore[call-overload] # wrong on purpose
    with pytest.raises(ValueError, match="names nothing to update"):
        await part.upsert([], on="code", update=[], where=Q(stock=1))
    with pytest.raises(FieldValueError, match=r"Part\.id needs a value.*row 0 of upsert"):
        await part.upsert([{"code": "a"}], on="id")
    with pytest.raises(ValidationError) as refused:
        await part.upsert([{"code": "a"}, {"code": "b", "stock": -1}], on="code")
    assert refused.value.errors()[0]["loc"] == (1, "stock")
    with pytest.raises(FieldError, match=r'elsewhere F."stock". is meant'):
        await part.update(stock=Proposed("stock"))
    with pytest.raises(TypeError, match=r"upsert\(\) of Part takes its instances and dictionaries, not Maker"):
        await part.upsert([Maker(name="x")], on="code")  # type: ignore[call-overload] # wrong on purpose
    with pytest.raises(TypeError, match=r"upsert\(\) of Part takes a list of rows, not Part: upsert\(\[...\]\)"):
        await part.upsert(Part(code="a"), on="code")  # type: ignore[call-overload] # wrong on purpose
    assert await part.count() == 0


async def test_writers_at_the_same_time(store: AsyncDatabase) -> None:
    """Many tasks count the same new rows up: each row is inserted once, and no count is lost."""
    rows = [{"code": f"C{number}", "stock": 1} for number in range(20)]
    update = {"stock": F("stock") + Proposed("stock")}
    found = await asyncio.gather(*[Part.objects.upsert(rows, on="code", update=update) for _ in range(12)])
    assert [part.stock for part in await Part.objects.all()] == [12] * 20
    said = [outcome for one in found for _, outcome in one]
    assert (said.count("inserted"), said.count("updated")) == (20, 220)
    assert sorted(row.stock for one in found for row, _ in one) == sorted(list(range(1, 13)) * 20)


async def test_skipped_rows_are_those_of_others(store: AsyncDatabase) -> None:
    """A row that another writer inserts meanwhile is skipped, and read back as that one wrote it."""
    rows = [{"code": f"S{number}", "stock": 0} for number in range(20)]
    batches = [[{**row, "stock": writer} for row in rows] for writer in range(1, 9)]
    found = await asyncio.gather(*[Part.objects.upsert(batch, on="code", update=[]) for batch in batches])
    stored = {part.code: part.stock for part in await Part.objects.all()}
    assert len(stored) == 20
    for writer, one in enumerate(found, start=1):
        assert {row.code: row.stock for row, _ in one} == stored
        assert all((outcome == "inserted") == (row.stock == writer) for row, outcome in one)


async def test_bulk_create_updates_conflicts(store: AsyncDatabase) -> None:
    """The instances given hold the rows as they are stored, keys included, and can be saved."""
    await Part.objects.create(code="a", stock=5, price=Decimal(3))
    given = [Part(code="b", stock=2), Part(code="a", stock=7, price=Decimal(4))]
    made = await Part.objects.bulk_create(given, update_conflicts=True, unique_fields=["code"], update_fields=["stock"])
    assert made == given
    assert all(one is two for one, two in zip(made, given, strict=True))
    assert [(one.code, one.stock, one.price, one.double, one.version) for one in made] == [
        ("B", 2, Decimal(0), 4, 0),
        ("A", 7, Decimal("3.00"), 14, 1),
    ]
    assert {one.id for one in made} == {part.id for part in await Part.objects.all()}
    made[1].stock = 8
    await made[1].save()
    assert (await Part.objects.get(code="A")).version == 2
    # Every field that does not identify the row, and the only unique key beside the generated one.
    await Part.objects.bulk_create([{"code": "a", "price": Decimal(9)}], update_conflicts=True)
    part = await Part.objects.get(code="A")
    assert (part.stock, part.price, part.version) == (0, Decimal(9), 3)


async def test_bulk_create_that_is_rolled_back(store: AsyncDatabase) -> None:
    """The instances are what they were."""
    part = Part(code="a", stock=7)
    async with atomic() as block:
        await Part.objects.bulk_create([part], update_conflicts=True)
        assert part.id is not None
        block.set_rollback()
    assert (part.id, part.stock, part.changed) == (None, 7, None)
    await part.save()
    assert await Part.objects.count() == 1


async def test_what_bulk_create_refuses(store: AsyncDatabase) -> None:
    """Options that contradict each other, and keys that are none."""
    create = Part.objects.bulk_create
    with pytest.raises(ValueError, match="either ignores conflicts or updates"):
        await create([], ignore_conflicts=True, update_conflicts=True)
    with pytest.raises(ValueError, match="add update_conflicts=True"):
        await create([], unique_fields=["code"])
    with pytest.raises(ValueError, match="stock is not a unique key"):
        await create([], update_conflicts=True, unique_fields=["stock"])
    with pytest.raises(ValueError, match="no field to update"):
        await create([], update_conflicts=True, update_fields=[])
    with pytest.raises(ValueError, match=r"bulk_create\(\) of Seat needs unique_fields=\[\.\.\.\]"):
        await Seat.objects.bulk_create([], update_conflicts=True)
    with pytest.raises(ValueError, match="two rows of the same code"):
        await create([{"code": "a"}, {"code": "a"}], update_conflicts=True)


async def test_one_column_by_two_names(store: AsyncDatabase) -> None:
    """Two values for it are refused; where names are listed, it is one column named twice."""
    assert store
    acme, other = await Maker.objects.bulk_create([{"name": "Acme"}, {"name": "other"}])
    await Part.objects.create(code="a", maker=acme)
    row = [{"code": "a", "maker_id": other.id}]
    with pytest.raises(FieldError, match=r"upsert\(\) writes Part\.maker_id twice, as maker and as maker_id; give one of them"):
        await Part.objects.upsert(row, on="code", update={"maker": acme, "maker_id": other.id})
    (found,) = await Part.objects.upsert(row, on=["code", "code"], update=["maker", "maker_id"])
    assert (found.row.maker_id, found.outcome) == (other.id, "updated")
