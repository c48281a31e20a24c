"""asyncpg with one Pydantic call a result, garbage collector on, as users run it."""

from __future__ import annotations

import random
from typing import Any

import asyncpg
from contenders import by_hand
from contenders.by_hand import ALL, AUTHORS, COLLECTED, COMMENTS, GROUPS, JOINED, POSTS, TAGGED, USERS
from data import MANY
from data import user as fields


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    pool: Any = None
    turn = 0
    new = [fields(number) for number in range(MANY)]

    async def fetch(sql: str, *values: Any) -> list[Any]:
        nonlocal pool
        if pool is None:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=10)
        return await pool.fetch(sql, *values)

    async def key() -> None:
        by_hand.user((await fetch(USERS + " WHERE id = $1", random.randint(1, rows)))[0])

    async def all_1k() -> None:
        by_hand.users(await fetch(USERS + " WHERE id <= $1", 1_000))

    async def all_100k() -> None:
        by_hand.users(await fetch(USERS + " WHERE id <= $1", 100_000))

    async def join_1k() -> None:
        by_hand.joined(await fetch(JOINED + " WHERE p.id <= $1", 1_000))

    async def join_many_1k() -> None:
        by_hand.collected(await fetch(COLLECTED))

    async def prefetch_1k() -> None:
        authors = await fetch(AUTHORS)
        by_hand.nested(authors, await fetch(POSTS + " WHERE author_id = ANY($1)", [row[0] for row in authors]))

    async def nested_1k() -> None:
        authors = await fetch(AUTHORS)
        posts = await fetch(POSTS + " WHERE author_id = ANY($1)", [row[0] for row in authors])
        by_hand.nested(authors, posts, await fetch(COMMENTS + " WHERE post_id = ANY($1)", [row[0] for row in posts]))

    async def tags_1k() -> None:
        posts = await fetch(POSTS + " WHERE id <= $1", 1_000)
        by_hand.tagged(posts, await fetch(TAGGED + " WHERE j.post_id = ANY($1)", [row[0] for row in posts]))

    async def groups_1k() -> None:
        names = ("author_id", "n", "views", "score")
        [dict(zip(names, row, strict=True)) for row in await fetch(GROUPS)]

    async def json_1k() -> None:
        ALL.dump_json(by_hand.users(await fetch(USERS + " WHERE id <= $1", 1_000)))

    async def bulk_10k() -> None:
        await fetch("SELECT 1")
        await pool.executemany(
            "INSERT INTO bench_insert (name, email, nick, age, score, active, created, balance, uid) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            [tuple(one.values()) for one in new],
        )

    async def bulk_update_10k() -> None:
        nonlocal turn
        turn += 1
        sku, _, count, price = zip(*by_hand.stocks(turn, MANY), strict=True)
        sql = (
            "UPDATE bench_stock s SET count = n.count, price = n.price "
            "FROM unnest($1::bigint[], $2::bigint[], $3::float8[]) n (sku, count, price) WHERE s.sku = n.sku"
        )
        await fetch(sql, sku, count, price)

    async def conflicts_10k() -> None:
        nonlocal turn
        turn += 1
        await fetch("DELETE FROM bench_ware WHERE sku % 2 = 1")
        sql = (
            "INSERT INTO bench_ware (sku, name, count, price) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::float8[]) "
            "ON CONFLICT (sku) DO UPDATE SET name = excluded.name, count = excluded.count, price = excluded.price"
        )
        await fetch(sql, *zip(*by_hand.stocks(turn, MANY), strict=True))

    async def stream_1m() -> None:
        await fetch("SELECT 1")
        count = 0
        async with pool.acquire() as connection, connection.transaction():
            cursor = await connection.cursor(USERS)
            while found := by_hand.users(await cursor.fetch(4_096)):
                for _ in found:
                    count += 1
        assert count == rows

    functions = [key, all_1k, all_100k, join_1k, join_many_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, json_1k, bulk_10k]
    functions += [bulk_update_10k, conflicts_10k, stream_1m]
    return {function.__name__: function for function in functions}
