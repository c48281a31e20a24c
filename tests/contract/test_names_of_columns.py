"""The names of a raw statement's columns are those of the tables as they are now, at the first statement after a change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from oxyde import PoolSettings, atomic, db, execute_raw
from oxyde.notebook.command import MagicLine
from oxyde.notebook.run import run
from tests.backends import Backend
from tests.contract.test_redefined import elsewhere

AS_IT_WAS = ["CREATE TABLE named (a int, b int)", "INSERT INTO named VALUES (1, 2)"]
AGAIN = ["DROP TABLE named", "CREATE TABLE named (b int, a int)", "INSERT INTO named VALUES (2, 1)"]
SWAP = [f"ALTER TABLE named RENAME COLUMN {old} TO {new}" for old, new in (("a", "c"), ("b", "a"), ("c", "b"))]
CHANGES: dict[str, tuple[list[str], list[dict[str, Any]]]] = {
    "another order": (AGAIN, [{"b": 2, "a": 1}]),
    "renamed": (["ALTER TABLE named RENAME COLUMN a TO z"], [{"z": 1, "b": 2}]),
    "swapped": (SWAP, [{"b": 1, "a": 2}]),
    "added": (["ALTER TABLE named ADD COLUMN c int DEFAULT 3"], [{"a": 1, "b": 2, "c": 3}]),
    "dropped": (["ALTER TABLE named DROP COLUMN a"], [{"b": 2}]),
    "other types": (
        ["DROP TABLE named", "CREATE TABLE named (a varchar(9), b int)", "INSERT INTO named VALUES ('x', 2)"],
        [{"a": "x", "b": 2}],
    ),
}
STATEMENTS = ["SELECT * FROM named", "SELECT n.* FROM named n", "WITH q AS (SELECT * FROM named) SELECT * FROM q", "SELECT * FROM seen"]


@pytest.fixture
async def single(backend: Backend) -> AsyncIterator[Backend]:
    """One connection, whose statements are kept, and a table that another tool makes."""

    def clear() -> None:
        elsewhere(backend, "DROP VIEW IF EXISTS seen", "DROP TABLE IF EXISTS named")

    await asyncio.to_thread(clear)
    await asyncio.to_thread(elsewhere, backend, *AS_IT_WAS)
    async with db.connect(backend.url, settings=PoolSettings(max_connections=1)):
        yield backend
    await asyncio.to_thread(clear)


def frame(sql: str) -> list[dict[str, Any]]:
    """Returns the rows of a frame by its names."""
    rows: list[dict[str, Any]] = run(sql, {}, MagicLine(all=True)).to_arrow().to_pylist()
    return rows


def columns(sql: str) -> list[str]:
    """Returns the names of a frame's columns, be there rows or none."""
    return list(run(sql, {}, MagicLine(all=True)).to_arrow().column_names)


def ordered(rows: list[dict[str, Any]]) -> list[list[tuple[str, Any]]]:
    """Returns rows with the order of their columns."""
    return [list(row.items()) for row in rows]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("sql", STATEMENTS)
async def test_a_table_changes(single: Backend, change: str, sql: str) -> None:
    """Whoever changed it, in dictionaries and in frames."""
    texts, rows = CHANGES[change]
    if sql.endswith("seen"):
        # The columns of a view are those that its table had; it is made anew with the table.
        texts = ["DROP VIEW seen", *texts, "CREATE VIEW seen AS SELECT * FROM named"]
        await asyncio.to_thread(elsewhere, single, "CREATE VIEW seen AS SELECT * FROM named")
    for _ in range(2):
        assert ordered(await execute_raw(sql)) == [[("a", 1), ("b", 2)]]
        assert columns(sql) == ["a", "b"]
    await asyncio.to_thread(elsewhere, single, *texts)
    assert ordered(await execute_raw(sql)) == ordered(rows)
    assert ordered(frame(sql)) == ordered(rows)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_table_without_rows_changes(single: Backend, change: str) -> None:
    """A frame has its names all the same."""
    texts, rows = CHANGES[change]
    sql = "SELECT * FROM named WHERE b > 99"
    assert columns(sql) == ["a", "b"]
    await asyncio.to_thread(elsewhere, single, *texts)
    assert columns(sql) == list(rows[0])


@pytest.mark.parametrize("change", CHANGES)
async def test_the_first_statement_is_a_frame(single: Backend, change: str) -> None:
    """The other order of the two."""
    texts, rows = CHANGES[change]
    sql = "SELECT * FROM named"
    assert columns(sql) == ["a", "b"]
    await asyncio.to_thread(elsewhere, single, *texts)
    assert ordered(frame(sql)) == ordered(rows)


@pytest.fixture
async def postgres(single: Backend) -> Backend:
    """PostgreSQL alone."""
    if single.dialect != "postgres":
        pytest.skip("the others have no such statements")
    return single


async def test_rows_that_are_written(postgres: Backend) -> None:
    """RETURNING names what it returns as the table does now."""
    for sql in ("INSERT INTO named VALUES (1, 2) RETURNING *", "UPDATE named SET b = b RETURNING *", "DELETE FROM named RETURNING *"):
        await asyncio.to_thread(elsewhere, postgres, "DROP TABLE named", *AS_IT_WAS)
        await execute_raw(sql)
        await asyncio.to_thread(elsewhere, postgres, "DROP TABLE named", *AS_IT_WAS, "ALTER TABLE named RENAME a TO z")
        assert next(list(row) for row in await execute_raw(sql)) == ["z", "b"], sql


@pytest.mark.parametrize("by_whom", ["a statement", "a block of code"])
async def test_our_own_change_inside_a_block(postgres: Backend, by_whom: str) -> None:
    """A SELECT after our own ALTER TABLE shows it."""
    change = "ALTER TABLE named RENAME a TO z"
    change = change if by_whom == "a statement" else f"DO $$ BEGIN {change}; END $$"
    async with atomic():
        assert ordered(await execute_raw("SELECT * FROM named")) == [[("a", 1), ("b", 2)]]
        await execute_raw(change)
        assert ordered(await execute_raw("SELECT * FROM named")) == [[("z", 1), ("b", 2)]]


FUNCTION = "CREATE OR REPLACE FUNCTION named_rows() RETURNS SETOF named LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT * FROM named; END'"


@pytest.fixture
async def function(postgres: Backend) -> AsyncIterator[Backend]:
    """A function whose rows have the type of the table."""
    await asyncio.to_thread(elsewhere, postgres, FUNCTION)
    yield postgres
    await asyncio.to_thread(elsewhere, postgres, "DROP FUNCTION IF EXISTS named_rows()")


@pytest.mark.parametrize("change", ["renamed", "swapped", "added"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM named_rows()",
        "SELECT q.* FROM (SELECT 1) AS one, public.named_rows() AS q",
        "SELECT (named_rows()).*",
        "SELECT (n).* FROM named AS n",
        "SELECT * FROM json_populate_record(NULL::named, (SELECT to_json(n) FROM named AS n))",
        "SELECT * FROM unnest(ARRAY(SELECT n FROM named AS n))",
    ],
)
async def test_rows_of_functions(function: Backend, change: str, sql: str) -> None:
    """The server does not look behind functions and composite values: it would name and count the columns as before."""
    texts, rows = CHANGES[change]
    for _ in range(2):
        assert ordered(await execute_raw(sql)) == [[("a", 1), ("b", 2)]]
    await asyncio.to_thread(elsewhere, function, *texts)
    assert ordered(await execute_raw(sql)) == ordered(rows)
    assert ordered(frame(sql)) == ordered(rows)


async def test_a_composite_type_changes(postgres: Backend) -> None:
    """Its attributes are the columns."""
    sql = "SELECT (c).* FROM (SELECT CAST(ROW(1, 2) AS named_pair) AS c) AS q"
    try:
        await execute_raw("CREATE TYPE named_pair AS (p int, q int)")
        assert ordered(await execute_raw(sql)) == [[("p", 1), ("q", 2)]]
        await asyncio.to_thread(elsewhere, postgres, "ALTER TYPE named_pair RENAME ATTRIBUTE p TO first")
        assert ordered(await execute_raw(sql)) == [[("first", 1), ("q", 2)]]
    finally:
        await execute_raw("DROP TYPE IF EXISTS named_pair")


@pytest.mark.parametrize(("declare", "read"), [("DECLARE c CURSOR FOR", "FETCH ALL FROM c"), ("PREPARE c AS", "EXECUTE c")])
async def test_a_cursor_is_another(postgres: Backend, declare: str, read: str) -> None:
    """What is named is looked up each time: four letters are no integer."""
    end = "CLOSE c" if declare.startswith("DECLARE") else "DEALLOCATE c"
    async with atomic():
        await execute_raw(f"{declare} SELECT 1 AS a")
        assert await execute_raw(read) == [{"a": 1}]
        await execute_raw(end)
        await execute_raw(f"{declare} SELECT CAST('abcd' AS text) AS b, 2 AS c")
        assert await execute_raw(read) == [{"b": "abcd", "c": 2}]
        await execute_raw(end)


async def test_enumerations_and_domains(postgres: Backend) -> None:
    """Types made anew are others, the names are those of the table."""
    made = ["CREATE TYPE named_mood AS ENUM ('x', 'y')", "CREATE DOMAIN named_small AS int"]
    table = ["CREATE TABLE named (m named_mood, s named_small)", "INSERT INTO named VALUES ('x', 1)"]
    gone = ["DROP TABLE named", "DROP TYPE named_mood", "DROP DOMAIN named_small"]
    await asyncio.to_thread(elsewhere, postgres, "DROP TABLE named", *made, *table)
    try:
        assert ordered(await execute_raw("SELECT * FROM named")) == [[("m", "x"), ("s", 1)]]
        await asyncio.to_thread(elsewhere, postgres, *gone, *made, *table, "ALTER TABLE named RENAME m TO s2")
        assert ordered(await execute_raw("SELECT * FROM named")) == [[("s2", "x"), ("s", 1)]]
    finally:
        await asyncio.to_thread(elsewhere, postgres, *gone)
        await asyncio.to_thread(elsewhere, postgres, *AS_IT_WAS)


async def test_statements_that_tables_decide_stay_prepared(postgres: Backend) -> None:
    """Only what the server does not watch is prepared each time."""
    for sql, kept in (("SELECT * FROM named", 1), ("SELECT a, b FROM named", 1), ("SELECT * FROM generate_series(1, 2)", 3)):
        for _ in range(3):
            await execute_raw(sql)
        (row,) = await execute_raw("SELECT count(*) AS n FROM pg_prepared_statements WHERE starts_with(statement, $1)", [sql])
        assert row["n"] == kept, sql
