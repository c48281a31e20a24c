"""A transaction that a statement of the application ended beneath its block: the server is believed, and the statement is named."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import DatabaseError, Field, Model, TransactionBroken, UnsupportedError, atomic, db, execute_raw
from oxyde.exceptions import OxydeError
from tests.backends import Backend
from tests.tables import table, tables


class Row(Model):
    """Something to write."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20)

    Meta = table("beneath_row")


class Stop(Exception):
    """Leaves a block."""


HIDDEN = [
    "CALL beneath_commits()",
    "EXECUTE IMMEDIATE 'COMMIT'",
    "IF TRUE THEN COMMIT; END IF",
    "BEGIN NOT ATOMIC COMMIT; START TRANSACTION; END",
    "SET DEFAULT ROLE NONE",
    "SET STATEMENT max_statement_time = 9 FOR CALL beneath_commits()",
    "CALL beneath_fails()",
]
"""What commits on MariaDB without saying so in its first word; the last one fails besides."""

MADE = [
    "CREATE OR REPLACE PROCEDURE beneath_commits() BEGIN COMMIT; END",
    "CREATE OR REPLACE PROCEDURE beneath_fails() BEGIN COMMIT; SIGNAL SQLSTATE '45000'; END",
    "CREATE OR REPLACE PROCEDURE beneath_harmless() BEGIN INSERT INTO beneath_row (name) VALUES ('called'); END",
]


@pytest.fixture
async def ready(database: db.AsyncDatabase, backend: Backend) -> Backend:
    """An empty table, and procedures where there are such."""
    await db.drop_tables(models=[Row], if_exists=True)
    await db.create_tables(models=[Row])
    if backend.dialect == "mariadb":
        for text in MADE:
            await execute_raw(text)
    return backend


@pytest.mark.parametrize("text", HIDDEN)
async def test_it_is_named(ready: Backend, text: str) -> None:
    """The statement raises, nothing more is taken, and the block raises once more when that was caught."""
    if ready.dialect != "mariadb":
        pytest.skip("only MariaDB commits in there")
    with pytest.raises(TransactionBroken, match=r"ended the atomic block beneath it") as caught:
        async with atomic():
            await Row.objects.create(name="before")
            with pytest.raises(DatabaseError if "fails" in text else TransactionBroken) as first:
                await execute_raw(text)
            assert text[:20] in f"{first.value} {getattr(first.value, 'hint', '')}"
            with pytest.raises(TransactionBroken):
                await Row.objects.create(name="after")
    assert text[:20] in str(caught.value)
    assert [row.name for row in await Row.objects.all()] == ["before"]
    await Row.objects.create(name="next")


async def test_set_rollback_does_not_hide_it(ready: Backend) -> None:
    """What was to be undone is committed: the block says so, a nested one too."""
    if ready.dialect != "mariadb":
        pytest.skip("only MariaDB commits in there")
    with pytest.raises(TransactionBroken, match="CALL beneath_commits"):
        async with atomic() as block:
            await Row.objects.create(name="before")
            block.set_rollback()
            with pytest.raises(TransactionBroken, match="CALL beneath_commits"):
                async with atomic() as nested:
                    nested.set_rollback()
                    with pytest.raises(TransactionBroken):
                        await execute_raw("CALL beneath_commits()")


async def test_what_harms_nothing_runs(ready: Backend) -> None:
    """Statements that a word cannot clear are asked about, and the block goes on."""
    harmless = {
        "mariadb": ["CALL beneath_harmless()", "SET @a = 1", "DO 1", "BEGIN NOT ATOMIC SELECT 1; END", "(SELECT 1 AS a)", "SAVEPOINT x"],
        "postgres": ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "DO $$ BEGIN PERFORM 1; END $$", "CREATE TABLE beneath_t (a int)"],
        "sqlite": ["CREATE TABLE beneath_t (a int)", "PRAGMA user_version"],
    }[ready.dialect]
    async with atomic():
        for text in harmless:
            await execute_raw(text)
        await Row.objects.create(name="after")
        async with atomic():
            for text in harmless[1:2]:
                if "TABLE" not in text:
                    await execute_raw(text)
    assert await Row.objects.filter(name="after").count() == 1
    with pytest.raises(Stop):
        async with atomic():
            await Row.objects.create(name="undone")
            raise Stop
    assert await Row.objects.filter(name="undone").count() == 0
    if ready.dialect != "mariadb":
        await execute_raw("DROP TABLE beneath_t")


ENDS = ["COMMIT", "commit and chain", "ROLLBACK", "END", "ABORT", "PREPARE TRANSACTION 'p'", "BEGIN; COMMIT"]
NOISE = st.lists(
    st.sampled_from(
        ["/*! x */", "/* a /* b */ c */", "-- SELECT 1\n", "/**/", " ", "\n", ";", "/*M! 1 */", "# x\n", "\t", "/* SELECT */", "\ufeff"]
    ),
    max_size=4,
)


@settings(max_examples=2_000 if os.environ.get("OXYDE_LONG") else 60)
@given(end=st.sampled_from(ENDS), noise=NOISE)
def test_comments_hide_no_end(backend_module: Backend, end: str, noise: list[str]) -> None:
    """Whatever stands before the word: no row after the rollback, or an error."""
    with oxyde.connect(backend_module.url) as connection:
        oxyde.sync.execute_raw("DROP TABLE IF EXISTS beneath_noise")
        oxyde.sync.execute_raw("CREATE TABLE beneath_noise (a int)")
        refused = False
        try:
            with oxyde.sync.atomic():
                oxyde.sync.execute_raw("INSERT INTO beneath_noise VALUES (1)")
                oxyde.sync.execute_raw("".join(noise) + end)
                oxyde.sync.execute_raw("INSERT INTO beneath_noise VALUES (2)")
                raise Stop
        except Stop:
            pass
        except OxydeError:
            refused = True
        rows = [row["a"] for row in oxyde.sync.execute_raw("SELECT a FROM beneath_noise")]
        assert refused or rows == [], ("".join(noise) + end, rows)
        assert 2 not in rows
        assert connection.connected


@pytest.mark.parametrize("text", ["PREPARE TRANSACTION 'p'", "/* a /* b */ c */ COMMIT", "/*! x */ COMMIT AND CHAIN"])
async def test_postgres_ends_are_refused_before_they_are_sent(ready: Backend, text: str) -> None:
    """Its grammar has no others."""
    if ready.dialect != "postgres":
        pytest.skip("the spelling of PostgreSQL")
    with pytest.raises(UnsupportedError, match="would end the atomic block"):
        async with atomic():
            await Row.objects.create(name="a")
            await execute_raw(text)
    assert await Row.objects.count() == 0


@pytest.mark.parametrize("text", ["LISTEN a", "/* x */ copy beneath_row to stdout", "COPY beneath_row FROM STDIN"])
async def test_other_conversations_are_refused(ready: Backend, text: str) -> None:
    """By name, and the connection is as good as before."""
    if ready.dialect != "postgres":
        pytest.skip("the words of PostgreSQL")
    with pytest.raises(UnsupportedError, match=r"LISTEN|COPY"):
        await execute_raw(text)
    async with atomic():
        with pytest.raises(UnsupportedError, match=r"LISTEN|COPY"):
            await execute_raw(text)
        await execute_raw("NOTIFY a")
        await Row.objects.create(name="a")
    assert await Row.objects.count() == 1


async def test_notices_and_files_are_no_conversation(ready: Backend) -> None:
    """What the server does with its own files is a statement like others."""
    if ready.dialect != "postgres":
        pytest.skip("the words of PostgreSQL")
    async with tables():
        await execute_raw("COPY (SELECT 1) TO '/dev/null'")
        await execute_raw("UNLISTEN *")
        await execute_raw("DO $$ BEGIN RAISE NOTICE 'x'; END $$")
