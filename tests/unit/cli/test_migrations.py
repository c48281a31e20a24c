"""``oxyde migrations rebase``, ``squash`` and ``verify``, as processes, on SQLite."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.migrating import write
from tests.unit.cli.test_app import oxyde
from tests.unit.cli.test_migrate import FIRST, SECOND


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a configuration and two migrations."""
    (tmp_path / "oxyde_config.py").write_text("DATABASES = {'default': 'sqlite:///notes.db'}\n")
    write(tmp_path / "migrations", m0001_notes=FIRST, m0002_text=SECOND)
    return tmp_path


def test_squash(project: Path) -> None:
    """Shows the file, writes it when told to, and deletes the older ones later."""
    shown = oxyde("migrations", "squash", "--dry-run", cwd=project)
    assert shown.stdout.startswith("2 migrations, 2 operations: 0001_squashed_0002 has 1\n")
    assert "def upgrade(ctx):" in shown.stdout
    listed = oxyde("migrations", "squash", "--dry-run", "--json", cwd=project)
    assert json.loads(listed.stdout) == [{"operation": "Create table notes"}]
    asked = oxyde("migrations", "squash", cwd=project)
    why = "nothing was changed, because there is no terminal to ask on; add --yes to replace 2 migrations by 0001_squashed_0002"
    assert (asked.returncode, asked.stderr) == (2, f"Error: {why}\n")
    assert oxyde("migrate", cwd=project).returncode == 0
    done = oxyde("migrations", "squash", "--yes", cwd=project)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Wrote migrations/0001_squashed_0002.py")
    assert oxyde("migrate", cwd=project).stdout == "Nothing to migrate.\n"
    assert oxyde("showmigrations", cwd=project).stdout == "[x] 0001_squashed_0002\n"
    deleted = oxyde("migrations", "squash", "--delete", "--yes", cwd=project)
    assert deleted.stdout.splitlines() == [f"Deleted migrations/{name}.py" for name in ("0001_notes", "0002_text")]
    assert oxyde("showmigrations", cwd=project).stdout == "[x] 0001_squashed_0002\n"


def test_a_file_that_is_left_out(project: Path) -> None:
    """Is said in one line, without a place in a program, by each command that reads the folder."""
    (project / "migrations" / "0003 more.py").write_text(SECOND)
    said = "Warning: migrations/0003 more.py is left out: a migration is named by digits, an underscore, letters, digits and underscores; "
    for command in (["migrate"], ["showmigrations"], ["sqlmigrate", "0001"], ["migrations", "verify"]):
        assert oxyde(*command, cwd=project).stderr == f"{said}rename it to 0003_more.py, or move it out of the folder\n"


def test_a_wrong_name(project: Path) -> None:
    """Is a wrong use, in one line."""
    done = oxyde("migrations", "squash", "--to", "0009", cwd=project)
    assert (done.returncode, done.stderr) == (2, "Error: '0009' names no migration: the newest is 0002_text\n")


def test_verify(project: Path) -> None:
    """Says that all is well, or what is not, with exit code 1; an edited file is found in the ledger of the database."""
    good = oxyde("migrations", "verify", "--db", cwd=project)
    assert (good.returncode, good.stdout) == (0, "The migrations are as they should be.\n")
    assert oxyde("migrate", cwd=project).returncode == 0
    write(project / "migrations", m0001_notes=FIRST.replace("notes", "note"), m0002_text=SECOND.replace("notes", "note"))
    assert oxyde("migrations", "verify", cwd=project).returncode == 0
    edited = oxyde("migrations", "verify", "--db", "--json", cwd=project)
    assert edited.returncode == 1
    assert [fault["check"] for fault in json.loads(edited.stdout)] == ["ledger", "ledger"]
    (project / "migrations" / "HEAD").write_text("0009_other\n")
    head = oxyde("migrations", "verify", cwd=project)
    assert (head.returncode, head.stdout.startswith("HEAD: ")) == (1, True)


def test_rebase(project: Path) -> None:
    """Shows what it renames, asks, does it, and then everything is as it should be; without git the ledger tells what is local."""
    assert oxyde("migrate", cwd=project).returncode == 0
    third = SECOND.replace('"text", "text"', '"kind", "text"')
    write(project / "migrations", m0001_notes=FIRST, m0002_kind=third)
    left = oxyde("migrations", "verify", cwd=project)
    assert (left.returncode, "oxyde migrations rebase lets those of one branch follow those of the other" in left.stdout) == (1, True)
    shown = oxyde("migrations", "rebase", "--dry-run", cwd=project)
    said = "Would rename migrations/0002_kind.py to 0003_kind.py\nHEAD would name 0003_kind\n"
    assert (shown.returncode, shown.stdout) == (0, said), shown
    asked = oxyde("migrations", "rebase", cwd=project)
    assert (asked.returncode, "add --yes to rename 1 migration, and let HEAD name 0003_kind\n" in asked.stderr) == (2, True)
    listed = oxyde("migrations", "rebase", "--local", "0002_k", "--dry-run", "--json", cwd=project)
    assert json.loads(listed.stdout) == [{"old": "0002_kind", "new": "0003_kind"}]
    wrong = oxyde("migrations", "rebase", "--local", "0002", cwd=project)
    assert (wrong.returncode, "0002_kind, 0002_text begin with it" in wrong.stderr) == (2, True)
    done = oxyde("migrations", "rebase", "--yes", cwd=project)
    assert (done.returncode, done.stdout) == (0, "Renamed migrations/0002_kind.py to 0003_kind.py\nHEAD names 0003_kind\n")
    assert oxyde("migrations", "verify", cwd=project).returncode == 0
    again = oxyde("migrations", "rebase", "--yes", cwd=project)
    assert (again.returncode, "there is nothing to rebase" in again.stderr) == (1, True)


def test_rebase_renews_the_stubs(project: Path) -> None:
    """As makemigrations does, unless they are not wanted; models in conflict are named, and are no fault of the rebase."""
    (project / "oxyde_config.py").write_text("MODELS = ['cli_rebase_models']\nDATABASES = {'default': 'sqlite:///notes.db'}\n")
    models = project / "cli_rebase_models.py"
    models.write_text(
        "from oxyde import Field, Model\n\nclass CliRebaseNote(Model):\n    id: int | None = Field(default=None, db_pk=True)\n\n"
        "    class Meta:\n        is_table = True\n"
    )
    third = SECOND.replace('"text", "text"', '"kind", "text"')

    def rebased(*flags: str) -> list[str]:
        for path in (project / "migrations").glob("000[23]*.py"):
            path.unlink()
        write(project / "migrations", m0001_notes=FIRST, m0002_text=SECOND, m0002_kind=third)
        done = oxyde("migrations", "rebase", "--local", "0002_kind", "--yes", *flags, cwd=project)
        assert done.returncode == 0, done.stderr
        return (done.stdout + done.stderr).splitlines()[2:]

    assert rebased("--no-stubs") == []
    assert rebased("--dry-run") == []
    assert not (project / "cli_rebase_models.pyi").exists()
    assert rebased() == ["Wrote cli_rebase_models.pyi"]
    models.write_text("<<<<<<< ours\n")
    (said,) = rebased()
    assert said.startswith("The stubs are as they were: oxyde_config.py: cli_rebase_models cannot be imported: ")
    assert said.endswith("; then run: oxyde generate-stubs")


def test_rebase_without_a_ledger(project: Path) -> None:
    """The remedy is to name them."""
    (project / "oxyde_config.py").write_text("DIALECT = 'sqlite'\nDATABASES = {}\n")
    write(project / "migrations", m0001_notes=FIRST, m0002_kind=SECOND)
    done = oxyde("migrations", "rebase", "--db-alias", "other", cwd=project)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("name those that are to come last: --local NAME")
    assert done.stderr.count("\n") == 1
