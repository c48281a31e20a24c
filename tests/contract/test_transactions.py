"""Work that happens as a whole or not at all, on every backend."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

import oxyde
from oxyde import UniqueViolationError, UnsupportedError, atomic, db, execute_raw, on_commit
from oxyde.exceptions import OxydeError, TransactionBroken, TransactionTimeoutError
from tests.backends import Backend
from tests.models import Tag
from tests.tables import statements


class Stop(Exception):
    """Leaves a block."""


async def names() -> list[str]:
    """Returns the names of all tags."""
    return await Tag.objects.order_by("id").values_list("name", flat=True).all()


async def test_a_block_commits(blog: Backend) -> None:
    """What happened inside is there afterwards, and is seen inside before."""
    async with atomic() as block:
        await Tag.objects.create(name="a")
        assert await names() == ["a"]
        assert "open" in repr(block)
    assert await names() == ["a"]
    assert "closed" in repr(block)


async def test_an_error_rolls_back(blog: Backend) -> None:
    """The error goes on its way, and nothing stays."""
    with pytest.raises(Stop):
        async with atomic():
            await Tag.objects.create(name="a")
            raise Stop
    assert await names() == []


async def test_rolling_back_without_an_error(blog: Backend) -> None:
    """``set_rollback`` undoes the block quietly."""
    async with atomic() as block:
        await Tag.objects.create(name="a")
        block.set_rollback()
    assert await names() == []


async def test_savepoints(blog: Backend) -> None:
    """A nested block is undone alone, however deep."""
    async with atomic():
        await Tag.objects.create(name="a")
        with pytest.raises(Stop):
            async with atomic():
                await Tag.objects.create(name="b")
                async with atomic():
                    await Tag.objects.create(name="c")
                raise Stop
        async with atomic():
            await Tag.objects.create(name="d")
        assert await names() == ["a", "d"]
    assert await names() == ["a", "d"]


async def test_an_outer_error_undoes_inner_blocks(blog: Backend) -> None:
    """A savepoint that was kept goes with the transaction."""
    with pytest.raises(Stop):
        async with atomic():
            async with atomic():
                await Tag.objects.create(name="a")
            raise Stop
    assert await names() == []


async def test_a_caught_error_breaks_the_block(blog: Backend) -> None:
    """Further work is refused until the block ends, on every database, and the block does not commit."""
    await Tag.objects.create(name="a")
    with pytest.raises(TransactionBroken, match="caught inside"):
        async with atomic():
            await Tag.objects.create(name="b")
            with pytest.raises(UniqueViolationError):
                await Tag.objects.create(name="a")
            with pytest.raises(TransactionBroken):
                await Tag.objects.create(name="c")
            with pytest.raises(TransactionBroken):
                await names()
    assert await names() == ["a"]
    await Tag.objects.create(name="d")


async def test_a_broken_block_may_be_left_by_an_error(blog: Backend) -> None:
    """It raises only if it was to commit."""
    await Tag.objects.create(name="a")
    with pytest.raises(Stop):
        async with atomic():
            with pytest.raises(UniqueViolationError):
                await Tag.objects.create(name="a")
            raise Stop


async def test_an_error_caught_around_a_savepoint(blog: Backend) -> None:
    """The rest of the transaction goes on."""
    async with atomic():
        await Tag.objects.create(name="a")
        with pytest.raises(UniqueViolationError):
            async with atomic():
                await Tag.objects.create(name="a")
        await Tag.objects.create(name="b")
    assert await names() == ["a", "b"]


async def test_functions_after_the_end(blog: Backend) -> None:
    """``on_commit`` and ``on_rollback`` run once the outermost block has ended, plain or async, in order."""
    called: list[str] = []

    async def later() -> None:
        called.append(f"async {await Tag.objects.count()}")

    async with atomic() as block:
        await Tag.objects.create(name="a")
        async with atomic() as inner:
            inner.on_commit(lambda: called.append("inner"))
        block.on_commit(later)
        on_commit(lambda: called.append("module"))
        block.on_rollback(lambda: called.append("never"))
        assert called == []
    assert called == ["inner", "async 1", "module"]
    called.clear()
    with pytest.raises(Stop):
        async with atomic() as block:
            block.on_commit(lambda: called.append("never"))
            async with atomic() as inner:
                inner.on_rollback(lambda: called.append("undone"))
            raise Stop
    assert called == ["undone"]
    on_commit(lambda: called.append("now"))
    assert called == ["undone", "now"]


async def test_a_decorator(blog: Backend) -> None:
    """Each call is a block of its own."""

    @atomic()
    async def add(name: str, *, fail: bool = False) -> str:
        await Tag.objects.create(name=name)
        if fail:
            raise Stop
        return name

    assert await add("a") == "a"
    with pytest.raises(Stop):
        await add("b", fail=True)
    await add("c")
    assert await names() == ["a", "c"]
    with pytest.raises(TypeError, match="decorates async functions"):
        atomic()(lambda: None)


async def test_a_decorator_without_brackets(blog: Backend) -> None:
    """``@atomic`` is ``@atomic()``, for async functions and for plain ones."""

    @atomic
    async def add(name: str) -> str:
        """Adds one."""
        await Tag.objects.create(name=name)
        if name == "b":
            raise Stop
        return name

    @oxyde.sync.atomic
    def add_now(name: str) -> str:
        Tag.objects.sync.create(name=name)
        if name == "d":
            raise Stop
        return name

    assert await add("a") == "a"
    assert (add.__name__, add.__doc__) == ("add", "Adds one.")
    with pytest.raises(Stop):
        await add("b")
    assert add_now("c") == "c"
    with pytest.raises(Stop):
        add_now("d")
    assert await names() == ["a", "c"]


async def test_tasks_take_part(blog: Backend) -> None:
    """Work of ``gather``, ``wait_for`` and tasks started inside is in the transaction, one statement at a time."""
    with pytest.raises(Stop):
        async with atomic():
            await asyncio.gather(*(Tag.objects.create(name=f"g{number}") for number in range(10)))
            await asyncio.wait_for(Tag.objects.create(name="w"), 30)
            await asyncio.create_task(Tag.objects.create(name="t"))
            assert await Tag.objects.count() == 12
            raise Stop
    assert await Tag.objects.count() == 0


async def test_nested_blocks_of_tasks_take_turns(blog: Backend) -> None:
    """Savepoints of tasks never interleave: each is kept or undone by itself."""

    async def add(number: int) -> None:
        try:
            async with atomic():
                await Tag.objects.create(name=f"n{number}")
                await asyncio.sleep(0)
                if number % 2:
                    raise Stop
        except Stop:
            pass

    async with atomic():
        await asyncio.gather(*(add(number) for number in range(6)))
    assert sorted(await names()) == ["n0", "n2", "n4"]


async def test_a_task_that_outlives_its_block(blog: Backend) -> None:
    """Its next statement raises instead of running somewhere else."""
    gate = asyncio.Event()

    async def late() -> None:
        await gate.wait()
        await Tag.objects.create(name="late")

    async with atomic():
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    gate.set()
    with pytest.raises(TransactionBroken, match="on_commit"):
        await task
    assert await names() == []


async def test_other_work_is_outside(blog: Backend) -> None:
    """A task that was there before the block does not see what it has not committed."""
    inside, outside = asyncio.Event(), asyncio.Event()

    async def other() -> int:
        await inside.wait()
        found = await Tag.objects.count()
        outside.set()
        return found

    task = asyncio.create_task(other())
    async with atomic():
        await Tag.objects.create(name="a")
        inside.set()
        await asyncio.wait_for(outside.wait(), 30)
    assert await task == 0


async def test_readers_that_write_do_not_deadlock(blog: Backend) -> None:
    """Blocks that read, then write, take turns on SQLite, because they take the write lock at their start; none is lost."""
    tag = await Tag.objects.create(name="0")

    async def count_up() -> None:
        async with atomic():
            if blog.dialect == "sqlite":
                row = await Tag.objects.get(id=tag.id)
                await Tag.objects.filter(id=tag.id).update(name=str(int(row.name) + 1))
            else:
                await oxyde.execute_raw("SELECT name FROM blog_tag WHERE id = :id FOR UPDATE", {"id": tag.id})
                row = await Tag.objects.get(id=tag.id)
                await Tag.objects.filter(id=tag.id).update(name=str(int(row.name) + 1))

    await asyncio.gather(*(count_up() for _ in range(8)))
    assert await names() == ["8"]


async def test_options(blog: Backend) -> None:
    """Isolation and read-only reach the server; durable refuses to be nested; they belong to the outermost block."""
    async with atomic(isolation="serializable"):
        await Tag.objects.create(name="a")
    with pytest.raises(OxydeError) as caught:
        async with atomic(read_only=True):
            assert await names() == ["a"]
            await Tag.objects.create(name="b")
    assert not isinstance(caught.value, TransactionBroken)
    async with atomic():
        with pytest.raises(OxydeError, match="durable"):
            async with atomic(durable=True):
                pass
        with pytest.raises(OxydeError, match="outermost"):
            async with atomic(isolation="serializable"):
                pass
    with pytest.raises(ValueError, match="isolation"):
        atomic(isolation="perfect")
    assert await names() == ["a"]


async def test_a_transaction_that_takes_too_long(blog: Backend) -> None:
    """Is rolled back; the error is a TimeoutError too."""
    with pytest.raises(TransactionTimeoutError) as caught:
        async with atomic(timeout=0.2):
            await Tag.objects.create(name="a")
            await asyncio.sleep(0.6)
            await Tag.objects.create(name="b")
    assert isinstance(caught.value, TimeoutError)
    assert await names() == []


async def test_connections_and_blocks_as_clients(blog: Backend) -> None:
    """``client=`` names the transaction's connection by its block, or by the database it is open on."""
    async with db.connect(blog.url, name="second") as second, atomic(using="second") as block:
        await Tag.objects.create(name="a", client=block)
        await Tag.objects.create(name="b", using="second")
        await Tag.objects.create(name="c", client=second)
        assert await Tag.objects.count(client=block) == 3
        if blog.dialect != "sqlite":
            assert await Tag.objects.count() == 0
        block.set_rollback()
    assert await names() == []


async def test_the_blocking_twin(blog: Backend) -> None:
    """``oxyde.sync.atomic`` does the same inside a running loop, and joins nothing of other threads."""
    with oxyde.sync.atomic():
        Tag.objects.sync.create(name="a")
        with pytest.raises(Stop), oxyde.sync.atomic():
            Tag.objects.sync.create(name="b")
            raise Stop
    with pytest.raises(Stop), oxyde.sync.atomic():
        Tag.objects.sync.create(name="c")
        raise Stop
    assert await names() == ["a"]
    with pytest.raises(TypeError, match="is async"), oxyde.sync.atomic() as block:
        block.on_commit(names)
    found: list[Any] = []

    @oxyde.sync.atomic()
    def count() -> None:
        found.append(Tag.objects.sync.count())

    thread = threading.Thread(target=count)
    thread.start()
    thread.join()
    assert found == [1]


async def test_a_blocking_verb_joins_the_block_of_its_context(blog: Backend) -> None:
    """A ``.sync`` verb inside an async block is part of it."""
    with pytest.raises(Stop):
        async with atomic():
            Tag.objects.sync.create(name="a")
            assert await names() == ["a"]
            raise Stop
    assert await names() == []


async def test_a_cancelled_block_rolls_back(blog: Backend) -> None:
    """Cancelling a task inside its block undoes it, and the connection is good."""
    started = asyncio.Event()

    async def work() -> None:
        async with atomic():
            await Tag.objects.create(name="a")
            started.set()
            await asyncio.sleep(30)

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await names() == []
    await Tag.objects.create(name="b")


@pytest.mark.parametrize(
    "sql",
    ["BEGIN", "START TRANSACTION", "SAVEPOINT a", "COMMIT", "ROLLBACK", "ROLLBACK TO SAVEPOINT a", "END", "-- why\nBEGIN", "/* a */ begin"],
)
async def test_raw_transactions_are_refused(blog: Backend, sql: str) -> None:
    """Outside a block they would act on a connection that nobody holds; the remedy is named, and nothing was sent."""
    with statements() as sent:
        with pytest.raises(UnsupportedError, match=r"any free connection .* use `async with db\.atomic\(\):`"):
            await execute_raw(sql)
        with pytest.raises(UnsupportedError, match=r"`with oxyde\.sync\.atomic\(\):`"):
            oxyde.sync.execute_raw(sql, using="default")
    assert sent == []


async def test_raw_savepoints_in_a_block(blog: Backend) -> None:
    """Inside a block they act on its connection."""
    async with atomic():
        await Tag.objects.create(name="a")
        await execute_raw("SAVEPOINT a")
        await Tag.objects.create(name="b")
        await execute_raw("ROLLBACK TO SAVEPOINT a")
    assert await names() == ["a"]
