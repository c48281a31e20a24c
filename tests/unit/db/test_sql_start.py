"""How statements begin: comments are seen through, and words of transactions told from others that look like them."""

from __future__ import annotations

import pytest

from oxyde.db.sql_start import transaction_word


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
        "",
    ],
)
def test_others(sql: str) -> None:
    """What stands alone on a connection, or is no transaction, is let through."""
    assert transaction_word(sql) is None
