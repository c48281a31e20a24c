"""``oxyde check``, as a process, on SQLite."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.cli.test_app import oxyde

MODELS = """
from __future__ import annotations
from oxyde import Field, Model

class CliCheckNote(Model):
    id: int | None = Field(default=None, db_pk=True)
    text: str = Field(max_length=80)

    class Meta:
        is_table = True
        table_name = "notes"
"""
CONFIG = "MODELS = ['cli_check_models']\nDATABASES = {'default': 'sqlite:///notes.db'}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a configuration and a model."""
    (tmp_path / "oxyde_config.py").write_text(CONFIG)
    (tmp_path / "cli_check_models.py").write_text(MODELS)
    return tmp_path


def test_what_is_not_there(project: Path) -> None:
    """Is skipped: no stubs, no migrations."""
    done = oxyde("check", "--types", cwd=project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "models: ok, 1 table",
        "stubs: skipped, there are none",
        "migrations: skipped, there is no folder of them",
        "types: skipped, no stub hides a file",
    ]
    (project / "oxyde_config.py").write_text(f"{CONFIG}STUBS = False\n")
    assert "stubs: skipped, oxyde_config.py says STUBS = False" in oxyde("check", cwd=project).stdout


def test_a_merge_that_stopped(project: Path) -> None:
    """Is a fault of the migrations, beside what else was checked."""
    (project / "migrations").mkdir()
    (project / "migrations/HEAD").write_text("<<<<<<< HEAD\n0002_a\n=======\n0002_b\n>>>>>>> other\n")
    done = oxyde("check", "--json", cwd=project)
    assert done.returncode == 1, done.stderr
    assert [(one["check"], one["state"]) for one in json.loads(done.stdout)] == [
        ("models", "ok"),
        ("stubs", "skipped"),
        ("migrations", "fault"),
    ]
    assert "oxyde migrations rebase" in oxyde("check", cwd=project).stdout


def test_stubs_that_cannot_be_written(project: Path) -> None:
    """Are named with the reason, beside those that are fresh; they are no fault."""
    (project / "oxyde_config.py").write_text(CONFIG.replace("models']", "models', 'cli_check_more']"))
    (project / "cli_check_more.py").write_text(MODELS.replace("notes", "more_notes").replace("CliCheckNote", "CliCheckMore"))
    (project / "cli_check_more.pyi").write_text("# mine\n")
    assert oxyde("generate-stubs", cwd=project).returncode == 0
    done = oxyde("check", cwd=project)
    assert (done.returncode, done.stdout.splitlines()[1:3]) == (
        0,
        ["stubs: ok, 1 file", "  No stub of cli_check_more: cli_check_more.pyi was not made by oxyde, and is left as it is"],
    )


def test_what_differs(project: Path) -> None:
    """Is named, check by check, with the SQL that mends the database; afterwards all is well."""
    assert oxyde("makemigrations", cwd=project).returncode == 0
    found = oxyde("check", "--db", cwd=project)
    assert found.returncode == 1
    assert found.stdout.splitlines() == [
        "models: ok, 1 table",
        "stubs: ok, 1 file",
        "migrations: ok, 1 file",
        "database: fault, 1 difference",
        "  notes: table: 2 columns in the models, none in the database",
        "  1 thing that sqlite does not show cannot be compared; --strict lists it",
        "  1 migration is pending; oxyde migrate comes before anything below",
        "  What would mend it:",
        "    Create table notes",
        '      CREATE TABLE "notes" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "text" TEXT NOT NULL);',
    ]
    assert oxyde("migrate", cwd=project).returncode == 0
    well = oxyde("check", "--db", "--strict", cwd=project)
    assert (well.returncode, well.stdout.splitlines()[-2:]) == (
        0,
        ["database: ok, it has what the models have", "  not seen: notes.text: length 80"],
    )
    (project / "mypy.ini").write_text("[mypy]\nfollow_imports = skip\n")
    (project / "cli_check_models.py").write_text(MODELS.replace("80", "90") + "\nwrong: int = 'text'\n")
    changed = oxyde("check", "--types", "--json", cwd=project)
    assert changed.returncode == 1
    rows = {row["check"]: row for row in json.loads(changed.stdout)}
    assert {name: row["state"] for name, row in rows.items()} == {"models": "ok", "stubs": "fault", "migrations": "fault", "types": "fault"}
    assert rows["stubs"]["found"] == ["cli_check_models.pyi: stale"]
    assert rows["migrations"]["found"] == ["Change column notes.text: to at most 90 characters"]
    assert rows["types"]["found"][0].startswith("cli_check_models.py:13: error: Incompatible types")


def test_tables_of_no_model(project: Path) -> None:
    """Are named, and are a difference with --strict alone."""
    (project / "oxyde_config.py").write_text(f"{CONFIG}STUBS = False\n")
    oxyde("makemigrations", cwd=project)
    oxyde("migrate", cwd=project)
    (project / "cli_check_models.py").write_text(MODELS.replace("notes", "letters").replace("CliCheckNote", "CliCheckLetter"))
    open_question = oxyde("check", cwd=project)
    assert open_question.returncode == 1
    assert "Was the table notes renamed to letters?" in open_question.stdout
    (project / "oxyde_config.py").write_text(CONFIG.replace("notes.db", "other.db"))
    (project / "cli_check_models.py").write_text(MODELS)
    oxyde("migrate", cwd=project)
    (project / "cli_check_models.py").write_text(MODELS + "        managed = False\n")
    with closing(sqlite3.connect(project / "other.db")) as other:
        other.execute("CREATE TABLE scraps (a)")
    lenient = oxyde("check", "--db", cwd=project)
    assert "  no model has scraps" in lenient.stdout.splitlines()
    assert lenient.stdout.splitlines()[-2].startswith("database: ok")
    strict = oxyde("check", "--db", "--strict", cwd=project)
    assert (strict.returncode, strict.stdout.splitlines()[-1]) == (1, "  scraps: no model has it")


@pytest.mark.parametrize(
    ("text", "said"),
    [("def broken(:\n", "SyntaxError"), (MODELS.replace("str =", "complex ="), "CliCheckNote.text")],
)
def test_models_that_are_wrong(project: Path, text: str, said: str) -> None:
    """Are a fault of the configuration."""
    (project / "cli_check_models.py").write_text(text)
    done = oxyde("check", cwd=project)
    assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_no_mypy(project: Path) -> None:
    """Names the package."""
    oxyde("generate-stubs", cwd=project)
    gone = "import oxyde.cli.check\noxyde.cli.check.shutil.which = lambda *_, **__: None\n"
    done = oxyde("check", "--types", cwd=project, start=f"{gone}from oxyde.cli.app import main; main(prog_name='oxyde')")
    assert (done.returncode, done.stderr) == (2, "Error: --types needs mypy: pip install mypy\n")
