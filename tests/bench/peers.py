"""The peers' contenders; runs in an environment of their own."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sqlite3
import sys
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from loop import serve
from pydantic import BaseModel, Field, TypeAdapter

SQL = "SELECT id, name, email, nick, age, score, active, created, balance, uid FROM bench_user"


class Row(BaseModel):
    """What raw drivers validate into."""

    id: int
    name: str
    email: str
    nick: str | None
    age: int
    score: float
    active: bool
    created: dt.datetime
    balance: Decimal = Field(max_digits=12, decimal_places=2)
    uid: uuid.UUID


ROW, ROWS = TypeAdapter(Row), TypeAdapter(list[Row])


def fields(number: int) -> dict[str, Any]:
    """Returns the fields of one row, as our contender writes them."""
    return {
        "name": f"user number {number}",
        "email": f"user{number}@example.org",
        "nick": None if number % 3 else f"nick{number}",
        "age": number % 90,
        "score": number / 7,
        "active": number % 2 == 0,
        "created": dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc) + dt.timedelta(seconds=number, microseconds=number % 1000),
        "balance": Decimal(number % 100_000) / 100,
        "uid": uuid.UUID(int=(number << 64) | 0x1234),
    }


def oxyde08(url: str, rows: int) -> dict[str, Any]:
    """The public package."""
    import pyarrow as pa

    from oxyde import Field as Column
    from oxyde import Model, db
    from oxyde.db import transaction

    atomic = transaction.atomic

    class Peer(Model):
        id: int | None = Column(default=None, db_pk=True)
        name: str
        email: str
        nick: str | None = None
        age: int
        score: float
        active: bool
        created: dt.datetime = Column(db_type="TIMESTAMPTZ" if url.startswith("postgres") else None)
        balance: Decimal = Column(max_digits=12, decimal_places=2)
        uid: uuid.UUID

        class Meta:
            is_table = True
            table_name = "bench_peer"

    class PeerInsert(Peer):
        class Meta:
            is_table = True
            table_name = "bench_peer_insert"

    async def prepare() -> None:
        await db.init(default=url)
        connection = await db.get_connection("default")
        try:
            await db.drop_tables(connection)
        except Exception as error:  # noqa: BLE001 - there may be none
            print(error, file=sys.stderr)
        await db.create_tables(connection)
        for start in range(0, rows, 3_000):
            await Peer.objects.bulk_create([Peer(**fields(number)) for number in range(start, min(start + 3_000, rows))])

    started = asyncio.Event()
    new = [fields(number) for number in range(10_000)]

    async def ready() -> None:
        if not started.is_set():
            await prepare()
            started.set()

    async def key() -> None:
        await ready()
        await Peer.objects.get(id=random.randint(1, rows))

    async def all_1k() -> None:
        await ready()
        assert len(await Peer.objects.filter(id__lte=1_000).all()) == 1_000

    async def all_100k() -> None:
        await ready()
        assert len(await Peer.objects.filter(id__lte=100_000).all()) == min(100_000, rows)

    async def create_1k() -> None:
        await ready()
        async with atomic():
            for one in new[:1_000]:
                await PeerInsert.objects.create(**one)

    async def save_1k() -> None:
        await ready()
        found = await Peer.objects.filter(id__lte=1_000).all()
        async with atomic():
            for user in found:
                user.age = (user.age + 1) % 90
                await user.save()

    async def bulk_10k() -> None:
        await ready()
        for start in range(0, 10_000, 2_500):
            await PeerInsert.objects.bulk_create([PeerInsert(**one) for one in new[start : start + 2_500]])

    async def arrow_1m() -> None:
        await ready()
        assert pa.Table.from_pylist(await Peer.objects.values().all()).num_rows == rows

    return {
        "key": (key, 200),
        "all_1k": (all_1k, 5),
        "all_100k": (all_100k, 1),
        "create_1k": (create_1k, 1),
        "save_1k": (save_1k, 1),
        "bulk_10k": (bulk_10k, 1),
        "arrow_1m": (arrow_1m, 1),
    }


def raw_postgres(url: str, rows: int) -> dict[str, Any]:
    """asyncpg's pool with one Pydantic call a result, garbage collector on, as users run it."""
    import asyncpg

    pool: Any = None
    new = [fields(number) for number in range(10_000)]

    async def connected() -> Any:
        nonlocal pool
        if pool is None:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=10)
        return pool

    async def key() -> None:
        row = await (await connected()).fetchrow(SQL + " WHERE id = $1", random.randint(1, rows))
        ROW.validate_python(dict(row))

    async def all_1k() -> None:
        ROWS.validate_python([dict(row) for row in await (await connected()).fetch(SQL + " WHERE id <= $1", 1_000)])

    async def all_100k() -> None:
        ROWS.validate_python([dict(row) for row in await (await connected()).fetch(SQL + " WHERE id <= $1", 100_000)])

    async def bulk_10k() -> None:
        await (await connected()).executemany(
            "INSERT INTO bench_insert (name, email, nick, age, score, active, created, balance, uid) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            [tuple(one.values()) for one in new],
        )

    return {"key": (key, 200), "all_1k": (all_1k, 5), "all_100k": (all_100k, 1), "bulk_10k": (bulk_10k, 1)}


def raw_sqlite(url: str, rows: int) -> dict[str, Any]:
    """sqlite3 with one Pydantic call a result."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    names = tuple(Row.model_fields)
    new = [fields(number) for number in range(10_000)]

    def key() -> None:
        row = connection.execute(SQL + " WHERE id = ?", (random.randint(1, rows),)).fetchone()
        ROW.validate_python(dict(zip(names, row, strict=True)))

    def all_1k() -> None:
        found = connection.execute(SQL + " WHERE id <= 1000").fetchall()
        ROWS.validate_python([dict(zip(names, row, strict=True)) for row in found])

    def all_100k() -> None:
        found = connection.execute(SQL + " WHERE id <= 100000").fetchall()
        ROWS.validate_python([dict(zip(names, row, strict=True)) for row in found])

    def bulk_10k() -> None:
        with connection:
            connection.executemany(
                "INSERT INTO bench_insert (name, email, nick, age, score, active, created, balance, uid) VALUES (?,?,?,?,?,?,?,?,?)",
                [(*list(one.values())[:6], str(one["created"]), str(one["balance"]), str(one["uid"])) for one in new],
            )

    return {"key": (key, 200), "key_sync": (key, 200), "all_1k": (all_1k, 5), "all_100k": (all_100k, 1), "bulk_10k": (bulk_10k, 1)}


def adbc(url: str, rows: int) -> dict[str, Any]:
    """Arrow's own drivers."""
    if url.startswith("sqlite"):
        import adbc_driver_sqlite.dbapi as driver

        connection = driver.connect(url.removeprefix("sqlite:///"))
    else:
        import adbc_driver_postgresql.dbapi as driver

        connection = driver.connect(url)

    def arrow_1m() -> None:
        with connection.cursor() as cursor:
            cursor.execute(SQL)
            assert cursor.fetch_arrow_table().num_rows == rows

    return {"arrow_1m": (arrow_1m, 1)}


def connectorx(url: str, rows: int) -> dict[str, Any]:
    """ConnectorX, one partition."""
    import connectorx as cx

    address = url.replace("sqlite:////", "sqlite:///")

    def arrow_1m() -> None:
        assert cx.read_sql(address, SQL, return_type="arrow").num_rows == rows

    return {"arrow_1m": (arrow_1m, 1)}


def main() -> None:
    """Serves the operations of the contender named on the command line."""
    name, url, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    raw = raw_sqlite if url.startswith("sqlite") else raw_postgres
    serve({"oxyde08": oxyde08, "raw": raw, "adbc": adbc, "connectorx": connectorx}[name](url, rows))


if __name__ == "__main__":
    main()
