"""``stream()``: rows one at a time on every backend, in bounded memory, left early, cancelled, beside other statements."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

import oxyde
from oxyde import F, Field, Model, OxydeError, Prefetch, Value, db
from oxyde.exceptions import DataError
from tests.backends import Backend
from tests.contract.test_streams import everything_is_back
from tests.tables import statements, table, tables

ROWS = 20_000


class StreamShelf(Model):
    """Holds items."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    Meta = table("stream_shelf")


class StreamItem(Model):
    """Lies on a shelf."""

    id: int | None = Field(default=None, db_pk=True)
    text: str = "x" * 50
    shelf: StreamShelf | None = None

    Meta = table("stream_item")


@pytest.fixture
async def items(database: db.AsyncDatabase) -> AsyncIterator[Any]:
    """Many rows on three shelves."""
    async with tables(StreamShelf, StreamItem):
        await StreamShelf.objects.bulk_create([{"name": name} for name in "abc"])
        await StreamItem.objects.bulk_create([{"text": f"{number:050}", "shelf_id": number % 3 + 1} for number in range(ROWS)])
        yield StreamItem.objects.order_by("id")


async def test_a_stream_has_the_rows_of_all(items: Any, database: db.AsyncDatabase) -> None:
    """In order, whatever they become, in batches of any size, on both faces."""
    everything = await items.all()
    assert [row async for row in items.stream()] == everything
    assert list(items.sync.stream(batch_size=777)) == everything
    tuples = items.values_list("id", "shelf__name")
    assert [row async for row in tuples.stream(1_000)] == await tuples.all()
    few = items.filter(id__lte=3).values("text")
    assert [row async for row in few.stream(1)] == await few.all()
    assert [row async for row in items.filter(id=-1).stream()] == []
    joined = [row async for row in items.join("shelf").stream(5_000)]
    assert [row.shelf.name for row in joined] == [row.shelf.name for row in await items.join("shelf").all()]
    assert joined[0].shelf is joined[3].shelf
    assert joined[0].shelf is not joined[-2].shelf  # of another batch
    annotated = items.annotate(twice=F("id") * 2)
    assert [row.twice async for row in annotated.stream()] == [row.twice for row in await annotated.all()]
    await everything_is_back(database)


async def test_relations_are_prefetched_batch_by_batch(items: Any, database: db.AsyncDatabase) -> None:
    """One statement for each batch; an error of one ends the stream."""
    with statements() as sent:
        rows = [row async for row in items.limit(10).prefetch("shelf").stream(4)]
    assert [row.shelf.name for row in rows] == list("abcabcabca")
    assert len(sent) == 4
    assert [row.shelf.name for row in items.limit(3).prefetch("shelf").sync.stream(2)] == list("abc")
    broken = items.prefetch(Prefetch("shelf", StreamShelf.objects.annotate(wrong=Value(1) / (F("id") - 2)))).stream(2)
    with pytest.raises(DataError):
        await anext(broken)
    assert [row async for row in broken] == []
    await everything_is_back(database)


async def test_a_row_of_a_stream_is_a_row(items: Any) -> None:
    """It is saved as any other."""
    async for row in items.limit(3).stream(2):
        row.text = f"changed {row.id}"
        await row.save()
    assert [row.text for row in await items[:3].all()] == ["changed 1", "changed 2", "changed 3"]


async def test_what_stream_takes(items: Any) -> None:
    """Checked before anything is sent."""
    for wrong in (0, -1, True, "1", 2**40):
        with pytest.raises(ValueError, match="at least 1 row"):
            items.stream(wrong)
    with pytest.raises(oxyde.ConnectionNotFound):
        items.stream(using="nowhere")
    with pytest.raises(oxyde.FieldError, match="inside atomic"):
        await anext(items.limit(1).for_update().stream())


async def test_leaving_early_frees_the_connection(items: Any, database: db.AsyncDatabase) -> None:
    """By ``break``, ``aclose()``, ``with``, an error in the loop, or by dropping it."""
    for _ in range(20):
        async for row in items.stream(100):
            assert row.id == 1
            break
        stream = items.stream(100)
        assert (await anext(stream)).id == 1
        assert repr(stream) == "<Stream, open>"
        await stream.aclose()
        assert repr(stream) == "<Stream, ended>"
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        await stream.aclose()
        for row in items.sync.stream(100):
            assert row.id == 1
            break
        with items.sync.stream(100) as blocking:
            next(blocking)
        assert next(blocking, None) is None
        with pytest.raises(ZeroDivisionError):
            async for _row in items.stream(100):
                raise ZeroDivisionError
        items.stream()
    assert await items.count() == ROWS
    await everything_is_back(database)


async def test_a_closed_stream_has_given_its_connection_back(backend: Backend) -> None:
    """``aclose()`` waits for that: a pool of one connection serves the next statement at once."""
    settings = db.PoolSettings(max_connections=1, acquire_timeout=5)
    async with db.connect(backend.url, name="one", settings=settings), tables(StreamItem, StreamShelf, database="one"):
        rows = StreamItem.objects.using("one")
        await rows.bulk_create([{"text": "y" * 500} for _ in range(ROWS)], using="one")
        for _ in range(5):
            async with rows.stream(10) as stream:
                await anext(stream)
            assert await rows.count() == ROWS
            with rows.sync.stream(10) as blocking:
                next(blocking)
            assert rows.sync.count() == ROWS


async def test_two_streams_at_once(items: Any, database: db.AsyncDatabase) -> None:
    """Of one queryset, in turns; and statements beside them."""
    pairs = 0
    second = items.reverse().stream(500)
    async for row in items.stream(500):
        other = await anext(second)
        assert row.id + other.id == ROWS + 1
        pairs += 1
        if pairs % 5_000 == 0:
            assert await items.filter(id=row.id).exists()
    assert pairs == ROWS
    await everything_is_back(database)


async def test_a_stream_has_one_reader(items: Any) -> None:
    """A second task that waits for its rows is told so; where the first rows came at once, there was nothing to wait for."""
    stream = items.stream()
    first, second = await asyncio.gather(anext(stream), anext(stream), return_exceptions=True)
    assert first.id == 1
    if not isinstance(second, RuntimeError):
        assert second.id == 2
    assert (await anext(stream)).id == (2 if isinstance(second, RuntimeError) else 3)
    await stream.aclose()


async def test_a_cancelled_reader(items: Any, database: db.AsyncDatabase) -> None:
    """Stops the statement; its connection comes back clean."""

    async def read() -> None:
        async for _ in items.stream(50):
            await asyncio.sleep(0.001)

    task = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await everything_is_back(database)
    assert await items.count() == ROWS


async def test_an_error_in_the_middle(items: Any, database: db.AsyncDatabase) -> None:
    """Rows that came before are there; then the error has its class, and the stream is over."""
    failing = items.annotate(share=F("id") / (F("id") - 15_000)).values_list("id", "share")
    seen = 0
    stream = failing.stream(1_000)
    with pytest.raises(DataError):
        async for _ in stream:
            seen += 1
    assert seen <= 15_000
    assert [row async for row in stream] == []
    with pytest.raises(DataError):
        list(failing.sync.stream())
    await everything_is_back(database)


async def test_statements_beside_a_stream_in_a_block(items: Any, database: db.AsyncDatabase) -> None:
    """PostgreSQL and SQLite run them; on MySQL the first one raises at once, naming what to do."""
    async with db.atomic():
        seen = []
        async for row in items.filter(id__lte=1_000).stream(100):
            seen.append(row.id)
            if row.id % 250 == 0:
                writing = items.filter(id=row.id).update(text="seen")
                if database.backend == "mysql":
                    with pytest.raises(OxydeError, match=r"page\(\).*\.all\(\)"):
                        await asyncio.wait_for(writing, 10)
                    with pytest.raises(OxydeError, match="a stream of this atomic block"):
                        async with db.atomic():
                            pass
                else:
                    await writing
        assert seen == list(range(1, 1_001))
        assert await items.filter(id__in=[1, 2]).update(text="seen") == 2
    assert await items.filter(text="seen").count() == (2 if database.backend == "mysql" else 6)


async def test_nested_blocks_beside_a_stream(items: Any, database: db.AsyncDatabase) -> None:
    """A savepoint for each row, some of them rolled back, does not disturb the stream of the block around it."""
    if database.backend == "mysql":
        pytest.skip("MySQL has no statements beside a stream")
    seen = 0
    async with db.atomic():
        async for row in items.filter(id__lte=40).stream(7):
            seen += 1
            try:
                async with db.atomic():
                    await StreamItem.objects.create(id=row.id if row.id % 2 else None, text="nested")
            except oxyde.UniqueViolationError:
                assert row.id % 2
    assert seen == 40
    assert await items.filter(text="nested").count() == 20


async def test_a_stream_sees_what_its_block_wrote(items: Any) -> None:
    """It runs on the block's connection, and can be left without harm to the block."""
    async with db.atomic():
        await items.filter(id=1).update(text="mine")
        async for row in items.stream(10):
            assert row.text == "mine"
            break
        stream = items.stream(10)
        await anext(stream)
        await stream.aclose()
        for row in items.sync.stream(10):
            assert row.text == "mine"
            break
        async with db.atomic():
            async for _ in items.stream(10):
                break
        await items.filter(id=2).update(text="mine")
    assert await items.filter(text="mine").count() == 2


async def test_a_block_that_ends_before_its_stream(items: Any, database: db.AsyncDatabase) -> None:
    """Commits; the stream has no further rows than those that were read."""
    async with db.atomic():
        await items.filter(id=1).update(text="kept")
        stream = items.stream(10)
        await anext(stream)
    with pytest.raises(OxydeError):
        async for _ in stream:
            pass
    assert await items.filter(text="kept").count() == 1
    await everything_is_back(database)


async def test_a_stream_does_not_see_later_changes_of_its_block(items: Any, database: db.AsyncDatabase) -> None:
    """Rows that are changed, moved, deleted or added while it is open; the raw query too."""
    if database.backend == "mysql":
        pytest.skip("MySQL has no statements beside a stream")
    expected = [(row.id, row.text) for row in await items.all()]
    async with db.atomic() as block:
        stream = items.stream(10)
        found = [await anext(stream) for _ in range(15)]
        await StreamItem.objects.filter(id__lte=15_000).update(text="changed")
        await StreamItem.objects.filter(id__gt=15_000).delete()
        await StreamItem.objects.create(text="new")
        found += [row async for row in stream]
        assert [(row.id, row.text) for row in found] == expected
        block.set_rollback()


async def test_a_raw_stream_on_sqlite_does_not_see_later_changes_of_its_block(items: Any, database: db.AsyncDatabase) -> None:
    """Nor does a statement that changes rows wait until its rows are read."""
    if database.backend != "sqlite":
        pytest.skip("the others have no cursors for raw SQL")
    async with db.atomic():
        reading = oxyde.raw("SELECT text FROM stream_item ORDER BY id", []).stream(10)
        first = await anext(reading)
        writing = oxyde.raw("UPDATE stream_item SET text = 'changed' RETURNING id", []).stream(10)
        assert await anext(writing)
        assert await items.filter(text="changed").count() == ROWS
        assert [first["text"], *[row["text"] async for row in reading]] == [f"{number:050}" for number in range(ROWS)]
        assert len([row async for row in writing]) == ROWS - 1


async def test_a_table_can_be_dropped_once_its_stream_is_left(items: Any, database: db.AsyncDatabase) -> None:
    """In the same block; on SQLite also after a nested block with a stream that nobody closed."""
    if database.backend == "mysql":
        pytest.skip("MySQL ends the transaction before it drops a table")
    async with db.atomic() as block:
        async for _ in items.stream(10):
            break
        if database.backend == "sqlite":
            async with db.atomic():
                left = items.stream(10)
                await anext(left)
            with pytest.raises(OxydeError):
                async for _ in left:
                    pass
        await oxyde.execute_raw("DROP TABLE stream_item")
        block.set_rollback()
    assert await items.count() == ROWS


async def test_locked_rows_stream_in_a_block(items: Any, database: db.AsyncDatabase) -> None:
    """Where the database has row locks."""
    if database.backend == "sqlite":
        pytest.skip("SQLite has no row locks")
    async with db.atomic():
        assert len([row async for row in items.filter(id__lt=10).for_update().stream(4)]) == 9


async def test_listeners_hear_once_of_a_stream(items: Any) -> None:
    """However many parts it was read in."""
    with statements() as sent:
        async for _ in items.stream(1_000):
            pass
        async for _ in items.stream(10):
            break
        async with db.atomic():
            async for _ in items.stream(10):
                break
        list(items.sync.stream())
    assert len([sql for sql in sent if sql.startswith("SELECT")]) == 4


MEASURED = """
import asyncio, json, resource, sys
from oxyde import Field, Model, db


class StreamItem(Model):
    id: int | None = Field(default=None, db_pk=True)
    text: str
    shelf_id: int | None = None

    class Meta:
        is_table = True
        table_name = "stream_item"


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main(url):
    async with db.connect(url):
        async for row in StreamItem.objects.limit(10).stream():
            pass
        base, count = peak(), 0
        async for row in StreamItem.objects.stream():
            count += 1
        async with db.atomic():
            async for row in StreamItem.objects.stream():
                count += 1
        return json.dumps([count, peak() - base])


print(asyncio.run(main(sys.argv[1])))
"""


async def test_memory_is_bounded(items: Any, backend: Backend) -> None:
    """A process that reads 320,000 rows, outside and inside of a block, grows by less than 64 MB."""
    for _ in range(4):
        await oxyde.execute_raw("INSERT INTO stream_item (text, shelf_id) SELECT text, shelf_id FROM stream_item")
    process = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", MEASURED, backend.url], capture_output=True, text=True, check=True
    )
    count, grown = json.loads(process.stdout)
    assert count == ROWS * 16 * 2
    assert grown < 64
