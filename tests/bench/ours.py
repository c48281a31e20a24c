"""Our contender: makes the tables and fills them."""

from __future__ import annotations

import asyncio
import random
import sys
import uuid
from decimal import Decimal
from typing import Any

from data import AUTHORS, COMMENTS, MANY, POSTS, TAGS, author, comment, post, stock, tags_of, user
from loop import serve
from pydantic import AwareDatetime

import oxyde
from oxyde import Field, Model, atomic, db, execute_raw


class User(Model):
    """The large table."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    email: str
    nick: str | None = None
    age: int
    score: float
    active: bool
    created: AwareDatetime
    balance: Decimal = Field(max_digits=12, decimal_places=2)
    uid: uuid.UUID

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_user"


class Insert(User):
    """The table that is inserted into."""

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_insert"


class Load(User):
    """The table that is loaded."""

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_load"


class Author(Model):
    """Wrote posts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    email: str
    rating: float
    active: bool
    posts: list[Post] = Field(db_reverse_fk="author")

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_author"


class Post(Model):
    """Has an author, comments and tags."""

    id: int | None = Field(default=None, db_pk=True)
    title: str
    views: int
    score: float
    author: Author = Field(db_index=True)
    comments: list[Comment] = Field(db_reverse_fk="post")
    tags: list[Tag] = Field(db_m2m=True, db_through="PostTag")

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_post"


class Comment(Model):
    """Belongs to a post."""

    id: int | None = Field(default=None, db_pk=True)
    text: str
    post: Post = Field(db_index=True)

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_comment"


class Tag(Model):
    """A word on posts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_tag"


class PostTag(Model):
    """The junction."""

    id: int | None = Field(default=None, db_pk=True)
    post: Post = Field(db_index=True)
    tag: Tag

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_post_tag"


class Stock(Model):
    """The table of bulk updates."""

    sku: int = Field(db_pk=True)
    name: str
    count: int
    price: float

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_stock"


class Ware(Stock):
    """The table of upserts."""

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_ware"


TABLES = [User, Insert, Load, Author, Post, Comment, Tag, PostTag, Stock, Ware]


async def prepare(url: str, rows: int, *, fill: bool) -> None:
    """Connects; makes the tables and fills them, unless another contender of ours has done so."""
    await db.init(default=url)
    if not fill:
        return
    await db.drop_tables(models=TABLES, if_exists=True)
    await db.create_tables(models=TABLES)
    for start in range(0, rows, 50_000):
        await User.objects.bulk_create([User(**user(number)) for number in range(start, min(start + 50_000, rows))])
    await Author.objects.bulk_create([author(number) for number in range(1, AUTHORS + 1)])
    await Post.objects.bulk_create([post(number) for number in range(1, POSTS + 1)])
    await Comment.objects.bulk_create([comment(number) for number in range(1, COMMENTS + 1)])
    await Tag.objects.bulk_create([{"name": f"tag{number}"} for number in range(1, TAGS + 1)])
    await PostTag.objects.bulk_create([{"post_id": at, "tag_id": tag} for at in range(1, AUTHORS + 1) for tag in tags_of(at)])
    await Stock.objects.bulk_create([stock(number, 0) for number in range(MANY)])
    if not url.startswith("sqlite"):
        await execute_raw(
            "ANALYZE" if url.startswith("postgres") else "ANALYZE TABLE bench_user, bench_post, bench_comment, bench_post_tag"
        )


def main() -> None:
    """Serves operations."""
    url, rows = sys.argv[1], int(sys.argv[2])
    asyncio.run(prepare(url, rows, fill="--filled" not in sys.argv))
    new = [user(number) for number in range(MANY)]
    stocks = [Stock(**stock(number, 0)) for number in range(MANY)]
    users, sync = User.objects, User.objects.sync
    turn = 0
    loaded: Any = None

    async def key() -> None:
        await users.get(id=random.randint(1, rows))

    def key_sync() -> None:
        sync.get(id=random.randint(1, rows))

    async def all_1k() -> None:
        assert len(await users.filter(id__lte=1_000).all()) == 1_000

    async def all_100k() -> None:
        assert len(await users.filter(id__lte=100_000).all()) == min(100_000, rows)

    async def join_1k() -> None:
        found = await Post.objects.filter(id__lte=1_000).join("author").all()
        assert len(found) == 1_000
        assert found[-1].author.id

    async def join_many_1k() -> None:
        found = await Author.objects.join("posts").all()
        assert len(found) == AUTHORS
        assert len(found[-1].posts) == 5

    async def prefetch_1k() -> None:
        found = await Author.objects.prefetch("posts").all()
        assert len(found) == AUTHORS
        assert len(found[-1].posts) == 5

    async def nested_1k() -> None:
        found = await Author.objects.prefetch("posts__comments").all()
        assert len(found) == AUTHORS
        assert len(found[-1].posts[-1].comments) == 2

    async def tags_1k() -> None:
        found = await Post.objects.filter(id__lte=1_000).prefetch("tags").all()
        assert len(found) == 1_000
        assert len(found[-1].tags) == 3

    async def groups_1k() -> None:
        found = await Post.objects.values("author_id").annotate(n=oxyde.Count(), total=oxyde.Sum("views"), mean=oxyde.Avg("score")).all()
        assert len(found) == AUTHORS
        assert found[0]["n"] == 5

    async def json_1k() -> None:
        assert len(await users.filter(id__lte=1_000).json()) > 100_000

    async def create_1k() -> None:
        async with atomic():
            for fields in new[:1_000]:
                await Insert.objects.create(**fields)

    async def save_1k() -> None:
        found = await users.filter(id__lte=1_000).all()
        async with atomic():
            for one in found:
                one.age = (one.age + 1) % 90
                await one.save()

    async def bulk_10k() -> None:
        await Insert.objects.bulk_create([Insert(**fields) for fields in new])

    async def bulk_update_10k() -> None:
        nonlocal turn
        turn += 1
        for one in stocks:
            one.count, one.price = one.sku % 1_000 + turn, one.sku / 4 + turn
        assert await Stock.objects.bulk_update(stocks, ["count", "price"]) == MANY

    async def wares() -> list[dict[str, Any]]:
        nonlocal turn
        turn += 1
        await execute_raw("DELETE FROM bench_ware WHERE sku % 2 = 1")
        return [stock(number, turn) for number in range(MANY)]

    async def conflicts_10k() -> None:
        given = await wares()
        await Ware.objects.bulk_create(given, update_conflicts=True, unique_fields=["sku"], update_fields=["name", "count", "price"])

    async def upsert_10k() -> None:
        assert len(await Ware.objects.upsert(await wares(), on="sku")) == MANY

    async def arrow_1m() -> None:
        assert (await users.to_arrow()).num_rows == rows

    async def load_1m() -> None:
        nonlocal loaded
        if loaded is None:
            loaded = (await users.to_arrow()).drop_columns(["id"])
        await execute_raw("DELETE FROM bench_load" if url.startswith("sqlite") else "TRUNCATE TABLE bench_load")
        assert await Load.objects.load(loaded) == rows

    async def stream_1m() -> None:
        count = 0
        async for _ in users.stream():
            count += 1
        assert count == rows

    functions = [key, key_sync, all_1k, all_100k, join_1k, join_many_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, json_1k, create_1k]
    functions += [save_1k, bulk_10k, bulk_update_10k, conflicts_10k, upsert_10k, arrow_1m, load_1m, stream_1m]
    serve({function.__name__: function for function in functions})


if __name__ == "__main__":
    main()
