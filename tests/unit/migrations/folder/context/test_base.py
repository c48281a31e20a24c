"""The ``ctx`` of migration files: each method records its operation, and tries it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations import check, column, exclude, foreign_key, index, unique
from oxyde.migrations.folder.context import Context
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
)
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.state import Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, array_of, decimal_of, enum_of
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS


def number_them(models: object) -> None:
    """Stands for a function of the application."""


KEY = ForeignKey("f", ("id",), POSTS, ("id",))
TAGS = Table(
    "tags", "shop", {"id": Column("id", INT), "n": Column("n", TEXT)}, ("id",), {"u": Unique("u", ("n",))}, {"i": Index("i", ("n",))}, "c"
)
EXPECTED: list[tuple[Callable[[Context], object], Operation]] = [
    (
        lambda ctx: ctx.create_table(
            "tags", column("id", "int", key=True), index("i", "n"), column("n", "text"), unique("u", "n"), schema="shop", comment="c"
        ),
        CreateTable(TAGS),
    ),
    (lambda ctx: ctx.drop_table("posts"), DropTable(POSTS)),
    (lambda ctx: ctx.rename_table("users", "people"), RenameTable(USERS, "people")),
    (lambda ctx: ctx.alter_key("posts", "id", "title"), AlterKey(POSTS, ("id", "title"))),
    (lambda ctx: ctx.comment_table("posts", None), CommentTable(POSTS, None)),
    (lambda ctx: ctx.create_schema("shop"), CreateSchema("shop")),
    (lambda ctx: ctx.create_view("v", "SELECT 1", schema="s"), CreateView(("s", "v"), "SELECT 1")),
    (lambda ctx: ctx.drop_view("live_posts"), DropView((None, "live_posts"))),
    (lambda ctx: ctx.add_column("users", column("a", "int"), fill="0"), AddColumn(USERS, Column("a", INT), fill="0")),
    (lambda ctx: ctx.add_column("users", column("a", "int", key=True)), AddColumn(USERS, Column("a", INT), key=True)),
    (lambda ctx: ctx.drop_column("users", "name", fill="''"), DropColumn(USERS, "name", "''")),
    (lambda ctx: ctx.rename_column("users", "name", "nick"), RenameColumn(USERS, "name", "nick")),
    (lambda ctx: ctx.comment_column("users", "name", "c"), CommentColumn(USERS, "name", "c")),
    (
        lambda ctx: ctx.alter_column("users", "name", length=90, nullable=True, using="name", fill="''"),
        AlterColumn(USERS, "name", {"length": 90, "nullable": True}, "name", "''"),
    ),
    (lambda ctx: ctx.alter_column("users", "name", type="int"), AlterColumn(USERS, "name", {"type": INT, "length": None})),
    (lambda ctx: ctx.alter_column("users", "name", type="text", length=9), AlterColumn(USERS, "name", {"length": 9})),
    (
        lambda ctx: ctx.alter_column("posts", "status", default=None, type="enum", name="status_enum"),
        AlterColumn(POSTS, "status", {"default": None}),
    ),
    (
        lambda ctx: ctx.alter_column("users", "id", type="array", item="decimal", precision=4, scale=1, auto=False),
        AlterColumn(USERS, "id", {"type": array_of(decimal_of(4, 1)), "auto": False}),
    ),
    (
        lambda ctx: ctx.create_index("users", index("i", "name"), concurrently=True),
        CreateIndex(USERS, Index("i", ("name",)), concurrently=True),
    ),
    (lambda ctx: ctx.drop_index("posts", "ix_posts_title", concurrently=True), DropIndex(POSTS, "ix_posts_title", concurrently=True)),
    (lambda ctx: ctx.rename_index("posts", "ix_posts_title", "i"), RenameIndex(POSTS, "ix_posts_title", "i")),
    (lambda ctx: ctx.validate_constraint("posts", "ck_title"), ValidateConstraint(POSTS, "ck_title")),
    (lambda ctx: ctx.add_check("posts", "ck", "id > 0", not_valid=True), AddConstraint(POSTS, Check("ck", "id > 0"), not_valid=True)),
    (lambda ctx: ctx.rename_constraint("posts", "ck_title", "c"), RenameConstraint(POSTS, "ck_title", "c")),
    (lambda ctx: ctx.add_foreign_key("users", foreign_key("f", "id", "posts.id")), AddConstraint(USERS, KEY)),
    (lambda ctx: ctx.add_foreign_key("users", "f", ["id"], "posts", ["id"]), AddConstraint(USERS, KEY)),
    (lambda ctx: ctx.drop_foreign_key("posts", "fk_posts_author_id"), DropConstraint(POSTS, ForeignKey, "fk_posts_author_id")),
    (lambda ctx: ctx.add_check("users", check("c", "id > 0")), AddConstraint(USERS, Check("c", "id > 0"))),
    (lambda ctx: ctx.add_check("users", "c", "id > 0"), AddConstraint(USERS, Check("c", "id > 0"))),
    (lambda ctx: ctx.drop_check("posts", "ck_title"), DropConstraint(POSTS, Check, "ck_title")),
    (lambda ctx: ctx.add_unique("users", unique("u", "name")), AddConstraint(USERS, Unique("u", ("name",)))),
    (lambda ctx: ctx.add_unique("users", "u", ["name"]), AddConstraint(USERS, Unique("u", ("name",)))),
    (
        lambda ctx: ctx.drop_unique("posts", "uq_posts_title_author_id"),
        DropConstraint(POSTS, Unique, "uq_posts_title_author_id"),
    ),
    (lambda ctx: ctx.add_exclude("users", exclude("e", [("name", "=")])), AddConstraint(USERS, Exclude("e", (("name", "="),)))),
    (lambda ctx: ctx.create_enum_type("mood", ["a", "b"]), CreateEnumType((None, "mood"), ("a", "b"))),
    (lambda ctx: ctx.rename_enum_type("status_enum", "state"), RenameEnumType(STATUS, "state")),
    (lambda ctx: ctx.add_enum_value("status_enum", "x"), AddEnumValue(STATUS, "x")),
    (lambda ctx: ctx.alter_enum_type("status_enum", ["live"], map={"draft": None}), AlterEnumType(STATUS, ("live",), {"draft": None})),
    (lambda ctx: ctx.execute("SELECT :a", {"a": 1}, reverse="x"), Execute("SELECT :a", {"a": 1}, "x")),
    (
        lambda ctx: ctx.execute("x", state=lambda inner: inner.drop_index("posts", "ix_posts_title")),
        Execute("x", state=(DropIndex(POSTS, "ix_posts_title"),)),
    ),
    (lambda ctx: ctx.run(number_them, tables=["users"], batch=10), Run(number_them, ("users",), None, 10)),
    (lambda ctx: ctx.require_manual("split"), RequireManual("split")),
]


@pytest.mark.parametrize(("call", "operation"), EXPECTED, ids=[str(operation) for _, operation in EXPECTED])
def test_methods(call: Callable[[Context], object], operation: Operation) -> None:
    """One operation each; the state follows."""
    ctx = Context("postgres", SHOP)
    call(ctx)
    assert ctx.operations == [operation]
    assert ctx.state == operation.apply(SHOP)
    assert not ctx.older


def test_drops_of_what_was_made() -> None:
    """An exclusion constraint and a type."""
    ctx = Context("postgres", SHOP)
    ctx.add_exclude("users", exclude("e", [("name", "=")]))
    ctx.drop_exclude("users", "e")
    ctx.create_enum_type("mood", ["a"], schema="s")
    ctx.drop_enum_type("mood", schema="s")
    assert ctx.operations[1::2] == [DropConstraint(USERS, Exclude, "e"), DropEnumType(("s", "mood"))]
    assert ctx.state == SHOP


def test_state_only() -> None:
    """What is done inside is one operation."""
    ctx = Context("postgres", SHOP)
    with ctx.state_only():
        ctx.drop_view("live_posts")
        ctx.drop_table("posts")
    ctx.drop_table("users")
    assert ctx.operations == [StateOnly((DropView((None, "live_posts")), DropTable(POSTS))), DropTable(USERS)]
    assert ctx.state.tables == {}


def test_functions_that_would_never_run() -> None:
    """The state alone has no rows."""
    ctx = Context("postgres", SHOP)
    with pytest.raises(MigrationError, match=r"number_them\(\) would never run: state_only\(\)"), ctx.state_only():
        ctx.run(number_them, tables=["users"])


def test_run_reverse() -> None:
    """The reverse of what ``upgrade`` runs."""
    run = Run(number_them, ("users",), print, 5)
    ctx = Context("postgres", SHOP, forward=[run])
    ctx.run_reverse(number_them)
    assert ctx.operations == [Run(print, ("users",), number_them, 5)]
    with pytest.raises(MigrationError, match=r"upgrade\(\) runs no print\(\) with a reverse: ctx\.run\(print, "):
        ctx.run_reverse(print)


def test_alter_types() -> None:
    """Digits alone keep the rest of the type; a type that is named is named whole."""
    ctx = Context("postgres", SHOP)
    ctx.alter_column("users", "name", type="decimal", precision=8, scale=2)
    ctx.alter_column("users", "name", precision=9)
    assert ctx.state.table(USERS).column("name") == Column("name", decimal_of(9, 2))
    ctx.alter_column("users", "name", type="array", item="decimal", precision=8, scale=2)
    ctx.alter_column("users", "name", scale=3)
    assert ctx.state.table(USERS).column("name").type == array_of(decimal_of(8, 3))
    ctx.create_enum_type("mood", ["a"])
    ctx.alter_column("users", "name", type="enum", name="mood", values=["a"])
    assert ctx.state.table(USERS).column("name").type == enum_of("mood", ())
    ctx.alter_column("users", "name", db_type="TEXT")
    ctx.alter_column("users", "name", type="text")
    assert ctx.state.table(USERS).column("name") == Column("name", TEXT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda ctx: ctx.alter_column("users", "name", nulable=True),
            """alter_column has no keyword 'nulable'; did you mean "nullable"?""",
        ),
        (lambda ctx: ctx.alter_column("users", "id", length=3), "column 'id': length is for text, not for int"),
        (lambda ctx: ctx.alter_column("users", "id", precision=3), "column 'id': precision is for decimal, not for int"),
        (lambda ctx: ctx.create_table("t", column("a", "int"), column("a", "int")), "table 't' has two parts of one name: column 'a'"),
        (
            lambda ctx: ctx.create_table("t", column("a", "int"), index("i", "a"), index("i", "a")),
            "table 't' has two parts of one name: index 'i'",
        ),
        (lambda ctx: ctx.run(number_them, batch=3), "run(..., batch=3) goes through the rows of one table: tables=['users']"),
        (lambda ctx: ctx.alter_enum_type("status_enum"), "say the values of 'status_enum': ctx.alter_enum_type('status_enum', ['draft', "),
        (lambda ctx: ctx.drop_table("post"), "there is no table 'post'"),
    ],
)
def test_refusals(call: Callable[[Context], object], message: str) -> None:
    """Nothing is recorded."""
    ctx = Context("postgres", SHOP)
    with pytest.raises(MigrationError) as raised:
        call(ctx)
    assert str(raised.value).startswith(message)
    assert (ctx.operations, ctx.state) == ([], SHOP)


def test_dialects() -> None:
    """Files of the older format know no MariaDB."""
    assert Context("mariadb", SHOP).dialect == "mariadb"
    assert Context("mariadb", SHOP, older=True).dialect == "mysql"
    assert Context("sqlite", SHOP, older=True).dialect == "sqlite"


@pytest.mark.parametrize(
    "say",
    [
        lambda ctx: ctx.create_table("t", column("id", "int", key=True), column("m", "enum", name="mood", values=["a", "b"])),
        lambda ctx: ctx.add_column("users", column("m", "enum", name="mood", values=["a", "b"])),
        lambda ctx: ctx.alter_column("users", "name", type="enum", name="mood", values=["a", "b"]),
    ],
)
def test_types_of_columns(say: Callable[[Context], object]) -> None:
    """PostgreSQL gets a type that a column gives the values of, unless SQL before may have made it."""
    made = CreateEnumType((None, "mood"), ("a", "b"))
    for dialect, sql, expected in (("postgres", "SELECT 1", True), ("postgres", "CREATE TYPE mood AS ENUM ('a', 'b')", False)):
        ctx = Context(dialect, SHOP)
        ctx.execute(sql)
        say(ctx)
        ctx.add_column("posts", column("n", "enum", name="mood", values=["a", "b"]))
        assert ctx.operations.count(made) == expected
        assert ctx.state.values((None, "mood")) == ("a", "b")
    ctx = Context("sqlite", SHOP)
    say(ctx)
    assert made not in ctx.operations
