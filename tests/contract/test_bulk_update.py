"""``bulk_update()``: the rows of many instances, all or none, in a statement per batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from pydantic import ValidationError

from oxyde import Field, FieldError, FieldValueError, Model, NotFoundError, StaleObjectError, UniqueViolationError, atomic, db


class Owner(Model):
    """What a gadget refers to."""

    id: int | None = Field(default=None, db_pk=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "bulk_owner"


class Gadget(Model):
    """A row of several types."""

    shelf: int = Field(db_pk=True)
    place: int = Field(db_pk=True)
    name: str = Field(max_length=30, db_unique=True)
    price: Decimal | None = Field(default=None, max_digits=12, decimal_places=2, ge=0)
    tags: list[str] = Field(default=[])
    data: dict[str, int] = Field(default={})
    owner: Owner | None = Field(default=None, db_on_delete="CASCADE")
    changed: dt.datetime | None = Field(default=None, auto_now=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "bulk_gadget"


class Versioned(Model):
    """A row with a version."""

    id: int = Field(db_pk=True)
    name: str = ""
    version: int = Field(default=1, db_version=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "bulk_versioned"


@pytest.fixture
async def gadgets(database: db.AsyncDatabase) -> AsyncIterator[list[Gadget]]:
    """Three of them, read."""
    await db.drop_tables(models=[Gadget, Owner], if_exists=True)
    await db.create_tables(models=[Owner, Gadget])
    await Gadget.objects.bulk_create([{"shelf": 1, "place": at, "name": f"g{at}"} for at in range(3)])
    yield await Gadget.objects.order_by("place").all()
    await db.drop_tables(models=[Gadget, Owner])


async def test_fields_of_every_type(gadgets: list[Gadget]) -> None:
    """They are written, others are not; what was written is no change any more."""
    owner = await Owner.objects.create()
    for at, gadget in enumerate(gadgets):
        gadget.name, gadget.price, gadget.owner = f"new {at}", None if at == 1 else Decimal(at), owner
        gadget.tags.append("x")
        gadget.data["k"] = at
    before = gadgets[0].changed
    assert await Gadget.objects.bulk_update(gadgets, ["price", "tags", "data", "owner"]) == 3
    assert gadgets[0].changed is not None
    assert gadgets[0].changed != before
    stored = await Gadget.objects.order_by("place").all()
    assert [one.name for one in stored] == ["g0", "g1", "g2"]
    assert [one.price for one in stored] == [Decimal("0.00"), None, Decimal("2.00")]
    assert [(one.tags, one.data, one.owner_id) for one in stored] == [(["x"], {"k": at}, owner.id) for at in range(3)]
    assert [one.changed for one in stored] == [one.changed for one in gadgets]
    # The name is still to be written, and nothing else.
    await gadgets[1].save()
    assert (await Gadget.objects.get(place=1)).name == "new 1"


@pytest.mark.parametrize("size", [None, 1, 2])
async def test_batches(gadgets: list[Gadget], size: int | None) -> None:
    """However many rows are in a statement."""
    for gadget in gadgets:
        gadget.name += "!"
    assert Gadget.objects.sync.bulk_update(iter(gadgets), ("name",), batch_size=size) == 3
    assert await Gadget.objects.order_by("place").values_list("name", flat=True).all() == ["g0!", "g1!", "g2!"]


async def test_more_than_a_statement_takes(database: db.AsyncDatabase) -> None:
    """Beyond the number of parameters of every server."""
    await db.drop_tables(models=[Gadget, Owner], if_exists=True)
    await db.create_tables(models=[Owner, Gadget])
    made = await Gadget.objects.bulk_create([{"shelf": 1, "place": at, "name": f"g{at}"} for at in range(30_000)])
    for gadget in made:
        gadget.name, gadget.price = f"n{gadget.place}", Decimal(gadget.place)
    assert await Gadget.objects.bulk_update(made, ["name", "price"]) == 30_000
    assert await Gadget.objects.filter(name="n29999", price=29999).count() == 1
    assert await Gadget.objects.filter(name__startswith="g").count() == 0
    await db.drop_tables(models=[Gadget, Owner])


async def test_all_or_none(gadgets: list[Gadget]) -> None:
    """A row that is gone, or a value that a constraint refuses, leaves all rows as they were, and the instances unwritten."""
    await Gadget.objects.filter(place=2).delete()
    for gadget in gadgets:
        gadget.price = Decimal(9)
    with pytest.raises(NotFoundError, match="bulk_update\\(\\) of Gadget found 2 of 3 rows, and wrote none"):
        await Gadget.objects.bulk_update(gadgets, ["price"], batch_size=1)
    assert await Gadget.objects.filter(price=None).count() == 2
    await gadgets[0].save()
    assert (await Gadget.objects.get(place=0)).price == 9
    gadgets[0].name = gadgets[1].name = "same"
    with pytest.raises(UniqueViolationError):
        await Gadget.objects.bulk_update(gadgets[:2], ["name"])
    assert await Gadget.objects.filter(name="same").count() == 0


async def test_a_block_that_is_rolled_back(gadgets: list[Gadget]) -> None:
    """What it wrote counts as not written."""
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            gadgets[0].price = Decimal(5)
            await Gadget.objects.bulk_update(gadgets, ["price"])
            raise ZeroDivisionError
    assert gadgets[0].price == 5
    await gadgets[0].save()
    assert (await Gadget.objects.get(place=0)).price == 5


async def test_what_is_refused(gadgets: list[Gadget]) -> None:
    """Before anything is sent."""
    assert await Gadget.objects.bulk_update([], ["price"]) == 0
    with pytest.raises(TypeError, match=r"takes a list of the fields to write"):
        await Gadget.objects.bulk_update(gadgets, "price")
    with pytest.raises(TypeError, match=r"takes a list of the fields to write"):
        await Gadget.objects.bulk_update(gadgets, [])
    with pytest.raises(FieldError, match="prize"):
        await Gadget.objects.bulk_update(gadgets, ["prize"])
    with pytest.raises(FieldError, match=r"finds rows by Gadget\.place, and cannot change it"):
        await Gadget.objects.bulk_update(gadgets, ["place"])
    with pytest.raises(TypeError, match=r"takes its instances, not dict \(row 1, counted from 0\)"):
        await Gadget.objects.bulk_update([gadgets[0], {"place": 1}], ["price"])  # type: ignore[list-item] # planted
    with pytest.raises(ValueError, match="two instances of one Gadget, rows 0 and 2"):
        await Gadget.objects.bulk_update([gadgets[0], gadgets[1], await Gadget.objects.get(place=0)], ["price"])
    with pytest.raises(ValueError, match="batch_size takes an int of at least 1"):
        await Gadget.objects.bulk_update(gadgets, ["price"], batch_size=0)
    gadgets[1].price = Decimal(-1)
    with pytest.raises(ValidationError):
        await Gadget.objects.bulk_update(gadgets, ["price"])
    gadgets[1].price = Decimal("0.001")
    with pytest.raises((FieldValueError, ValidationError)):
        await Gadget.objects.bulk_update(gadgets, ["price"])


async def test_versions(database: db.AsyncDatabase) -> None:
    """They are compared and raised, as ``save()`` does; a lost race leaves all rows as they were."""
    await db.drop_tables(models=[Versioned], if_exists=True)
    await db.create_tables(models=[Versioned])
    await Versioned.objects.bulk_create([{"id": 1}, {"id": 2}])
    ours, theirs = await Versioned.objects.order_by("id").all(), await Versioned.objects.order_by("id").all()
    for row in ours:
        row.name = "ours"
    assert await Versioned.objects.bulk_update(ours, ["name"]) == 2
    assert [row.version for row in ours] == [2, 2]
    await ours[0].save()
    await theirs[1].refresh()
    for row in theirs:
        row.name = "theirs"
    with pytest.raises(StaleObjectError, match="found 1 of 2 rows as they were read, and wrote none"):
        await Versioned.objects.bulk_update(theirs, ["name"])
    assert [row.version for row in theirs] == [1, 2]
    assert await Versioned.objects.order_by("id").values_list("name", "version").all() == [("ours", 2), ("ours", 2)]
    await db.drop_tables(models=[Versioned])


async def test_an_error_of_a_row_names_the_verb(gadgets: list[Gadget]) -> None:
    """The row is counted in the list that this verb was given."""
    with pytest.raises(FieldValueError, match=r"Gadget.price takes .*, not str \(row 1 of bulk_update\(\), counted from 0\)"):
        await Gadget.objects.bulk_update([gadgets[0], Gadget.model_construct(shelf=1, place=2, name="b", price="x")], ["price"])
