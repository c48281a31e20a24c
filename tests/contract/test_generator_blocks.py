"""A block inside a generator is the generator's: who reads that has no part in it, whenever it leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

import oxyde
from oxyde import Field, Model, OxydeError, TransactionBroken, atomic, db
from tests.backends import Backend
from tests.tables import table, tables


class Item(Model):
    """Something to read and write."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)

    Meta = table("generator_item")


@pytest.fixture(autouse=True)
async def items(database: db.AsyncDatabase) -> AsyncIterator[None]:
    """Two of them."""
    async with tables(Item):
        await Item.objects.bulk_create([Item(name="a"), Item(name="b")])
        yield


async def names() -> list[str]:
    """Returns what is stored, asked outside of every block."""
    return await asyncio.create_task(outside())


async def outside() -> list[str]:
    """Leaves what the context says of blocks behind."""
    from oxyde.db.block import enter

    enter(None)
    return await Item.objects.order_by("id").values_list("name", flat=True).all()


async def export(written: str = "") -> AsyncIterator[str]:
    """Gives its reader a turn inside a block."""
    async with atomic():
        if written:
            await Item.objects.create(name=written)
        for item in await Item.objects.order_by("id").all():
            yield item.name
        if written:
            await Item.objects.create(name=f"{written}2")


async def test_a_reader_that_leaves_early_keeps_what_it_writes() -> None:
    """And works on as before."""
    async for name in export():
        assert name == "a"
        break
    await Item.objects.create(name="c")
    await asyncio.sleep(0.05)
    await Item.objects.create(name="d")
    async with atomic():
        await Item.objects.create(name="e")
    assert await names() == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("raises", [False, True])
async def test_a_reader_inside_its_own_block(raises: bool) -> None:
    """The generator's block is a savepoint there, and gone when the reader has left."""

    async def reader() -> None:
        async with atomic():
            async for _ in export("undone"):
                break
            await Item.objects.create(name="reader's")
            if raises:
                raise ZeroDivisionError

    with contextlib.suppress(ZeroDivisionError):
        await reader()
    assert await names() == ["a", "b", *([] if raises else ["reader's"])]


async def test_neither_waits_for_the_other() -> None:
    """What the reader would write inside the generator's savepoint is refused, and the generator is named."""
    with pytest.raises(OxydeError, match=r"the generator export in .*test_generator_blocks"):
        async with atomic():
            async for _ in export("undone"):
                await Item.objects.create(name="undone")
    with pytest.raises(OxydeError, match="the generator export"):
        async with atomic():
            kept = export("undone")
            async for _ in kept:
                break
    await asyncio.sleep(0.05)
    assert await names() == ["a", "b"]
    await Item.objects.create(name="c")


async def test_blocks_of_both_take_turns(backend: Backend) -> None:
    """A statement goes to the block of whoever runs it, and each ends its own."""
    if backend.dialect == "sqlite":
        pytest.skip("a file has one writer")
    async for name in export("generator's"):
        with contextlib.suppress(ZeroDivisionError):
            async with atomic():
                await Item.objects.create(name=f"undone {name}")
                async with atomic():
                    await Item.objects.create(name=f"undone {name}")
                raise ZeroDivisionError
        async with atomic():
            await Item.objects.create(name=f"kept {name}")
        await Item.objects.create(name=f"alone {name}")
    stored = sorted(await names())
    assert stored == sorted(
        ["a", "b", "generator's", "generator's2", *(f"{word} {name}" for word in ("kept", "alone") for name in ("a", "b", "generator's"))]
    )


async def test_a_generator_read_to_its_end_commits() -> None:
    """Its own writes, and those of its tasks."""

    async def work() -> AsyncIterator[int]:
        async with atomic():
            await asyncio.gather(*(Item.objects.create(name=name) for name in ("c", "d")))
            yield 1
            await Item.objects.create(name="e")

    async for one in work():
        assert one == 1
    assert sorted(await names()) == ["a", "b", "c", "d", "e"]


async def test_a_generator_that_is_left_undoes_its_writes() -> None:
    """Those of its tasks, too; closed by hand or by itself."""
    async with contextlib.aclosing(export("undone")) as reading:
        async for _ in reading:
            break
    assert await names() == ["a", "b"]
    await Item.objects.create(name="c")
    async for _ in export("undone"):
        break
    await asyncio.sleep(0.05)
    assert await names() == ["a", "b", "c"]


async def test_a_context_manager_lends_its_block() -> None:
    """What a generator with ``@asynccontextmanager`` yields to is inside, and so is a dependency that is driven by hand."""

    @contextlib.asynccontextmanager
    async def lent() -> AsyncIterator[None]:
        async with atomic():
            yield

    with contextlib.suppress(ZeroDivisionError):
        async with lent():
            await Item.objects.create(name="undone")
            raise ZeroDivisionError
    assert await names() == ["a", "b"]
    async with lent():
        await Item.objects.create(name="c")
    dependency = export()
    await dependency.__anext__()
    await Item.objects.create(name="undone")
    await dependency.aclose()
    assert await names() == ["a", "b", "c"]


async def test_a_context_manager_in_a_generator_is_the_generators() -> None:
    """It lends its block to the generator, not to who reads that."""

    @contextlib.asynccontextmanager
    async def lent() -> AsyncIterator[None]:
        async with atomic():
            yield

    async def reading() -> AsyncIterator[int]:
        async with lent():
            yield await Item.objects.count()

    async for count in reading():
        assert count == 2
        break
    await Item.objects.create(name="c")
    await asyncio.sleep(0.05)
    await Item.objects.create(name="d")
    assert await names() == ["a", "b", "c", "d"]


async def test_a_generator_driven_by_hand_and_forgotten() -> None:
    """The next statement is stored or refused, and the task is outside afterwards."""
    for _ in range(10):
        dependency = export()
        await dependency.__anext__()
        del dependency
        stored = True
        try:
            await Item.objects.create(name="c")
        except TransactionBroken:
            stored = False
        await asyncio.sleep(0.05)
        assert ("c" in await names()) == stored
        await Item.objects.filter(name="c").delete()
        await Item.objects.create(name="d")
        assert await names() == ["a", "b", "d"]
        await Item.objects.filter(name="d").delete()


def exporting() -> Iterator[str]:
    """The blocking twin."""
    with oxyde.sync.atomic(read_only=True):
        for item in Item.objects.sync.order_by("id").all():
            yield item.name


async def test_blocking_generators() -> None:
    """A reader that keeps the generator keeps its own writes all the same."""

    def work() -> None:
        reading = exporting()
        for name in reading:
            assert name == "a"
            break
        Item.objects.sync.create(name="c")
        reading.close()  # type: ignore[attr-defined] # it is a generator
        Item.objects.sync.create(name="d")
        for _ in exporting():
            break
        with oxyde.sync.atomic():
            Item.objects.sync.create(name="e")

    await asyncio.to_thread(work)
    assert await names() == ["a", "b", "c", "d", "e"]
