"""Locks on rows: who holds them, who waits, and what leaves them out; on SQLite they are refused by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from oxyde import AsyncDatabase, F, Field, FieldError, LockTimeoutError, Model, UnsupportedError, atomic, db


class Rack(Model):
    """Where jobs are."""

    id: int = Field(db_pk=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "lock_rack"


class Job(Model):
    """Work in a queue."""

    id: int = Field(db_pk=True)
    done: bool = False
    rack: Rack | None = Field(default=None, db_on_delete="CASCADE")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "lock_job"


@pytest.fixture
async def jobs(database: AsyncDatabase) -> AsyncIterator[AsyncDatabase]:
    """Five jobs on a rack."""
    await db.drop_tables(models=[Job, Rack], if_exists=True)
    await db.create_tables(models=[Rack, Job])
    await Rack.objects.create(id=1)
    await Job.objects.bulk_create([{"id": number, "rack_id": 1} for number in range(1, 6)])
    yield database
    await db.drop_tables(models=[Job, Rack])


async def taken(count: int) -> list[int]:
    """Takes jobs from the queue in a task of its own, on another connection."""
    waiting = Job.objects.filter(done=False).order_by("id").limit(count).for_update(skip_locked=True)
    return sorted(job.id for job in await waiting.update(done=True, returning=True))


async def elsewhere(verb: object) -> object:
    """Runs a verb on another connection: in a task that inherits no block."""
    import contextvars

    return await asyncio.get_running_loop().create_task(verb, context=contextvars.Context())  # type: ignore[call-overload] # 3.11


async def test_skipped(jobs: AsyncDatabase) -> None:
    """A worker is given no row that another one holds, and in one statement where the server allows."""
    if jobs.dialect == "sqlite":
        with pytest.raises(UnsupportedError, match="row locks"):
            await taken(2)
        return
    async with atomic():
        held = await Job.objects.filter(id__in=[1, 3]).for_update().all()
        assert [job.id for job in held] == [1, 3]
        assert await elsewhere(taken(2)) == [2, 4]
        assert await elsewhere(taken(2)) == [5]
    assert await taken(9) == [1, 3]


async def test_nowait(jobs: AsyncDatabase) -> None:
    """A row that somebody else holds is an error at once."""
    if jobs.dialect == "sqlite":
        pytest.skip("refused, see above")

    async def read() -> None:
        async with atomic():
            await Job.objects.for_update(nowait=True).get(id=1)

    async with atomic():
        await Job.objects.for_update().get(id=1)
        with pytest.raises(LockTimeoutError):
            await elsewhere(read())
    await read()


async def test_shared(jobs: AsyncDatabase) -> None:
    """Several may share a row, and nobody change it meanwhile."""
    if jobs.dialect == "sqlite":
        pytest.skip("refused, see above")

    async def share() -> int:
        async with atomic():
            return (await Job.objects.for_share(nowait=True).get(id=1)).id

    async def change() -> int:
        async with atomic():
            return (await Job.objects.for_update(nowait=True).get(id=1)).id

    async with atomic():
        await Job.objects.for_share().get(id=1)
        assert await elsewhere(share()) == 1
        with pytest.raises(LockTimeoutError):
            await elsewhere(change())


async def test_of_a_join(jobs: AsyncDatabase) -> None:
    """The own rows, those of a joined table, or both."""
    if jobs.dialect == "sqlite":
        pytest.skip("refused, see above")
    if jobs.dialect == "mariadb":
        async with atomic():
            with pytest.raises(UnsupportedError, match="locks on some tables of a join"):
                await Job.objects.join("rack").for_update().get(id=1)
        return

    async def rack() -> None:
        async with atomic():
            await Rack.objects.for_update(nowait=True).get(id=1)

    async with atomic():
        assert (await Job.objects.join("rack").for_update().get(id=1)).rack.id == 1  # type: ignore[union-attr] # there is one
        await elsewhere(rack())
    async with atomic():
        with pytest.raises(FieldError, match=r'"rack" is not joined by this query.*add'):
            await Job.objects.filter(done=False).for_update(of="rack").all()


async def test_outside_a_block(jobs: AsyncDatabase) -> None:
    """Locks that would end with their statement are refused, before anything is sent; those of a change are not."""
    for query in (Job.objects.for_update(), Job.objects.for_share()):
        for verb in (query.all, query.first, query.last):
            with pytest.raises(FieldError, match=r"lock rows until the transaction ends.*atomic\(\)"):
                await verb()
        with pytest.raises(FieldError, match="lock rows until the transaction ends"):
            await query.get(id=1)
        assert await query.count() == 5
        assert await query.exists()
        assert await query.max("id") == 5
    if jobs.dialect != "sqlite":
        assert await Job.objects.filter(id=1).for_update().update(done=True) == 1


async def test_what_cannot_be_locked(jobs: AsyncDatabase) -> None:
    """Rows that stand for several, or come from several queries; frames."""
    async with atomic():
        with pytest.raises(FieldError, match=r"distinct\(\) rows stand for several"):
            await Job.objects.values("done").distinct().for_update().all()
    for lock in (Job.objects.for_update(), Job.objects.for_share()):
        with pytest.raises(FieldError, match="rows that are not locked"):
            Job.objects.filter(id=1).union(lock)
        with pytest.raises(UnsupportedError, match="a frame is read without"):
            await lock.to_polars()
    with pytest.raises(FieldError, match="come from several queries"):
        Job.objects.filter(id=1).union(Job.objects.filter(id=2)).for_update()
    with pytest.raises(ValueError, match="choose one"):
        Job.objects.for_update(nowait=True, skip_locked=True)
    with pytest.raises(ValueError, match="locks nothing"):
        Job.objects.for_update(of=())
    with pytest.raises(TypeError, match='takes "self" and the paths'):
        Job.objects.for_update(of=(F("id"),))  # type: ignore[arg-type] # planted
