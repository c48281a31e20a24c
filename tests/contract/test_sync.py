"""Blocking verbs: inside a running loop, in threads, and with the same results as the awaited ones."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import oxyde
from oxyde import Field, Manager, Model, NotFoundError, QuerySet, db
from oxyde.exceptions import OxydeError
from tests.backends import Backend
from tests.models import Tag
from tests.tables import statements, table, tables


class Racks(QuerySet["Rack"]):
    """Querysets of our own."""

    def named(self, name: str) -> Racks:
        """Returns the racks of a name."""
        return self.filter(name=name)

    def delete(self, *, returning: bool = False, **route: Any) -> Any:
        """Only marks them as gone."""
        return self.update(gone=True, returning=returning, **route)


class Rack(Model):
    """Is marked, not deleted."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = ""
    gone: bool = False
    objects = Manager.from_queryset(Racks)()

    Meta = table("sync_rack")


class Hooked(Model):
    """Has an async hook."""

    id: int | None = Field(default=None, db_pk=True)

    async def pre_save(self, *, is_create: bool) -> None:
        """Cannot be awaited by a blocking verb."""

    Meta = table("sync_hooked")


async def test_every_verb_works_inside_a_running_loop(blog: Backend) -> None:
    """Nothing touches asyncio."""
    tags = Tag.objects.sync
    one = tags.create(name="a")
    assert [row.name for row in tags.bulk_create([{"name": "b"}, {"name": "c"}])] == ["b", "c"]
    chain = Tag.objects.order_by("name").sync
    assert [row.name for row in chain] == ["a", "b", "c"]
    assert (len(chain), bool(chain), one in chain, bool(chain.filter(name="z"))) == (3, True, True, False)
    assert (chain.first().name, chain.last().name, chain.get(name="b").name, chain.get_or_none(name="z")) == ("a", "c", "b", None)
    assert (chain.count(), chain.exists(), chain.max("name"), chain.min("id")) == (3, True, "c", one.id)
    assert chain.values_list("name", flat=True).all() == ["a", "b", "c"]
    assert tags.filter(name="b").update(name="bb") == 1
    assert tags.filter(name="bb").delete() == 1
    one.name = "new"
    assert oxyde.sync.save(one) is one
    assert oxyde.sync.refresh(one).name == "new"
    assert oxyde.sync.delete(one) == 1
    with pytest.raises(NotFoundError):
        oxyde.sync.refresh(one)
    assert oxyde.sync.execute_raw("SELECT name FROM blog_tag WHERE name = :n", {"n": "c"}) == [{"name": "c"}]
    assert await Tag.objects.count() == 1


def test_connecting_without_a_loop(backend: Backend) -> None:
    """``oxyde.connect`` registers, connects and closes; a second call replaces, closing twice is fine."""
    with oxyde.connect(backend.url) as connection:
        assert connection.connected
        assert connection.dialect == backend.dialect
        assert oxyde.sync.execute_raw("SELECT 1 AS a") == [{"a": 1}]
        again = oxyde.connect(backend.url)
        assert not connection.connected
        assert oxyde.sync.execute_raw("SELECT 1 AS a", client=again) == [{"a": 1}]
        again.close()
        again.close()
    with pytest.raises(oxyde.ConnectionNotFound):
        db.get_connection()


def test_threads(backend: Backend) -> None:
    """Many threads share a pool, and every one gets its own answers."""
    with oxyde.connect(backend.url), ThreadPoolExecutor(8) as pool:
        asked = list(range(100))
        found = pool.map(lambda number: oxyde.sync.execute_raw("SELECT 1 + :n AS n", {"n": number})[0]["n"], asked)
        assert list(found) == [number + 1 for number in asked]


def test_loops_one_after_another(backend: Backend) -> None:
    """A connection outlives the event loop that made it."""

    async def ask() -> object:
        return await oxyde.execute_raw("SELECT 1 AS a")

    asyncio.run(db.init(default=backend.url))
    for _ in range(3):
        assert asyncio.run(ask()) == [{"a": 1}]
    asyncio.run(db.close())


def test_loops_side_by_side(backend: Backend) -> None:
    """Loops of several threads use one pool."""
    with oxyde.connect(backend.url):
        found: list[object] = []

        def work() -> None:
            async def ask() -> None:
                found.extend(await asyncio.gather(*(oxyde.execute_raw("SELECT 1 AS a") for _ in range(10))))

            asyncio.run(ask())

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [[{"a": 1}]] * 40


async def test_async_hooks(database: db.AsyncDatabase) -> None:
    """Are refused before any statement."""
    async with tables(Hooked):
        with statements() as sent:
            for act in (Hooked.objects.sync.create, lambda: oxyde.sync.save(Hooked())):
                with pytest.raises(TypeError, match=r"Hooked\.pre_save is async"):
                    act()
        assert sent == []
        await Hooked.objects.create()


async def test_a_verb_that_would_wait_for_its_own_loop(blog: Backend) -> None:
    """Raises at once instead of waiting for ever."""
    inside, leave = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with oxyde.atomic():
            inside.set()
            await leave.wait()

    async with oxyde.atomic():
        task = asyncio.create_task(hold())
        await inside.wait()
        with pytest.raises(OxydeError, match="await the verb instead"):
            Tag.objects.sync.count()
        leave.set()
        await task
        assert Tag.objects.sync.count() == 0


async def test_a_write_that_its_own_loop_holds_up_is_refused_at_once(blog: Backend) -> None:
    """What it may wait for can only end when the loop runs, and the blocking call stops the loop."""
    holds, ends = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with oxyde.atomic():
            await Tag.objects.create(name="held")
            holds.set()
            await ends.wait()

    holder = asyncio.create_task(hold())
    await holds.wait()
    assert Tag.objects.sync.count() == 0
    with pytest.raises(OxydeError, match="await"):
        Tag.objects.sync.create(name="held")
    ends.set()
    await holder
    assert Tag.objects.sync.create(name="other").id
    assert await Tag.objects.count() == 2


async def test_querysets_of_your_own(backend: Backend) -> None:
    """Their methods run, and those that stand in for a verb do so under ``.sync`` too."""
    await db.init(default=backend.url)
    try:
        async with tables(Rack):
            racks = Rack.objects.sync
            racks.bulk_create([{"name": "y"}, {"name": "z"}])
            assert [row.name for row in racks.named("z")] == ["z"]
            assert racks.named("z").delete() == 1
            assert racks.filter(gone=True).values_list("name", flat=True).all() == ["z"]
            assert await Rack.objects.named("y").delete() == 1
            assert racks.filter(gone=True).count() == 2
    finally:
        await db.close()
