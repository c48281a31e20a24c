"""States: what equals what, what is found, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.parts import Column, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT, enum_of
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS


def test_order_makes_no_difference() -> None:
    """Of columns, tables and constraints; that of a key does."""
    a, b = Column("a", INT), Column("b", INT)
    assert Table("t", None, {"a": a, "b": b}) == Table("t", None, {"b": b, "a": a})
    assert State(dict(reversed(SHOP.tables.items())), SHOP.enums, SHOP.views) == SHOP
    assert Table("t", None, {"a": a, "b": b}, ("a", "b")) != Table("t", None, {"a": a, "b": b}, ("b", "a"))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: SHOP.table((None, "post")), """there is no table 'post'; did you mean "posts"?"""),
        (lambda: SHOP.table(("shop", "x")), "there is no table 'shop.x'"),
        (lambda: SHOP.values((None, "status")), """there is no enumeration type 'status'; did you mean "status_enum"?"""),
        (lambda: SHOP.table(POSTS).column("titel"), """posts has no column 'titel'; did you mean "title"?"""),
        (lambda: SHOP.table(POSTS).constraint("x"), "posts has no constraint 'x'"),
        (lambda: SHOP.table(POSTS).index("ix_title"), """posts has no index 'ix_title'; did you mean "ix_posts_title"?"""),
        (lambda: SHOP.check_free(POSTS), "the table 'posts' is there already"),
        (lambda: SHOP.check_free((None, "live_posts")), "the view 'live_posts' is there already"),
        (lambda: SHOP.table(POSTS).check(Unique("u", ("tilte",))), """posts has no column 'tilte'; did you mean "title"?"""),
        (lambda: SHOP.table(POSTS).check(Index("i", ("titles",))), """posts has no column 'titles'; did you mean "title"?"""),
        (
            lambda: SHOP.table(POSTS).check(Index("i", ("title",), desc=("id",))),
            "index 'i' has 'id' in descending order, which is no part of it",
        ),
        (lambda: SHOP.table(POSTS).check(Index("ix_posts_title", ("id",))), "the index 'ix_posts_title' of posts is there already"),
        (lambda: SHOP.table(POSTS).check(Unique("ck_title", ("id",))), "the unique constraint 'ck_title' of posts is there already"),
    ],
)
def test_refusals(ask, message: str) -> None:
    """Each names the table, and what was meant."""
    with pytest.raises(MigrationError) as raised:
        ask()
    assert str(raised.value) == message


def test_parts_over() -> None:
    """The unique constraint, the foreign key and the index over a column; an expression of SQL text is not read."""
    posts = SHOP.table(POSTS)
    assert [part.name for part in posts.parts_over("title")] == ["uq_posts_title_author_id", "ix_posts_title"]
    assert [part.name for part in posts.parts_over("author_id")] == ["uq_posts_title_author_id", "fk_posts_author_id"]
    assert [key.name for key in posts.foreign_keys] == ["fk_posts_author_id"]


def test_values_beside_a_column() -> None:
    """They make the type where it is not there; else they have to be the same."""
    moods = Table("moods", None, {"mood": Column("mood", enum_of("mood", ("good", "bad")))})
    made = SHOP.with_table(moods)
    assert made.enums == {STATUS: ("draft", "live"), (None, "mood"): ("good", "bad")}
    assert made.table((None, "moods")).column("mood").type == enum_of("mood", ())
    assert made.with_table(moods) == made
    other = replace(moods, columns={"mood": Column("mood", enum_of("mood", ("good",)))})
    with pytest.raises(MigrationError, match="column 'mood' gives the values good for mood, which has good, bad"):
        made.with_table(other)
    with pytest.raises(MigrationError, match="there is no enumeration type 'x'"):
        SHOP.with_table(Table("t", None, {"x": Column("x", enum_of("x", ()))}))


def test_an_enumeration_in_another_type() -> None:
    """``db_type`` opts out of the type: the values stay with the column."""
    column = Column("mood", enum_of("mood", ("good", "bad")), db_type="TEXT")
    made = SHOP.with_table(Table("moods", None, {"mood": column}))
    assert (None, "mood") not in made.enums
    assert made.table((None, "moods")).column("mood") == column


def test_columns_of_an_enumeration() -> None:
    """Of the same schema only."""
    assert [(table.name, column.name) for table, column in SHOP.columns_of(STATUS)] == [("posts", "status")]
    assert SHOP.columns_of(("shop", "status_enum")) == []


def test_retarget() -> None:
    """Foreign keys follow a table and its columns."""
    moved = SHOP.retarget(USERS, ("shop", "people"), {"id": "nr"})
    (key,) = moved.table(POSTS).foreign_keys
    assert (key.target, key.target_columns, key.columns) == (("shop", "people"), ("nr",), ("author_id",))
