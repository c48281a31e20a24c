"""The SQL of migrations as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.exceptions import MigrationError, UnsupportedError
from oxyde.migrations.folder.files import load
from oxyde.migrations.sql.preview import find, sqlmigrate

FIRST = """
from oxyde.migrations import column


def upgrade(ctx):
    ctx.create_table("notes", column("id", "int", key=True), column("text", "text"))
"""
SECOND = '''
from oxyde.migrations import check, column


def fill(models):
    """Is run."""


def upgrade(ctx):
    ctx.add_column("notes", column("size", "int", nullable=True))
    ctx.run(fill, tables=["notes"], reverse=fill)
    ctx.add_check("notes", check("ck_size", "size > 0"))


def downgrade(ctx):
    ctx.drop_check("notes", "ck_size")
    ctx.run_reverse(fill)
    ctx.drop_column("notes", "size")
'''
AUTO = """
from oxyde.migrations import column


def upgrade(ctx):
    ctx.add_column("notes", column("nr", "int", auto=True))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder with two migrations."""
    (tmp_path / "0001_notes.py").write_text(FIRST)
    (tmp_path / "0002_size.py").write_text(SECOND)
    return tmp_path


def test_forward_and_back(folder: Path) -> None:
    """In order; functions are comments."""
    migrations = load(folder)
    assert sqlmigrate(migrations, "0001", "postgres") == (
        '-- Create table notes\nCREATE TABLE "notes" ("id" BIGINT NOT NULL, "text" TEXT NOT NULL, PRIMARY KEY ("id"));\n'
    )
    assert sqlmigrate(migrations, "0002_size", "mysql") == (
        "-- Add column notes.size int\nALTER TABLE `notes` ADD COLUMN `size` BIGINT;\n-- Run fill() on notes\n"
        "-- Add check ck_size to notes\nALTER TABLE `notes` ADD CONSTRAINT `ck_size` CHECK (size > 0);\n"
    )
    assert sqlmigrate(migrations, "0002", "postgres", backwards=True) == (
        '-- Drop check ck_size of notes\nALTER TABLE "notes" DROP CONSTRAINT "ck_size";\n-- Run fill() on notes\n'
        '-- Drop column notes.size\nALTER TABLE "notes" DROP COLUMN "size";\n'
    )
    assert sqlmigrate(migrations, "0001", "sqlite", backwards=True) == '-- Drop table notes\nDROP TABLE "notes";\n'


def test_a_table_that_is_made_anew(folder: Path) -> None:
    """In a transaction of its own, without foreign keys; what only the database knows is said."""
    lines = sqlmigrate(load(folder), "0002", "sqlite").splitlines()
    assert lines[:4] == [
        "PRAGMA foreign_keys = OFF;",
        "BEGIN IMMEDIATE;",
        "-- Add column notes.size int",
        'ALTER TABLE "notes" ADD COLUMN "size" INTEGER;',
    ]
    assert "-- notes is made anew; its triggers, and indexes that no migration made, are read by migrate" in lines
    assert lines[-3:] == ["PRAGMA foreign_key_check;", "COMMIT;", "PRAGMA foreign_keys = ON;"]


def test_names(folder: Path) -> None:
    """The beginning of a name is enough where it is one's alone."""
    migrations = load(folder)
    assert [find(migrations, name) for name in ("0001_notes", "0002", "0002_s")] == [0, 1, 1]
    with pytest.raises(MigrationError, match="'0003' names no migration: the newest is 0002_size"):
        find(migrations, "0003")
    with pytest.raises(MigrationError, match="'000' names no migration: 0001_notes, 0002_size begin with it"):
        find(migrations, "000")


def test_refusals(folder: Path) -> None:
    """What a database cannot do is said with the operation; what has no way back, with the reason."""
    (folder / "0003_key.py").write_text(AUTO)
    with pytest.raises(UnsupportedError, match=r"Add column notes\.nr int NOT NULL: auto-increment columns beside other key columns"):
        sqlmigrate(load(folder), "0003", "sqlite")
    (folder / "0003_key.py").unlink()
    (folder / "0003_gone.py").write_text('def upgrade(ctx):\n    ctx.drop_column("notes", "text")\n')
    with pytest.raises(MigrationError, match=r"0003_gone cannot be undone: notes\.text takes no NULL and has no default"):
        sqlmigrate(load(folder), "0003", "postgres", backwards=True)
