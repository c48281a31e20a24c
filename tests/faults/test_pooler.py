"""Behind a PgBouncer: nobody else's statement runs in the place of ours, none is stopped by us, and nothing of ours lasts."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import enum
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from oxyde import (
    AsyncDatabase,
    CommitOutcomeUnknown,
    DatabaseError,
    Field,
    Model,
    PoolSettings,
    StatementTimeoutError,
    TransactionBroken,
    UniqueViolationError,
    UnsupportedError,
    atomic,
    db,
    execute_raw,
)
from tests.backends import Backend, Servers
from tests.faults.pgbouncer import pooled
from tests.faults.proxy import proxied
from tests.slow import PROMPTLY, forever, running, wait_until
from tests.tables import table, tables

ONE = PoolSettings(max_connections=1)


class Mood(str, enum.Enum):
    """A type of the database."""

    SAD = "sad"
    OK = "ok"


class Person(Model):
    """Somebody with values of every sort that goes another way."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50, db_unique=True)
    mood: Mood = Field(default=Mood.OK, db_enum_name="pooler_mood")
    scores: list[int] = Field(default_factory=list)
    price: Decimal = Field(default=Decimal(0), max_digits=20, decimal_places=4)
    at: dt.datetime | None = None
    wait: dt.timedelta | None = None
    data: dict[str, Any] = Field(default_factory=dict)

    Meta = table("pooler_person")


@pytest.fixture
def postgres(servers: Servers) -> Backend:
    """The server itself."""
    return servers.get("postgres")


@pytest.fixture
def pooler(postgres: Backend) -> Iterator[Backend]:
    """The same by way of two server connections that everybody shares."""
    with pooled(postgres) as behind:
        yield behind


@pytest.fixture
def alone(postgres: Backend) -> Iterator[Backend]:
    """The same by way of one."""
    with pooled(postgres, size=1) as behind:
        yield behind


@pytest.fixture
def numbers(postgres: Backend) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A table of the numbers 1 to 5, and a connection of another driver past the pooler."""
    with psycopg.connect(postgres.url, autocommit=True) as direct:
        direct.execute("CREATE TABLE pooler_number (id bigint)")
        direct.execute("INSERT INTO pooler_number SELECT generate_series(1, 5)")
        yield direct
        direct.execute("DROP TABLE pooler_number")


@contextlib.asynccontextmanager
async def program(backend: Backend, settings: PoolSettings = ONE) -> AsyncIterator[str]:
    """The name of a pool that shares nothing with others, as one of another program."""
    name = f"p{uuid.uuid4().hex}"
    async with AsyncDatabase(backend.url, name=name, settings=settings):
        yield name


def stranger(backend: Backend) -> psycopg.Connection[tuple[Any, ...]]:
    """Returns a client that is not ours and prepares nothing."""
    return psycopg.connect(backend.url, autocommit=True, prepare_threshold=None)


def left(backend: Backend) -> list[Any]:
    """Returns the statements that lie prepared on the two server connections."""
    with stranger(backend) as first, stranger(backend) as second, first.transaction(), second.transaction():
        sql = "SELECT name FROM pg_prepared_statements"
        return first.execute(sql).fetchall() + second.execute(sql).fetchall()


@pytest.mark.parametrize("capacity", [None, 0])
async def test_statements_of_two_programs(pooler: Backend, numbers: psycopg.Connection[Any], capacity: int | None) -> None:
    """Each runs its own, whichever server connection it gets."""
    settings = PoolSettings(max_connections=1, pg_statement_cache_capacity=capacity)
    async with program(pooler, settings) as reader, program(pooler, settings) as cleaner:
        sql = "SELECT id FROM pooler_number WHERE id = $1"
        assert await execute_raw(sql, [3], using=reader) == [{"id": 3}]
        with stranger(pooler) as third, third.transaction():
            third.execute("SELECT 1")
            await execute_raw("DELETE FROM pooler_number WHERE id = $1", [1], using=cleaner)
            assert await execute_raw(sql, [3], using=reader) == [{"id": 3}]
        assert numbers.execute("SELECT array_agg(id ORDER BY id) FROM pooler_number").fetchone() == ([2, 3, 4, 5],)
    assert left(pooler) == []


async def test_names_that_others_left(pooler: Backend, numbers: psycopg.Connection[Any]) -> None:
    """A statement with a name like ours is neither run nor taken away."""
    with stranger(pooler) as one, stranger(pooler) as other:
        for client in (one, other):
            client.execute("BEGIN")
        for client in (one, other):
            for number in (1, 2, 3, 5):
                client.execute(f"PREPARE sqlx_s_{number} AS DELETE FROM pooler_number WHERE id = $1")
            client.execute("COMMIT")
    async with program(pooler) as database:
        for number in range(1, 6):
            sql = f"SELECT id, {number} AS n FROM pooler_number WHERE id = $1"
            assert await execute_raw(sql, [number], using=database) == [{"id": number, "n": number}]
        async with atomic(using=database):
            assert len(await execute_raw("SELECT id FROM pooler_number WHERE id < $1", [9], using=database)) == 5
    assert sorted(left(pooler)) == sorted([(f"sqlx_s_{number}",) for number in (1, 2, 3, 5)] * 2)


async def test_models_of_three_programs_at_once(pooler: Backend) -> None:
    """Every kind of statement, by whom so ever: what is read is what was written."""
    chance = random.Random(5)

    async def work(number: int) -> None:
        async with program(pooler, PoolSettings(max_connections=2)) as database:
            for turn in range(8):
                name = f"{number}-{turn}"
                when = dt.datetime(2026, 1, turn + 1, 12, 30, 15, turn)
                values = {"mood": chance.choice(list(Mood)), "scores": [turn, number], "price": Decimal(turn) / 8, "at": when,
                          "wait": dt.timedelta(days=turn, microseconds=-1), "data": {"a\\": [turn]}}  # fmt: skip
                made = await Person.objects.create(name=name, using=database, **values)
                async with atomic(using=database):
                    found = await Person.objects.get(name=name, using=database)
                    assert found == made
                    await Person.objects.filter(id=found.id).update(scores=[1, 2, 3], using=database)
                assert (await Person.objects.get(id=made.id, using=database)).scores == [1, 2, 3]
            extra = [Person(name=f"{number}-bulk-{n}", scores=[n]) for n in range(300)]
            await Person.objects.bulk_create(extra, using=database)
            frame = await Person.objects.filter(name__startswith=f"{number}-bulk").order_by("id").to_arrow(using=database)
            assert frame.column("scores").to_pylist() == [[n] for n in range(300)]
            with pytest.raises(UniqueViolationError):
                await Person.objects.create(name=f"{number}-0", using=database)

    async with db.connect(pooler.url), tables(Person):
        await asyncio.gather(*(work(number) for number in range(3)))
        assert await Person.objects.count() == 3 * 308
    assert left(pooler) == []


async def test_a_cancel_stops_ours_alone(pooler: Backend, postgres: Backend) -> None:
    """The stranger's statement ends by itself."""
    marker = f"m{uuid.uuid4().hex}"
    ended: list[Any] = []

    def sleep() -> None:
        with stranger(pooler) as client:
            ended.append(client.execute("SELECT 1 FROM pg_sleep(3)").fetchall())

    async with program(pooler) as database:
        assert await execute_raw("SELECT 1 AS a", using=database) == [{"a": 1}]
        thread = threading.Thread(target=sleep)
        thread.start()
        await asyncio.sleep(0.3)
        ours = asyncio.create_task(execute_raw(forever("postgres", marker), using=database))
        assert await asyncio.to_thread(wait_until, postgres, marker, 1)
        since = time.monotonic()
        ours.cancel()
        # The interruption waits for a server connection: ours, or the stranger's.
        assert await asyncio.to_thread(wait_until, postgres, marker, 0)
        assert time.monotonic() - since < PROMPTLY
        thread.join()
        assert ended == [[(1,)]]
        assert await execute_raw("SELECT 1 AS a", using=database) == [{"a": 1}]


@pytest.mark.parametrize("in_block", [False, True])
async def test_a_cancel_without_a_connection_to_spare(alone: Backend, postgres: Backend, in_block: bool) -> None:
    """Ours holds the last one: it is given up with its transaction, and the server notices."""
    marker = f"m{uuid.uuid4().hex}"

    async def work(database: str) -> None:
        if not in_block:
            await execute_raw(forever("postgres", marker), using=database)
        async with atomic(using=database):
            await execute_raw(forever("postgres", marker), using=database)

    async with program(alone) as database:
        ours = asyncio.create_task(work(database))
        assert await asyncio.to_thread(wait_until, postgres, marker, 1)
        since = time.monotonic()
        ours.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ours
        assert await asyncio.to_thread(wait_until, postgres, marker, 0)
        assert time.monotonic() - since < PROMPTLY
        assert await execute_raw("SELECT 1 AS a", using=database) == [{"a": 1}]


async def test_cancels_at_every_moment(pooler: Backend, numbers: psycopg.Connection[Any]) -> None:
    """Strangers that work all the time never feel one of ours, and ours is done whole or not at all."""
    stop, begun, ends = threading.Event(), list[int](), list[Any]()

    def work() -> None:
        with stranger(pooler) as client:
            while not stop.is_set():
                begun.append(1)
                with contextlib.suppress(psycopg.Error):
                    ends.append(client.execute("SELECT count(*) FROM generate_series(1, 2000)").fetchone())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    done = 0
    async with program(pooler, PoolSettings(max_connections=2)) as database:
        for turn in range(60):
            task = asyncio.create_task(execute_raw("INSERT INTO pooler_number VALUES ($1)", [100 + turn], using=database))
            await asyncio.sleep(turn / 10_000)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
                done += 1
        assert len(await execute_raw("SELECT 1 AS a", using=database)) == 1
    stop.set()
    for thread in threads:
        thread.join()
    assert len(ends) == len(begun)
    assert set(ends) == {(2000,)}
    counted = numbers.execute("SELECT count(*) FROM pooler_number WHERE id >= 100").fetchone()
    assert counted is not None
    assert done <= counted[0] <= 60


async def test_time_limits(pooler: Backend, postgres: Backend) -> None:
    """A statement out of time stops, alone and in a block, which commits nothing then."""
    marker = f"m{uuid.uuid4().hex}"
    async with program(pooler, PoolSettings(max_connections=1, statement_timeout=0.3)) as database:
        with pytest.raises(StatementTimeoutError):
            await execute_raw(forever("postgres", marker), using=database)
        with pytest.raises(TransactionBroken):
            async with atomic(using=database):
                with contextlib.suppress(StatementTimeoutError):
                    await execute_raw(forever("postgres", marker), using=database)
        assert running(postgres, marker) == 0
        assert await execute_raw("SELECT 1 AS a", using=database) == [{"a": 1}]


async def test_a_time_limit_while_the_pooler_has_no_connection(alone: Backend) -> None:
    """Waiting there is part of the statement's time."""
    async with program(alone, PoolSettings(max_connections=1, statement_timeout=0.3)) as database:
        with stranger(alone) as holder, holder.transaction():
            holder.execute("SELECT 1")
            with pytest.raises(StatementTimeoutError):
                await execute_raw("SELECT 1 AS a", using=database)
        assert await execute_raw("SELECT 1 AS a", using=database) == [{"a": 1}]


async def test_a_stream_that_is_left(pooler: Backend) -> None:
    """The statement stops, and the connection serves the next one; in a block, too."""
    async with db.connect(pooler.url, settings=ONE), tables(Person):
        await Person.objects.bulk_create([Person(name=f"n{n}") for n in range(9000)])
        async for batch in Person.objects.arrow_stream(500):
            assert batch.num_rows > 0
            break
        assert await Person.objects.count() == 9000
        async with atomic():
            async for _ in Person.objects.arrow_stream(500):
                break
            await Person.objects.create(name="last")
        assert await Person.objects.count() == 9001
    assert left(pooler) == []


def test_ctrl_c(pooler: Backend, postgres: Backend) -> None:
    """The statement of a script stops with it."""
    marker = f"m{uuid.uuid4().hex}"
    script = f"""
        import oxyde
        with oxyde.connect({pooler.url!r}):
            oxyde.sync.execute_raw({forever("postgres", marker)!r})
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stderr=subprocess.PIPE)
    assert wait_until(postgres, marker, 1)
    process.send_signal(signal.SIGINT)
    assert wait_until(postgres, marker, 0, PROMPTLY)
    assert b"KeyboardInterrupt" in process.communicate(timeout=20)[1]


async def test_what_lasts_is_refused(pooler: Backend) -> None:
    """Nothing that we say reaches the next client; the error names the remedy."""
    async with program(pooler) as database:
        for sql, remedy in [
            ("SET search_path = pg_catalog", "SET LOCAL"),
            ("CREATE TEMP TABLE t (a int)", "ON COMMIT DROP"),
            ("SELECT pg_advisory_lock(5)", "pg_advisory_xact_lock"),
            ("SELECT set_config('a.b', 'c', false)", "true"),
            ("DISCARD ALL", "past the pooler"),
            ("BEGIN", r"atomic\(\)"),
            ("COMMIT", r"atomic\(\)"),
        ]:
            with pytest.raises(UnsupportedError, match=remedy):
                await execute_raw(sql, using=database)
        async with atomic(using=database):
            await execute_raw("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", using=database)
            await execute_raw("SET LOCAL work_mem = '5MB'", using=database)
            assert await execute_raw("SHOW work_mem", using=database) == [{"work_mem": "5MB"}]
            assert await execute_raw("SHOW transaction_isolation", using=database) == [{"transaction_isolation": "serializable"}]
            with pytest.raises(UnsupportedError, match="SET LOCAL"):
                await execute_raw("SET work_mem = '6MB'", using=database)
    with stranger(pooler) as one, stranger(pooler) as other, one.transaction(), other.transaction():
        for client in (one, other):
            assert client.execute("SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND source = 'session'").fetchone() == (0,)


LEFT = """SELECT current_setting('work_mem') AS memory, current_setting('search_path') AS path, current_setting('bytea_output') AS bytes,
    coalesce(current_setting('app.tenant', true), '') AS tenant, current_setting('TimeZone') AS zone,
    current_setting('client_encoding') AS encoding, current_user::text AS role,
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
    (SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS tables,
    (SELECT count(*) FROM pg_prepared_statements WHERE from_sql) AS prepared,
    (SELECT count(*) FROM pg_cursors WHERE is_holdable) AS cursors"""
LEAVING = [
    "SET work_mem = '55MB'",
    "SET search_path = pg_catalog",
    "PERFORM set_config('app.tenant', '5', false)",
    "SET bytea_output = 'escape'",
    "SET TIME ZONE 'Asia/Tokyo'",
    "SET client_encoding = 'LATIN1'",
    "SET ROLE pg_monitor",
    "PERFORM pg_advisory_lock(77)",
    "CREATE TEMP TABLE pooler_left (a int)",
    "EXECUTE 'PREPARE pooler_left AS SELECT 1'",
    "EXECUTE 'DECLARE pooler_left CURSOR WITH HOLD FOR SELECT 1'",
]
"""What a function may leave on the server's connection."""


@pytest.mark.parametrize("leaving", LEAVING)
async def test_what_functions_leave_is_taken_back(postgres: Backend, numbers: psycopg.Connection[Any], leaving: str) -> None:
    """However their transaction ends, the next client of the pooler finds nothing of it, and in the block values arrive as they are."""
    body = f"BEGIN {leaving}; RETURN 1; END"
    numbers.execute(f"CREATE OR REPLACE FUNCTION pooler_leaves() RETURNS int LANGUAGE plpgsql AS $f${body}$f$")
    block = body.replace("RETURN 1; ", "")
    with pooled(postgres, size=1) as pooler:
        with stranger(pooler) as other:
            clean = other.execute(LEFT).fetchone()

        def check() -> None:
            with stranger(pooler) as other:
                assert other.execute(LEFT).fetchone() == clean

        async with program(pooler) as database:
            for sql in ("SELECT pooler_leaves()", f"DO $d${block}$d$", "EXPLAIN ANALYZE SELECT pooler_leaves()"):
                await execute_raw(sql, using=database)
                check()
                async with atomic(using=database):
                    await execute_raw("INSERT INTO public.pooler_number VALUES (8)", using=database)
                    await execute_raw(sql, using=database)
                    assert await execute_raw("SELECT $1 || 'é' AS t", ["ü"], using=database) == [{"t": "üé"}]
                check()
                with pytest.raises(KeyError):
                    async with atomic(using=database):
                        await execute_raw(sql, using=database)
                        raise KeyError
                check()
                with contextlib.suppress(DatabaseError):
                    async with atomic(using=database):
                        await execute_raw(sql, using=database)
                        await execute_raw("SELECT 1 / 0", using=database)
                check()
            async with atomic(using=database, read_only=True):
                if "TEMP" not in leaving:
                    await execute_raw("SELECT pooler_leaves()", using=database)
            check()
    assert numbers.execute("SELECT count(*) FROM pooler_number WHERE id = 8").fetchone() == (3,)
    numbers.execute("DROP FUNCTION pooler_leaves()")


async def test_what_is_deferred_sees_its_settings(pooler: Backend, numbers: psycopg.Connection[Any]) -> None:
    """Constraints that wait for COMMIT are checked before the settings go, and still keep it from happening."""
    numbers.execute("CREATE TABLE pooler_deferred (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
    numbers.execute("CREATE FUNCTION pooler_tenant() RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.tenant', '5', false) $$")
    async with program(pooler) as database:
        with pytest.raises(UniqueViolationError):
            async with atomic(using=database):
                await execute_raw("SELECT pooler_tenant()", using=database)
                await execute_raw("INSERT INTO pooler_deferred VALUES (1), (1)", using=database)
        async with atomic(using=database):
            await execute_raw("SELECT pooler_tenant()", using=database)
            assert await execute_raw("SELECT current_setting('app.tenant') AS t", using=database) == [{"t": "5"}]
            await execute_raw("INSERT INTO pooler_deferred VALUES (1)", using=database)
        assert await execute_raw("SELECT count(*) AS n FROM pooler_deferred", using=database) == [{"n": 1}]
        assert (await execute_raw("SELECT current_setting('app.tenant', true) AS t", using=database))[0]["t"] in {None, ""}
    numbers.execute("DROP TABLE pooler_deferred")
    numbers.execute("DROP FUNCTION pooler_tenant()")


async def test_what_runs_alone(pooler: Backend, numbers: psycopg.Connection[Any]) -> None:
    """The server takes some statements outside of transactions only, and procedures may end theirs."""
    body = "BEGIN INSERT INTO pooler_number VALUES (7); COMMIT; END"
    numbers.execute(f"CREATE OR REPLACE PROCEDURE pooler_commits() LANGUAGE plpgsql AS '{body}'")
    async with program(pooler) as database:
        await execute_raw("VACUUM pooler_number", using=database)
        await execute_raw("CREATE INDEX CONCURRENTLY pooler_index ON pooler_number (id)", using=database)
        await execute_raw("CALL pooler_commits()", using=database)
        with pytest.raises(UnsupportedError):
            await execute_raw("COPY pooler_number TO STDOUT", using=database)
        assert await execute_raw("SELECT count(*) AS n FROM pooler_number WHERE id = $1", [7], using=database) == [{"n": 1}]
    numbers.execute("DROP PROCEDURE pooler_commits")


async def test_a_lost_commit(pooler: Backend, numbers: psycopg.Connection[Any]) -> None:
    """Whose answer never came may have happened."""
    with proxied(pooler, "lose the answer") as proxy:
        async with program(Backend("postgres", proxy.url)) as database:
            assert len(await execute_raw("SELECT 1 AS a", using=database)) == 1
            proxy.word = b"SAVEPOINT oxyde_end"
            with pytest.raises(CommitOutcomeUnknown):
                await execute_raw("INSERT INTO pooler_number VALUES (8)", using=database)
            assert len(await execute_raw("SELECT 1 AS a", using=database)) == 1


async def test_modes(postgres: Backend) -> None:
    """A pooler in session mode is as good; one in statement mode is refused."""
    with pooled(postgres, "session") as behind:
        async with program(behind) as database:
            assert await execute_raw("SELECT $1::int AS a", [1], using=database) == [{"a": 1}]
        async with program(behind, PoolSettings(max_connections=1, pg_pooler=False)) as database, atomic(using=database):
            await execute_raw("CREATE TEMP TABLE pooler_own (a int)", using=database)
            assert await execute_raw("SELECT * FROM pooler_own", using=database) == []
    with pooled(postgres, "statement") as behind, pytest.raises(UnsupportedError, match="transaction or session mode"):
        async with program(behind):
            pass


async def test_what_is_no_pooler(postgres: Backend) -> None:
    """Something that passes everything on is none: sessions are ours, and statements stay prepared."""
    with proxied(postgres, "stay silent") as proxy:
        async with program(Backend("postgres", proxy.url), PoolSettings(max_connections=2)) as database:
            for _ in range(2):
                async with atomic(using=database):
                    await execute_raw("CREATE TEMP TABLE IF NOT EXISTS pooler_own (a int)", using=database)
                    prepared = await execute_raw("SELECT count(*) AS n FROM pg_prepared_statements", using=database)
                    assert prepared[0]["n"] > 0
    async with program(postgres) as database:
        await execute_raw("SELECT 1 AS a", using=database)
        assert (await execute_raw("SELECT count(*) AS n FROM pg_prepared_statements", using=database))[0]["n"] == 2


async def test_no_statement_is_kept(postgres: Backend) -> None:
    """A capacity of zero means none, pooler or not."""
    async with program(postgres, PoolSettings(max_connections=1, pg_statement_cache_capacity=0)) as database:
        for _ in range(3):
            sql = "SELECT count(*) AS n FROM pg_prepared_statements"
            assert await execute_raw(sql, using=database) == [{"n": 1}]


async def test_settings_of_the_session(pooler: Backend, postgres: Backend) -> None:
    """What others leave on a server connection does not change what our statements mean."""
    with stranger(pooler) as one, stranger(pooler) as other, one.transaction(), other.transaction():
        for client in (one, other):
            for setting in ("transform_null_equals = on", "bytea_output = 'escape'", "IntervalStyle = 'sql_standard'", "array_nulls = off"):
                client.execute(f"SET {setting}")
    async with program(pooler) as database:
        sql = "SELECT interval '1 day 2 hours'::text AS i, '\\x00'::bytea::text AS b, '{NULL}'::text[] AS a, (NULL = NULL) IS NULL AS n"
        expected = [{"i": "1 day 02:00:00", "b": "\\x00", "a": [None], "n": True}]
        assert await execute_raw(sql, using=database) == expected
        async with atomic(using=database):
            assert await execute_raw(sql, using=database) == expected
