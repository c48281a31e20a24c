"""``bulk_create(update_conflicts=True)`` of rows of which every value is given: nothing is read back, and the instances are as stored."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Field, Model, NotLoaded, atomic, db
from tests.backends import Backend
from tests.tables import statements, table, tables


class KnownMaker(Model):
    """Makes wares."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("known_maker")


class KnownWare(Model):
    """Has a key of two fields, and nothing that the database fills in."""

    code: int = Field(db_pk=True)
    batch: uuid.UUID = Field(db_pk=True)
    name: str | None = None
    price: Decimal = Field(default=Decimal(0), max_digits=8, decimal_places=2)
    parts: list[str] = Field(default=[])
    maker: KnownMaker | None = None

    Meta = table("known_ware")


class KnownWord(Model):
    """Has a key of text, which may equal another on MySQL and MariaDB."""

    word: str = Field(db_pk=True, max_length=20)
    count: int = 0

    Meta = table("known_word")


BATCH = uuid.UUID(int=7)
FIELDS = ["name", "price", "parts", "maker"]


@pytest.fixture
async def wares(database: db.AsyncDatabase) -> AsyncIterator[KnownWare]:
    """One of two wares is there."""
    async with tables(KnownMaker, KnownWare, KnownWord):
        yield await KnownWare.objects.create(code=1, batch=BATCH, name="old")


def given(maker: KnownMaker | None = None) -> list[Any]:
    """Returns the two wares, anew."""
    return [
        KnownWare(code=1, batch=BATCH, name="new", price=Decimal("1.50"), parts=["x"], maker=maker),
        {"code": 2, "batch": BATCH, "maker": maker},
    ]


async def test_nothing_is_read_back(wares: KnownWare, backend: Backend) -> None:
    """The instances count as read: they equal their rows, and save only what is changed later."""
    maker = await KnownMaker.objects.create()
    with statements() as sent:
        first, second = await KnownWare.objects.bulk_create(given(maker), update_conflicts=True, update_fields=FIELDS)
    assert "RETURNING" not in "".join(sent)
    assert "SELECT" not in "".join(sent)
    assert await KnownWare.objects.join("maker").order_by("code").all() == [first, second]
    assert (first.maker, first.maker_id) == (maker, maker.id)
    with statements() as sent:
        await first.save()
        assert sent == []
        second.parts.append("y")
        await second.save()
    assert len(sent) == 1
    assert (await KnownWare.objects.get(code=2)).parts == ["y"]


async def test_values_that_are_not_given_are_read(wares: KnownWare, backend: Backend) -> None:
    """Fields that are not updated, and keys that equal other texts."""
    first, second = await KnownWare.objects.bulk_create(given(), update_conflicts=True, update_fields=["price", "parts", "maker"])
    assert (first.name, second.name) == ("old", None)
    await KnownWord.objects.create(word="Nut")
    (word,) = await KnownWord.objects.bulk_create([{"word": "nut", "count": 3}], update_conflicts=True)
    assert {one.word: one.count for one in await KnownWord.objects.all()}[word.word] == 3


async def test_a_block_that_is_rolled_back(wares: KnownWare) -> None:
    """Makes the instances new again."""
    rows = given()[:1]
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await KnownWare.objects.bulk_create(rows, update_conflicts=True, update_fields=FIELDS)
            _ = 1 / 0
    assert (await KnownWare.objects.get(code=1)).name == "old"
    await rows[0].save()
    assert (await KnownWare.objects.get(code=1)).name == "new"
    with pytest.raises(NotLoaded):
        _ = (await KnownWare.objects.get(code=1)).maker
