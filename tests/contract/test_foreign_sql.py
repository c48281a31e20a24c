"""SQL of one's own over SQLite files of other people: views and triggers work, and a value is what the file holds, in rows and frames."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import polars as pl
import pytest

import oxyde
from oxyde import DatabaseError, DecodeError, Field, IntegrityError, Model
from oxyde.notebook.command import MagicLine
from oxyde.notebook.run import run
from tests.tables import table

UTC: Final = dt.timezone.utc


def execute(sql: str, params: Any = None) -> list[dict[str, Any]]:
    """Runs SQL and returns its rows."""
    return oxyde.sync.execute_raw(sql, params)


def values(sql: str) -> list[Any]:
    """Returns the first column of some rows."""
    return [next(iter(row.values())) for row in execute(sql)]


def framed(sql: str) -> pl.DataFrame:
    """Returns the rows as a frame, as a notebook does."""
    return run(sql, {}, MagicLine(target="rows")).to_polars()


@pytest.fixture
def memory() -> Iterator[None]:
    """A database in memory."""
    with oxyde.connect("sqlite::memory:"):
        yield


@pytest.fixture
def quoting(tmp_path: Path) -> Iterator[Path]:
    """A file whose definitions write text in double quotes, made in a process of its own."""
    path = tmp_path / "quoting.db"
    source = f"""
        import sqlite3
        connection = sqlite3.connect({str(path)!r})
        connection.executescript('''
            CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT CHECK (s IN ("a", "b", "z")) DEFAULT "z", u TEXT AS (s || "!"));
            CREATE INDEX i ON t (s) WHERE s = "a";
            CREATE TABLE log (m TEXT);
            CREATE VIEW v AS SELECT id, CASE WHEN s = "a" THEN "first" ELSE "other" END AS k FROM t;
            CREATE VIEW w AS SELECT k, "w" || k FROM v;
            CREATE TRIGGER tr AFTER INSERT ON t WHEN new.s <> "b" BEGIN INSERT INTO log VALUES ("new " || new.id); END;
            CREATE TRIGGER ti INSTEAD OF INSERT ON v BEGIN INSERT INTO t (s) VALUES ("a"); END;
            INSERT INTO t (s) VALUES ("a");
        ''')
        connection.commit()
    """
    subprocess.run([sys.executable, "-c", dedent(source)], check=True)
    with oxyde.connect(f"sqlite:///{path}"):
        yield path


def test_definitions_that_quote_text_work(quoting: Path) -> None:
    """Views, triggers, checks, defaults, generated columns and partial indexes do what they do for SQLite's own shell."""
    assert execute("SELECT * FROM v") == [{"id": 1, "k": "first"}]
    assert execute('SELECT "k", "id" + 1 FROM "v"') == [{"k": "first", '"id" + 1': 2}]
    assert execute("SELECT * FROM w") == [{"k": "first", '"w" || k': "wfirst"}]
    execute("INSERT INTO t (s) VALUES ('b')")
    execute("INSERT INTO t DEFAULT VALUES")
    execute("INSERT INTO v (k) VALUES ('x')")
    assert [tuple(row.values()) for row in execute("SELECT s, u FROM t ORDER BY id")] == [
        ("a", "a!"),
        ("b", "b!"),
        ("z", "z!"),
        ("a", "a!"),
    ]
    assert values("SELECT m FROM log") == ["new 1", "new 3", "new 4"]
    with pytest.raises(IntegrityError):
        execute("INSERT INTO t (s) VALUES ('q')")
    assert "USING COVERING INDEX i" in execute("EXPLAIN QUERY PLAN SELECT s FROM t WHERE s = 'a'")[0]["detail"]
    assert [row["name"] for row in execute("SELECT * FROM pragma_table_info('v')")] == ["id", "k"]
    execute("CREATE TABLE copied AS SELECT * FROM v")
    execute('CREATE TABLE "copied too" AS SELECT "k" FROM v')
    assert values("SELECT count(*) FROM copied") == values('SELECT count(*) FROM "copied too"') == [4]


def test_such_a_file_can_be_altered(quoting: Path) -> None:
    """Its tables are renamed, get columns and lose them, and the file is vacuumed."""
    execute('ALTER TABLE t ADD COLUMN "n" INTEGER')
    execute("ALTER TABLE t RENAME COLUMN n TO m")
    execute("ALTER TABLE t DROP COLUMN m")
    execute("ALTER TABLE log RENAME TO journal")
    execute("VACUUM")
    execute("INSERT INTO t DEFAULT VALUES")
    assert values("SELECT m FROM journal") == ["new 1", "new 2"]


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "nam" FROM t',
        'SELECT k FROM v WHERE "nam" = 1',
        'SELECT sum("nam") FROM v',
        'UPDATE t SET s = "nam"',
        'DELETE FROM t WHERE "nam" < 5',
        'INSERT INTO t (s) VALUES ("a")',
        'CREATE TABLE x AS SELECT "nam" FROM v',
        'CREATE TABLE x (a TEXT CHECK (a <> "nam"))',
        'CREATE INDEX x ON t (s) WHERE s = "nam"',
    ],
)
def test_misspelt_names_are_errors(quoting: Path, sql: str) -> None:
    """In a statement double quotes enclose names only, and a view beside it changes nothing; the error says what to write."""
    with pytest.raises(DatabaseError, match="no such column") as caught:
        execute(sql)
    assert "single" in (str(caught.value) + str(caught.value.hint))
    assert caught.value.sql == sql
    assert values("SELECT count(*) FROM t WHERE s = 'a'") == [1]


def test_a_column_that_goes_is_missed(quoting: Path) -> None:
    """A statement that was compiled before is no other one afterwards."""
    execute("ALTER TABLE t ADD COLUMN gone INTEGER DEFAULT 9")
    sql = 'DELETE FROM t WHERE "gone" > 5 AND s = "s"'
    assert values('SELECT count(*) FROM t WHERE "gone" > 5') == [1]
    subprocess.run(
        [sys.executable, "-c", f"import sqlite3; sqlite3.connect({str(quoting)!r}).execute('ALTER TABLE t DROP COLUMN gone')"], check=True
    )
    for _ in range(2):
        with pytest.raises(DatabaseError, match="no such column"):
            execute('SELECT count(*) FROM t WHERE "gone" > 5')
        with pytest.raises(DatabaseError, match="no such column"):
            execute(sql)
    assert values("SELECT count(*) FROM t") == [1]


@pytest.fixture
def branches(memory: None) -> None:
    """Two tables whose columns have other types."""
    execute("CREATE TABLE a (id INTEGER, flag BOOLEAN, price DECIMAL(10, 2), raw BLOB, day DATE)")
    execute("INSERT INTO a VALUES (1, 1, 2.5, x'00', '2024-01-01')")
    execute("CREATE TABLE b (code TEXT, day DATE)")
    execute("INSERT INTO b VALUES ('007', '2024-01-02'), ('12.0', NULL), ('+5', NULL)")
    execute("CREATE VIEW mixed AS SELECT code AS v FROM b UNION ALL SELECT id FROM a")
    execute("CREATE VIEW above AS SELECT v FROM mixed")
    execute("CREATE VIEW days AS SELECT day FROM a UNION ALL SELECT day FROM b")
    execute("CREATE VIEW plain AS SELECT day, flag FROM a WHERE id IN (SELECT 1 UNION SELECT 2)")


DAY: Final = dt.date(2024, 1, 1)
RECURSIVE: Final = "WITH RECURSIVE r(v) AS (SELECT id FROM a UNION ALL SELECT '00' || v FROM r WHERE length(v) < 4) SELECT v FROM r"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT id FROM a UNION ALL SELECT code FROM b", [1, "007", "12.0", "+5"]),
        ("SELECT price FROM a UNION ALL SELECT '1e3'", [2.5, "1e3"]),
        ("SELECT flag FROM a UNION ALL SELECT count(*) FROM a", [1, 1]),
        ("SELECT raw FROM a UNION ALL SELECT 'text'", [b"\0", "text"]),
        ("SELECT day FROM a UNION ALL SELECT 'Total'", ["2024-01-01", "Total"]),
        (RECURSIVE, [1, "001", "00001"]),
        ("SELECT * FROM (SELECT 'x' AS q UNION ALL SELECT day FROM a)", ["x", "2024-01-01"]),
        ("SELECT * FROM (SELECT code AS q FROM b UNION ALL SELECT id FROM a) WHERE q = 1", [1]),
        ("WITH q AS (SELECT 'x' AS v UNION ALL SELECT day FROM a), p AS (SELECT v FROM q) SELECT v FROM p", ["x", "2024-01-01"]),
        ("VALUES ((SELECT day FROM a)), ('x')", ["2024-01-01", "x"]),
        ("SELECT (SELECT 'x' UNION ALL SELECT day FROM a ORDER BY 1 DESC LIMIT 1)", ["x"]),
        ("SELECT v FROM mixed", ["007", "12.0", "+5", 1]),
        ("SELECT v FROM above", ["007", "12.0", "+5", 1]),
        ("SELECT day FROM a EXCEPT SELECT 'x' ORDER BY day", ["2024-01-01"]),
        # The types of all branches are the same, or those that differ are not read.
        ("SELECT day FROM a UNION ALL SELECT day FROM b WHERE day > '2'", [DAY, dt.date(2024, 1, 2)]),
        ("SELECT day FROM days WHERE day < '2024-01-02'", [DAY]),
        ("WITH q AS (SELECT day FROM a UNION SELECT day FROM b) SELECT day FROM q WHERE day < '2024-01-02'", [DAY]),
        ("SELECT day FROM plain", [DAY]),
        ("SELECT flag FROM a WHERE id IN (SELECT 1 UNION SELECT 'x')", [True]),
        ("SELECT day FROM a JOIN (SELECT 1 AS id UNION SELECT 'x') AS u USING (id)", [DAY]),
        ("WITH q AS (SELECT day FROM a) SELECT day FROM q", [DAY]),
        ("INSERT INTO b (day) SELECT '2024-01-01' UNION SELECT '2024-01-01' RETURNING day", [DAY]),
        ("SELECT price FROM a", [Decimal("2.50")]),
    ],
)
def test_a_type_is_laid_over_no_other_branch(branches: None, sql: str, expected: list[Any]) -> None:
    """Of a compound query SQLite names the type of one member: it counts where all have it."""
    for _ in range(2):
        found = values(sql)
        assert [(type(value), value) for value in found] == [(type(value), value) for value in expected]


def test_a_view_that_changes_changes_types(branches: None) -> None:
    """What was found out about a statement is found out anew."""
    execute("CREATE VIEW changing AS SELECT day FROM a")
    assert values("SELECT day FROM changing") == [DAY]
    execute("DROP VIEW changing")
    execute("CREATE VIEW changing AS SELECT 'x' AS day UNION ALL SELECT day FROM a")
    assert values("SELECT day FROM changing") == ["x", "2024-01-01"]


@pytest.mark.parametrize(
    ("declared", "stored", "expected"),
    [
        ("TIMESTAMP", "'2024-07-01 12:00:00+00:00'", dt.datetime(2024, 7, 1, 12, tzinfo=UTC)),
        ("DATETIME", "'2024-07-01T12:00:00.000Z'", dt.datetime(2024, 7, 1, 12, tzinfo=UTC)),
        ("DATETIME", "'2024-07-01 12:00:00'", dt.datetime(2024, 7, 1, 12)),
        ("DATETIME", "1719835200000", 1719835200000),
        ("DATE", "2460310.5", 2460310.5),
        ("DATETIME", "'2024-07-01 12:00:00.123456789+00:00'", "2024-07-01 12:00:00.123456789+00:00"),
        ("DATETIME", "''", ""),
        ("JSON", "'5'", 5),
        ("JSON", "'[5]'", "[5]"),
        ("BLOB", "'text'", "text"),
        ("BLOB", "42", 42),
        ("TEXT", "x'00'", b"\0"),
        ("DECIMAL(5,2)", "1.005", Decimal("1.005")),
        ("DECIMAL(5,2)", "1.5", Decimal("1.50")),
        ("DECIMAL(5,2)", "'n/a'", "n/a"),
        ("REAL", "''", ""),
        ("INTEGER", "'12abc'", "12abc"),
        ("INTEGER", "0.5", 0.5),
        ("FLOATING POINT", "2.5", 2.5),
        ("BOOLEAN", "'true'", "true"),
        ("BOOLEAN", "2", 2),
        ("BOOLEAN", "1", True),
        ("UUID", "'no uuid'", "no uuid"),
        ("NATIONAL VARCHAR(10)", "7", "7"),
        ("", "'7'", "7"),
    ],
)
def test_a_value_is_what_the_file_holds(memory: None, declared: str, stored: str, expected: Any) -> None:
    """As the type says where the value is spelt so; alone and beside one that is, in rows and in frames."""
    execute(f"CREATE TABLE t (n INTEGER PRIMARY KEY, v {declared})")
    execute(f"INSERT INTO t (v) VALUES ({stored}), (NULL)")
    found = values("SELECT v FROM t ORDER BY n")
    assert [(type(value), value) for value in found] == [(type(expected), expected), (type(None), None)]
    frame = framed("SELECT v FROM t ORDER BY n")["v"].to_list()
    assert frame == [str(expected) if isinstance(expected, Decimal) and frame[0] == str(expected) else expected, None]


def test_text_that_is_none_is_refused(memory: None) -> None:
    """The error names the column and what reads it."""
    execute("CREATE TABLE t (v TEXT)")
    execute("INSERT INTO t VALUES (CAST(x'ff' AS TEXT))")
    with pytest.raises(DecodeError, match=r"t\.v.*UTF-8") as caught:
        execute("SELECT v FROM t")
    assert "CAST(v AS BLOB)" in str(caught.value.hint)
    assert values("SELECT CAST(v AS BLOB) FROM t") == [b"\xff"]


def test_a_model_reads_no_text_as_bytes(memory: None) -> None:
    """No comparison with bytes would find it."""

    class State(Model):
        """A row whose value somebody wrote as text."""

        id: int = Field(db_pk=True)
        value: bytes

        Meta = table("foreign_state")

    execute("CREATE TABLE foreign_state (id INTEGER PRIMARY KEY, value BLOB)")
    execute("INSERT INTO foreign_state VALUES (1, 'text'), (2, x'00')")
    with pytest.raises(DecodeError, match="declare the field str"):
        State.objects.sync.all()
    assert State.objects.sync.get(id=2).value == b"\0"


FRAMES: Final[list[tuple[str, list[Any]]]] = [
    ("SELECT sum(total) AS v FROM inv GROUP BY c ORDER BY c", [3.0, 3.75]),
    ("SELECT max(total) AS v FROM inv GROUP BY c ORDER BY c", [2.0, 2.25]),
    ("SELECT total * 2 AS v FROM inv ORDER BY total", [2.0, 3.0, 4.0, 4.5]),
    ("SELECT total AS v FROM inv ORDER BY total", [Decimal("1.00"), Decimal("1.50"), Decimal("2.00"), Decimal("2.25")]),
    ("SELECT 1 AS v UNION ALL SELECT 2.5", [1.0, 2.5]),
    ("SELECT NULL AS v UNION ALL SELECT 'a'", [None, "a"]),
    ("SELECT 9007199254740992 AS v UNION ALL SELECT 0.5", [9007199254740992.0, 0.5]),
    ("SELECT 9007199254740993 AS v UNION ALL SELECT 2", [9007199254740993, 2]),
]


@pytest.mark.parametrize(("sql", "expected"), FRAMES)
def test_frames_widen_where_that_is_exact(memory: None, sql: str, expected: list[Any]) -> None:
    """Rows and frames agree."""
    execute("CREATE TABLE inv (c TEXT, total NUMERIC(10, 2))")
    execute("INSERT INTO inv VALUES ('a', 1), ('a', 2), ('b', 1.5), ('b', 2.25)")
    assert values(sql) == expected
    assert framed(sql)["v"].to_list() == expected


LATE: Final = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < {}) SELECT i, {} AS v FROM r"


@pytest.mark.parametrize(
    ("value", "last"),
    [("CASE i WHEN 150000 THEN 'abc' END", "abc"), ("CASE i WHEN 150000 THEN 0.5 ELSE i END", 0.5), ("CASE i WHEN 150000 THEN 7 END", 7)],
)
def test_what_comes_late_counts(memory: None, value: str, last: Any) -> None:
    """Neither leading NULLs nor leading integers fix a type, batches later."""
    sql = LATE.format(150_000, value)
    frame = framed(sql)
    assert (frame.height, frame["v"][-1]) == (150_000, last)
    assert frame["i"].to_list() == list(range(1, 150_001))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS v UNION ALL SELECT 'a'",
        "SELECT 9007199254740993 AS v UNION ALL SELECT 0.5",
        "SELECT x'00' AS v UNION ALL SELECT 'a'",
        LATE.format(150_000, "CASE i WHEN 150000 THEN 'abc' ELSE 0.5 END"),
    ],
)
def test_no_common_type_is_an_error_with_a_remedy(memory: None, sql: str) -> None:
    """It names the column and CAST."""
    with pytest.raises(DecodeError, match='"v"') as caught:
        framed(sql)
    assert "CAST(v AS TEXT)" in str(caught.value.hint)
