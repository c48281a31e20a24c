"""The statements of operations, as each database reads them; the forms of each are cases of the core."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.db.render import render
from oxyde.exceptions import UnsupportedError
from oxyde.ir import wire
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CreateIndex,
    CreateSchema,
    DropColumn,
    DropConstraint,
    Execute,
    Operation,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RequireManual,
    Run,
    StateOnly,
    ValidateConstraint,
)
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, enum_of
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS


def sql(operation: Operation, dialect: str = "postgres", before: State = SHOP, later: State | None = None) -> list[str]:
    """Returns the SQL of an operation."""
    after = operation.apply(before) if later is None else later
    return [render(wire.pack(statement), dialect, ())[0] for statement in statements(operation, before, after)]


def test_from_nothing_and_back() -> None:
    """The parts of a table are as its models have them."""
    state, made = State(), []
    for operation in diff(State(), SHOP):
        made += sql(operation, "sqlite", state)
        state = operation.apply(state)
    assert made == [
        "",
        'CREATE TABLE "users" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL)',
        (
            'CREATE TABLE "posts" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL, "author_id" INTEGER, '
            "\"status\" TEXT NOT NULL DEFAULT 'draft' CHECK (\"status\" IN ('draft', 'live')), "
            'CONSTRAINT "uq_posts_title_author_id" UNIQUE ("title", "author_id"), CONSTRAINT "ck_title" CHECK (length(title) > 0), '
            'CONSTRAINT "fk_posts_author_id" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE);\n'
            'CREATE INDEX "ix_posts_title" ON "posts" ("title" DESC, (lower(title)))'
        ),
        "CREATE VIEW \"live_posts\" AS SELECT * FROM posts WHERE status = 'live'",
    ]
    gone = []
    for operation in diff(SHOP, State()):
        gone += sql(operation, "mysql", state)
        state = operation.apply(state)
    assert gone == ["DROP VIEW `live_posts`", "DROP TABLE `posts`", "DROP TABLE `users`", ""]


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (AddColumn(USERS, Column("s", enum_of("status_enum", ())), fill="'live'"), 'ALTER TABLE "users" ADD COLUMN "s" "status_enum";'),
        (DropColumn(USERS, "name"), 'ALTER TABLE "users" DROP COLUMN "name"'),
        (AlterColumn(POSTS, "title", {"length": 300}), 'ALTER TABLE "posts" ALTER COLUMN "title" TYPE VARCHAR(300)'),
        (CommentColumn(USERS, "name", "c"), 'COMMENT ON COLUMN "users"."name" IS \'c\''),
        (AddConstraint(USERS, Check("c", "id > 0")), 'ALTER TABLE "users" ADD CONSTRAINT "c" CHECK (id > 0)'),
        (AddConstraint(USERS, Check("c", "id > 0"), not_valid=True), 'ALTER TABLE "users" ADD CONSTRAINT "c" CHECK (id > 0) NOT VALID'),
        (ValidateConstraint(POSTS, "ck_title"), 'ALTER TABLE "posts" VALIDATE CONSTRAINT "ck_title"'),
        (AddConstraint(USERS, Unique("u", ("name",))), 'ALTER TABLE "users" ADD CONSTRAINT "u" UNIQUE ("name")'),
        (AddConstraint(USERS, Exclude("e", (("id", "="),))), 'ALTER TABLE "users" ADD CONSTRAINT "e" EXCLUDE USING "gist" ((id) WITH =)'),
        (
            AddConstraint(USERS, ForeignKey("f", ("id",), ("s", "t"), ("a",), "SET NULL", "NO ACTION")),
            'ALTER TABLE "users" ADD CONSTRAINT "f" FOREIGN KEY ("id") REFERENCES "s"."t" ("a") ON DELETE SET NULL ON UPDATE NO ACTION',
        ),
        (DropConstraint(POSTS, ForeignKey, "fk_posts_author_id"), 'ALTER TABLE "posts" DROP CONSTRAINT "fk_posts_author_id"'),
        (RenameConstraint(POSTS, "ck_title", "c"), 'ALTER TABLE "posts" RENAME CONSTRAINT "ck_title" TO "c"'),
        (RenameIndex(POSTS, "ix_posts_title", "i"), 'ALTER INDEX "ix_posts_title" RENAME TO "i"'),
        (
            CreateIndex(POSTS, Index("i", ("title", "lower(title)"), desc=("lower(title)",), include=("id",))),
            'CREATE INDEX "i" ON "posts" ("title", (lower(title)) DESC) INCLUDE ("id")',
        ),
        (Execute("UPDATE posts SET title = ''"), "UPDATE posts SET title = ''"),
    ],
)
def test_operations(operation: Operation, text: str) -> None:
    """On PostgreSQL."""
    assert sql(operation)[0].startswith(text)


def test_states_are_told_in_silence() -> None:
    """Nothing is sent."""
    assert sql(StateOnly((DropColumn(USERS, "name"),))) == []


def test_what_will_be_indexed() -> None:
    """Has a type that can be, from the start (MySQL)."""
    slug = AddColumn(USERS, Column("slug", TEXT, nullable=True))
    assert sql(slug, "mysql") == ["ALTER TABLE `users` ADD COLUMN `slug` LONGTEXT"]
    indexed = CreateIndex(USERS, Index("i", ("slug",))).apply(slug.apply(SHOP))
    assert sql(slug, "mysql", later=indexed) == ["ALTER TABLE `users` ADD COLUMN `slug` VARCHAR(255)"]
    (made,) = [one for one in diff(State(), indexed) if str(one) == "Create table users"]
    assert "`slug` VARCHAR(255)" in sql(made, "mysql", State())[0]


def test_keys() -> None:
    """A further column of the key comes first, and then the key."""
    assert sql(AddColumn(POSTS, Column("n", INT), key=True, fill="1"), "mysql") == [
        "ALTER TABLE `posts` ADD COLUMN `n` BIGINT;\nUPDATE `posts` SET `n` = (1);\nALTER TABLE `posts` MODIFY COLUMN `n` BIGINT NOT NULL",
        "ALTER TABLE `posts` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `n`)",
    ]
    both = AlterKey(POSTS, ("id", "title")).apply(SHOP)
    assert sql(DropColumn(POSTS, "title"), "mysql", both) == [
        "ALTER TABLE `posts` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`)",
        "ALTER TABLE `posts` DROP COLUMN `title`",
    ]
    assert sql(AlterKey(POSTS, ("title",)), "mysql") == ["ALTER TABLE `posts` DROP PRIMARY KEY, ADD PRIMARY KEY (`title`)"]


def test_enumerations() -> None:
    """Types, or the columns that have their labels."""
    assert sql(RenameEnumType(STATUS, "state")) == ['ALTER TYPE "status_enum" RENAME TO "state"']
    assert sql(AddEnumValue(STATUS, "x")) == ["ALTER TYPE \"status_enum\" ADD VALUE 'x'"]
    modified = "ALTER TABLE `posts` MODIFY COLUMN `status` ENUM('draft', 'live', 'x') NOT NULL DEFAULT 'draft'"
    assert sql(AddEnumValue(STATUS, "x"), "mysql") == [modified]
    changed = sql(AlterEnumType(STATUS, ("draft",), {"live": "draft"}), "mysql")[0]
    assert "UPDATE `posts` SET `status` = CASE `status` WHEN 'live' THEN 'draft' ELSE `status` END WHERE `status` IN ('live')" in changed
    assert sql(CreateSchema("s")) == ['CREATE SCHEMA IF NOT EXISTS "s"']


@pytest.mark.parametrize("operation", [Execute("SELECT :a", {"a": 1}), Run(print), RequireManual("split")])
def test_what_is_not_written_yet(operation: Operation) -> None:
    """Is refused by name."""
    with pytest.raises(UnsupportedError, match="no SQL is written yet for "):
        sql(operation)


@pytest.mark.parametrize(
    ("parts", "text"),
    [({"collation": "C"}, 'TEXT COLLATE "C"'), ({"identity": "by default"}, "TEXT GENERATED BY DEFAULT AS IDENTITY")],
)
def test_parts_of_columns(parts: dict[str, str], text: str) -> None:
    """That models do not have."""
    (made,) = sql(AddColumn(USERS, replace(Column("a", TEXT, nullable=True), **parts)))
    assert made == f'ALTER TABLE "users" ADD COLUMN "a" {text}'
