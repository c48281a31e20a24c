"""How statements begin: comments are seen through, and words of transactions told from others that look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.db.placeholders import Placeholder, scan
from oxyde.db.sql_start import first_tokens, may_write, transaction_word, without_comments, words


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("BEGIN", "BEGIN"),
        ("begin immediate;", "BEGIN"),
        ("  START\n TRANSACTION READ ONLY", "START TRANSACTION"),
        ("savepoint a", "SAVEPOINT"),
        ("RELEASE a", "RELEASE"),
        ("COMMIT", "COMMIT"),
        ("ROLLBACK TO a", "ROLLBACK"),
        ("END", "END"),
        ("abort", "ABORT"),
        ("-- why\nBEGIN", "BEGIN"),
        ("/* a */ # b\n;BEGIN", "BEGIN"),
        ("\ufeff; BEGIN", "BEGIN"),
        ("/*!50000 COMMIT */", "COMMIT"),
    ],
)
def test_transactions(sql: str, word: str) -> None:
    """The word is named as SQL writes it."""
    assert transaction_word(sql) == word


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "beginning",
        "BEGIN NOT ATOMIC SELECT 1; END",
        "START SLAVE",
        "COMMIT PREPARED 'a'",
        "ROLLBACK PREPARED 'a'",
        "SELECT 'x' -- BEGIN",
        "/* BEGIN */ SELECT 1",
        "begin = 1",
        "end.of",
        "release(lock)",
        "",
    ],
)
def test_others(sql: str) -> None:
    """What stands alone on a connection, or is no transaction, is let through."""
    assert transaction_word(sql) is None


def test_dialects_differ() -> None:
    """A comment of one server is the code of another."""
    assert transaction_word("/* a /* b */ COMMIT", "sqlite") == "COMMIT"
    assert transaction_word("/* a /* b */ COMMIT", "postgres") is None
    assert transaction_word("/*!50000 COMMIT */", "mysql") == "COMMIT"
    assert transaction_word("/*M! COMMIT */", "mysql") is None
    assert transaction_word("/*M! COMMIT */", "mariadb") == "COMMIT"
    assert transaction_word("/*!50000 COMMIT */", "sqlite") is None
    assert transaction_word("--x\nCOMMIT", "mysql") is None
    with pytest.raises(ValueError, match="no dialect"):
        transaction_word("COMMIT", "oracle")


def test_first_tokens() -> None:
    """With what is behind them, so that a statement is told from Python."""
    assert first_tokens("SET x = 1") == ("SET", "x", "=")
    assert first_tokens("set(x)") == ("set", "(", "x")
    assert first_tokens("x /* = */ = 1") == ("x", "=", "1")
    assert first_tokens(";; ((SELECT 1) UNION SELECT 2)") == ("SELECT", "1", ")")
    assert first_tokens("VACUUM") == ("VACUUM", "", "")
    assert first_tokens(" -- nothing") == first_tokens("") == ("", "", "")
    assert first_tokens("'text'") == ("'text'", "", "")
    assert without_comments("\ufeff /* a */; -- b\n SELECT 1 -- c") == "SELECT 1 -- c"
    assert words("SELECT 'insert', \"delete\" /* update */ FROM Merge", "postgres") == ["select", "from", "merge"]


COMMENTS = {
    "postgres": ["--a ' :x\n", "--\r", "/* ' :x /* $1 */ \" */"],
    "sqlite": ["--a ' :x\n", "/* ' :x /* ? */"],
    "mysql": ["-- a ' :x\n", "--\t?\n", "# ' :x\n", "/* ' :x /* ? */", "/*! */"],
}
STRINGS = {
    "postgres": ["'a''b :x'", "'\\\\'", r"E'\' :x'", '"a"" :x"', "$$ ' :x $$", "$t$ $$ :x $t$", "x$1", "a::b", "1"],
    "sqlite": ["'a''b :x'", "'\\\\'", '"a"" ?"', "[:x]", "`? :x`", "1"],
    "mysql": ["'a''b :x'", r"'\' :x'", r'"\" ? "', "`? :x`", "@@x", "@x", "1"],
}
COMMENTS["mariadb"], STRINGS["mariadb"] = [*COMMENTS["mysql"], "/*M!100100 */"], STRINGS["mysql"]
SPACE = [" ", "\n", "\t", ""]


@given(st.data(), st.sampled_from(["postgres", "sqlite", "mysql", "mariadb"]))
def test_noise_changes_nothing(data: st.DataObject, dialect: str) -> None:
    """Whatever comments and strings are around them, first word and placeholders are the same."""

    def noise(*parts: str) -> str:
        return "".join(data.draw(st.lists(st.sampled_from([*COMMENTS[dialect], *SPACE, *parts]), max_size=4)))

    def strings() -> str:
        return noise(*(f" {text} " for text in STRINGS[dialect]))

    word = data.draw(st.sampled_from(["COMMIT", "SELECT", "savepoint"]))
    lead = noise(";", "\ufeff")
    sql = f"{lead}{word} {strings()} :a {strings()}, :b1 {strings()}"
    pieces = scan(sql, dialect)
    assert [piece.text for piece in pieces if isinstance(piece, Placeholder)] == [":a", ":b1"]
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in pieces) == sql
    assert first_tokens(sql, dialect)[0] == word
    assert words(sql, dialect)[0] == word.lower()
    assert without_comments(sql, dialect).startswith(word)
    assert transaction_word(sql, dialect) == (None if word == "SELECT" else word.upper())


@pytest.mark.parametrize(
    ("sql", "writes"),
    [
        ("SELECT lower(a), count(*) FROM t", False),
        ("SELECT 'f(1)' -- f(2)", False),
        ("SELECT f(1)", True),
        ("SELECT a.lower('b')", True),
        ("SELECT * FROM t FOR UPDATE", True),
        ("SELECT nextval('s')", True),
        ("SELECT NEXT VALUE FOR s", True),
    ],
)
def test_what_may_write(sql: str, writes: bool) -> None:
    """A function that is not known may; those of a file cannot."""
    assert may_write(sql, "postgres") is may_write(sql, "mariadb") is writes
    assert not may_write("SELECT f(1)", "sqlite")
