"""The public package of our name, version 0.8, by its documentation."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import uuid
from decimal import Decimal
from typing import Any

import pyarrow as pa
from data import AUTHORS, COMMENTS, MANY, POSTS, TAGS, author, comment, post, stock, tags_of, user

from oxyde import Count, Field, Model, Sum, db, execute_raw
from oxyde.db import transaction

COLUMN = "TIMESTAMPTZ" if any(argument.startswith("postgres") for argument in sys.argv) else None


class Peer(Model):
    """The large table."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    email: str
    nick: str | None = None
    age: int
    score: float
    active: bool
    created: dt.datetime = Field(db_type=COLUMN)
    balance: Decimal = Field(max_digits=12, decimal_places=2)
    uid: uuid.UUID

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer"


class PeerInsert(Peer):
    """The table that is inserted into."""

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_insert"


class PeerAuthor(Model):
    """Wrote posts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    email: str
    rating: float
    active: bool
    posts: list[PeerPost] = Field(db_reverse_fk="author")

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_author"


class PeerPost(Model):
    """Has an author, comments and tags."""

    id: int | None = Field(default=None, db_pk=True)
    title: str
    views: int
    score: float
    author: PeerAuthor | None = None
    comments: list[PeerComment] = Field(db_reverse_fk="post")
    tags: list[PeerTag] = Field(db_m2m=True, db_through="PeerPostTag")

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_post"


class PeerComment(Model):
    """Belongs to a post."""

    id: int | None = Field(default=None, db_pk=True)
    text: str
    post: PeerPost | None = None

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_comment"


class PeerTag(Model):
    """A word on posts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_tag"


class PeerPostTag(Model):
    """The junction."""

    id: int | None = Field(default=None, db_pk=True)
    post: PeerPost | None = None
    tag: PeerTag | None = None

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_post_tag"


class PeerStock(Model):
    """The table of bulk updates."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    count: int
    price: float

    class Meta:
        """Its name."""

        is_table = True
        table_name = "bench_peer_stock"


async def fill(model: Any, rows: list[dict[str, Any]]) -> None:
    """Inserts rows, as many at once as it can."""
    for start in range(0, len(rows), 3_000):
        await model.objects.bulk_create([model(**row) for row in rows[start : start + 3_000]])


async def prepare(url: str, rows: int) -> None:
    """Makes tables of its own, because its encodings are others."""
    await db.init(default=url)
    connection = await db.get_connection("default")
    for name in ("comment", "post_tag", "tag", "post", "author", "stock", "insert"):
        await execute_raw(f"DROP TABLE IF EXISTS bench_peer_{name}")
    await execute_raw("DROP TABLE IF EXISTS bench_peer")
    await db.create_tables(connection)
    for start in range(0, rows, 30_000):
        await fill(Peer, [user(number) for number in range(start, min(start + 30_000, rows))])
    await fill(PeerAuthor, [author(number) for number in range(1, AUTHORS + 1)])
    await fill(PeerPost, [post(number) for number in range(1, POSTS + 1)])
    await fill(PeerComment, [comment(number) for number in range(1, COMMENTS + 1)])
    await fill(PeerTag, [{"name": f"tag{number}"} for number in range(1, TAGS + 1)])
    await fill(PeerPostTag, [{"post_id": at, "tag_id": tag} for at in range(1, AUTHORS + 1) for tag in tags_of(at)])
    await fill(PeerStock, [{key: value for key, value in stock(number, 0).items() if key != "sku"} for number in range(MANY)])


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    new = [user(number) for number in range(MANY)]
    stocks: list[Any] = []
    turn = 0
    asyncio.run(prepare(url, rows))

    async def key() -> None:
        await Peer.objects.get(id=random.randint(1, rows))

    async def all_1k() -> None:
        assert len(await Peer.objects.filter(id__lte=1_000).all()) == 1_000

    async def all_100k() -> None:
        assert len(await Peer.objects.filter(id__lte=100_000).all()) == min(100_000, rows)

    async def join_1k() -> None:
        found = await PeerPost.objects.filter(id__lte=1_000).join("author").all()
        assert len(found) == 1_000
        assert found[-1].author.name

    async def prefetch_1k() -> None:
        found = await PeerAuthor.objects.prefetch("posts").all()
        assert len(found) == AUTHORS
        assert len(found[-1].posts) == 5

    async def nested_1k() -> None:
        found = await PeerAuthor.objects.prefetch("posts__comments").all()
        assert len(found) == AUTHORS
        assert len(found[-1].posts[-1].comments) == 2

    async def tags_1k() -> None:
        found = await PeerPost.objects.filter(id__lte=1_000).prefetch("tags").all()
        assert len(found) == 1_000
        assert len(found[-1].tags) == 3

    async def groups_1k() -> None:
        found = await PeerPost.objects.values("author_id").annotate(n=Count("id"), total=Sum("views")).group_by("author_id").all()
        assert len(found) == AUTHORS

    async def create_1k() -> None:
        async with transaction.atomic():
            for one in new[:1_000]:
                await PeerInsert.objects.create(**one)

    async def save_1k() -> None:
        found = await Peer.objects.filter(id__lte=1_000).all()
        async with transaction.atomic():
            for one in found:
                one.age = (one.age + 1) % 90
                await one.save()

    async def bulk_10k() -> None:
        for start in range(0, MANY, 2_500):
            await PeerInsert.objects.bulk_create([PeerInsert(**one) for one in new[start : start + 2_500]])

    async def bulk_update_10k() -> None:
        nonlocal turn, stocks
        turn += 1
        stocks = stocks or await PeerStock.objects.all()
        for one in stocks:
            one.count, one.price = one.id % 1_000 + turn, one.id / 4 + turn
        most = 500 if url.startswith("sqlite") else 2_500  # SQLite refuses its expression of more
        for start in range(0, MANY, most):
            await PeerStock.objects.bulk_update(stocks[start : start + most], ["count", "price"])

    async def arrow_1m() -> None:
        assert pa.Table.from_pylist(await Peer.objects.values().all()).num_rows == rows

    functions = [key, all_1k, all_100k, join_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, create_1k, save_1k, bulk_10k]
    functions += [bulk_update_10k, arrow_1m]
    return {function.__name__: function for function in functions}
