"""Our contender: makes the tables and fills them."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import uuid
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime

from oxyde import Field, Model, atomic, db
from tests.bench.loop import serve


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


def row(number: int) -> dict[str, Any]:
    """Returns the fields of one row."""
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


async def prepare(url: str, rows: int, *, fill: bool) -> None:
    """Connects; makes the tables and fills the large one, unless another contender of ours has done so."""
    await db.init(default=url)
    if not fill:
        return
    await db.drop_tables(models=[User, Insert], if_exists=True)
    await db.create_tables(models=[User, Insert])
    for start in range(0, rows, 50_000):
        await User.objects.bulk_create([User(**row(number)) for number in range(start, min(start + 50_000, rows))])


def main() -> None:
    """Serves operations."""
    url, rows = sys.argv[1], int(sys.argv[2])
    asyncio.run(prepare(url, rows, fill="--filled" not in sys.argv))
    new = [row(number) for number in range(10_000)]
    users, sync = User.objects, User.objects.sync

    async def key() -> None:
        await users.get(id=random.randint(1, rows))

    def key_sync() -> None:
        sync.get(id=random.randint(1, rows))

    async def all_1k() -> None:
        assert len(await users.filter(id__lte=1_000).all()) == 1_000

    async def all_100k() -> None:
        assert len(await users.filter(id__lte=100_000).all()) == min(100_000, rows)

    async def bulk_10k() -> None:
        await Insert.objects.bulk_create([Insert(**fields) for fields in new])

    async def create_1k() -> None:
        async with atomic():
            for fields in new[:1_000]:
                await Insert.objects.create(**fields)

    async def save_1k() -> None:
        found = await users.filter(id__lte=1_000).all()
        async with atomic():
            for user in found:
                user.age = (user.age + 1) % 90
                await user.save()

    async def arrow_1m() -> None:
        assert (await users.to_arrow()).num_rows == rows

    serve(
        {
            "key": (key, 200),
            "key_sync": (key_sync, 200),
            "all_1k": (all_1k, 5),
            "all_100k": (all_100k, 1),
            "create_1k": (create_1k, 1),
            "save_1k": (save_1k, 1),
            "bulk_10k": (bulk_10k, 1),
            "arrow_1m": (arrow_1m, 1),
        }
    )


if __name__ == "__main__":
    main()
