"""SQL as it is shown: a clause a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.db.render import clauses


@pytest.mark.parametrize(
    ("sql", "lines"),
    [
        (
            'SELECT "a FROM b", EXTRACT(YEAR FROM x) FROM t LEFT JOIN u ON u.a = t.a WHERE a IS DISTINCT FROM b ORDER BY 1 LIMIT ?',
            [
                'SELECT "a FROM b", EXTRACT(YEAR FROM x)',
                "FROM t",
                "LEFT JOIN u ON u.a = t.a",
                "WHERE a IS DISTINCT FROM b",
                "ORDER BY 1",
                "LIMIT ?",
            ],
        ),
        (
            "INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET b = 1 RETURNING a",
            ["INSERT INTO t (a)", "VALUES (?)", "ON CONFLICT (a) DO UPDATE SET b = 1", "RETURNING a"],
        ),
        (
            "INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a)",
            ["INSERT INTO t (a)", "VALUES (?)", "ON DUPLICATE KEY UPDATE a = VALUES(a)"],
        ),
        ("UPDATE t SET a = 1 WHERE b = 2", ["UPDATE t", "SET a = 1", "WHERE b = 2"]),
        ("DELETE FROM t WHERE b", ["DELETE FROM t", "WHERE b"]),
        ("(SELECT 1 FROM t) UNION ALL SELECT 2 FROM u", ["(SELECT 1 FROM t)", "UNION ALL SELECT 2", "FROM u"]),
        ("SELECT 1 FROM t FOR UPDATE", ["SELECT 1", "FROM t", "FOR UPDATE"]),
        ("SELECT 'it''s FROM x' FROM y -- FROM z", ["SELECT 'it''s FROM x'", "FROM y -- FROM z"]),
        ("SELECT $$a FROM b$$ FROM c", ["SELECT $$a FROM b$$", "FROM c"]),
        ("SELECT 1 /* FROM a */ FROM b", ["SELECT 1 /* FROM a */", "FROM b"]),
        ("SELECT 'a FROM b", ["SELECT 'a FROM b"]),
    ],
)
def test_clauses(sql: str, lines: list[str]) -> None:
    """Each clause is on a line of its own."""
    assert clauses(sql, "postgres").splitlines() == lines


@pytest.mark.parametrize(
    ("dialect", "lines"), [("mysql", [r"SELECT 'a\' FROM b'", "FROM c"]), ("postgres", [r"SELECT 'a\'", "FROM b' FROM c"])]
)
def test_a_backslash_is_the_servers(dialect: str, lines: list[str]) -> None:
    """It quotes a quote on MySQL, and is a character elsewhere."""
    assert clauses(r"SELECT 'a\' FROM b' FROM c", dialect).splitlines() == lines


def test_keywords() -> None:
    """Words in capitals are marked, those in quotes are not."""
    assert clauses("SELECT 'FROM', a FROM \"AS\"", "sqlite", str.lower) == "select 'FROM', a\nfrom \"AS\""


WORDS = ("SELECT", "FROM", "WHERE", "ORDER BY", "VALUES", "JOIN", "SET", "UPDATE", "a", "?", "(", ")", ",", "=")
QUOTED = ("'x FROM y'", "'it''s WHERE'", '"q LIMIT 1"', "`b SET c`")
SQL = st.lists(st.sampled_from(WORDS + QUOTED), max_size=20).map(" ".join)


@given(SQL | st.text("'\"`() FROMWHERE;", max_size=40))
def test_breaks_replace_spaces_outside_of_strings_and_parentheses(sql: str) -> None:
    """Without the breaks it is the same text; no string, quoted name or pair of parentheses is broken."""
    broken = clauses(sql, "sqlite")
    assert broken.replace("\n", " ") == sql
    quote, depth = "", 0
    for character, shown in zip(sql, broken, strict=True):
        assert not (shown == "\n" and (quote or depth > 0))
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        else:
            depth += (character == "(") - (character == ")")


@given(st.text("'\"`() FROMWHERE;-/*#$[]\\:\n", max_size=40), st.sampled_from(["postgres", "sqlite", "mysql", "mariadb"]))
def test_any_text_comes_back(sql: str, dialect: str) -> None:
    """Whatever the text is, the breaks take the place of spaces."""
    broken = clauses(sql, dialect)
    assert len(broken) == len(sql)
    assert all(shown == character or (character, shown) == (" ", "\n") for character, shown in zip(sql, broken, strict=True))
