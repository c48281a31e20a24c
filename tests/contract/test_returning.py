"""``delete(returning=True)``, ``update(returning=True)`` and ``increment()``: what is returned is what was changed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

import oxyde
from oxyde import (
    AsyncDatabase,
    CheckViolationError,
    DataError,
    F,
    Field,
    FieldError,
    FieldValueError,
    Lower,
    Model,
    UnsupportedError,
    atomic,
    db,
)
from tests.tables import table, tables


class Pantry(Model):
    """What jars stand on."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "returning_shelf"


class Tin(Model):
    """A row with numbers of each kind."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)
    count: int = Field(default=0, ge=0)
    weight: float = 0.0
    price: Decimal = Field(default=Decimal(0), max_digits=10, decimal_places=2)
    opened: int | None = None
    moved: dt.datetime | None = Field(default=None, auto_now=True)
    shelf: Pantry | None = Field(default=None, db_on_delete="CASCADE")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "returning_tin"


class Mark(Model):
    """A row without a key."""

    text: str = Field(max_length=20)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "returning_mark"


MODELS: list[type[Model]] = [Pantry, Tin, Mark]


@pytest.fixture
async def tins(database: AsyncDatabase) -> AsyncIterator[AsyncDatabase]:
    """Four tins on two shelves."""
    await db.drop_tables(models=MODELS, if_exists=True)
    await db.create_tables(models=MODELS)
    top, low = await Pantry.objects.bulk_create([Pantry(name="top"), Pantry(name="low")])
    await Tin.objects.bulk_create([Tin(name=name, count=at, shelf=top if at % 2 else low) for at, name in enumerate("abcd", start=1)])
    yield database
    await db.drop_tables(models=MODELS)


def names(rows: list[Tin]) -> list[str]:
    """Returns the names, sorted."""
    return sorted(row.name for row in rows)


async def test_deleted_rows_come_back(tins: AsyncDatabase) -> None:
    """As they were, as instances that can be saved again; by condition, limit, and the path of a relation."""
    gone = await Tin.objects.filter(count__gte=4).delete(returning=True)
    assert [(tin.name, tin.count) for tin in gone] == [("d", 4)]
    gone = await Tin.objects.order_by("count").limit(1).delete(returning=True)
    assert names(gone) == ["a"]
    assert names(await Tin.objects.filter(shelf__name="top").delete(returning=True)) == ["c"]
    assert await Tin.objects.filter(name="nobody").delete(returning=True) == []
    assert names(await Tin.objects.all()) == ["b"]
    again = gone[0]
    await again.save(force_insert=True)
    assert names(await Tin.objects.all()) == ["a", "b"]
    async with atomic() as block:
        assert len(await Tin.objects.delete(returning=True)) == 2
        block.set_rollback()
    assert await Tin.objects.count() == 2


async def test_each_row_is_returned_to_one_deleter(tins: AsyncDatabase) -> None:
    """Deleters at the same time share the rows; none gets what another got."""
    await Tin.objects.bulk_create([Tin(name="x", count=number) for number in range(60)])
    found = await asyncio.gather(*[Tin.objects.filter(name="x").order_by("id").delete(returning=True) for _ in range(6)])
    assert sorted(tin.count for one in found for tin in one) == list(range(60))


async def test_rows_of_a_slice_and_a_query(tins: AsyncDatabase) -> None:
    """Order and limit are honoured by all three verbs, and so is a query of other rows."""
    assert await Tin.objects.order_by("-count").limit(2).increment("count", by=10) == 2
    assert await Tin.objects.order_by("id").values_list("count", flat=True).all() == [1, 2, 13, 14]
    changed = await Tin.objects.order_by("count").offset(1).limit(1).update(name=Lower("name"), count=F("count") * 2, returning=True)
    assert [(tin.name, tin.count) for tin in changed] == [("b", 4)]
    tops = Pantry.objects.filter(name="top").values("id")
    assert names(await Tin.objects.filter(shelf_id__in=tops).update(weight=F("count") / 2, returning=True)) == ["a", "c"]
    assert await Tin.objects.filter(name="c").values_list("weight", flat=True).all() == [6.5]
    assert names(await Tin.objects.filter(shelf_id__in=tops).delete(returning=True)) == ["a", "c"]
    with pytest.raises(FieldError, match="distinct"):
        await Tin.objects.distinct().delete(returning=True)


async def test_increments(tins: AsyncDatabase) -> None:
    """Every kind of number, exactly; NULL stays; the time of the change is set; what does not fit is an error and changes nothing."""
    one = Tin.objects.filter(name="a")
    assert await one.increment("count") == 1
    assert await one.increment("count", by=-2) == 1
    assert await one.increment("weight", by=0.5) == 1
    assert await one.increment("price", by=Decimal("0.10")) == 1
    assert await one.increment("price", Decimal("0.20")) == 1
    assert await one.increment("opened") == 1
    assert await one.increment("count", by=F("id") * 0 + 3) == 1
    tin = await one.get()
    assert (tin.count, tin.weight, tin.price, tin.opened) == (3, 0.5, Decimal("0.30"), None)
    assert tin.moved is not None
    assert await Tin.objects.filter(name="nobody").increment("count") == 0
    refusals: list[tuple[str, Any]] = [("name", 1), ("count", 0.5), ("cuont", 1), ("shelf__name", 1)]
    for field, by in refusals:
        with pytest.raises(FieldError):
            await one.increment(field, by=by)
    with pytest.raises((DataError, CheckViolationError)):
        await one.increment("count", by=2**63 - 1)
    assert (await one.get()).count == 3


async def test_rows_without_a_key(tins: AsyncDatabase) -> None:
    """They come back where the server returns them, and are refused by name elsewhere."""
    await Mark.objects.create(text="x")
    assert [mark.text for mark in await Mark.objects.filter(text="x").delete(returning=True)] == ["x"]
    await Mark.objects.create(text="y")
    if tins.backend == "mysql":
        with pytest.raises(UnsupportedError, match="rows returned from tables without a primary key are not supported by mariadb"):
            await Mark.objects.update(text="z", returning=True)
        return
    assert [mark.text for mark in await Mark.objects.update(text="z", returning=True)] == ["z"]


class IncrementedPrice(Model):
    """Has a text and a price."""

    id: int = Field(db_pk=True)
    title: str = ""
    price: Decimal = Field(max_digits=6, decimal_places=2)

    Meta = table("returning_incremented_price")


async def test_increments_are_exact(database: oxyde.AsyncDatabase) -> None:
    """What the field cannot hold is refused before, as by ``create()``."""
    async with tables(IncrementedPrice):
        await IncrementedPrice.objects.create(id=1, price=Decimal("1.00"))
        with pytest.raises(FieldError, match=r"IncrementedPrice\.title is text, and increment\(\) adds to numbers"):
            await IncrementedPrice.objects.filter(id=1).increment("title")
        with pytest.raises(FieldValueError, match=r"IncrementedPrice\.price .* cannot hold 0\.001 exactly"):
            await IncrementedPrice.objects.filter(id=1).increment("price", by=Decimal("0.001"))
        assert await IncrementedPrice.objects.filter(id=1).increment("price", by=Decimal("0.010")) == 1
        assert (await IncrementedPrice.objects.get(id=1)).price == Decimal("1.01")
