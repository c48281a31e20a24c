"""The locks of operations: of tables that are there alone, and what is said of them; the servers confirm them in contract tests."""

from __future__ import annotations

import pytest

from oxyde.migrations.lint import locks
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropIndex,
    Execute,
    Operation,
    RenameColumn,
)
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT

NOTE = (None, "notes")
COLUMNS = {"id": Column("id", INT), "title": Column("title", TEXT, length=40), "size": Column("size", INT, nullable=True)}
BEFORE = State({NOTE: Table("notes", None, COLUMNS, ("id",), {"uq": Unique("uq", ("title",))}, {"ix": Index("ix", ("size",))})})
MAKES_ANEW = "the write lock of the file on notes, blocks writes; copies the table"


def said(operation: Operation, dialect: str) -> list[str]:
    """Returns the locks of an operation as text."""
    return [str(lock) for lock in locks(operation, BEFORE, dialect)]


def test_texts() -> None:
    """The server's word, the table, who waits, and what is done meanwhile."""
    add = AddColumn(NOTE, Column("a", INT, default="random()"))
    assert said(add, "postgres") == ["ACCESS EXCLUSIVE on notes, blocks reads and writes; rewrites the table"]
    assert said(add, "mariadb") == ["ALGORITHM=COPY, LOCK=SHARED on notes, blocks writes; copies the table"]
    index = CreateIndex(NOTE, Index("i", ("title",)))
    assert said(index, "postgres") == ["SHARE on notes, blocks writes; builds an index"]
    assert said(index, "mysql") == ["ALGORITHM=INPLACE, LOCK=NONE on notes, blocks schema changes; builds an index"]
    key = AddConstraint(NOTE, ForeignKey("fk", ("size",), NOTE, ("id",)))
    assert said(key, "postgres") == ["SHARE ROW EXCLUSIVE on notes, blocks writes; reads every row"]


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "mariadb", "sqlite"])
def test_nothing(dialect: str) -> None:
    """A table that is made by the operation itself, and SQL that nobody reads."""
    table = Table("new", None, {"id": Column("id", INT)}, ("id",))
    assert said(CreateTable(table), dialect) == []
    assert said(Execute("VACUUM"), dialect) == []


@pytest.mark.parametrize(
    ("operation", "anew"),
    [
        (AddColumn(NOTE, Column("a", INT, nullable=True)), False),
        (AddColumn(NOTE, Column("a", INT, default="7")), False),
        (AddColumn(NOTE, Column("a", INT, nullable=True, generated="size + 1")), False),
        (AddColumn(NOTE, Column("a", INT, nullable=True, generated="size + 1", stored=True)), True),
        (AddColumn(NOTE, Column("a", INT, default="CURRENT_TIMESTAMP")), True),
        (AddColumn(NOTE, Column("a", INT, default="(1 + 2)")), True),
        (AddColumn(NOTE, Column("a", INT), fill="1"), True),
        (AddColumn(NOTE, Column("a", INT)), True),
        (DropColumn(NOTE, "title"), True),
        (DropColumn(NOTE, "id"), True),
        (AlterColumn(NOTE, "title", {"length": 80}), False),
        (AlterColumn(NOTE, "size", {"nullable": False}), True),
        (AddConstraint(NOTE, Check("ck", "size > 0")), True),
        (CreateIndex(NOTE, Index("i", ("size",))), False),
        (DropIndex(NOTE, "ix"), False),
        (RenameColumn(NOTE, "title", "name"), False),
    ],
)
def test_sqlite_makes_anew(operation: Operation, *, anew: bool) -> None:
    """SQLite makes a table anew for what it cannot change."""
    assert (MAKES_ANEW in said(operation, "sqlite")) is anew
