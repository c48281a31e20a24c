"""How many statements ran, and which."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator

import pytest

import oxyde
from oxyde import AsyncDatabase, Field, Model, QueryCancelled, atomic, db, execute_raw
from oxyde.db import events
from oxyde.testing import assert_statements


class Counted(Model):
    """A row."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "statements_counted"


@pytest.fixture
async def rows() -> AsyncIterator[AsyncDatabase]:
    """Three rows."""
    async with db.connect("sqlite://:memory:") as database:
        await db.create_tables(models=[Counted])
        await Counted.objects.bulk_create([Counted(name=name) for name in "abc"])
        yield database
    assert events.listeners == []


@pytest.mark.usefixtures("rows")
async def test_statements_are_counted() -> None:
    """In either form of the block, transactions left out."""
    with assert_statements(2) as counted:
        async with atomic():
            await Counted.objects.all()
            await Counted.objects.count()
    assert counted.statements[0].startswith("SELECT")
    async with assert_statements(0):
        Counted.objects.filter(id=1).sql()
    with assert_statements(1):
        await Counted.objects.bulk_create([Counted(name="d"), Counted(name="e")])
    with assert_statements(1):
        Counted.objects.sync.count()


@pytest.mark.usefixtures("rows")
async def test_another_number_is_listed() -> None:
    """The message has the SQL, without values."""
    with pytest.raises(AssertionError) as found:
        async with assert_statements(1):
            await Counted.objects.filter(name="secret").all()
            await Counted.objects.filter(id=2).delete()
    lines = str(found.value).splitlines()
    assert lines[0] == "2 statements ran, and 1 should have:"
    assert lines[1].startswith('1. SELECT "statements_counted"."id"')
    assert lines[2] == '2. DELETE FROM "statements_counted" WHERE "statements_counted"."id" = ?'
    assert "secret" not in str(found.value)
    with pytest.raises(AssertionError, match=r"^0 statements ran, and 3 should have$"), assert_statements(3):
        pass
    with pytest.raises(AssertionError, match=r"^1 statement ran, and 0 should have:"), assert_statements(0):
        await Counted.objects.count()


@pytest.mark.usefixtures("rows")
async def test_only_those_of_the_block_count() -> None:
    """Of this task and of those that it starts, not of others; blocks inside blocks count too; an error of the code is its own."""

    async def other() -> None:
        for _ in range(20):
            await Counted.objects.count()

    running = asyncio.create_task(other())
    with assert_statements(3):
        with assert_statements(2):
            await asyncio.gather(Counted.objects.all(), Counted.objects.first())
        await asyncio.to_thread(Counted.objects.sync.count)
    await running
    with pytest.raises(KeyError), assert_statements(5):
        raise KeyError
    with pytest.raises(oxyde.OxydeError), assert_statements(1):
        await execute_raw("SELECT nothing FROM nowhere")
    assert issubclass(QueryCancelled, oxyde.OxydeError)


def test_a_number_is_needed() -> None:
    """And a block is entered once at a time."""
    for wrong in (-1, True, "2", None):
        with pytest.raises(TypeError, match="takes the number of statements"):
            assert_statements(wrong)  # type: ignore[arg-type] # wrong on purpose
    counted = assert_statements(0)
    with counted, pytest.raises(RuntimeError, match="entered already"):
        counted.__enter__()
    with counted:
        pass


@pytest.mark.usefixtures("rows")
async def test_repeated_statements_are_warned_of() -> None:
    """Once, with the line of the caller; other statements and other tasks count by themselves."""
    stop = events.warn_repeated(3)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for key in range(5):
                await Counted.objects.filter(id=key).first()
            await asyncio.gather(*[asyncio.create_task(Counted.objects.count()) for _ in range(5)])
        (warning,) = caught
        assert warning.filename == __file__
        assert "ran 3 times in one task" in str(warning.message)
        assert "join() or in_bulk()" in str(warning.message)
        assert 'WHERE "statements_counted"."id" = ?' in str(warning.message)
        await Counted.objects.filter(id=1).update(name="x")
        await Counted.objects.filter(id=2).update(name="x")
        with pytest.warns(RuntimeWarning, match="a bulk verb writes such rows at once"):
            await Counted.objects.filter(id=3).update(name="x")
        with pytest.warns(RuntimeWarning, match="ran 3 times") as found:
            await asyncio.to_thread(lambda: [Counted.objects.sync.filter(name=name).count() for name in "abc"])
        assert found[0].filename == __file__
    finally:
        stop()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for key in range(5):
            await Counted.objects.filter(id=key).exists()
    for wrong in (1, True, "3"):
        with pytest.raises(ValueError, match="an int of at least 2"):
            events.warn_repeated(wrong)  # type: ignore[arg-type] # wrong on purpose
