"""The rules: each lint where it belongs, with its safe way, and nowhere else."""

from __future__ import annotations

import pytest

from oxyde.migrations.lint import NAMES, of_operations
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentTable,
    CreateEnumType,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropIndex,
    DropTable,
    Operation,
    RenameColumn,
    RenameTable,
)
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, enum_of

NOTE, PERSON, MOOD = (None, "notes"), (None, "people"), (None, "mood")
COLUMNS = {
    "id": Column("id", INT),
    "title": Column("title", TEXT, length=40),
    "size": Column("size", INT, nullable=True),
    "mood": Column("mood", enum_of("mood", ())),
}
BEFORE = State(
    {
        NOTE: Table("notes", None, COLUMNS, ("id",), {}, {"ix": Index("ix", ("size",))}),
        PERSON: Table("people", None, {"id": Column("id", INT)}, ("id",)),
    },
    {MOOD: ("good", "bad")},
)
EVERYWHERE = "postgres mysql mariadb sqlite"
MYSQL = "mysql mariadb"
KEY = ForeignKey("fk", ("size",), PERSON, ("id",))
LONG = "n" * 64

CASES: list[tuple[Operation, dict[str, str]]] = [
    (AddColumn(NOTE, Column("a", INT, nullable=True)), {}),
    (AddColumn(NOTE, Column("a", INT, default="7")), {}),
    (AddColumn(NOTE, Column("a", INT)), {"not-null": EVERYWHERE}),
    (AddColumn(NOTE, Column("a", INT), fill="size"), {"rewrite": "postgres mysql mariadb"}),
    (AddColumn(NOTE, Column("a", INT, default="random()")), {"volatile-default": "postgres mysql mariadb"}),
    (AddColumn(NOTE, Column("a", INT, nullable=True, generated="id", stored=True)), {"rewrite": "postgres", "table-copy": MYSQL}),
    (DropColumn(NOTE, "title"), {"drop": EVERYWHERE}),
    (DropTable(NOTE), {"drop": EVERYWHERE}),
    (RenameTable(NOTE, "texts"), {"rename": EVERYWHERE}),
    (RenameColumn(NOTE, "title", "name"), {"rename": EVERYWHERE}),
    (AlterColumn(NOTE, "title", {"length": 50}), {}),
    (AlterColumn(NOTE, "title", {"length": 30}), {"rewrite": "postgres", "narrow-type": EVERYWHERE, "table-copy": MYSQL}),
    (AlterColumn(NOTE, "size", {"nullable": False}), {"not-null": EVERYWHERE, "not-null-scan": "postgres"}),
    (AlterColumn(NOTE, "size", {"nullable": False}, fill="0"), {"not-null-scan": "postgres", "rewrite": "postgres"}),
    (AlterColumn(NOTE, "title", {"nullable": True}), {}),
    (
        AlterColumn(NOTE, "id", {"db_type": "INTEGER"}),
        {"int-key": "postgres mysql mariadb", "narrow-type": EVERYWHERE} | {"rewrite": "postgres", "table-copy": MYSQL},
    ),
    (AddConstraint(NOTE, KEY), {"foreign-key-lock": "postgres", "table-copy": MYSQL}),
    (AddConstraint(NOTE, Check("ck", "size > 0")), {"check-lock": "postgres", "table-copy": MYSQL}),
    (AddConstraint(NOTE, Unique("uq", ("title",))), {"unique-lock": "postgres"}),
    (AddConstraint(NOTE, Exclude("ex", (("size", "="),))), {"unique-lock": "postgres"}),
    (AlterKey(NOTE, ("id", "title")), {"unique-lock": "postgres"}),
    (CreateIndex(NOTE, Index("i", ("title",))), {"index-lock": "postgres"}),
    (CreateIndex(NOTE, Index("i", ("title",)), concurrently=True), {}),
    (CreateIndex(NOTE, Index("i", ("title",), method="FULLTEXT")), {"index-lock": "postgres mysql mariadb"}),
    (CreateIndex(NOTE, Index(LONG, ("title",)), concurrently=True), {"long-name": "postgres"}),
    (CreateIndex(NOTE, Index(f"{LONG}n", ("title",)), concurrently=True), {"long-name": "postgres mysql mariadb"}),
    (AddColumn(NOTE, Column("ß" * 32, INT, nullable=True)), {"long-name": "postgres"}),
    (DropIndex(NOTE, "ix"), {"index-lock": "postgres"}),
    (AddEnumValue(MOOD, "odd"), {}),
    (AlterEnumType(MOOD, ("bad", "good")), {"enum-order": EVERYWHERE, "rewrite": "postgres", "table-copy": MYSQL}),
    (AlterEnumType(MOOD, ("good", "odd", "bad")), {"enum-order": EVERYWHERE, "rewrite": "postgres", "table-copy": MYSQL}),
    (AlterEnumType(MOOD, ("good",)), {"rewrite": "postgres", "table-copy": MYSQL}),
    (CommentTable(NOTE, "x"), {}),
    (
        CreateTable(
            Table("small", None, {"id": Column("id", INT, db_type="serial")}, ("id",), {"fk": ForeignKey("fk", ("id",), PERSON, ("id",))})
        ),
        {"int-key": "postgres mysql mariadb"},
    ),
    (CreateEnumType((None, LONG), ("a",)), {"long-name": "postgres"}),
]


@pytest.mark.parametrize(("operation", "expected"), CASES, ids=[str(operation) for operation, _ in CASES])
@pytest.mark.parametrize("dialect", ["postgres", "mysql", "mariadb", "sqlite"])
def test_rules(operation: Operation, expected: dict[str, str], dialect: str) -> None:
    """Exactly the lints that a dialect needs, each with a problem and a remedy of one line."""
    found = of_operations([operation], BEFORE, dialect)
    assert sorted(lint.name for lint in found) == sorted(name for name, dialects in expected.items() if dialect in dialects.split())
    for lint in found:
        assert lint.name in NAMES
        assert lint.problem
        assert lint.remedy
        assert "\n" not in str(lint)
        assert lint.operation == operation
        assert not lint.is_error


def test_what_blocks() -> None:
    """Is said in one way, whether the server has one lock or locks of rows."""
    operation = AddColumn(NOTE, Column("a", INT), fill="size")
    for dialect, blocked in (("postgres", "reads and writes (ACCESS EXCLUSIVE)"), ("mariadb", "writes (row locks)")):
        (found,) = of_operations([operation], BEFORE, dialect)
        assert f"which blocks {blocked} until it is done" in found.problem


def test_new_tables() -> None:
    """Nobody uses a table that the migration makes itself, under whatever name."""
    table = Table("new", None, {"id": Column("id", INT), "a": Column("a", TEXT)}, ("id",))
    new, newer = table.address, (None, "newer")
    operations: list[Operation] = [
        CreateTable(table),
        CreateIndex(new, Index("i", ("a",))),
        RenameTable(new, "newer"),
        RenameColumn(newer, "a", "b"),
        AddConstraint(newer, Check("ck", "id > 0")),
        AlterColumn(newer, "b", {"length": 3}),
        DropColumn(newer, "b"),
        DropTable(newer),
    ]
    for dialect in ("postgres", "mariadb", "sqlite"):
        assert of_operations(operations, BEFORE, dialect) == []


def test_many_rows() -> None:
    """SQLite makes a table of many rows anew; the count follows its name."""
    check = AddConstraint((None, "texts"), Check("ck", "size > 0"))
    operations: list[Operation] = [RenameTable(NOTE, "texts"), check]
    found = of_operations(operations, BEFORE, "sqlite", {NOTE: 100_001})
    assert [lint.name for lint in found] == ["rename", "sqlite-rebuild"]
    assert "100,001 rows" in found[1].problem
    again = AddConstraint((None, "texts"), Check("ck_2", "size > 1"))
    assert of_operations([*operations, again], BEFORE, "sqlite", {NOTE: 100_001})[:2] == found
    assert len(of_operations([*operations, again], BEFORE, "sqlite", {NOTE: 100_001})) == 2
    assert [lint.name for lint in of_operations(operations, BEFORE, "sqlite", {NOTE: 100_000})] == ["rename"]
    assert [lint.name for lint in of_operations(operations, BEFORE, "sqlite")] == ["rename"]
