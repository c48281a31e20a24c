"""sqlite3 with one Pydantic call a result."""

from __future__ import annotations

import random
import sqlite3
from typing import Any

from contenders import by_hand
from contenders.by_hand import ALL, AUTHORS, COLLECTED, COMMENTS, GROUPS, JOINED, POSTS, TAGGED, USERS
from data import MANY
from data import user as fields


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=10000")
    new = [fields(number) for number in range(MANY)]
    turn = 0

    def fetch(sql: str, *values: Any) -> list[Any]:
        return connection.execute(sql, values).fetchall()

    def of_keys(sql: str, column: str, found: list[Any]) -> list[Any]:
        return fetch(f"{sql} WHERE {column} IN ({', '.join('?' * len(found))})", *[row[0] for row in found])

    def key() -> None:
        by_hand.user(fetch(USERS + " WHERE id = ?", random.randint(1, rows))[0])

    def all_1k() -> None:
        by_hand.users(fetch(USERS + " WHERE id <= ?", 1_000))

    def all_100k() -> None:
        by_hand.users(fetch(USERS + " WHERE id <= ?", 100_000))

    def join_1k() -> None:
        by_hand.joined(fetch(JOINED + " WHERE p.id <= ?", 1_000))

    def join_many_1k() -> None:
        by_hand.collected(fetch(COLLECTED))

    def prefetch_1k() -> None:
        authors = fetch(AUTHORS)
        by_hand.nested(authors, of_keys(POSTS, "author_id", authors))

    def nested_1k() -> None:
        authors = fetch(AUTHORS)
        posts = of_keys(POSTS, "author_id", authors)
        by_hand.nested(authors, posts, of_keys(COMMENTS, "post_id", posts))

    def tags_1k() -> None:
        posts = fetch(POSTS + " WHERE id <= ?", 1_000)
        by_hand.tagged(posts, of_keys(TAGGED, "j.post_id", posts))

    def groups_1k() -> None:
        names = ("author_id", "n", "views", "score")
        [dict(zip(names, row, strict=True)) for row in fetch(GROUPS)]

    def json_1k() -> None:
        ALL.dump_json(by_hand.users(fetch(USERS + " WHERE id <= ?", 1_000)))

    def bulk_10k() -> None:
        with connection:
            connection.executemany(
                "INSERT INTO bench_insert (name, email, nick, age, score, active, created, balance, uid) VALUES (?,?,?,?,?,?,?,?,?)",
                [(*list(one.values())[:6], str(one["created"]), str(one["balance"]), str(one["uid"])) for one in new],
            )

    def bulk_update_10k() -> None:
        nonlocal turn
        turn += 1
        with connection:
            given = [(count, price, sku) for sku, _, count, price in by_hand.stocks(turn, MANY)]
            connection.executemany("UPDATE bench_stock SET count = ?, price = ? WHERE sku = ?", given)

    def conflicts_10k() -> None:
        nonlocal turn
        turn += 1
        with connection:
            connection.execute("DELETE FROM bench_ware WHERE sku % 2 = 1")
        sql = (
            "INSERT INTO bench_ware (sku, name, count, price) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (sku) DO UPDATE SET name = excluded.name, count = excluded.count, price = excluded.price"
        )
        with connection:
            connection.executemany(sql, by_hand.stocks(turn, MANY))

    def load_1m() -> None:
        with connection:
            connection.execute("DELETE FROM bench_load")
            connection.executemany(
                "INSERT INTO bench_load (name, email, nick, age, score, active, created, balance, uid) VALUES (?,?,?,?,?,?,?,?,?)",
                connection.execute(USERS.replace("id, ", "", 1)),
            )

    def stream_1m() -> None:
        cursor, count = connection.execute(USERS), 0
        while found := by_hand.users(cursor.fetchmany(4_096)):
            for _ in found:
                count += 1
        assert count == rows

    functions = [key, all_1k, all_100k, join_1k, join_many_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, json_1k, bulk_10k]
    functions += [bulk_update_10k, conflicts_10k, load_1m, stream_1m]
    return {"key_sync": key, **{function.__name__: function for function in functions}}
