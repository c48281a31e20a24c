"""Streams of record batches on every backend: bounded, left early, with secrets masked and errors that keep their class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pydantic import SecretStr

import oxyde
from oxyde import Field, FieldError, Model, db
from tests.contract.tables import tables


class Vault(Model):
    """Keeps a secret."""

    id: int | None = Field(default=None, db_pk=True)
    word: SecretStr = SecretStr("")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "arrow_vault"


class Many(Model):
    """Has many rows."""

    id: int | None = Field(default=None, db_pk=True)
    text: str = "x" * 50

    class Meta:
        """Its table."""

        is_table = True
        table_name = "arrow_many"


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
    with pytest.raises(Exception, match="arrow_many"):
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
    assert (
        pa.Table.from_batches(batches) == pa.table(many).combine_chunks()
        or pa.Table.from_batches(batches).to_pydict() == pa.table(many).to_pydict()
    )
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
