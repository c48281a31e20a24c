"""Derived names fit every server and are told apart; misspelt names find their neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.schema import naming


@pytest.mark.parametrize(
    ("name", "expected"),
    [("User", "user"), ("OrderState", "order_state"), ("HTTPCode", "http_code"), ("A", "a"), ("UserV2Name", "user_v2_name")],
)
def test_snake(name: str, expected: str) -> None:
    assert naming.snake(name) == expected


def test_enum_name() -> None:
    assert naming.enum_name("OrderState") == "order_state_enum"


@given(st.text(min_size=1, max_size=200))
def test_a_short_name_fits_and_is_stable(name: str) -> None:
    made = naming.short(name)
    assert len(made.encode()) <= naming.LONGEST
    assert made == naming.short(name)
    assert made == name or len(name.encode()) > naming.LONGEST


def test_long_names_that_differ_at_the_end_stay_apart() -> None:
    long = "x" * 100
    assert naming.short(long + "a") != naming.short(long + "b")


def test_a_character_of_several_bytes_is_never_cut() -> None:
    for prefix in ("", "a"):  # the place of the cut is within a character for one of the two
        made = naming.short(prefix + "é" * 100)
        assert set(made.rpartition("_")[0].removeprefix(prefix)) == {"é"}
        assert naming.LONGEST - 1 <= len(made.encode()) <= naming.LONGEST


def test_names_of_constraints() -> None:
    assert naming.foreign_key_name("posts", ["author_id"]) == "fk_posts_author_id"
    assert naming.index_name("posts", ["title", "author_id"]) == "ix_posts_title_author_id"
    assert naming.constraint_name("ck", "posts", ["1"]) == "ck_posts_1"


def test_meant() -> None:
    assert naming.meant("nmae", ["name", "age"]) == '; did you mean "name"?'
    assert naming.meant("zzz", ["name", "age"]) == ""


def test_twice() -> None:
    assert naming.twice(["a", "b", "a"]) == "a"
    assert naming.twice(["a", "b"]) is None
    assert naming.twice([]) is None


def test_quotes_are_doubled() -> None:
    """A name with a quote is still one name."""
    assert (naming.quoted('a"b'), naming.quoted("a`b", "`")) == ('"a""b"', "`a``b`")
