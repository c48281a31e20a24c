"""What a server's configuration may have turned, and a session of ours turns back: our statements mean the same everywhere."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from oxyde import Field, ForeignKeyViolationError, Model, atomic, db, execute_raw
from tests.backends import Backend, mysql_connection
from tests.tables import table, tables


class Owner(Model):
    """Has things."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)

    Meta = table("setup_owner")


class Thing(Model):
    """Belongs to one."""

    id: int | None = Field(default=None, db_pk=True)
    owner: Owner

    Meta = table("setup_thing")


class Sign(str, enum.Enum):
    """What an escape would change."""

    path = "a\\b"
    quote = "it's"
    newline = "c\\n"


class Drawn(Model):
    """Labels and defaults stand in DDL as literals."""

    id: int | None = Field(default=None, db_pk=True)
    sign: Sign = Sign.path
    said: str = Field(max_length=20, db_default="'it''s'")

    Meta = table("setup_drawn")


TURNED = {
    "postgres": [
        "standard_conforming_strings = off",
        "transform_null_equals = on",
        "bytea_output = 'escape'",
        "array_nulls = off",
        "IntervalStyle = 'sql_standard'",
        "DateStyle = 'German'",
        "TimeZone = 'Asia/Kathmandu'",
    ],
    "mariadb": [
        "autocommit = 0",
        "completion_type = 1",
        "sql_select_limit = 1",
        "sql_auto_is_null = 1",
        "foreign_key_checks = 0",
        "default_storage_engine = MyISAM",
        "sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'",
        "time_zone = '+05:45'",
        "group_concat_max_len = 4",
    ],
}


@contextmanager
def turned(backend: Backend) -> Iterator[str]:
    """Turns a server, as far as it concerns one database or one user; returns how to connect to it."""
    name = backend.url.rpartition("/")[2]
    if backend.dialect == "postgres":
        with psycopg.connect(backend.server, autocommit=True) as root:
            for setting in TURNED["postgres"]:
                root.execute(f'ALTER DATABASE "{name}" SET {setting}')
            try:
                yield backend.url
            finally:
                root.execute(f'ALTER DATABASE "{name}" RESET ALL')
        return
    root = mysql_connection(backend.server)
    user = f"plain_{name[-12:]}"
    try:
        with root.cursor() as cursor:
            # It concerns those without the privilege SUPER, which are nobody else.
            cursor.execute(f"CREATE USER {user}@'%'")
            cursor.execute(f"GRANT ALL ON {name}.* TO {user}@'%'")
            cursor.execute("SET GLOBAL init_connect = %s", [f"SET {', '.join(TURNED['mariadb'])}"])
        try:
            yield backend.elsewhere(user=user)
        finally:
            with root.cursor() as cursor:
                cursor.execute("SET GLOBAL init_connect = ''")
                cursor.execute(f"DROP USER {user}@'%'")
    finally:
        root.close()


@pytest.fixture
async def odd(backend: Backend) -> AsyncIterator[Backend]:
    """A connection named default to a server that is configured oddly."""
    if backend.dialect not in TURNED:
        pytest.skip("a file has no configuration of its own")
    with turned(backend) as url:
        async with db.connect(url):
            yield backend


def seen_by_others(backend: Backend, sql: str) -> int:
    """Counts by a driver that is not ours."""
    if backend.dialect == "postgres":
        with psycopg.connect(backend.url) as connection:
            row = connection.execute(sql).fetchone()
            return int(row[0]) if row else -1
    connection = mysql_connection(backend.url, backend.url.rpartition("/")[2])
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


async def test_the_configuration_is_odd(odd: Backend) -> None:
    """Without this the other tests would prove nothing."""
    if odd.dialect == "mariadb":
        user = odd.elsewhere(user=f"plain_{odd.url[-12:]}")
        connection = mysql_connection(user)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT @@sql_select_limit")
                assert cursor.fetchone() == (1,)
        finally:
            connection.close()
    else:
        with psycopg.connect(odd.url) as other:
            assert other.execute("SHOW standard_conforming_strings").fetchone() == ("off",)


async def test_writes_are_committed_at_once(odd: Backend) -> None:
    """And blocks when they end, and each result is whole."""
    async with tables(Owner, Thing):
        first = await Owner.objects.create(name="a\\b")
        assert seen_by_others(odd, "SELECT count(*) FROM setup_owner") == 1
        async with atomic():
            await Owner.objects.create(name="c")
            assert seen_by_others(odd, "SELECT count(*) FROM setup_owner") == 1
        assert seen_by_others(odd, "SELECT count(*) FROM setup_owner") == 2
        assert [row.name for row in await Owner.objects.order_by("id").all()] == ["a\\b", "c"]
        assert await Owner.objects.filter(name__contains="\\").count() == 1
        assert await Owner.objects.filter(id=first.id).count() == 1
        with pytest.raises(ZeroDivisionError):
            async with atomic():
                await Owner.objects.create(name="d")
                raise ZeroDivisionError
        assert seen_by_others(odd, "SELECT count(*) FROM setup_owner") == 2
        with pytest.raises(ForeignKeyViolationError):
            await Thing.objects.create(owner_id=10**6)


@contextmanager
def role_of(backend: Backend) -> Iterator[str]:
    """A role of PostgreSQL's that has turned the strings; returns how to connect as it."""
    name = backend.url.rpartition("/")[2]
    role = f"plain_{name[-12:]}"
    with psycopg.connect(backend.url, autocommit=True) as root:
        root.execute(f'CREATE ROLE "{role}" LOGIN')
        root.execute(f'ALTER ROLE "{role}" SET standard_conforming_strings = off')
        root.execute(f'ALTER ROLE "{role}" SET backslash_quote = on')
        root.execute(f'GRANT ALL ON SCHEMA public TO "{role}"')
        try:
            yield backend.elsewhere(user=role)
        finally:
            root.execute(f'DROP OWNED BY "{role}"')
            root.execute(f'DROP ROLE "{role}"')


async def drawn_and_read(backslash: str) -> None:
    """Labels and defaults are what they say, and so are texts that are sent."""
    async with tables(Drawn):
        for sign in Sign:
            row = await Drawn.objects.create(sign=sign)
            assert (await Drawn.objects.get(id=row.id)).sign is sign
            assert await Drawn.objects.filter(sign=sign).count() == 1
            assert (await execute_raw("SELECT sign AS s FROM setup_drawn WHERE id = :id", {"id": row.id})) == [{"s": sign.value}]
        assert await execute_raw(f"SELECT 'a{backslash}b' AS s") == [{"s": "a\\b"}]


async def test_labels_and_defaults(odd: Backend) -> None:
    """DDL takes no parameters: what stands in it means the same everywhere."""
    if odd.dialect == "postgres":
        await drawn_and_read("\\")
        async with tables(Drawn):
            await execute_raw("INSERT INTO setup_drawn (sign) VALUES (:sign)", {"sign": "it's"})
            assert await execute_raw("SELECT said FROM setup_drawn") == [{"said": "it's"}]
    else:
        await drawn_and_read("\\\\")


async def test_a_role_of_its_own(backend: Backend) -> None:
    """A role's setting is no other than a database's."""
    if backend.dialect != "postgres":
        pytest.skip("roles with settings are PostgreSQL's")
    with role_of(backend) as url, psycopg.connect(url) as other:
        assert other.execute("SHOW standard_conforming_strings").fetchone() == ("off",)
        async with db.connect(url):
            await drawn_and_read("\\")


async def test_words_mean_what_they_mean(odd: Backend) -> None:
    """Backslashes, NULL, and text made of values."""
    if odd.dialect == "postgres":
        sql = r"SELECT 'a\b' AS a, CAST('{1,NULL}' AS int[]) AS b, CAST('\x41'::bytea AS text) AS c, (NULL = NULL) IS NULL AS d"
        rows = await execute_raw(sql)
        assert rows == [{"a": "a\\b", "b": [1, None], "c": "\\x41", "d": True}]
        assert await execute_raw("SELECT CAST(interval '1 day 2 hours' AS text) AS a") == [{"a": "1 day 02:00:00"}]
    else:
        async with tables(Owner, Thing):
            await Owner.objects.create(name="a")
            assert await execute_raw("SELECT count(*) AS a FROM setup_owner WHERE id IS NULL") == [{"a": 0}]
        assert await execute_raw('SELECT "text" AS a, 1 || 0 AS b') == [{"a": "text", "b": 1}]
