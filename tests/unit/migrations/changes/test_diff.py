"""The operations between two states, in their order; the laws are in tests/property/test_diff.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.parts import Check, Column, Index
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, enum_of
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS

PEOPLE = (None, "people")


def lines(old: State, new: State, renames: Renames | None = None) -> list[str]:
    """Returns the operations as people read them."""
    return list(map(str, diff(old, new, renames)))


def changed(address: Any, **parts: Any) -> State:
    """Returns the shop with another posts or users."""
    return replace(SHOP, tables={**SHOP.tables, address: replace(SHOP.table(address), **parts)})


def without(column: str, **more: Column) -> dict[str, Column]:
    """Returns the columns of posts without one, and with others."""
    return {**{name: one for name, one in SHOP.table(POSTS).columns.items() if name != column}, **more}


def test_from_nothing() -> None:
    """Types, then tables after those that they point to, then views."""
    assert lines(State(), SHOP) == [
        "Create enumeration type status_enum (draft, live)",
        "Create table users",
        "Create table posts",
        "Create view live_posts",
    ]


def test_to_nothing() -> None:
    """The other way round."""
    assert lines(SHOP, State()) == [
        "Drop view live_posts",
        "Drop table posts",
        "Drop table users",
        "Drop enumeration type status_enum",
    ]


def test_cycles() -> None:
    """The foreign key that closes a cycle is added last, and dropped first."""
    one = Table("one", "s", {"id": Column("id", INT)}, ("id",), {"fk_one": ForeignKey("fk_one", ("id",), ("s", "two"), ("id",))})
    two = Table("two", "s", {"id": Column("id", INT)}, ("id",), {"fk_two": ForeignKey("fk_two", ("id",), ("s", "one"), ("id",))})
    both = State({one.address: one, two.address: two})
    assert lines(State(), both) == ["Create schema s", "Create table s.one", "Create table s.two", "Add foreign key fk_one to s.one"]
    assert lines(both, State()) == ["Drop foreign key fk_one of s.one", "Drop table s.two", "Drop table s.one"]


def test_columns() -> None:
    """Added, dropped, changed; what is over a column goes before it."""
    assert lines(SHOP, changed(USERS, columns={**SHOP.table(USERS).columns, "slug": Column("slug", TEXT)})) == [
        "Add column users.slug text NOT NULL"
    ]
    kept = {name: one for name, one in SHOP.table(POSTS).constraints.items() if name == "ck_title"}
    assert lines(SHOP, changed(POSTS, columns=without("author_id"), constraints=kept)) == [
        "Drop foreign key fk_posts_author_id of posts",
        "Drop unique constraint uq_posts_title_author_id of posts",
        "Drop column posts.author_id",
    ]
    assert lines(SHOP, changed(POSTS, columns=without("title", title=Column("title", TEXT, comment="c")))) == [
        "Change column posts.title: to text of any length",
        "Comment on column posts.title",
    ]


def test_types_under_foreign_keys() -> None:
    """No foreign key stays on columns whose type changes."""
    users = {**SHOP.table(USERS).columns, "id": Column("id", TEXT)}
    new = changed(USERS, columns=users)
    new = replace(
        new, tables={**new.tables, POSTS: changed(POSTS, columns=without("author_id", author_id=Column("author_id", TEXT))).table(POSTS)}
    )
    assert lines(SHOP, new) == [
        "Drop foreign key fk_posts_author_id of posts",
        "Change column posts.author_id: to text, NOT NULL",
        "Change column users.id: to text, not counted by the server",
        "Add foreign key fk_posts_author_id to posts",
    ]


def test_keys() -> None:
    """A column that is the whole key goes with it; the next one comes with it."""
    users = {"nr": Column("nr", INT, auto=True), "name": SHOP.table(USERS).column("name")}
    new = changed(USERS, columns=users, key=("nr",))
    key = ForeignKey("fk_posts_author_id", ("author_id",), USERS, ("nr",), "CASCADE")
    new = replace(new, tables={**new.tables, POSTS: replace(new.table(POSTS), constraints={**new.table(POSTS).constraints, key.name: key})})
    assert lines(SHOP, new) == [
        "Drop foreign key fk_posts_author_id of posts",
        "Drop column users.id",
        "Add column users.nr int NOT NULL",
        "Add foreign key fk_posts_author_id to posts",
    ]
    both = changed(POSTS, key=("id", "title"))
    assert lines(SHOP, both) == ["Change the primary key of posts to (id, title)"]
    assert lines(both, SHOP) == ["Change the primary key of posts to (id)"]


def test_all_columns_anew() -> None:
    """A table is never without columns."""
    old = State({(None, "t"): Table("t", None, {"a": Column("a", INT)})})
    new = State({(None, "t"): Table("t", None, {"b": Column("b", INT), "c": Column("c", INT)})})
    assert lines(old, new) == ["Add column t.b int NOT NULL", "Drop column t.a", "Add column t.c int NOT NULL"]


def test_no_columns() -> None:
    """A table that would have none is refused by name."""
    with pytest.raises(MigrationError, match="posts would be left without columns; drop the table, or keep a column"):
        diff(SHOP, changed(POSTS, columns={}, key=(), constraints={}, indexes={}))


def test_renames() -> None:
    """What refers to a table or column follows; only what is renamed changes."""
    people = replace(SHOP.table(USERS), name="people")
    new = State({PEOPLE: people, POSTS: SHOP.table(POSTS)}, SHOP.enums, SHOP.views).retarget(USERS, PEOPLE, {})
    assert lines(SHOP, new, Renames({USERS: PEOPLE})) == ["Rename table users to people"]
    assert lines(SHOP, new) == [
        "Drop foreign key fk_posts_author_id of posts",
        "Drop table users",
        "Create table people",
        "Add foreign key fk_posts_author_id to posts",
    ]
    columns = {"id": people.column("id"), "full": replace(people.column("name"), name="full")}
    renamed = replace(new, tables={**new.tables, PEOPLE: replace(people, columns=columns)})
    assert lines(SHOP, renamed, Renames({USERS: PEOPLE}, {PEOPLE: {"name": "full"}})) == [
        "Rename table users to people",
        "Rename column people.name to full",
    ]
    state = {(None, "state"): ("draft", "live", "gone")}
    typed = replace(
        changed(POSTS, columns=without("status", status=Column("status", enum_of("state", ()), default="'draft'"))), enums=state
    )
    assert lines(SHOP, typed, Renames(enums={STATUS: (None, "state")})) == [
        "Rename enumeration type status_enum to state",
        "Add value gone to enumeration type state",
    ]


def test_names_that_change_places() -> None:
    """One is put aside; what is in the way and goes is dropped first."""
    columns = {"id": Column("id", INT), "title": Column("title", TEXT)}
    old = State({(None, "t"): Table("t", None, columns), (None, "u"): Table("u", None, {"x": Column("x", INT)})})
    swapped = {"id": Column("id", TEXT), "title": Column("title", INT)}
    new = State({(None, "u"): Table("u", None, swapped)})
    assert lines(old, new, Renames({(None, "t"): (None, "u")}, {(None, "u"): {"id": "title", "title": "id"}})) == [
        "Drop table u",
        "Rename table t to u",
        "Rename column u.id to id_old",
        "Rename column u.title to id",
        "Rename column u.id_old to title",
    ]


def test_names_of_constraints_and_indexes() -> None:
    """What is the same under another name is renamed; what is not is made anew."""
    posts = SHOP.table(POSTS)
    constraints = {**posts.constraints, "short": Check("short", "length(title) > 0")}
    del constraints["ck_title"]
    indexes = {"ix": replace(posts.index("ix_posts_title"), name="ix")}
    assert lines(SHOP, changed(POSTS, constraints=constraints, indexes=indexes)) == [
        "Rename constraint ck_title of posts to short",
        "Rename index ix_posts_title of posts to ix",
    ]
    other = {"ix_posts_title": Index("ix_posts_title", ("title",), unique=True)}
    assert lines(SHOP, changed(POSTS, indexes=other)) == [
        "Drop index ix_posts_title of posts",
        "Create unique index ix_posts_title on posts (title)",
    ]


def test_values_of_types() -> None:
    """Those at the end are added; else the type is changed."""
    assert lines(SHOP, replace(SHOP, enums={STATUS: ("draft", "live", "a", "b")})) == [
        "Add value a to enumeration type status_enum",
        "Add value b to enumeration type status_enum",
    ]
    assert lines(SHOP, replace(SHOP, enums={STATUS: ("live", "draft")})) == ["Change enumeration type status_enum to (live, draft)"]


def test_comments_and_views() -> None:
    """A view that says something else is made anew."""
    assert lines(SHOP, changed(POSTS, comment=None)) == ["Remove the comment of table posts"]
    assert lines(SHOP, replace(SHOP, views={(None, "live_posts"): "SELECT 1"})) == ["Drop view live_posts", "Create view live_posts"]


def test_a_computed_column_that_goes_with_a_name() -> None:
    """Goes before the name does, so that it comes back after the name did."""
    size, twice = Column("size", INT), Column("twice", INT, nullable=True, generated="size * 2", stored=True)
    old = Table("boxes", columns={"size": size, "twice": twice})
    new = Table("boxes", columns={"width": replace(size, name="width")})
    renames = Renames(columns={old.address: {"size": "width"}})
    assert lines(State().with_table(old), State().with_table(new), renames) == [
        "Drop column boxes.twice",
        "Rename column boxes.size to width",
    ]


def test_texts_that_name_a_renamed_column() -> None:
    """Go before the name does, and come after it, so that each fits the names of its time, on the way back as well."""
    size, twice = Column("size", INT), Column("twice", INT, nullable=True, generated="size * 2", stored=True)
    old = Table(
        "boxes",
        columns={"size": size, "twice": twice},
        constraints={"ck": Check("ck", "size > 0"), "other": Check("other", "1 = 1")},
        indexes={"ix": Index("ix", ("size",), where="size > 1"), "plain": Index("plain", ("size",))},
    )
    new = Table(
        "boxes",
        columns={"width": replace(size, name="width"), "twice": replace(twice, generated="width * 2")},
        constraints={"ck": Check("ck", "width > 0"), "other": Check("other", "1 = 1")},
        indexes={"ix": Index("ix", ("width",), where="width > 1"), "plain": Index("plain", ("width",))},
    )
    renames = Renames(columns={old.address: {"size": "width"}})
    assert lines(State().with_table(old), State().with_table(new), renames) == [
        "Drop column boxes.twice",
        "Drop check ck of boxes",
        "Drop index ix of boxes",
        "Rename column boxes.size to width",
        "Add column boxes.twice int AS (width * 2)",
        "Add check ck to boxes",
        "Create index ix on boxes (width)",
    ]
