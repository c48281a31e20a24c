"""``earliest()``, ``latest()``, ``in_bulk()`` and ``contains()``: single rows and rows by key, on every backend."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from oxyde import AsyncDatabase, F, Field, FieldError, FieldLookupValueError, Model, NotFoundError, db


class Leaf(Model):
    """A row with a key and another unique field."""

    id: uuid.UUID = Field(db_pk=True)
    label: str = Field(max_length=20, db_unique=True)
    size: int = 0

    class Meta:
        """Its table."""

        is_table = True
        table_name = "finding_leaf"


class Vein(Model):
    """A row with a key of two fields."""

    x: int = Field(db_pk=True)
    y: int = Field(db_pk=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "finding_vein"


KEYS = [uuid.UUID(int=number) for number in range(1, 5)]


@pytest.fixture
async def leaves(database: AsyncDatabase) -> AsyncIterator[AsyncDatabase]:
    """Four leaves, the third and the fourth of one size."""
    await db.drop_tables(models=[Leaf, Vein], if_exists=True)
    await db.create_tables(models=[Leaf, Vein])
    await Leaf.objects.bulk_create(
        [{"id": key, "label": f"leaf {at}", "size": size} for at, (key, size) in enumerate(zip(KEYS, (3, 1, 7, 7), strict=True))]
    )
    yield database
    await db.drop_tables(models=[Leaf, Vein])


async def test_earliest_and_latest(leaves: AsyncDatabase) -> None:
    """By fields and expressions, as ``order_by()`` takes them; of a slice, its rows."""
    assert (await Leaf.objects.earliest("size")).id == KEYS[1]
    assert (await Leaf.objects.latest("size", "label")).id == KEYS[3]
    assert (await Leaf.objects.latest("size", "-label")).id == KEYS[2]
    assert (await Leaf.objects.earliest(F("size").desc(), "label")).id == KEYS[2]
    assert await Leaf.objects.values_list("label", flat=True).latest("label") == "leaf 3"
    assert (await Leaf.objects.order_by("label")[:2].latest("size")).id == KEYS[0]
    assert Leaf.objects.sync.latest("label").id == KEYS[3]
    for verb in (Leaf.objects.filter(size=99).earliest, Leaf.objects.filter(size=99).latest):
        with pytest.raises(NotFoundError, match=r"of Leaf found no row; first\(\) returns None"):
            await verb("size")
    with pytest.raises(TypeError, match=r'latest\(\) needs what decides: latest\("created"\)'):
        await Leaf.objects.latest()
    with pytest.raises(FieldError, match="sise"):
        await Leaf.objects.earliest("sise")


async def test_in_bulk(leaves: AsyncDatabase) -> None:
    """By key or another unique field, as Python values; keys without a row are left out."""
    found = await Leaf.objects.in_bulk([KEYS[0], KEYS[1], uuid.UUID(int=99)])
    assert {key: leaf.label for key, leaf in found.items()} == {KEYS[0]: "leaf 0", KEYS[1]: "leaf 1"}
    assert list(await Leaf.objects.in_bulk(["leaf 3", "no leaf"], field="label")) == ["leaf 3"]
    assert set(await Leaf.objects.in_bulk()) == set(KEYS)
    assert set(await Leaf.objects.filter(size=7).in_bulk()) == set(KEYS[2:])
    assert await Leaf.objects.in_bulk([]) == {}
    assert list(Leaf.objects.sync.in_bulk(iter(KEYS[:1]))) == KEYS[:1]


async def test_in_bulk_of_what_is_no_list(leaves: AsyncDatabase) -> None:
    """A text is not taken for a list of its characters."""
    for keys in ("leaf 3", b"leaf", 3):
        with pytest.raises(TypeError, match=r"in_bulk\(\) takes a list of values of Leaf.label, not (str|bytes|int)"):
            await Leaf.objects.in_bulk(keys, field="label")  # type: ignore[arg-type] # planted


async def test_in_bulk_of_many_keys(leaves: AsyncDatabase) -> None:
    """More than a statement of any server has parameters."""
    keys = [uuid.UUID(int=number) for number in range(3, 70_003)]
    assert set(await Leaf.objects.in_bulk(keys)) == set(KEYS[2:])


async def test_in_bulk_is_refused(leaves: AsyncDatabase) -> None:
    """Where two rows would have one place, or rows are no instances."""
    with pytest.raises(
        FieldError, match=r"in_bulk\(\) takes a field that is unique in Leaf, and Leaf.size is not; filter\(size__in=\[\.\.\.\]\) reads"
    ):
        await Leaf.objects.in_bulk([1], field="size")
    with pytest.raises(FieldLookupValueError, match=r"Leaf\.id takes UUID, not str"):
        await Leaf.objects.in_bulk([str(KEYS[0])])
    with pytest.raises(FieldError, match="nope"):
        await Leaf.objects.in_bulk([1], field="nope")
    with pytest.raises(TypeError, match="returns instances"):
        await Leaf.objects.values("id").in_bulk()


async def test_contains(leaves: AsyncDatabase) -> None:
    """By the key, all fields of it."""
    leaf = await Leaf.objects.get(id=KEYS[2])
    assert await Leaf.objects.contains(leaf)
    assert await Leaf.objects.filter(size=7).contains(leaf)
    assert not await Leaf.objects.filter(size=1).contains(leaf)
    assert not await Leaf.objects.order_by("label")[:2].contains(leaf)
    assert not await Leaf.objects.contains(Leaf(id=uuid.UUID(int=99), label="x"))
    vein = await Vein.objects.create(x=1, y=2)
    assert await Vein.objects.contains(vein)
    assert not Vein.objects.sync.contains(Vein(x=1, y=1))
    with pytest.raises(TypeError, match="takes an instance of Leaf"):
        await Leaf.objects.contains(vein)  # type: ignore[arg-type] # planted
    with pytest.raises(TypeError, match="rows that are instances"):
        await Leaf.objects.values("id").contains(leaf)
