"""``oxyde migrate`` and ``oxyde showmigrations``, as processes, on SQLite."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.migrating import write
from tests.unit.cli.test_app import oxyde

FIRST = """
def upgrade(ctx):
    ctx.create_table("notes", column("id", "int", key=True, auto=True))
"""
SECOND = """
def upgrade(ctx):
    ctx.add_column("notes", column("text", "text", length=80, nullable=True))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a configuration and two migrations."""
    (tmp_path / "oxyde_config.py").write_text("DATABASES = {'default': 'sqlite:///notes.db'}\n")
    write(tmp_path / "migrations", m0001_notes=FIRST, m0002_text=SECOND)
    return tmp_path


def test_migrate(project: Path) -> None:
    """Shows what it would do, does it, says so, and has nothing to do afterwards."""
    pending = oxyde("migrate", "--check", cwd=project)
    assert (pending.returncode, pending.stdout) == (1, "Apply 0001_notes\nApply 0002_text\n")
    planned = oxyde("migrate", "--plan", "0001", cwd=project)
    assert planned.returncode == 0
    assert planned.stdout.splitlines()[:2] == ["Apply 0001_notes", "  Create table notes"]
    assert '    CREATE TABLE "notes"' in planned.stdout
    done = oxyde("migrate", cwd=project)
    assert done.returncode == 0, done.stderr
    assert [line.rpartition(" in ")[0] for line in done.stdout.splitlines()] == ["Applied 0001_notes", "Applied 0002_text"]
    assert oxyde("migrate", "--check", cwd=project).returncode == 0
    assert oxyde("migrate", cwd=project).stdout == "Nothing to migrate.\n"
    undone = oxyde("migrate", "--plan", "0001", cwd=project).stdout.splitlines()
    assert undone[0] == "Undo 0002_text"
    assert undone[1].startswith("  Lint: drop: ")
    assert undone[2:4] == [
        "  Drop column notes.text  # loses the values of notes.text",
        "    Lock: the write lock of the file on notes, blocks writes; rewrites the table",
    ]
    listed = json.loads(oxyde("migrate", "--plan", "0001", "--json", cwd=project).stdout)
    assert [(one["migration"], one["backwards"], one["loses"]) for one in listed] == [("0002_text", True, "the values of notes.text")]
    assert oxyde("migrate", "zero", cwd=project).stdout.startswith("Undid 0002_text in")


def test_what_is_there_already(project: Path) -> None:
    """Is shown as recorded, in text and JSON, recorded, and refused where it is otherwise."""
    with closing(sqlite3.connect(project / "notes.db")) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, more TEXT)")
        refused = oxyde("migrate", "--fake-initial", cwd=project)
        assert refused.returncode == 1
        assert "notes.more: column: none in the migrations, text in the database" in refused.stderr
        connection.execute("ALTER TABLE notes DROP COLUMN more")
    planned = oxyde("migrate", "--fake-initial", "--plan", cwd=project).stdout.splitlines()
    assert planned[:2] == ["Record 0001_notes, which the database has", "Apply 0002_text"]
    listed = json.loads(oxyde("migrate", "--fake-initial", "--plan", "--json", cwd=project).stdout)
    assert [(one["migration"], one["recorded"], one["operation"]) for one in listed] == [
        ("0001_notes", True, None),
        ("0002_text", False, "Add column notes.text text(80)"),
    ]
    done = oxyde("migrate", "--fake-initial", cwd=project).stdout.splitlines()
    assert done[0] == "Recorded 0001_notes in the ledger only"
    assert done[1].startswith("Applied 0002_text in")
    assert oxyde("migrate", "--fake", "--fake-initial", cwd=project).returncode == 2


def test_as_json(project: Path) -> None:
    """What is pending, and what was done before one failed, as objects."""
    pending = oxyde("migrate", "--check", "--json", cwd=project)
    assert pending.returncode == 1
    wanted = [{"migration": name, "backwards": False, "recorded": False} for name in ("0001_notes", "0002_text")]
    assert json.loads(pending.stdout) == wanted
    write(project / "migrations", m0001_notes=FIRST, m0002_text='def upgrade(ctx):\n    ctx.execute("SELECT nowhere")\n')
    failed = oxyde("migrate", "--json", cwd=project)
    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
    ((first, seconds),) = [(one.pop("migration"), one.pop("seconds")) for one in json.loads(failed.stdout)]
    assert (first, seconds >= 0) == ("0001_notes", True)
    assert oxyde("migrate", "0001", "--json", cwd=project).stdout == "[]\n"


def test_what_no_migration_made(project: Path) -> None:
    """Is refused by name where SQLite makes a table anew, and kept where that is said."""
    oxyde("migrate", cwd=project)
    hand = 'def upgrade(ctx):\n    ctx.execute("ALTER TABLE notes ADD COLUMN hand INT", reverse="SELECT 1")\n'
    anew = 'def upgrade(ctx):\n    ctx.alter_column("notes", "text", nullable=False, fill="id")\n'
    write(project / "migrations", m0001_notes=FIRST, m0002_text=SECOND, m0003_hand=hand, m0004_anew=anew)
    refused = oxyde("migrate", cwd=project)
    assert refused.returncode == 1
    assert "notes has column hand, which no migration made; keep what is there with --keep-extra" in refused.stderr
    kept = oxyde("migrate", "--keep-extra", cwd=project)
    assert kept.returncode == 0, kept.stderr
    assert kept.stdout.startswith("Applied 0004_anew in")


THIRD = """
async def fill(models):
    await models.notes.objects.create(text="first")
    await models.notes.objects.filter(text="first").update(text="second")


def count(models, keys):
    assert models.notes.objects.sync.filter(keys).count() == COUNT


def upgrade(ctx):
    ctx.run(fill, tables=["notes"])
    ctx.run(count, tables=["notes"], batch=10)
"""


def test_functions_on_the_rows(project: Path) -> None:
    """The plan names them; one that fails is one line, with its own."""
    write(project / "migrations", m0001_notes=FIRST, m0002_text=SECOND, m0003_fill=THIRD.replace("COUNT", "2"))
    planned = oxyde("migrate", "--plan", cwd=project).stdout.splitlines()
    assert planned[-3:] == ["Apply 0003_fill", "  Run fill() on notes", "  Run count() on notes, 10 rows at a time"]
    failed = oxyde("migrate", cwd=project)
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: 0003_fill: Run count() on notes, 10 rows at a time: ")
    assert failed.stderr.endswith("0003_fill.py:15: AssertionError\n")
    assert oxyde("showmigrations", cwd=project).stdout.endswith("[~] 0003_fill\n")
    write(project / "migrations", m0001_notes=FIRST, m0002_text=SECOND, m0003_fill=THIRD.replace("COUNT", "1"))
    assert oxyde("migrate", cwd=project).stdout.startswith("Applied 0003_fill in ")


def test_showmigrations(project: Path) -> None:
    """Marks each; writes nothing."""
    assert oxyde("showmigrations", cwd=project).stdout == "[ ] 0001_notes\n[ ] 0002_text\n"
    oxyde("migrate", "0001", cwd=project)
    write(project / "migrations", m0001_notes=FIRST.replace("notes", "note"), m0002_text=SECOND.replace("notes", "note"))
    shown = oxyde("showmigrations", cwd=project)
    assert (shown.returncode, shown.stdout) == (0, "[!] 0001_notes  (edited)\n[ ] 0002_text\n")
    listed = json.loads(oxyde("showmigrations", "--json", cwd=project).stdout)
    assert listed == [{"name": "0001_notes", "state": "edited"}, {"name": "0002_text", "state": "pending"}]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["migrate", "0009"], 2, "'0009' names no migration: the newest is 0002_text"),
        (["migrate", "--db-alias", "other"], 2, "DATABASES has no 'other'"),
        (["migrate", "--mark-done", "1", "--retry", "1"], 2, "--mark-done and --retry say two things"),
        (["migrate", "--lock-timeout", "-1"], 2, "-1.0 is not in the range x>=0"),
        (["migrate", "--retry", "1"], 1, "no migration stopped during step 1"),
    ],
)
def test_what_is_refused(project: Path, arguments: list[str], code: int, said: str) -> None:
    """Is one line: 2 for what the command line says, 1 for what the database has."""
    done = oxyde(*arguments, cwd=project)
    assert done.returncode == code
    assert said in done.stderr
    assert sum(line.startswith("Error: ") for line in done.stderr.splitlines()) == 1


def test_a_database_of_another_dialect(project: Path) -> None:
    """Is a fault of the configuration."""
    (project / "oxyde_config.py").write_text("DIALECT = 'postgres'\nDATABASES = {'default': 'sqlite:///notes.db'}\n")
    done = oxyde("migrate", cwd=project)
    assert done.returncode == 2
    assert "DIALECT is 'postgres', and the database 'default' is sqlite" in done.stderr


def test_no_folder(tmp_path: Path) -> None:
    """Is one error of all commands, which names it and what makes one; no database is made."""
    (tmp_path / "oxyde_config.py").write_text("DATABASES = {'default': 'sqlite:///notes.db'}\n")
    of_files = [["migrations", name] for name in ("squash", "rebase", "verify")]
    for command in (["migrate"], ["showmigrations"], ["sqlmigrate", "0001"], *of_files):
        done = oxyde(*command, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (2, "Error: migrations: there is no such folder; oxyde makemigrations makes it\n"), command
    assert not (tmp_path / "notes.db").exists()
    (tmp_path / "migrations").write_text("")
    for command in (["migrate"], ["migrations", "verify"]):
        done = oxyde(*command, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("Error: migrations is no folder; move it away, or let MIGRATIONS_DIR of oxyde_config.py name")
