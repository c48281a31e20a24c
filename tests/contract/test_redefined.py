"""Tables and types that change while connections keep statements prepared for them: what the server forgot is forgotten here, too."""

from __future__ import annotations

import asyncio
import enum
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from oxyde import DatabaseError, Field, FieldValueError, Model, PoolSettings, atomic, db, execute_raw
from tests.backends import Backend, mysql_connection
from tests.tables import table, tables


class Mood(str, enum.Enum):
    """A type of the database."""

    sad = "sad"
    ok = "ok"


class Person(Model):
    """Has one."""

    id: int | None = Field(default=None, db_pk=True)
    mood: Mood = Field(db_enum_name="redefined_mood")

    Meta = table("redefined_person")


class Number(Model):
    """Its column will change."""

    id: int | None = Field(default=None, db_pk=True)
    n: int

    Meta = table("redefined_number")


LITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for text in sys.argv[2:]:
    connection.execute(text)
connection.close()
"""


def elsewhere(backend: Backend, *texts: str) -> None:
    """Runs statements by a driver that is not ours."""
    if backend.dialect == "sqlite":
        # In a process of its own: two libraries of SQLite in one take each other's locks away.
        subprocess.run([sys.executable, "-c", LITE, backend.url.removeprefix("sqlite:///"), *texts], check=True)
        return
    if backend.dialect == "postgres":
        with psycopg.connect(backend.url, autocommit=True) as connection:
            for text in texts:
                connection.execute(text)
        return
    connection = mysql_connection(backend.url, backend.url.rpartition("/")[2])
    try:
        with connection.cursor() as cursor:
            for text in texts:
                cursor.execute(text)
    finally:
        connection.close()


def of_postgres(backend: Backend) -> None:
    """Skips the others, which look at definitions each time."""
    if backend.dialect != "postgres":
        pytest.skip("only PostgreSQL keeps statements for types")


async def test_an_enum_made_anew(database: db.AsyncDatabase, backend: Backend) -> None:
    """A test suite on one pool makes its tables and types again and again."""
    for _ in range(4):
        async with tables(Person):
            assert (await Person.objects.create(mood="ok")).mood is Mood.ok
            assert await Person.objects.filter(mood=Mood.ok).count() == 1


@pytest.mark.parametrize("in_block", [False, True])
async def test_an_enum_made_anew_for_all_connections(backend: Backend, in_block: bool) -> None:
    """Each connection of the pool forgets before it is lent again, so that a block begins without old statements."""
    async with db.connect(backend.url, settings=PoolSettings(max_connections=3)):
        for _ in range(3):
            async with tables(Person):

                async def write() -> None:
                    if in_block:
                        async with atomic():
                            await Person.objects.create(mood="sad")
                            await asyncio.sleep(0.02)
                    else:
                        await Person.objects.create(mood="sad")

                await asyncio.gather(*(write() for _ in range(3)))
                assert await Person.objects.count() == 3


MADE = {
    "enum": "CREATE TYPE redefined_t AS ENUM ('a', 'b')",
    "domain": "CREATE DOMAIN redefined_t AS text CHECK (value <> '')",
    "composite": "CREATE TYPE redefined_t AS (a int, b text)",
    "range": "CREATE TYPE redefined_t AS RANGE (subtype = float8)",
}
VALUES = {"enum": "a", "domain": "a", "composite": "(1,x)", "range": "[1,2)"}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("by_us", [False, True], ids=["elsewhere", "here"])
async def test_types_made_anew(backend: Backend, kind: str, by_us: bool) -> None:
    """Of each kind, as parameter and as result, whoever makes them."""
    of_postgres(backend)
    async with db.connect(backend.url, settings=PoolSettings(max_connections=1)):
        for _ in range(3):
            texts = ["DROP TABLE IF EXISTS redefined", "DROP TYPE IF EXISTS redefined_t CASCADE"]
            texts = [*texts, MADE[kind], "CREATE TABLE redefined (id int, v redefined_t)"]
            if by_us:
                for text in texts:
                    await execute_raw(text)
            else:
                await asyncio.to_thread(elsewhere, backend, *texts)
            cast = "CAST(CAST($2 AS text) AS redefined_t)" if kind in {"composite", "range"} else "$2"
            await execute_raw(f"INSERT INTO redefined (id, v) VALUES ($1, {cast})", [1, VALUES[kind]])
            assert await execute_raw("SELECT id, CAST(v AS text) AS v FROM redefined") == [{"id": 1, "v": VALUES[kind]}]
            if kind in {"enum", "domain"}:
                assert await execute_raw("SELECT * FROM redefined") == [{"id": 1, "v": "a"}]
                assert await execute_raw("SELECT id FROM redefined WHERE v = $1", ["a"]) == [{"id": 1}]
        await asyncio.to_thread(elsewhere, backend, "DROP TABLE redefined", "DROP TYPE redefined_t CASCADE")


async def changed(backend: Backend, kind: str) -> None:
    """Makes the table's column another one, by a driver that is not ours."""
    verb = "MODIFY n" if backend.dialect != "postgres" else "ALTER n TYPE"
    await asyncio.to_thread(elsewhere, backend, f"ALTER TABLE redefined_number {verb} {kind}")


@pytest.fixture
async def single(backend: Backend) -> Any:
    """One connection, and a table of small numbers."""
    if backend.dialect == "sqlite":
        pytest.skip("SQLite has no small numbers, and looks at definitions by itself")
    async with db.connect(backend.url, settings=PoolSettings(max_connections=1)):
        await execute_raw("DROP TABLE IF EXISTS redefined_number")
        key = "id bigserial PRIMARY KEY" if backend.dialect == "postgres" else "id bigint AUTO_INCREMENT PRIMARY KEY"
        await execute_raw(f"CREATE TABLE redefined_number ({key}, n smallint NOT NULL)")
        yield backend
        await execute_raw("DROP TABLE redefined_number")


async def test_a_column_grows(single: Backend) -> None:
    """A value that did not fit when the statement was prepared is sent once it does, and read."""
    for kind, largest in (("smallint", 32_767), ("integer", 2**31 - 1), ("bigint", 2**63 - 1)):
        await changed(single, kind)
        for number in (1, largest):
            row = await Number.objects.create(n=number)
            assert (await Number.objects.get(id=row.id)).n == number
            assert await Number.objects.filter(n=number).count() >= 1


async def test_a_column_becomes_another(single: Backend) -> None:
    """Numbers become text: raw SQL that was prepared for numbers is prepared for text."""
    sql = f"INSERT INTO redefined_number (n) VALUES ({single.positional})"
    await execute_raw(sql, [1])
    await changed(single, "varchar(10)" if single.dialect != "postgres" else "text USING n::text")
    await execute_raw(sql, ["two"])
    assert [row["n"] for row in await execute_raw("SELECT * FROM redefined_number ORDER BY id")] == ["1", "two"]


async def test_a_block_that_meets_an_old_statement_may_run_again(single: Backend) -> None:
    """An error inside a block ends it; the next try has statements for the table as it is."""
    sql = "SELECT * FROM redefined_number"
    await execute_raw(sql)
    await changed(single, "bigint")
    with pytest.raises((DatabaseError, ZeroDivisionError)):
        async with atomic():
            await execute_raw(sql)
            raise ZeroDivisionError
    async with atomic():
        await execute_raw(sql)


async def test_our_own_changes_inside_a_block(single: Backend) -> None:
    """A statement that ran before is prepared anew after them."""
    of_postgres(single)
    async with atomic():
        assert await execute_raw("SELECT * FROM redefined_number") == []
        await execute_raw("INSERT INTO redefined_number (n) VALUES ($1)", [1])
        await execute_raw("ALTER TABLE redefined_number ALTER n TYPE text USING n::text")
        await execute_raw("ALTER TABLE redefined_number ADD extra int DEFAULT 7")
        await execute_raw("INSERT INTO redefined_number (n) VALUES ($1)", ["two"])
        rows = await execute_raw("SELECT * FROM redefined_number")
        assert [(row["n"], row["extra"]) for row in rows] == [("1", 7), ("two", 7)]


async def test_a_value_out_of_range_forgets_no_statement(single: Backend) -> None:
    """The other statements of the connection stay prepared."""
    of_postgres(single)
    await execute_raw("SELECT 41 + $1::int AS a", [1])
    sql = "INSERT INTO redefined_number (n) VALUES ($1)"
    await execute_raw(sql, [1])
    before = await prepared()
    for _ in range(3):
        with pytest.raises(FieldValueError):
            await execute_raw(sql, [10**6])
    assert await prepared() == before
    assert any("41 + $1" in text for text in before)
    await execute_raw(sql, [2])


async def prepared() -> list[str]:
    """Returns the statements that the connection keeps on the server."""
    return sorted(row["s"] for row in await execute_raw("SELECT name || statement AS s FROM pg_prepared_statements"))
