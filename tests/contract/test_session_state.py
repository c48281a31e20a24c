"""What SQL of the application leaves on a session: it stays inside its block, and no borrower after it meets it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from oxyde import (
    DatabaseError,
    Field,
    Model,
    PoolSettings,
    StatementTimeoutError,
    TransactionBroken,
    UnsupportedError,
    atomic,
    db,
    execute_raw,
)
from oxyde.exceptions import OxydeError
from tests.backends import Backend, witnessed
from tests.tables import table

ONE = PoolSettings(max_connections=1)


class Word(Model):
    """A text."""

    id: int = Field(db_pk=True)
    t: str = Field(max_length=20)

    Meta = table("session_word")


TENANT = "SELECT coalesce(nullif(current_setting('app.tenant', true), ''), 'none')"
POSTGRES = [
    ("SET ROLE pg_monitor", "SELECT current_user::text"),
    ("SET SESSION AUTHORIZATION pg_monitor", "SELECT session_user::text"),
    ("SET search_path = session_other", "SHOW search_path"),
    ("SELECT set_config('search_path', 'session_other', false)", "SHOW search_path"),
    ("SET TIME ZONE 'Asia/Tokyo'", "SHOW timezone"),
    ("SET DateStyle = 'German'", "SHOW DateStyle"),
    ("SET IntervalStyle = 'iso_8601'", "SHOW IntervalStyle"),
    ("SET bytea_output = 'escape'", "SHOW bytea_output"),
    ("SET statement_timeout = 5000", "SHOW statement_timeout"),
    ("SET lock_timeout = 5000", "SHOW lock_timeout"),
    ("SET default_transaction_read_only = on", "SHOW default_transaction_read_only"),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SHOW default_transaction_isolation"),
    ("SET application_name = 'other'", "SHOW application_name"),
    ("SELECT set_config('app.tenant', '5', false)", TENANT),
    ("SELECT session_set_tenant(5)", TENANT),
    ("WITH a AS (SELECT session_set_tenant(5)) SELECT * FROM a", TENANT),
    ("SELECT pg_advisory_lock(4711)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
    ("CREATE TEMP TABLE session_temp (a int)", "SELECT to_regclass('session_temp')::text"),
    ("SELECT 1 AS a INTO TEMP session_temp", "SELECT to_regclass('session_temp')::text"),
    ("CREATE TEMP VIEW session_temp AS SELECT 1", "SELECT to_regclass('session_temp')::text"),
    ("PREPARE session_p AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements WHERE from_sql"),
    ("DO $$ BEGIN EXECUTE 'LISTEN session_channel'; END $$", "SELECT count(*) FROM pg_listening_channels()"),
    ("DECLARE session_c CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors"),
]
MARIADB = [
    ("SET @a = 5", "SELECT COALESCE(@a, 'none')"),
    ("SELECT @a := 5", "SELECT COALESCE(@a, 'none')"),
    ("SELECT 5 INTO @a", "SELECT COALESCE(@a, 'none')"),
    ("SET autocommit = 0", "SELECT @@autocommit"),
    ("SET foreign_key_checks = 0", "SELECT @@foreign_key_checks"),
    ("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SELECT @@tx_isolation"),
    ("SET SESSION TRANSACTION READ ONLY", "SELECT @@tx_read_only"),
    ("SET innodb_lock_wait_timeout = 7", "SELECT @@innodb_lock_wait_timeout"),
    ("SET max_statement_time = 7", "SELECT @@max_statement_time"),
    ("SELECT GET_LOCK('session_lock', 1)", "SELECT IS_FREE_LOCK('session_lock')"),
    ("SELECT session_set_tenant(5)", "SELECT COALESCE(@tenant, 'none')"),
    ("CALL session_call_tenant(5)", "SELECT COALESCE(@tenant, 'none')"),
    ("USE mysql", "SELECT DATABASE()"),
]
OURS = {
    "postgres": [
        ("SET client_encoding = 'LATIN1'", "SHOW client_encoding"),
        ("SET NAMES 'LATIN1'", "SHOW client_encoding"),
        ("SET standard_conforming_strings = off", "SHOW standard_conforming_strings"),
    ],
    "mariadb": [
        ("SET NAMES latin1", "SELECT @@character_set_client"),
        ("SET CHARACTER SET latin1", "SELECT @@character_set_results"),
        ("SET time_zone = '+09:00'", "SELECT @@time_zone"),
        ("SET sql_mode = ''", "SELECT @@sql_mode"),
        ("SET @@session.sql_select_limit = 1", "SELECT @@sql_select_limit"),
    ],
}
"""What values travel by, or our statements mean: refused inside blocks."""
SQLITE = [
    ("PRAGMA foreign_keys = 0", "PRAGMA foreign_keys"),
    ("PRAGMA recursive_triggers = 1", "PRAGMA recursive_triggers"),
    ("PRAGMA ignore_check_constraints = 1", "PRAGMA ignore_check_constraints"),
    ("PRAGMA query_only = 1", "PRAGMA query_only"),
    ("PRAGMA case_sensitive_like = 1", "SELECT 'a' LIKE 'A'"),
    ("PRAGMA reverse_unordered_selects(1)", "PRAGMA reverse_unordered_selects"),
    ("EXPLAIN PRAGMA reverse_unordered_selects = 1", "PRAGMA reverse_unordered_selects"),
    ("PRAGMA trusted_schema = 0", "PRAGMA trusted_schema"),
    ("PRAGMA secure_delete = 1", "PRAGMA secure_delete"),
    ("PRAGMA threads = 2", "PRAGMA threads"),
    ("CREATE TEMP TABLE session_word (x)", "SELECT count(*) FROM temp.sqlite_master"),
    ("CREATE TABLE 'temp'.session_word (x)", "SELECT count(*) FROM temp.sqlite_master"),
    ("CREATE TEMP VIEW session_word AS SELECT 1", "SELECT count(*) FROM temp.sqlite_master"),
    ("CREATE TEMP TRIGGER session_t AFTER INSERT ON main.session_word BEGIN SELECT 1; END", "SELECT count(*) FROM temp.sqlite_master"),
]
MADE = {
    "postgres": [
        "CREATE SCHEMA session_other",
        "CREATE FUNCTION session_set_tenant(v int) RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.tenant', v::text, false) $$",
        "CREATE FUNCTION session_latin() RETURNS text LANGUAGE sql AS $$ SELECT set_config('client_encoding', 'LATIN1', false) $$",
    ],
    "mariadb": [
        "CREATE OR REPLACE FUNCTION session_set_tenant(v INT) RETURNS INT BEGIN SET @tenant = v; RETURN v; END",
        "CREATE OR REPLACE PROCEDURE session_call_tenant(v INT) BEGIN SET @tenant = v; END",
        "CREATE OR REPLACE PROCEDURE session_latin() BEGIN SET NAMES latin1; SET time_zone = '+09:00'; END",
    ],
    "sqlite": [],
}
KEPT = {
    "postgres": "SELECT pg_backend_pid()",
    "mariadb": "SELECT CONNECTION_ID()",
}


async def one(sql: str) -> Any:
    """Returns the only value of the only row."""
    (row,) = await execute_raw(sql)
    (value,) = row.values()
    return value


@pytest.fixture
async def alone(backend: Backend) -> AsyncIterator[Backend]:
    """A pool of one connection, an empty table, and functions that change their session."""
    async with db.connect(backend.url, settings=ONE):
        await db.drop_tables(models=[Word], if_exists=True)
        await db.create_tables(models=[Word])
        for text in MADE[backend.dialect]:
            if "REPLACE" not in text:
                name = text.split("(")[0].split()[2]
                await execute_raw(f"DROP {text.split()[1]} IF EXISTS {name} CASCADE")
            await execute_raw(text)
        yield backend


def texts(backend: Backend) -> list[str]:
    """Returns the texts that another driver finds."""
    return witnessed(backend, "SELECT t FROM session_word ORDER BY id")


def only(backend: Backend, dialect: str) -> None:
    """Skips the test on other servers."""
    if backend.dialect != dialect:
        pytest.skip(f"speaks of {dialect}")


async def nothing_stays(statement: str, probe: str, *, seen: bool = True) -> None:
    """Runs a statement outside of blocks and inside one, and compares what the next borrower meets with what was before."""
    before = await one(probe)
    if not statement.startswith("DECLARE"):
        await execute_raw(statement)
        assert await one(probe) == before
    async with atomic():
        await execute_raw(statement)
        if seen:
            assert await one(probe) != before, "it stays inside the block"
    assert await one(probe) == before
    async with atomic() as block:
        await execute_raw(statement)
        block.set_rollback()
    assert await one(probe) == before


@pytest.mark.parametrize(("statement", "probe"), POSTGRES)
async def test_postgres(alone: Backend, statement: str, probe: str) -> None:
    """A session is reset, and stays the one it was."""
    only(alone, "postgres")
    pid = await one(KEPT["postgres"])
    await nothing_stays(statement, probe, seen="LISTEN" not in statement)
    assert await one(KEPT["postgres"]) == pid


@pytest.mark.parametrize(("statement", "probe"), MARIADB)
async def test_mariadb(alone: Backend, statement: str, probe: str) -> None:
    """A session is closed, and another one opened."""
    only(alone, "mariadb")
    await nothing_stays(statement, probe)


async def test_mariadb_roles(alone: Backend) -> None:
    """A role belongs to the whole server, and so has a name of this run's."""
    only(alone, "mariadb")
    role = f"role_{alone.url[-12:]}"
    await execute_raw(f"CREATE ROLE {role}")
    try:
        await nothing_stays(f"SET ROLE {role}", "SELECT COALESCE(CURRENT_ROLE(), 'none')")
    finally:
        await execute_raw(f"DROP ROLE {role}")


@pytest.mark.parametrize(("statement", "probe"), SQLITE)
async def test_sqlite_file(alone: Backend, statement: str, probe: str) -> None:
    """A file is opened anew."""
    only(alone, "sqlite")
    seen = "foreign_keys" not in statement  # which does nothing in a transaction
    await nothing_stays(statement, probe, seen=seen)


@pytest.mark.parametrize(("statement", "probe"), SQLITE)
async def test_sqlite_in_memory(statement: str, probe: str) -> None:
    """A database in memory is put right, and keeps its rows."""
    async with db.connect("sqlite::memory:"):
        await db.create_tables(models=[Word])
        await Word.objects.create(id=1, t="kept")
        await nothing_stays(statement, probe, seen="foreign_keys" not in statement)
        assert [row.t for row in await Word.objects.all()] == ["kept"]
        await Word.objects.create(id=2, t="written")


async def test_attached_databases(alone: Backend) -> None:
    """In memory they stay, as tables do; on a file they go with the connection, and serve one block."""
    only(alone, "sqlite")
    await execute_raw("ATTACH ':memory:' AS session_other")
    with pytest.raises(DatabaseError):
        await execute_raw("CREATE TABLE session_other.t (a)")
    async with atomic():
        await execute_raw("ATTACH ':memory:' AS session_other")
        await execute_raw("CREATE TABLE session_other.t (a)")
        assert await one("SELECT count(*) FROM session_other.t") == 0
    assert await one("SELECT count(*) FROM pragma_database_list WHERE name = 'session_other'") == 0
    async with db.connect("sqlite::memory:", "memory"):
        await execute_raw("ATTACH ':memory:' AS session_other", using="memory")
        await execute_raw("CREATE TABLE session_other.t (a)", using="memory")
        assert await execute_raw("SELECT a FROM session_other.t", using="memory") == []


@pytest.mark.parametrize("dialect", OURS)
async def test_what_belongs_to_us(alone: Backend, dialect: str) -> None:
    """Outside of blocks it is taken back; inside it is refused by name before anything is sent, and the block goes on."""
    only(alone, dialect)
    for statement, probe in OURS[dialect]:
        before = await one(probe)
        await execute_raw(statement)
        assert await one(probe) == before, statement
        async with atomic():
            with pytest.raises(UnsupportedError, match="would change what the statements that follow") as caught:
                await execute_raw(statement)
            assert caught.value.hint
            assert await one(probe) == before
        await execute_raw("DELETE FROM session_word")
        await Word.objects.create(id=1, t="é\\ü")
        assert texts(alone) == ["é\\ü"]


async def test_what_a_function_changes_is_set_again(alone: Backend) -> None:
    """What is stored is what was given, also right after a function has changed how text travels."""
    if alone.dialect == "sqlite":
        pytest.skip("text has one encoding there")
    hidden = "SELECT session_latin()" if alone.dialect == "postgres" else "CALL session_latin()"
    for number in (1, 3, 5):
        async with atomic():
            await execute_raw(hidden)
            await Word.objects.create(id=number, t="é")
            async with atomic() as nested:
                await execute_raw(hidden)
                nested.set_rollback()
            await execute_raw(f"INSERT INTO session_word VALUES ({number + 1}, {alone.positional})", ["ü"])
            assert (await Word.objects.get(id=number)).t == "é"
            if alone.dialect == "mariadb":
                assert await one("SELECT @@time_zone") == "+00:00"
    assert texts(alone) == ["é", "ü"] * 3
    assert [row.t for row in await Word.objects.order_by("id").all()] == ["é", "ü"] * 3


async def test_names_are_those_of_the_schema_that_is_meant(alone: Backend) -> None:
    """A statement that was prepared for one schema is prepared again for the other, and again when the setting goes."""
    only(alone, "postgres")
    sql = "SELECT * FROM session_twin"
    for schema, column in (("public", "a"), ("session_other", "b")):
        await execute_raw(f"DROP TABLE IF EXISTS {schema}.session_twin")
        await execute_raw(f"CREATE TABLE {schema}.session_twin AS SELECT 1 AS {column}")
    assert await execute_raw(sql) == [{"a": 1}]
    async with atomic():
        await execute_raw("SET search_path = session_other")
        assert await execute_raw(sql) == [{"b": 1}]
        await execute_raw("SET LOCAL search_path = public")
        assert await execute_raw(sql) == [{"a": 1}]
        async with atomic() as nested:
            await execute_raw("SET search_path = session_other")
            assert await execute_raw(sql) == [{"b": 1}]
            nested.set_rollback()
        assert await execute_raw(sql) == [{"a": 1}]
        await execute_raw("CREATE TEMP TABLE session_twin AS SELECT 1 AS c")
        assert await execute_raw(sql) == [{"c": 1}]
    assert await execute_raw(sql) == [{"a": 1}]
    await execute_raw("DROP TABLE public.session_twin")


async def test_names_are_those_of_the_database_that_is_meant(alone: Backend) -> None:
    """The same of USE."""
    only(alone, "mariadb")
    sql = "SELECT COUNT(*) AS n FROM session_word"
    own = alone.url.rpartition("/")[2]
    assert await execute_raw(sql) == [{"n": 0}]
    async with atomic():
        await execute_raw("USE information_schema")
        with pytest.raises(DatabaseError):
            async with atomic():
                await execute_raw(sql)
        await execute_raw(f"USE {own}")
        assert await execute_raw(sql) == [{"n": 0}]


async def test_nothing_is_lost_at_close(backend: Backend) -> None:
    """Neither after SET autocommit = 0 nor after a lock on tables."""
    only(backend, "mariadb")
    async with db.connect(backend.url, settings=ONE):
        await db.drop_tables(models=[Word], if_exists=True)
        await db.create_tables(models=[Word])
        await execute_raw("SET autocommit = 0")
        await execute_raw("INSERT INTO session_word VALUES (1, 'a')")
        await execute_raw("LOCK TABLES session_word READ")
        await execute_raw("INSERT INTO session_word VALUES (2, 'b')")
        await execute_raw("SET completion_type = 1")
        async with atomic():
            await Word.objects.create(id=3, t="c")
    assert texts(backend) == ["a", "b", "c"]


async def test_a_transaction_that_is_left_open_is_no_success(alone: Backend) -> None:
    """What a procedure wrote without committing it is rolled back, and the statement says so."""
    only(alone, "mariadb")
    await execute_raw("CREATE OR REPLACE PROCEDURE session_opens() BEGIN START TRANSACTION; INSERT INTO session_word VALUES (1, 'a'); END")
    for text in ("CALL session_opens()", "BEGIN NOT ATOMIC SET autocommit = 0; INSERT INTO session_word VALUES (1, 'a'); END"):
        with pytest.raises(TransactionBroken, match="left it open"):
            await execute_raw(text)
        assert texts(alone) == []
    await execute_raw("BEGIN NOT ATOMIC START TRANSACTION; INSERT INTO session_word VALUES (2, 'b'); COMMIT; END")
    assert texts(alone) == ["b"]


async def test_a_reset_goes_back_to_what_the_url_says(backend: Backend) -> None:
    """RESET goes back to the start of the session."""
    only(backend, "postgres")
    async with db.connect(f"{backend.url}?options=-c%20search_path%3Dpg_catalog", settings=ONE):
        assert await one("SHOW search_path") == "pg_catalog"
        await execute_raw("SET search_path = public")
        assert await one("SHOW search_path") == "pg_catalog"


async def test_what_was_cancelled_may_have_happened(alone: Backend) -> None:
    """The lock was taken before the statement was stopped."""
    if alone.dialect == "sqlite":
        pytest.skip("it has no such locks")
    statement, free = {
        "mariadb": ("SELECT GET_LOCK('session_lock', 0), SLEEP(20)", "SELECT IS_FREE_LOCK('session_lock')"),
        "postgres": (
            "SELECT pg_advisory_lock(4712), pg_sleep(20)",
            "SELECT (count(*) = 0)::int FROM pg_locks WHERE locktype = 'advisory' AND objid = 4712",
        ),
    }[alone.dialect]
    with pytest.raises(StatementTimeoutError):
        await execute_raw(statement, timeout=0.3)
    assert await one(free) == 1


async def test_plain_statements_cost_nothing(alone: Backend) -> None:
    """Their session is neither reset nor closed: what is prepared there stays prepared."""
    if alone.dialect == "sqlite":
        pytest.skip("a file has no sessions that others could see")
    session = await one(KEPT[alone.dialect])
    if alone.dialect == "postgres":
        await execute_raw("SELECT 4713 AS mark")
    for sql in (
        "SELECT lower('A'), coalesce(NULL, 1), count(*) FROM session_word WHERE id IN (1, 2)",
        "DELETE FROM session_word",
        "INSERT INTO session_word (id, t) SELECT coalesce(max(id), 0) + 1, 'x' FROM session_word",
        "UPDATE session_word SET t = concat(t, 'y') WHERE id = 7",
        "WITH a (n) AS (SELECT 1) SELECT n FROM a",
        "EXPLAIN SELECT 1",
    ):
        await execute_raw(sql)
        async with atomic():
            await execute_raw(sql)
    assert await one(KEPT[alone.dialect]) == session
    if alone.dialect == "postgres":
        assert await one("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%4713 AS mark'") == 1


async def test_a_setting_that_cannot_be_taken_back_closes_the_session(alone: Backend) -> None:
    """The reset itself runs under what was set."""
    only(alone, "postgres")
    await execute_raw("CREATE TEMP TABLE session_locked (a int)")
    with pytest.raises(OxydeError):
        await execute_raw("SELECT set_config('role', 'nobody_of_that_name', false)")
    await execute_raw("SELECT set_config('statement_timeout', '1', false)")
    assert await one("SHOW statement_timeout") == "0"
