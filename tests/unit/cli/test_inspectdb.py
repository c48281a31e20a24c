"""``oxyde inspectdb``, as a process."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.property.lite import Lite
from tests.unit.cli.test_app import oxyde
from tests.unit.cli.test_completion import offered

TABLES = (
    "CREATE TABLE artists (id INTEGER PRIMARY KEY, name VARCHAR(120) NOT NULL)",
    "CREATE TABLE albums (id INTEGER PRIMARY KEY, title TEXT NOT NULL, artist_id INTEGER NOT NULL REFERENCES artists (id))",
    "CREATE VIEW titles AS SELECT title FROM albums",
)

NOTHING = "Error: sqlite:///other.db: there are no tables and no views; is it the file that is meant?\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration and a file of two tables and a view."""
    with closing(Lite(str(tmp_path / "music.db"))) as lite:
        for sql in TABLES:
            lite(sql)
    (tmp_path / "oxyde_config.py").write_text('DATABASES = {"default": "sqlite:///music.db", "other": "sqlite:///other.db"}\n')
    return tmp_path


def test_it_prints_a_module(folder: Path) -> None:
    """Of the whole database, or of the tables that are named; MODELS are not needed, nor a configuration where a URL is given."""
    done = oxyde("inspectdb", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('"""Models of sqlite:///music.db, a database of SQLite 3.')
    assert [line for line in done.stdout.splitlines() if line.startswith("class ")] == [
        "class Album(Model):",
        "class Artist(Model):",
        "class Title(Model):",
    ]
    assert "    albums: list[Album] = " in done.stdout
    assert done.stderr == ""
    (folder / "oxyde_config.py").unlink()
    one = oxyde("inspectdb", "albums", "--url", "sqlite:///music.db", cwd=folder)
    assert [line for line in one.stdout.splitlines() if line.startswith("class ")] == ["class Album(Model):"]
    assert "artist_id: int" in one.stdout
    assert "the table is not among these" in one.stdout


def test_it_writes_a_file(folder: Path) -> None:
    """Which it makes with its folders, and overwrites only by --force; the file imports as it is."""
    done = oxyde("inspectdb", "--output", "app/models.py", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "Wrote app/models.py: 3 models\n"), done.stderr
    text = (folder / "app/models.py").read_text()
    assert text == oxyde("inspectdb", cwd=folder).stdout
    (folder / "app/models.py").write_text("mine")
    done = oxyde("inspectdb", "--output", "app/models.py", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == "Error: app/models.py is there already; overwrite it with --force, or name another file\n"
    assert (folder / "app/models.py").read_text() == "mine"
    done = oxyde("inspectdb", "--output", "app/models.py", "--force", cwd=folder)
    assert (folder / "app/models.py").read_text() == text


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such files")
def test_it_writes_to_what_is_no_file(folder: Path) -> None:
    """A pipe gets the text, a link to a file keeps its place, and a circle of links is an error of one line."""
    text = oxyde("inspectdb", cwd=folder).stdout
    done = oxyde("inspectdb", "--output", "/dev/stdout", "--force", cwd=folder)
    assert (done.returncode, done.stdout) == (0, f"{text}Wrote /dev/stdout: 3 models\n"), done.stderr
    (folder / "linked.py").symlink_to("models.py")
    assert oxyde("inspectdb", "--output", "linked.py", cwd=folder).returncode == 0
    assert oxyde("inspectdb", "--output", "linked.py", "--force", cwd=folder).returncode == 0
    assert (folder / "linked.py").is_symlink()
    assert (folder / "models.py").read_text() == text
    (folder / "round.py").symlink_to("again.py")
    (folder / "again.py").symlink_to("round.py")
    done = oxyde("inspectdb", "--output", "round.py", cwd=folder)
    assert (done.returncode, done.stderr) == (1, "Error: round.py: Too many levels of symbolic links\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all files")
def test_a_file_that_may_not_be_written(folder: Path) -> None:
    """Is left as it is, also by --force."""
    (folder / "models.py").write_text("mine")
    (folder / "models.py").chmod(0o444)
    done = oxyde("inspectdb", "--output", "models.py", "--force", cwd=folder)
    assert done.returncode == 2
    assert "'models.py' is not writable" in done.stderr
    assert (folder / "models.py").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["albun"], 2, 'Error: the database has no table or view "albun"; did you mean "albums"?\n'),
        (["--schema", "man"], 2, 'Error: the server has no schema "man"; did you mean "main"?; it has main\n'),
        (["--db-alias", "othr"], 2, "Error: oxyde_config.py: DATABASES has no 'othr'; did you mean \"other\"?; it has default, other\n"),
        (["--db-alias", "other", "--url", "sqlite:///music.db"], 2, "Error: --db-alias and --url name a database each; give one of them\n"),
        (["--db-alias", "other"], 1, NOTHING),
        (["--schema", "main", "--db-alias", "other"], 1, NOTHING),
    ],
)
def test_what_is_refused(folder: Path, arguments: list[str], code: int, message: str) -> None:
    """One line, and nothing is written."""
    with closing(Lite(str(folder / "other.db"))) as lite:
        lite("PRAGMA user_version = 1")
    done = oxyde("inspectdb", *arguments, "--output", "models.py", cwd=folder)
    assert done.stderr.replace(f"{folder}/", "") == message
    assert (done.returncode, done.stdout) == (code, "")
    assert not (folder / "models.py").exists()


@pytest.mark.parametrize("arguments", [["--url", "sqlite:///typo.db"], ["--db-alias", "other"]])
def test_no_file_is_made(folder: Path, arguments: list[str]) -> None:
    """A file that is not there is refused, with its path."""
    done = oxyde("inspectdb", *arguments, cwd=folder)
    name = "typo.db" if "--url" in arguments else "other.db"
    assert done.stderr == f"Error: sqlite:///{name}: there is no file {folder.resolve() / name}; correct the path\n"
    assert (done.returncode, done.stdout) == (1, "")
    assert not (folder / name).exists()


def test_no_password_is_shown(tmp_path: Path) -> None:
    """Neither of a server that cannot be reached nor in a URL that is wrong; exit codes 1 and 2."""
    done = oxyde("inspectdb", "--url", "postgresql://ada:secret@127.0.0.1:1/shop", cwd=tmp_path)
    assert done.returncode == 1
    assert "secret" not in done.stderr
    assert "; start the server, or correct host and port in --url\n" in done.stderr
    done = oxyde("inspectdb", "--url", "oracle://ada:secret@127.0.0.1/shop", cwd=tmp_path)
    assert done.returncode == 2
    assert "secret" not in done.stderr


def test_help_and_completion(folder: Path) -> None:
    """The help has examples; the shell is offered the options and the aliases."""
    done = oxyde("inspectdb", "--help", cwd=folder)
    assert "oxyde inspectdb --output app/models.py" in done.stdout
    assert "--output" in offered("oxyde inspectdb --o", folder)
    assert offered("oxyde inspectdb --db-alias o", folder) == ["other"]
