"""Streams of record batches on every backend: bounded, left early, with secrets masked and errors that keep their class."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pydantic import SecretStr

import oxyde
from oxyde import Field, FieldError, Model, OxydeError, db
from tests.tables import statements, table, tables


class Vault(Model):
    """Keeps a secret."""

    id: int | None = Field(default=None, db_pk=True)
    word: SecretStr = SecretStr("")

    Meta = table("arrow_vault")


class Many(Model):
    """Has many rows."""

    id: int | None = Field(default=None, db_pk=True)
    text: str = "x" * 50

    Meta = table("arrow_many")


async def everything_is_back(database: db.AsyncDatabase) -> None:
    """Waits until every connection is in the pool again."""
    for _ in range(500):
        status = database.native.status()
        if status["size"] == status["idle"]:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"connections are missing: {status}")


async def test_secrets_are_masked(database: db.AsyncDatabase) -> None:
    """In frames; models have them."""
    async with tables(Vault):
        await Vault.objects.create(word=SecretStr("hunter2"))
        assert "hunter2" not in str((await Vault.objects.to_arrow()).to_pydict())
        assert "hunter2" not in str(pl.DataFrame(Vault.objects).to_dicts())
        assert (await Vault.objects.get()).word.get_secret_value() == "hunter2"


async def test_errors_keep_their_class(database: db.AsyncDatabase) -> None:
    """Also when a library written in C reads the stream."""
    await db.drop_tables(models=[Many], if_exists=True)
    for read in (Many.objects.to_arrow, Many.objects.to_polars, Many.objects.to_pandas):
        with pytest.raises(oxyde.DatabaseError, match="arrow_many"):
            await read()
    with pytest.raises(oxyde.DatabaseError, match="arrow_many"):
        pa.table(Many.objects)
    with pytest.raises(FieldError, match="did you mean"):
        Many.objects.values("txet")


@pytest.fixture
async def many(database: db.AsyncDatabase) -> AsyncIterator[Any]:
    """20,000 rows."""
    async with tables(Many):
        await Many.objects.bulk_create([{"text": f"{number:050}"} for number in range(20_000)])
        yield Many.objects.order_by("id")


async def test_streams(many: Any) -> None:
    """Batches of at most so many rows, in order, none lost; both faces."""
    batches = [batch async for batch in many.arrow_stream(3_000)]
    assert max(batch.num_rows for batch in batches) <= 3_000
    assert pa.Table.from_batches(batches).equals(pa.table(many))
    assert sum(batch.num_rows for batch in many.sync.arrow_stream(7_000)) == 20_000
    for wrong in (0, -1, True, "1"):
        with pytest.raises(ValueError, match="at least 1"):
            [batch async for batch in many.arrow_stream(wrong)]


async def test_leaving_a_stream_early(many: Any, database: db.AsyncDatabase) -> None:
    """Stops the statement and gives the connection back; so does dropping a capsule that nobody read."""
    for _ in range(20):
        stream = many.arrow_stream(100)
        async for batch in stream:
            assert batch.num_rows == 100
            break
        await stream.aclose()
        for batch in many.sync.arrow_stream(100):
            assert batch.num_rows == 100
            break
        many.__arrow_c_stream__()
    assert await many.count() == 20_000
    await everything_is_back(database)


async def test_a_stream_inside_a_block(many: Any) -> None:
    """Sees what the block has written."""
    async with oxyde.atomic() as block:
        await many.filter(id__gt=0).limit(1).update(text="changed")
        assert "changed" in (await many.to_arrow())["text"].to_pylist()
        block.set_rollback()
    assert "changed" not in (await many.to_arrow())["text"].to_pylist()


@pytest.fixture
async def busy(database: db.AsyncDatabase) -> AsyncIterator[Any]:
    """Many more rows than are in flight, and nothing that computes them twice."""
    async with tables(Many):
        await Many.objects.bulk_create([Many(text="y" * 200) for _ in range(5_000)])
        for _ in range(6):  # doubled six times
            await oxyde.execute_raw("INSERT INTO arrow_many (text) SELECT text FROM arrow_many")
        yield Many.objects


async def test_a_statement_beside_an_open_stream_is_refused(busy: Any, database: db.AsyncDatabase) -> None:
    """The connection of the block is busy; on SQLite, where it is not, the statement runs."""
    async with db.atomic():
        count = 0
        async for batch in busy.arrow_stream(10_000):
            if count == 0 and database.dialect != "sqlite":
                with pytest.raises(OxydeError, match="a stream of this atomic block is being read"):
                    await asyncio.wait_for(busy.filter(id=1).count(), 10)
                with pytest.raises(OxydeError, match="a stream of this atomic block is being read"):
                    await asyncio.wait_for(anext(busy.arrow_stream(10)), 10)
                with pytest.raises(OxydeError, match="a stream of this atomic block is being read"):
                    async with db.atomic():
                        pass
            elif count == 0:
                assert await busy.filter(id=1).count() == 1
            count += batch.num_rows
        assert count == await busy.count() == 320_000


async def test_a_stream_that_is_left_early_harms_no_block(busy: Any) -> None:
    """What was written before it and after it is committed."""
    async with db.atomic():
        await busy.create(text="before")
        async with contextlib.aclosing(busy.arrow_stream(1_000)) as stream:
            async for _ in stream:
                break
        pl.DataFrame(busy.limit(10))
        reader = pa.RecordBatchReader.from_stream(busy)
        reader.read_next_batch()
        del reader
        async with db.atomic():
            next(iter(busy.sync.arrow_stream(5)))
            await busy.create(text="after")
    assert await busy.filter(text__in=["before", "after"]).count() == 2


async def test_a_block_ends_although_a_stream_is_open(busy: Any) -> None:
    """The stream is stopped; the block commits, or rolls back."""
    async with db.atomic():
        await busy.create(text="kept")
        stream = busy.arrow_stream(10)
        assert (await anext(stream)).num_rows == 10
    assert await busy.filter(text="kept").count() == 1
    with pytest.raises(OxydeError):
        async for _ in stream:
            pass
    with pytest.raises(ZeroDivisionError):
        async with db.atomic():
            other = busy.arrow_stream(10)
            await anext(other)
            raise ZeroDivisionError
    await other.aclose()
    assert await busy.filter(text="kept").count() == 1


async def test_listeners_hear_of_streams_and_frames(many: Any) -> None:
    """Each statement once, whatever its rows become."""
    with statements() as sent:
        await many.to_polars()
        many.sync.to_arrow()
        pl.DataFrame(many)
        assert len([batch async for batch in many.arrow_stream(15_000)]) == 2
        for _ in many.sync.arrow_stream(10):
            break
    assert len(sent) == 5
    assert len(set(sent)) == 1
