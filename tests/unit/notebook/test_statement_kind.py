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
    ],
)
def test_python(body: str) -> None:
    """Expressions, those of names that are words of SQL too."""
    assert statement_kind.first(body) is None


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
