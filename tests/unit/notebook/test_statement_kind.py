"""The first word decides between SQL and Python."""

from __future__ import annotations

import pytest

from oxyde.notebook import statement_kind


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("SELECT 1", "select"),
        ("  (select 1) union (select 2)", "select"),
        ("SELECT(1)", "select"),
        ("select'x'", "select"),
        ("SELECT :x", "select"),
        ("SELECT * FROM a", "select"),
        ("VALUES (1), (2)", "values"),
        ("TABLE flights", "table"),
        ("EXPLAIN (ANALYZE) SELECT 1", "explain"),
        ("-- why\nSELECT 1", "select"),
        ("/* a\n b */ /* c */ WITH a AS (SELECT 1) SELECT 2", "with"),
        ("SET x = 1", "set"),
        ("vacuum", "vacuum"),
        ("BEGIN;", "begin"),
        ("DISCARD ALL", "discard"),
        ("DECLARE c CURSOR FOR SELECT 1", "declare"),
        ("FETCH 3 FROM c", "fetch"),
        ("MOVE FORWARD 3 IN c", "move"),
        ("CLOSE c", "close"),
        ("COPY (SELECT 1) TO STDOUT", "copy"),
        ("COPY flights TO STDOUT", "copy"),
        ("REINDEX", "reindex"),
        ("CLUSTER;", "cluster"),
        ("SECURITY LABEL ON TABLE t IS 'x'", "security"),
        ("REASSIGN OWNED BY a TO b", "reassign"),
        ("IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c", "import"),
        ("UNLISTEN *", "unlisten"),
        ("XA START 'x'", "xa"),
        ("HELP 'contents'", "help"),
        ("CHECKSUM TABLE t", "checksum"),
        ("GET DIAGNOSTICS @n = NUMBER", "get"),
        ("INSTALL PLUGIN p SONAME 's'", "install"),
        ("uninstall component 'c'", "uninstall"),
        ("CHANGE MASTER TO MASTER_HOST='h'", "change"),
        ("STOP SLAVE", "stop"),
        ("PURGE BINARY LOGS TO 'x'", "purge"),
        ("CACHE INDEX t IN c", "cache"),
        ("CLONE LOCAL DATA DIRECTORY 'd'", "clone"),
        ("BACKUP STAGE START", "backup"),
        ("BINLOG 'x'", "binlog"),
        ("SHUTDOWN", "shutdown"),
        ("RESTART", "restart"),
        ("get(1)", None),
        ("cache", None),
        ("cache in caches", None),
        ("stop if done else go", None),
        ("shutdown()", None),
        ("change + 1", None),
        ("SIGNAL SQLSTATE '45000'", "signal"),
        (";SELECT 1", "select"),
        ("; ;\n-- why\n;SELECT 1", "select"),
        ("\ufeffSELECT 1", "select"),
        ("\ufeff-- why\nSELECT 1", "select"),
        ("# why\nSELECT 1", "select"),
        ("commit", "commit"),
    ],
)
def test_sql(body: str, word: str) -> None:
    """Statements, with comments and parentheses before them."""
    assert statement_kind.first(body) == word


@pytest.mark.parametrize(
    "body",
    [
        "Order.objects",
        "values",
        "select",
        "values.filter(x=1)",
        "table[0]",
        "set(x)",
        "show(x)",
        "update, x",
        "# SELECT\nOrder.objects",
        "(late)",
        "(select)",
        "selected",
        "table == 3",
        "",
        "1 + 1",
        "ß",
        "help(x)",
        "copy(late)",
        "fetch(3)",
        "close",
        "import polars as pl",
        "xa",
        ";",
        "\ufeff",
    ],
)
def test_python(body: str) -> None:
    """Expressions, those of names that are words of SQL too."""
    assert statement_kind.first(body) is None


def test_variables() -> None:
    """A word that is a statement by itself is Python where it names a variable."""
    assert statement_kind.first("cluster", {"cluster": 1}) is None
    assert statement_kind.first("CLUSTER", {"cluster": 1}) == "cluster"
    assert statement_kind.first("cluster a", {"cluster": 1}) == "cluster"


def test_trimmed() -> None:
    """What is sent has no semicolons and no byte order mark around it; comments stay."""
    assert statement_kind.trimmed("\ufeff; -- why\nSELECT ';' ;\n") == "-- why\nSELECT ';'"


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT 1", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a", False),
        ("SELECT * INTO b FROM a", False),
        ("SELECT * FROM a FOR UPDATE", False),
        ("EXPLAIN ANALYZE DELETE FROM a", False),
        ("UPDATE a SET b = 1 RETURNING *", False),
        ("CALL f()", False),
        ("SHOW TABLES", True),
    ],
)
def test_only_reads(sql: str, reads: bool) -> None:
    """What may be stopped half-way is what certainly changes nothing."""
    assert statement_kind.only_reads(sql) is reads
