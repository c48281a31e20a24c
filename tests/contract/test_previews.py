"""What a notebook shows first rows of: a statement that only reads stops there, one that writes is whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import oxyde
from oxyde.notebook.command import MagicLine
from oxyde.notebook.run import run
from tests.backends import Backend

MANY = 20_000
MADE = {
    "postgres": [
        "DROP TABLE IF EXISTS preview_log, preview_job CASCADE",
        "CREATE TABLE preview_log (a int)",
        f"CREATE TABLE preview_job AS SELECT generate_series(1, {MANY}) AS id",
        "CREATE OR REPLACE FUNCTION preview_done(x int) RETURNS int LANGUAGE sql AS $$ INSERT INTO preview_log VALUES (x) RETURNING a $$",
        "CREATE VIEW preview_view AS SELECT preview_done(id) AS id FROM preview_job",
        "DROP SEQUENCE IF EXISTS preview_sequence",
        "CREATE SEQUENCE preview_sequence",
    ],
    "mariadb": [
        "DROP VIEW IF EXISTS preview_view",
        "DROP TABLE IF EXISTS preview_log, preview_job",
        "CREATE TABLE preview_log (a int)",
        "CREATE TABLE preview_job (id int)",
        f"INSERT INTO preview_job SELECT seq FROM seq_1_to_{MANY}",
        "DROP FUNCTION IF EXISTS preview_done",
        "CREATE FUNCTION preview_done(x INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO preview_log VALUES (x); RETURN x; END",
        "CREATE VIEW preview_view AS SELECT preview_done(id) AS id FROM preview_job",
        "CREATE OR REPLACE SEQUENCE preview_sequence",
    ],
}


@pytest.fixture
def server(backend: Backend) -> Iterator[Backend]:
    """A function that writes, a view that calls it, and rows to call it for."""
    if backend.dialect not in MADE:
        pytest.skip("functions cannot write there")
    with oxyde.connect(backend.url):
        for text in MADE[backend.dialect]:
            oxyde.sync.execute_raw(text)
        yield backend


def shown(sql: str) -> str:
    """Returns the line below a preview of ten rows, without the connection and the time."""
    return run(sql, {}, MagicLine()).footer.rsplit(" · ", 2)[0]


def written() -> int:
    """Counts the calls of the function that were committed."""
    return int(oxyde.sync.execute_raw("SELECT count(*) AS n FROM preview_log")[0]["n"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT preview_done(id) FROM preview_job",
        "WITH a AS (SELECT preview_done(id) AS b FROM preview_job) SELECT b FROM a",
        "SELECT id FROM preview_view",
        "(SELECT preview_done(id) FROM preview_job)",
    ],
)
def test_a_write_is_whole(server: Backend, sql: str) -> None:
    """The statement runs to its end, also where only the server sees that it writes; and the line below counts all rows."""
    assert shown(sql) == f"first 10 of {MANY:,} rows"
    assert written() == MANY


def test_a_read_stops(server: Backend) -> None:
    """After the first rows, of which more exist; and nothing is left open."""
    assert shown("SELECT id, abs(id) FROM preview_job") == "first 10, more exist"
    assert shown("SELECT id FROM preview_job WHERE id < 4") == "all 3 rows"
    oxyde.sync.execute_raw("INSERT INTO preview_log VALUES (1)")
    assert written() == 1


def test_sequences(server: Backend) -> None:
    """What a preview draws is drawn."""
    draw = "nextval('preview_sequence')" if server.dialect == "postgres" else "NEXT VALUE FOR preview_sequence"
    assert shown(f"SELECT {draw} AS a FROM preview_job") == f"first 10 of {MANY:,} rows"
    assert oxyde.sync.execute_raw(f"SELECT {draw} AS a") == [{"a": MANY + 1}]


def test_locks(server: Backend) -> None:
    """A statement that locks rows needs a transaction that may write."""
    assert shown("SELECT id FROM preview_job FOR UPDATE") == f"first 10 of {MANY:,} rows"


def test_inside_a_block(server: Backend) -> None:
    """The block decides."""
    with oxyde.sync.atomic() as block:
        assert shown("SELECT preview_done(id) FROM preview_job") == f"first 10 of {MANY:,} rows"
        assert shown("SELECT id FROM preview_job") == f"first 10 of {MANY:,} rows"
        block.set_rollback()
    assert written() == 0


def test_what_nobody_counts_is_not_said(server: Backend) -> None:
    """Of rows that an inner part of a statement writes the server tells no number: the footer gives none, and they are there."""
    if server.dialect != "postgres":
        pytest.skip("no part of a WITH writes there")
    inner = f"WITH made AS (INSERT INTO preview_log SELECT generate_series(1, {MANY}) RETURNING a) SELECT * FROM made"
    assert (shown(inner), written()) == ("first 10 of 20,000 rows", MANY)
    assert shown("WITH few AS (SELECT 1 AS a) DELETE FROM preview_log USING few WHERE preview_log.a = few.a") == "1 row changed"
