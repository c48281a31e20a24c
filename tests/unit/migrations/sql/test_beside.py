"""What MySQL and MariaDB need beside operations: indexes of foreign keys go with them, and are there while they are needed."""

from __future__ import annotations

import pytest

from oxyde.migrations.operations import AddColumn, CreateIndex, DropColumn, DropConstraint, DropIndex, Operation, RenameConstraint
from oxyde.migrations.parts import Column, Index
from oxyde.migrations.sql.script import script
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT

KEY = ForeignKey("fk", ("up",), (None, "beside"), ("id",), "CASCADE", "NO ACTION")
INDEX = Index("ix", ("up", "id"))
BARE = Table("beside", columns={"id": Column("id", INT), "up": Column("up", INT), "say": Column("say", TEXT)}, key=("id",))
PLACE = BARE.address
ADDED = "ALTER TABLE `beside` ADD CONSTRAINT `{}` FOREIGN KEY (`up`) REFERENCES `beside` (`id`) ON DELETE CASCADE ON UPDATE NO ACTION"
GONE = "ALTER TABLE `beside` DROP FOREIGN KEY `fk`"


def with_parts(*indexes: Index) -> State:
    """Returns a state of a table with a foreign key."""
    table = Table("beside", None, BARE.columns, BARE.key, {"fk": KEY}, {one.name: one for one in indexes})
    return State().with_table(table)


@pytest.mark.parametrize(
    ("operation", "before", "wanted"),
    [
        (DropConstraint(PLACE, ForeignKey, "fk"), with_parts(), [GONE, "DROP INDEX `fk` ON `beside`"]),
        (DropConstraint(PLACE, ForeignKey, "fk"), with_parts(INDEX), [GONE]),
        (DropIndex(PLACE, "ix"), with_parts(INDEX), [GONE, "DROP INDEX `ix` ON `beside`", ADDED.format("fk")]),
        (DropIndex(PLACE, "ix"), with_parts(INDEX, Index("other", ("up",))), ["DROP INDEX `ix` ON `beside`"]),
        (
            DropColumn(PLACE, "up"),
            with_parts(INDEX),
            [GONE, "DROP INDEX `ix` ON `beside`", "ALTER TABLE `beside` DROP COLUMN `up`"],
        ),
        (RenameConstraint(PLACE, "fk", "fk2"), with_parts(), [GONE, "DROP INDEX `fk` ON `beside`", ADDED.format("fk2")]),
        (
            CreateIndex(PLACE, Index("iy", ("say",))),
            with_parts(),
            ["ALTER TABLE `beside` MODIFY COLUMN `say` VARCHAR(255) NOT NULL", "CREATE INDEX `iy` ON `beside` (`say`)"],
        ),
        (
            DropIndex(PLACE, "iy"),
            with_parts(Index("iy", ("say",))),
            ["DROP INDEX `iy` ON `beside`", "ALTER TABLE `beside` MODIFY COLUMN `say` LONGTEXT NOT NULL"],
        ),
        (
            AddColumn(PLACE, Column("more", INT, nullable=True)),
            with_parts(),
            ["ALTER TABLE `beside` ADD COLUMN `more` BIGINT"],
        ),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, Operation) else "",
)
def test_statements(operation: Operation, before: State, wanted: list[str]) -> None:
    """Of both servers; what has nothing to do with indexes is as it is."""
    for dialect in ("mysql", "mariadb"):
        assert [text for step in script([operation], before, dialect) for text in step.texts] == wanted
