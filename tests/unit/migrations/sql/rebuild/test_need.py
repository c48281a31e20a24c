"""What SQLite makes a table anew for, and what it can do by itself."""

from __future__ import annotations

import pytest

from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterKey,
    CreateIndex,
    DropColumn,
    DropConstraint,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameTable,
)
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.sql.rebuild import made_anew
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT, TEXT, enum_of

NOTE = (None, "notes")
COLUMNS = {
    "id": Column("id", INT),
    "title": Column("title", TEXT, length=40),
    "size": Column("size", INT, nullable=True),
    "text": Column("text", TEXT, nullable=True),
    "mood": Column("mood", enum_of("need_mood", ("good",))),
}
INDEXES = {"ix": Index("ix", ("size",)), "ft": Index("ft", ("text",), method="fulltext")}
BEFORE = State().with_table(Table("notes", None, COLUMNS, ("id",), {"uq": Unique("uq", ("title",))}, INDEXES))


@pytest.mark.parametrize(
    "operation",
    [
        AddColumn(NOTE, Column("a", INT)),
        AddColumn(NOTE, Column("a", INT, default="null")),
        AddColumn(NOTE, Column("a", INT), key=True),
        AddColumn(NOTE, Column("a", INT, nullable=True, default="(1 + 1)")),
        AddColumn(NOTE, Column("a", INT, nullable=True, default="current_timestamp")),
        AddColumn(NOTE, Column("a", INT, default="1"), fill="2"),
        AddColumn(NOTE, Column("a", INT, generated="size", stored=True)),
        DropColumn(NOTE, "title"),
        DropColumn(NOTE, "id"),
        DropColumn(NOTE, "text"),
        AlterColumn(NOTE, "title", {"nullable": True}),
        AlterColumn(NOTE, "title", {"length": 9}, using="substr(title, 1, 9)"),
        AlterKey(NOTE, ("id", "title")),
        AddConstraint(NOTE, Check("ck", "size > 0")),
        DropConstraint(NOTE, Unique, "uq"),
        RenameConstraint(NOTE, "uq", "other"),
        AddEnumValue((None, "need_mood"), "bad"),
    ],
    ids=str,
)
def test_anew(operation: Operation) -> None:
    """What ALTER TABLE does not do."""
    assert made_anew(operation, BEFORE) == (NOTE,)


@pytest.mark.parametrize(
    "operation",
    [
        AddColumn(NOTE, Column("a", INT, nullable=True)),
        AddColumn(NOTE, Column("a", TEXT, default="'(x'")),
        AddColumn(NOTE, Column("a", INT, generated="size")),
        DropColumn(NOTE, "size"),
        AlterColumn(NOTE, "title", {"length": 80, "comment": "c", "nullable": False}),
        AlterKey(NOTE, ("id",)),
        AddConstraint(NOTE, Check("ck", "size > 0"), not_valid=True),
        RenameColumn(NOTE, "title", "name"),
        RenameTable(NOTE, "others"),
        RenameEnumType((None, "need_mood"), "other"),
        CreateIndex(NOTE, Index("i", ("size",))),
    ],
    ids=str,
)
def test_as_it_is(operation: Operation) -> None:
    """What it does, and what says nothing to it."""
    assert made_anew(operation, BEFORE) == ()
