"""Every operation: what it leads to, what undoes it, what it says, what it loses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations import operations
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
    CreateEnumType,
    CreateIndex,
    CreateSchema,
    CreateTable,
    CreateView,
    DropColumn,
    DropConstraint,
    DropEnumType,
    DropIndex,
    DropTable,
    DropView,
    Execute,
    Irreversible,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RenameTable,
    RequireManual,
    Run,
    StateOnly,
    ValidateConstraint,
    inverted,
    replay,
)
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.state import Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, decimal_of, enum_of
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS

TAGS = Table("tags", "shop", {"id": Column("id", INT), "name": Column("name", TEXT)}, ("id",), {"u": Unique("u", ("name",))})
VIEW = (None, "live_posts")


def number_them(models: object) -> None:
    """Stands for a function of the application."""


ALL: list[tuple[Operation, str, str | None]] = [
    (CreateTable(TAGS), "Create table shop.tags", None),
    (DropTable(POSTS), "Drop table posts", "the rows of posts"),
    (RenameTable(USERS, "people"), "Rename table users to people", None),
    (AlterKey(POSTS, ("title", "id")), "Change the primary key of posts to (title, id)", None),
    (AlterKey(POSTS, ()), "Change the primary key of posts to none", None),
    (CommentTable(POSTS, "new"), "Comment on table posts", None),
    (CommentTable(POSTS, None), "Remove the comment of table posts", None),
    (CreateSchema("shop"), "Create schema shop", None),
    (
        AddColumn(USERS, Column("slug", TEXT, length=80), fill="lower(name)"),
        "Add column users.slug text(80) NOT NULL, filled with lower(name)",
        None,
    ),
    (AddColumn(USERS, Column("n", INT, nullable=True, default="0"), key=True), "Add column users.n int DEFAULT 0", None),
    (AddColumn(USERS, Column("n", INT, nullable=True, generated="1 + 1")), "Add column users.n int AS (1 + 1)", None),
    (DropColumn(POSTS, "status"), "Drop column posts.status", "the values of posts.status"),
    (DropColumn(POSTS, "author_id"), "Drop column posts.author_id", "the values of posts.author_id"),
    (DropColumn(POSTS, "title", fill="''"), "Drop column posts.title", "the values of posts.title"),
    (DropColumn(POSTS, "id"), "Drop column posts.id", "the values of posts.id"),
    (RenameColumn(POSTS, "title", "headline"), "Rename column posts.title to headline", None),
    (RenameColumn(USERS, "id", "nr"), "Rename column users.id to nr", None),
    (AlterColumn(POSTS, "title", {"length": 300}), "Change column posts.title: to at most 300 characters", None),
    (
        AlterColumn(POSTS, "title", {"length": 20}),
        "Change column posts.title: to at most 20 characters",
        "what text(20) cannot hold of posts.title (text(200))",
    ),
    (
        AlterColumn(POSTS, "title", {"type": INT, "length": None, "nullable": True, "default": "0"}),
        "Change column posts.title: to int, NULL, default 0",
        "what int cannot hold of posts.title (text(200))",
    ),
    (
        AlterColumn(POSTS, "author_id", {"type": decimal_of(20, 0), "nullable": False}, fill="0"),
        "Change column posts.author_id: to decimal(20, 0), NOT NULL, NULL becomes 0",
        None,
    ),
    (
        AlterColumn(POSTS, "status", {"default": None, "auto": True}),
        "Change column posts.status: no default, counted by the server",
        None,
    ),
    (
        AlterColumn(POSTS, "title", {"db_type": "CITEXT", "length": None}),
        "Change column posts.title: db_type CITEXT, to text of any length",
        "what CITEXT cannot hold of posts.title (text(200))",
    ),
    (CommentColumn(POSTS, "title", "c"), "Comment on column posts.title", None),
    (CommentColumn(POSTS, "title", None), "Remove the comment of column posts.title", None),
    (AddConstraint(USERS, Unique("u", ("name",))), "Add unique constraint u to users", None),
    (AddConstraint(USERS, Check("c", "id > 0")), "Add check c to users", None),
    (AddConstraint(USERS, Check("c", "id > 0"), not_valid=True), "Add check c to users, unchecked for the rows that are there", None),
    (ValidateConstraint(POSTS, "ck_title"), "Validate constraint ck_title of posts", None),
    (AddConstraint(USERS, Exclude("e", (("name", "="),))), "Add exclusion constraint e to users", None),
    (AddConstraint(USERS, ForeignKey("f", ("id",), POSTS, ("id",))), "Add foreign key f to users", None),
    (DropConstraint(POSTS, Check, "ck_title"), "Drop check ck_title of posts", None),
    (DropConstraint(POSTS, ForeignKey, "fk_posts_author_id"), "Drop foreign key fk_posts_author_id of posts", None),
    (RenameConstraint(POSTS, "ck_title", "ck"), "Rename constraint ck_title of posts to ck", None),
    (CreateIndex(USERS, Index("i", ("name", "id"), unique=True), concurrently=True), "Create unique index i on users (name, id)", None),
    (DropIndex(POSTS, "ix_posts_title"), "Drop index ix_posts_title of posts", None),
    (RenameIndex(POSTS, "ix_posts_title", "i"), "Rename index ix_posts_title of posts to i", None),
    (CreateEnumType((None, "mood"), ("good", "bad")), "Create enumeration type mood (good, bad)", None),
    (RenameEnumType(STATUS, "state"), "Rename enumeration type status_enum to state", None),
    (AddEnumValue(STATUS, "gone"), "Add value gone to enumeration type status_enum", None),
    (AlterEnumType(STATUS, ("live", "draft")), "Change enumeration type status_enum to (live, draft)", None),
    (
        AlterEnumType(STATUS, ("new", "live"), {"draft": "new"}),
        "Change enumeration type status_enum to (new, live); draft becomes new",
        None,
    ),
    (
        AlterEnumType(STATUS, ("live",), {"draft": None}),
        "Change enumeration type status_enum to (live); draft becomes NULL",
        "which rows were draft",
    ),
    (
        AlterEnumType(STATUS, ("all",), {"draft": "all", "live": "all"}),
        "Change enumeration type status_enum to (all); draft becomes all; live becomes all",
        "which rows were draft or live",
    ),
    (CreateView((None, "v"), "SELECT 1"), "Create view v", None),
    (DropView(VIEW), "Drop view live_posts", None),
    (Execute("UPDATE posts\n  SET title = ''", reverse="SELECT 1"), "Execute UPDATE posts SET title = ''", None),
    (Execute("SELECT 1", reverse="SELECT 2", state=(DropIndex(POSTS, "ix_posts_title"),)), "Execute SELECT 1", None),
    (Run(number_them, ("posts",), number_them, 500), "Run number_them() on posts, 500 rows at a time", None),
    (StateOnly((DropView(VIEW), DropTable(POSTS))), "In the state only: Drop view live_posts; Drop table posts", None),
]


@pytest.mark.parametrize(("operation", "text", "lost"), ALL, ids=[text for _, text, _ in ALL])
def test_operations(operation: Operation, text: str, lost: str | None) -> None:
    """Undoing leads back, and undoing that forward again."""
    assert str(operation) == text
    assert operation.loses(SHOP) == lost
    after = operation.apply(SHOP)
    undo = operation.invert(SHOP)
    assert not isinstance(undo, Irreversible)
    assert replay(undo, after) == SHOP
    again = inverted(undo, after)
    assert not isinstance(again, Irreversible)
    assert replay(again, SHOP) == after


def test_every_operation_is_here() -> None:
    """But for those that are never undone, and the drop of a type, which needs one that nothing uses."""
    named = {getattr(operations, name) for name in operations.__all__}
    known = {kind for kind in named if isinstance(kind, type) and issubclass(kind, Operation)} - {Operation}
    assert known - {type(operation) for operation, _, _ in ALL} == {DropEnumType, RequireManual}


def test_a_type_that_goes() -> None:
    """Only when no column is of it."""
    with pytest.raises(MigrationError, match=r"posts\.status still is of the enumeration type 'status_enum'"):
        DropEnumType(STATUS).apply(SHOP)
    before = DropColumn(POSTS, "status").apply(SHOP)
    operation = DropEnumType(STATUS)
    assert str(operation) == "Drop enumeration type status_enum"
    after = operation.apply(before)
    assert after.enums == {}
    assert operation.invert(before) == [CreateEnumType(STATUS, ("draft", "live"))]


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (
            DropColumn(POSTS, "title"),
            (
                "posts.title takes no NULL and has no default, so that rows could not get it back; say what they get: "
                "ctx.drop_column('posts', 'title', fill=...), which makemigrations --fill posts.title=... writes"
            ),
        ),
        (
            AlterColumn(POSTS, "title", {"type": INT, "length": None}, using="length(title)"),
            "the reverse of USING length(title) for posts.title is not known; write it in downgrade()",
        ),
        (
            Execute("DELETE FROM posts"),
            "no reverse is known for DELETE FROM posts; give ctx.execute(..., reverse=...), or write downgrade()",
        ),
        (
            Execute("X", reverse="Y", state=(Execute("Z"),)),
            "no reverse is known for Z; give ctx.execute(..., reverse=...), or write downgrade()",
        ),
        (Run(number_them), "no reverse is known for number_them(); give ctx.run(..., reverse=...), or write downgrade()"),
        (RequireManual("split the names"), "it has to be done by hand: split the names"),
        (StateOnly((Execute("Z"),)), "no reverse is known for Z; give ctx.execute(..., reverse=...), or write downgrade()"),
    ],
)
def test_what_cannot_be_undone(operation: Operation, reason: str) -> None:
    """Says why, and what to do."""
    assert operation.invert(SHOP) == Irreversible(reason)
    assert inverted([AddColumn(USERS, Column("x", INT)), operation], SHOP) == Irreversible(reason)
    assert operation.loses(SHOP) is None or isinstance(operation, (DropColumn, AlterColumn))


LONELY = replace(SHOP, tables={(None, "t"): Table("t", None, {"a": Column("a", INT)})})


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (CreateTable(replace(TAGS, name="posts", schema=None)), "the table 'posts' is there already"),
        (CreateTable(Table("t")), "t has no columns; a table needs at least one"),
        (CreateTable(replace(TAGS, key=("nr",))), "shop.tags has no column 'nr'"),
        (CreateTable(replace(TAGS, constraints={"u": Unique("u", ("x",))})), "shop.tags has no column 'x'"),
        (
            CreateTable(replace(TAGS, columns={"m": Column("m", enum_of("mood", ()))}, key=(), constraints={})),
            "there is no enumeration type 'shop.mood'",
        ),
        (DropTable((None, "post")), "there is no table 'post'; did you mean \"posts\"?"),
        (RenameTable(USERS, "posts"), "the table 'posts' is there already"),
        (RenameTable(USERS, "live_posts"), "the view 'live_posts' is there already"),
        (AlterKey(POSTS, ("nr",)), "posts has no column 'nr'"),
        (AddColumn(POSTS, Column("title", INT)), "posts has a column 'title' already"),
        (DropColumn(POSTS, "nr"), "posts has no column 'nr'"),
        (RenameColumn(POSTS, "id", "title"), "posts has a column 'title' already"),
        (AlterColumn(POSTS, "nr", {"length": 1}), "posts has no column 'nr'"),
        (AddConstraint(POSTS, Check("ck_title", "1 = 1")), "the check 'ck_title' of posts is there already"),
        (DropConstraint(POSTS, Unique, "ck_title"), "'ck_title' of posts is a check, not a unique constraint"),
        (ValidateConstraint(POSTS, "slug"), "posts has no constraint 'slug'"),
        (RenameConstraint(POSTS, "ck_title", "fk_posts_author_id"), "the check 'fk_posts_author_id' of posts is there already"),
        (DropIndex(POSTS, "ix"), "posts has no index 'ix'"),
        (RenameIndex(POSTS, "ix", "iy"), "posts has no index 'ix'"),
        (CreateEnumType(STATUS, ("a",)), "the enumeration type 'status_enum' is there already"),
        (CreateEnumType((None, "m"), ()), "the enumeration type 'm' has no values"),
        (CreateEnumType((None, "m"), ("a", "a")), "the enumeration type 'm' has the value 'a' twice"),
        (AddEnumValue(STATUS, "live"), "the enumeration type 'status_enum' has the value 'live' twice"),
        (RenameEnumType((None, "m"), "n"), "there is no enumeration type 'm'"),
        (AlterEnumType(STATUS, ("live",), {"lost": "live"}), "status_enum: 'lost' is no value that goes; those are draft"),
        (AlterEnumType(STATUS, ("live",), {"live": "live"}), "status_enum: 'live' is no value that goes; those are draft"),
        (AlterEnumType(STATUS, ("live",), {"draft": "new"}), "status_enum: 'draft' cannot become 'new', which is none of live"),
        (CreateView(VIEW, "SELECT 1"), "the view 'live_posts' is there already"),
        (CreateView(POSTS, "SELECT 1"), "the table 'posts' is there already"),
        (DropView((None, "v")), "there is no view 'v'"),
    ],
)
def test_refusals(operation: Operation, message: str) -> None:
    """An operation that does not fit the state says what is wrong."""
    with pytest.raises(MigrationError) as raised:
        operation.apply(SHOP)
    assert str(raised.value) == message


def test_the_only_column() -> None:
    """It goes with its table."""
    with pytest.raises(MigrationError, match="'a' is the only column of t; drop the table"):
        DropColumn((None, "t"), "a").apply(LONELY)
