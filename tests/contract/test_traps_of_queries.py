"""Wrong results that were measured in another data layer, one short test for each: queries, transactions and raw SQL."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from oxyde import F, Q, TransactionBroken, UniqueViolationError, atomic, db, execute_raw
from tests.backends import Backend
from tests.models import Author, Post
from tests.tables import statements


@pytest.fixture
async def six(blog: Backend) -> Backend:
    """Six posts, three of Ada's."""
    ada = await Author.objects.create(name="Ada", email="a@x", bio="bb")
    bob = await Author.objects.create(name="Bob", email="b@x")
    await Post.objects.bulk_create([{"title": f"P{n}", "views": n, "author": (bob, ada)[n % 2]} for n in range(6)])
    return blog


async def titles() -> list[str]:
    """Returns the titles that are left."""
    return await Post.objects.order_by("views").values_list("title", flat=True).all()


async def test_trap_07_a_limit_of_rows_to_change(six: Backend) -> None:
    """One of six is deleted, one is updated: those that the order says."""
    assert await Post.objects.order_by("-views").limit(1).delete() == 1
    assert await titles() == ["P0", "P1", "P2", "P3", "P4"]
    assert await Post.objects.order_by("views").limit(1).update(title="first") == 1
    assert await titles() == ["first", "P1", "P2", "P3", "P4"]


async def test_trap_08_exclude_keeps_nulls(six: Backend) -> None:
    """A row of which a condition is unknown is not excluded by it."""
    assert await Author.objects.exclude(bio="bb").values_list("name", flat=True).all() == ["Bob"]
    assert await Author.objects.filter(~Q(bio="bb")).count() == 1


async def test_trap_09_counts_and_slices(six: Backend) -> None:
    """count() and exists() are of the rows that all() returns, slices are those of lists."""
    posts = Post.objects.order_by("views")
    assert await posts.limit(2).count() == 2
    assert await Post.objects.values("author_id").distinct().count() == 2
    assert await Post.objects.filter(views=1).union(Post.objects.filter(views=2)).count() == 2
    assert await Post.objects.group_by("author_id").values("author_id").count() == 2
    assert not await posts.limit(0).exists()
    assert [post.views for post in await posts[2:5][0:1].all()] == [2]
    with pytest.raises((ValueError, TypeError), match="step"):
        posts[::2]


async def test_trap_18_tasks_inside_a_block_take_part_in_it(six: Backend) -> None:
    """What they write is rolled back with the block, and nobody waits for a lock."""
    with pytest.raises(RuntimeError):
        async with atomic():
            await Post.objects.create(title="own", views=10)
            await asyncio.gather(*(Post.objects.create(title=f"task {n}", views=20 + n) for n in range(3)))
            await asyncio.wait_for(Post.objects.create(title="waited for", views=30), 5)
            assert await Post.objects.count() == 11
            raise RuntimeError
    assert await Post.objects.count() == 6


async def test_trap_19_a_block_after_an_error(six: Backend) -> None:
    """What follows a swallowed error is refused by name on every database, and the block is rolled back."""
    with pytest.raises(TransactionBroken):
        async with atomic():
            await Post.objects.create(title="before")
            with pytest.raises(UniqueViolationError):
                await Author.objects.create(name="Eve", email="a@x")
            await Post.objects.create(title="after")
    assert await Post.objects.count() == 6


async def test_trap_20_an_offset_alone(six: Backend) -> None:
    """It needs no limit."""
    assert [post.views for post in await Post.objects.order_by("views").offset(4).all()] == [4, 5]


async def test_trap_21_writes_by_a_path(six: Backend) -> None:
    """update() and delete() take conditions of related rows."""
    assert await Post.objects.filter(author__name="Ada").update(views=F("views") + 10) == 3
    assert await Post.objects.exclude(author__name="Ada").delete() == 3
    assert await titles() == ["P1", "P3", "P5"]


async def test_trap_22_distinct_in_random_order(six: Backend) -> None:
    """Every row once, in any order."""
    assert sorted(await Post.objects.values_list("author__name", flat=True).distinct().order_by("?").all()) == ["Ada", "Bob"]
    assert len(await Post.objects.distinct().order_by("?").all()) == 6


async def test_trap_23_filters_select_nothing(six: Backend) -> None:
    """A condition of a related row adds none of its columns."""
    with statements() as sent:
        (post, *_) = await Post.objects.filter(author__name="Ada").all()
    (text,) = sent
    assert "bio" not in text
    assert "author" not in post.model_dump()


async def test_trap_24_columns_of_every_row(six: Backend) -> None:
    """Each row stores what it has, whichever comes first."""
    for rows in ([Post(title="1"), Post(title="2", views=50)], [Post(title="2", views=50), Post(title="1")]):
        made = await Post.objects.bulk_create(rows)
        stored = {post.title: post.views for post in await Post.objects.filter(id__in=[post.id for post in made]).all()}
        assert stored == {"1": 0, "2": 50} == {post.title: post.views for post in made}


async def test_trap_32_types_of_raw_parameters(database: db.AsyncDatabase) -> None:
    """None, numbers, moments and lists are bound as what they are."""
    if database.backend == "postgres":
        assert await execute_raw("SELECT n FROM generate_series(1, 3) AS t(n) WHERE n = ANY($1)", [[1, 2]]) == [{"n": 1}, {"n": 2}]
        assert await execute_raw("SELECT $1::timestamp AS at, $2::int AS n, $3::text AS t", [dt.datetime(2024, 1, 2), None, "x"]) == [
            {"at": dt.datetime(2024, 1, 2), "n": None, "t": "x"}
        ]
    numbers = "SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) t WHERE n IN :known AND n > :least"
    assert await execute_raw(numbers, {"known": [1, 2], "least": 1}) == [{"n": 2}]
    assert (await execute_raw("SELECT COALESCE(:nothing, 5) AS n", {"nothing": None}))[0]["n"] in {5, "5"}
