"""SQL text taken apart: placeholders are found, and strings, names, comments and operators are left alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.db.placeholders import Placeholder, scan

DIALECTS = ("postgres", "sqlite", "mysql", "mariadb")
PIECES = st.lists(
    st.sampled_from(
        [
            "'",
            '"',
            "`",
            "$$",
            "$tag$",
            "--",
            "/*",
            "*/",
            "#",
            "\n",
            "\\",
            ":",
            "::",
            ":a",
            ":b1",
            "?",
            "?2",
            "$1",
            "$2",
            "[",
            "]",
            "a",
            "1",
            " ",
            "x$1",
            "@v",
        ]
    ),
    max_size=24,
).map("".join)


def found(sql: str, dialect: str) -> list[str]:
    """Returns the placeholders as they are written."""
    return [piece.text for piece in scan(sql, dialect) if isinstance(piece, Placeholder)]


@given(PIECES, st.sampled_from(DIALECTS))
def test_the_pieces_are_the_text(sql: str, dialect: str) -> None:
    """Nothing is lost, added or changed, however the text is put together; two texts never stand side by side."""
    pieces = scan(sql, dialect)
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in pieces) == sql
    assert all(isinstance(one, Placeholder) or isinstance(two, Placeholder) for one, two in itertools.pairwise(pieces))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "':a'",
        "'it''s :a'",
        "-- :a\n",
        "/* :a */",
        "a::text",
        "a := 1",
        "12:30",
        "'unclosed :a",
        "/* unclosed :a",
        "-- :a",
        "x:a",
    ],
)
def test_what_is_no_placeholder(sql: str, dialect: str) -> None:
    """Strings, comments, casts and colons inside words."""
    assert found(sql, dialect) == []


@pytest.mark.parametrize(
    ("sql", "dialect", "placeholders"),
    [
        ("select :a, :b_1, :ä", "postgres", [":a", ":b_1", ":ä"]),
        ("select $1, $2", "postgres", ["$1", "$2"]),
        ("select ?, ?", "sqlite", ["?", "?"]),
        ("select ?2, ?1", "sqlite", ["?2", "?1"]),
        ("select @a, $b", "sqlite", ["@a", "$b"]),
        ("select ?", "mysql", ["?"]),
        ("select @a, @@b", "mysql", []),
        ("select data ? 'k', data ?| x", "postgres", []),
        ("select $1::text, :a::int", "postgres", ["$1", ":a"]),
        ("select $$ :a $1 $$, :b", "postgres", [":b"]),
        ("select $x$ :a $$ $1 $x$, :b", "postgres", [":b"]),
        ("select foo$1, :b", "postgres", [":b"]),
        (r"select E'\' :a', :b", "postgres", [":b"]),
        (r"select '\', :b", "postgres", [":b"]),
        (r"select '\' :a', :b", "mysql", [":b"]),
        (r"select '\', :b", "sqlite", [":b"]),
        ('select ":a", :b', "sqlite", [":b"]),
        ('select ":a", :b', "mysql", [":b"]),
        ("select `:a`, :b", "mysql", [":b"]),
        ("select [:a], :b", "sqlite", [":b"]),
        ("select /* /* :a */ :c */ :b", "postgres", [":b"]),
        ("select /* /* :a */ :b", "sqlite", [":b"]),
        ("select 1 # :a\n, :b", "mysql", [":b"]),
        ("select 1 #> :b", "postgres", [":b"]),
        ("select 1--:a\n, :b", "sqlite", [":b"]),
        ("select 1--:a\n, :b", "mysql", [":a", ":b"]),
        ("select a[1:2], a[:n], :b", "postgres", [":n", ":b"]),
        ("select /*!50000 :a, */ :b", "mysql", [":a", ":b"]),
        ("select /*M! :a, */ :b", "mysql", [":b"]),
        ("select /*M! :a, */ :b", "mariadb", [":a", ":b"]),
        ("select /*!50000 :a, */ :b", "sqlite", [":b"]),
        ("select 1 -- :a\r, :b", "postgres", [":b"]),
        ("select '\\\\\\'', :b", "mysql", [":b"]),
        ("select a[x:n]", "postgres", []),
    ],
)
def test_placeholders(sql: str, dialect: str, placeholders: list[str]) -> None:
    """Each server's own strings, comments and positional placeholders."""
    assert found(sql, dialect) == placeholders


def test_positions() -> None:
    """Question marks count; numbers are taken at their word; a name in brackets is marked."""
    assert [piece.index for piece in scan("? ? ?", "mysql") if isinstance(piece, Placeholder)] == [0, 1, 2]
    assert [piece.index for piece in scan("$3 $1", "postgres") if isinstance(piece, Placeholder)] == [2, 0]
    assert [piece.in_brackets for piece in scan("a[:n] :m", "postgres") if isinstance(piece, Placeholder)] == [True, False]
