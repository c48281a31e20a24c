"""asyncmy with one Pydantic call a result."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlsplit

import asyncmy
import asyncmy.cursors
from contenders import by_hand
from contenders.by_hand import ALL, AUTHORS, COLLECTED, COMMENTS, GROUPS, JOINED, POSTS, TAGGED, USERS
from data import MANY
from data import user as fields


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    connection: Any = None
    turn = 0
    new = [fields(number) for number in range(MANY)]
    place = urlsplit(url)

    async def connect() -> Any:
        return await asyncmy.connect(
            host=place.hostname,
            port=place.port or 3306,
            user=place.username,
            password=place.password or "",
            db=place.path[1:],
            autocommit=True,
        )

    async def cursor() -> Any:
        nonlocal connection
        if connection is None:
            connection = await connect()
        return connection.cursor()

    async def fetch(sql: str, *values: Any) -> Any:
        async with await cursor() as reading:
            await reading.execute(sql, values or None)
            return await reading.fetchall()

    async def many(sql: str, given: list[tuple[Any, ...]]) -> None:
        async with await cursor() as writing:
            await connection.begin()
            await writing.executemany(sql, given)
            await connection.commit()

    async def of_keys(sql: str, column: str, found: Any) -> Any:
        return await fetch(f"{sql} WHERE {column} IN ({', '.join(['%s'] * len(found))})", *[row[0] for row in found])

    async def key() -> None:
        by_hand.user((await fetch(USERS + " WHERE id = %s", random.randint(1, rows)))[0])

    async def all_1k() -> None:
        by_hand.users(await fetch(USERS + " WHERE id <= %s", 1_000))

    async def all_100k() -> None:
        by_hand.users(await fetch(USERS + " WHERE id <= %s", 100_000))

    async def join_1k() -> None:
        by_hand.joined(await fetch(JOINED + " WHERE p.id <= %s", 1_000))

    async def join_many_1k() -> None:
        by_hand.collected(await fetch(COLLECTED))

    async def prefetch_1k() -> None:
        authors = await fetch(AUTHORS)
        by_hand.nested(authors, await of_keys(POSTS, "author_id", authors))

    async def nested_1k() -> None:
        authors = await fetch(AUTHORS)
        posts = await of_keys(POSTS, "author_id", authors)
        by_hand.nested(authors, posts, await of_keys(COMMENTS, "post_id", posts))

    async def tags_1k() -> None:
        posts = await fetch(POSTS + " WHERE id <= %s", 1_000)
        by_hand.tagged(posts, await of_keys(TAGGED, "j.post_id", posts))

    async def groups_1k() -> None:
        names = ("author_id", "n", "views", "score")
        [dict(zip(names, row, strict=True)) for row in await fetch(GROUPS)]

    async def json_1k() -> None:
        ALL.dump_json(by_hand.users(await fetch(USERS + " WHERE id <= %s", 1_000)))

    async def bulk_10k() -> None:
        await many(
            "INSERT INTO bench_insert (name, email, nick, age, score, active, created, balance, uid) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            [(*list(one.values())[:8], str(one["uid"])) for one in new],
        )

    async def bulk_update_10k() -> None:
        nonlocal turn
        turn += 1
        given = [(count, price, sku) for sku, _, count, price in by_hand.stocks(turn, MANY)]
        await many("UPDATE bench_stock SET count = %s, price = %s WHERE sku = %s", given)

    async def conflicts_10k() -> None:
        nonlocal turn
        turn += 1
        await fetch("DELETE FROM bench_ware WHERE sku % 2 = 1")
        sql = (
            "INSERT INTO bench_ware (sku, name, count, price) VALUES (%s, %s, %s, %s) "
            "ON DUPLICATE KEY UPDATE name = VALUES(name), count = VALUES(count), price = VALUES(price)"
        )
        await many(sql, by_hand.stocks(turn, MANY))

    async def stream_1m() -> None:
        count = 0
        async with await connect() as streaming, streaming.cursor(asyncmy.cursors.SSCursor) as reading:
            await reading.execute(USERS)
            while found := by_hand.users(await reading.fetchmany(4_096)):
                for _ in found:
                    count += 1
        assert count == rows

    functions = [key, all_1k, all_100k, join_1k, join_many_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, json_1k, bulk_10k]
    functions += [bulk_update_10k, conflicts_10k, stream_1m]
    return {function.__name__: function for function in functions}
