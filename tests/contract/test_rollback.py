"""After a rollback instances know that they were not written, so that the work can be done again."""

from __future__ import annotations

import datetime as dt

import pytest

import oxyde
from oxyde import Field, Model, UniqueViolationError, atomic
from tests.backends import Backend
from tests.models import Author, Post
from tests.tables import blocking_tables, table, tables


class Part(Model):
    """Has a key of the server's, a version and a time."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=30, db_unique=True)
    size: int = 0
    version: int = Field(default=0, db_version=True)
    made: dt.datetime | None = Field(default=None, auto_now_add=True)

    Meta = table("rollback_part")


class Stop(Exception):
    """Leaves a block."""


async def test_an_update_is_done_again(blog: Backend) -> None:
    """The value stays in memory, and counts as not written; the version is the row's."""
    async with tables(Part):
        part = await Part.objects.create(name="a")
        with pytest.raises(Stop):
            async with atomic():
                part.size = 2
                await part.save()
                part.name = "later"
                assert part.version == 1
                raise Stop
        assert (part.size, part.name, part.version) == (2, "later", 0)
        await part.save()
        stored = await Part.objects.get(id=part.id)
        assert (stored.size, stored.name, stored.version) == (2, "later", 1)


async def test_what_was_read_again_is_taken_back(blog: Backend) -> None:
    """With the relation that it dropped: the row that was read is none; what is assigned later is told from the row as it is."""
    async with tables(Part):
        part = await Part.objects.create(name="a")
        with pytest.raises(Stop):
            async with atomic():
                await Part.objects.filter(id=part.id).update(name="b", size=9)
                await part.refresh()
                assert (part.name, part.size) == ("b", 9)
                raise Stop
        assert (part.name, part.size) == ("a", 0)
        part.name = "b"
        await part.save()
        assert await Part.objects.values_list("name", flat=True).all() == ["b"]
    one, two = await Author.objects.create(name="One", email="1"), await Author.objects.create(name="Two", email="2")
    post = await Post.objects.create(title="t", author=one)
    with pytest.raises(Stop):
        async with atomic():
            await Post.objects.filter(id=post.id).update(author=two)
            await post.refresh()
            assert post.author_id == two.id
            raise Stop
    assert (post.author_id, post.author) == (one.id, one)


async def test_an_insert_is_done_again(blog: Backend) -> None:
    """The key that was given and taken back is none."""
    async with tables(Part):
        part, other = Part(name="a"), Part(name="b")
        async with atomic() as block:
            await part.save()
            await Part.objects.bulk_create([other])
            part.size = 5
            block.set_rollback()
        assert (part.id, part.made, other.id, other.made, part.size) == (None, None, None, None, 5)
        assert "id" not in part.model_fields_set
        await Part.objects.create(name="between")
        await part.save()
        await other.save()
        assert sorted(await Part.objects.values_list("name", "size").all()) == [("a", 5), ("b", 0), ("between", 0)]


async def test_a_delete_is_done_again(blog: Backend) -> None:
    """The row is there, and the instance knows."""
    async with tables(Part):
        part = await Part.objects.create(name="a")
        with pytest.raises(Stop):
            async with atomic():
                assert await part.delete() == 1
                raise Stop
        part.size = 3
        await part.save()
        assert await Part.objects.values_list("size", flat=True).all() == [3]
        assert await part.delete() == 1
        assert await Part.objects.count() == 0


async def test_savepoints_take_back_what_is_theirs(blog: Backend) -> None:
    """What came before the savepoint stays written; what a kept savepoint wrote goes with the block around it."""
    async with tables(Part):
        first, second, third = (Part(name=name) for name in "abc")
        with pytest.raises(Stop):
            async with atomic():
                await first.save()
                with pytest.raises(Stop):
                    async with atomic():
                        first.size = 7
                        await first.save()
                        await second.save()
                        raise Stop
                assert (first.id is None, first.version, second.id) == (False, 0, None)
                await first.save()
                assert await Part.objects.values_list("name", "size").all() == [("a", 7)]
                async with atomic():
                    await third.save()
                raise Stop
        assert [part.id for part in (first, second, third)] == [None, None, None]
        await Part.objects.bulk_create([first, second, third])
        assert await Part.objects.order_by("name").values_list("name", "size", "version").all() == [("a", 7, 0), ("b", 0, 0), ("c", 0, 0)]


async def test_a_changed_key_is_the_old_one_again(blog: Backend) -> None:
    """The row still has the key from before."""
    async with tables(Part):
        part = await Part.objects.create(name="a")
        old = part.id
        with pytest.raises(Stop):
            async with atomic():
                part.id = 77
                await part.save()
                raise Stop
        assert part.id == 77
        await part.save()
        assert await Part.objects.values_list("id", flat=True).all() == [77] != [old]


async def test_a_bulk_insert_that_fails_gives_no_keys(blog: Backend) -> None:
    """Nothing is left behind, in the instances either."""
    async with tables(Part):
        await Part.objects.create(name="taken")
        parts = [Part(name=name) for name in ("one", "two", "taken")]
        with pytest.raises(UniqueViolationError):
            await Part.objects.bulk_create(parts, batch_size=1)
        assert [part.id for part in parts] == [None, None, None]
        parts[2].name = "three"
        await Part.objects.bulk_create(parts)
        assert await Part.objects.count() == 4


async def test_a_block_that_cannot_commit_takes_back_too(blog: Backend) -> None:
    """An error that was caught inside makes the block roll back at its end."""
    async with tables(Part):
        await Part.objects.create(name="taken")
        part = Part(name="a")
        with pytest.raises(oxyde.TransactionBroken):
            async with atomic():
                await part.save()
                with pytest.raises(UniqueViolationError):
                    await Part.objects.create(name="taken")
        assert part.id is None
        await part.save()
        assert await Part.objects.count() == 2


def test_blocking_code_takes_back_too(backend: Backend) -> None:
    """The blocking twin is no other."""
    with oxyde.connect(backend.url), blocking_tables(Part):
        part = Part(name="a")
        with pytest.raises(Stop), oxyde.sync.atomic():
            oxyde.sync.save(part)
            raise Stop
        assert part.id is None
        oxyde.sync.save(part)
        assert Part.objects.sync.get(name="a").id == part.id


async def test_what_is_committed_stays(blog: Backend) -> None:
    """Nothing is taken back from a block that commits, nor by a later one that does not."""
    async with tables(Part):
        part = Part(name="a")
        async with atomic():
            await part.save()
        key = part.id
        async with atomic() as block:
            part.size = 1
            block.set_rollback()
        assert (part.id, key is None) == (key, False)
        await part.save()
        assert await Part.objects.values_list("size", flat=True).all() == [1]


@pytest.mark.parametrize(("name", "remedy"), [("commit", "commits where its async with"), ("rollback", r"after set_rollback\(\)")])
async def test_a_block_ends_itself(database: oxyde.AsyncDatabase, name: str, remedy: str) -> None:
    """The verbs of other libraries are refused with what is written here."""
    async with oxyde.atomic() as block:
        with pytest.raises(AttributeError, match=remedy):
            getattr(block, name)
