"""``oxyde sqlmigrate``, as a process."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.test_app import oxyde

FIRST = 'from oxyde.migrations import column\n\n\ndef upgrade(ctx):\n    ctx.create_table("notes", column("id", "int"))\n'


def test_sqlmigrate(tmp_path: Path) -> None:
    """Forward, backward, for another dialect; an unknown name is exit code 2."""
    (tmp_path / "oxyde_config.py").write_text("DIALECT = 'postgres'\n")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_notes.py").write_text(FIRST)
    done = oxyde("sqlmigrate", "0001", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, '-- Create table notes\nCREATE TABLE "notes" ("id" BIGINT NOT NULL);\n')
    done = oxyde("sqlmigrate", "0001", "--backwards", "--dialect", "mysql", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "-- Drop table notes\nDROP TABLE `notes`;\n")
    done = oxyde("sqlmigrate", "0002", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "Error: '0002' names no migration: the newest is 0001_notes\n")
