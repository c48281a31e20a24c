"""A corpus of SQLite files, each written in a process of its own as a tool writes it: rows agree with sqlite3, and the file stays."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any, Final
from uuid import UUID

import pytest

import oxyde
from oxyde import Field, Model
from tests.tables import table

# How tools define tables and spell values: facts, found in files that they wrote.
TABLES: Final = {
    "sqlalchemy": (
        (
            "CREATE TABLE thing (id INTEGER NOT NULL, name VARCHAR(50) NOT NULL, made DATETIME, day DATE, price NUMERIC(10, 2), "
            "ok BOOLEAN, data JSON, key CHAR(32), raw BLOB, ratio FLOAT, PRIMARY KEY (id), CHECK (ok IN (0, 1)))"
        ),
        "(1, 'a', '2024-05-01 12:00:00.000000', '2024-05-01', 9.5, 1, '{\"a\": [1]}', 'a0eebc999c0b4ef8bb6d6bb9bd380a11', x'00ff', 0.25)",
        "(2, 'b', '2024-05-01 12:00:00.000001', '2024-05-02', 10.25, 0, '5', 'a0eebc999c0b4ef8bb6d6bb9bd380a12', x'', 3)",
        "(3, 'é', NULL, NULL, NULL, NULL, 'null', NULL, NULL, NULL)",
    ),
    "django": (
        (
            'CREATE TABLE "thing" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(50) NOT NULL, "made" datetime, '
            '"day" date, "price" decimal, "ok" bool, '
            '"data" text CHECK ((JSON_VALID("data") OR "data" IS NULL)), "key" char(32), "raw" BLOB, "ratio" real)'
        ),
        "(1, 'a', '2024-05-01 12:00:00', '2024-05-01', 9.5, 1, '{\"a\": [1]}', 'a0eebc999c0b4ef8bb6d6bb9bd380a11', x'00ff', 0.25)",
        "(2, 'b', '2024-05-01 12:00:00.000001', '2024-05-02', 10.25, 0, '5', 'a0eebc999c0b4ef8bb6d6bb9bd380a12', x'', 3)",
        "(3, 'é', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    ),
    "peewee": (
        (
            'CREATE TABLE "thing" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "made" DATETIME, "day" DATE, '
            '"price" DECIMAL(10, 5), "ok" INTEGER, "data" TEXT, "key" TEXT, "raw" BLOB, "ratio" REAL)'
        ),
        "(1, 'a', '2024-05-01 12:00:00', '2024-05-01', 9.5, 1, '{\"a\": [1]}', 'a0eebc999c0b4ef8bb6d6bb9bd380a11', x'00ff', 0.25)",
        "(2, 'b', '2024-05-01 12:00:00.000001', '2024-05-02', 10.25, 0, '5', 'a0eebc999c0b4ef8bb6d6bb9bd380a12', x'', 3)",
        "(3, 'é', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    ),
    "java": (
        (
            "CREATE TABLE thing (id BIGINT PRIMARY KEY, name NVARCHAR(50), made TIMESTAMP, day BIGINT, price DOUBLE PRECISION, "
            "ok TINYINT(1), data CLOB, key VARCHAR(36), raw LONGBLOB, ratio FLOATING POINT)"
        ),
        "(1, 'a', 1714564800000, 1714521600000, 9.5, 1, '{\"a\": [1]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', x'00ff', 0.25)",
        "(2, 'b', 1714564800001, 1714608000000, 10.25, 0, '5', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', x'', 3)",
    ),
    "careless": (
        (
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, name, made TIMESTAMP WITH TIME ZONE, day DATE, price DECIMAL(5,2), ok BOOLEAN, "
            "data BLOB, key UUID, raw TEXT, ratio REAL)"
        ),
        "(1, 5, '2024-05-01T12:00:00.000Z', '01/05/2024', 1.005, 'true', 'text', 'none', x'00ff', '')",
        "(2, x'01', 'soon', 2460310.5, 'n/a', 2, 42, 7, 'text', 'x')",
        "(3, 2.5, 0, '', '', '', '', '', '', NULL)",
    ),
}
DEFINITIONS: Final = """
    CREATE VIEW named AS SELECT id, "name: " || name AS label, made FROM thing;
    CREATE VIEW twice AS SELECT name AS v FROM thing UNION ALL SELECT id FROM thing;
    CREATE TABLE log (m TEXT DEFAULT "none");
    CREATE TRIGGER noted AFTER UPDATE ON thing BEGIN INSERT INTO log VALUES ("changed"); END;
    CREATE INDEX by_name ON thing (name) WHERE name <> "";
"""
STATEMENTS: Final = [
    "SELECT * FROM thing",
    "SELECT * FROM named",
    "SELECT * FROM twice",
    "SELECT made, day, ok FROM thing UNION ALL SELECT id, name, price FROM thing",
    "SELECT max(made), min(day), sum(price), count(ok), avg(ratio), max(raw) FROM thing",
    "SELECT t.*, u.label FROM thing AS t JOIN named AS u ON u.id = t.id ORDER BY t.id",
    "WITH t AS (SELECT * FROM thing ORDER BY id DESC) SELECT * FROM t",
]


@pytest.fixture(params=[(tool, mode) for tool in TABLES for mode in ("DELETE", "WAL")], ids=" ".join)
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of each tool."""
    tool, mode = request.param
    path = tmp_path / "theirs.db"
    table, *rows = TABLES[tool]
    source = f"""
        import sqlite3
        connection = sqlite3.connect({str(path)!r})
        connection.execute("PRAGMA journal_mode = {mode}")
        connection.execute({table!r})
        connection.executescript({DEFINITIONS!r})
        connection.execute({"INSERT INTO thing VALUES " + ", ".join(rows)!r})
        connection.commit()
        connection.close()
    """
    subprocess.run([sys.executable, "-c", dedent(source)], check=True)
    return path


def is_same(ours: Any, theirs: Any) -> bool:
    """Whether a value is what sqlite3 reads, or what a text or number in that spelling means."""
    if type(ours) is type(theirs):
        return bool(ours == theirs)
    if isinstance(ours, bool):
        return theirs in (0, 1) and ours == bool(theirs)
    if isinstance(ours, dt.datetime):
        meant = dt.datetime.fromisoformat(theirs.replace("Z", "+00:00"))
        return ours == (meant.replace(tzinfo=dt.timezone.utc) if ours.tzinfo and not meant.tzinfo else meant)
    if isinstance(ours, dt.date):
        return ours == dt.date.fromisoformat(theirs)
    if isinstance(ours, Decimal):
        return ours == Decimal(str(theirs))
    return isinstance(ours, UUID) and ours == UUID(theirs)


def test_rows_agree_with_sqlite3(corpus: Path) -> None:
    """Every value of every statement; and no byte of the file changes."""
    before = corpus.read_bytes()
    found = {}
    # Not at the same time: two copies of SQLite in one process do not see each other's locks.
    with closing(sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)) as other:
        for sql in STATEMENTS:
            cursor = other.execute(sql)
            found[sql] = [column[0] for column in cursor.description], cursor.fetchall()
    with oxyde.connect(f"sqlite:///{corpus}"):
        for sql, (names, theirs) in found.items():
            ours = oxyde.sync.execute_raw(sql)
            assert [list(row) for row in ours] == [names] * len(theirs), sql
            for mine, row in zip(ours, theirs, strict=True):
                wrong = [(name, value, held) for (name, value), held in zip(mine.items(), row, strict=True) if not is_same(value, held)]
                assert wrong == [], sql
    assert corpus.read_bytes() == before


class Thing(Model):
    """A row, as far as all tools spell it the same."""

    id: int = Field(db_pk=True)
    name: str
    raw: bytes | None = None
    ratio: float | None = None

    Meta = table("thing")


def test_what_is_read_is_found(corpus: Path) -> None:
    """Each value of each row by a filter, or reading refuses."""
    before = corpus.read_bytes()
    refused: dict[str, str] = {}
    with oxyde.connect(f"sqlite:///{corpus}"):
        for name in ("id", "name", "raw", "ratio"):
            try:
                rows: list[dict[str, Any]] = Thing.objects.sync.values(*{"id": None, name: None}).all()
            except oxyde.DecodeError as error:
                refused[name] = str(error)
                continue
            for row in rows:
                condition = {f"{name}__isnull": True} if row[name] is None else {name: row[name]}
                found = Thing.objects.sync.filter(**condition).values("id").all()
                assert {"id": row["id"]} in found, (name, row)
    assert [name for name, message in refused.items() if f"thing.{name}" not in message] == []
    assert corpus.read_bytes() == before
