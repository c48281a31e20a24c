"""Making migrations: the file, its number, HEAD, and that nothing is left to make afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oxyde import migrations
from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.make import Made
from oxyde.migrations.changes.questions import Question
from oxyde.migrations.folder.files import load, replayed
from oxyde.migrations.from_models import from_models
from oxyde.schema import Column, Index, Table
from oxyde.schema.types import INT, TEXT, enum_of

ID = Column("id", "id", INT, key=True, auto=True)
TITLE = Column("title", "title", TEXT, length=80)
STATUS = Column("status", "status", enum_of("status_enum", ("draft", "live")))


def posts(*columns: Column, **parts: Any) -> Table:
    """Returns a table of posts."""
    return Table("Post", "posts", columns=(ID, *columns), **parts)


def make(folder: Path, *tables: Table, **options: Any) -> Made | None:
    """Makes a migration to tables."""
    return migrations.makemigrations(folder, models=tables, **options)


def test_one_after_the_other(tmp_path: Path) -> None:
    """Files lead to the models; the second run finds nothing."""
    folder = tmp_path / "migrations"
    last = posts(TITLE, STATUS, indexes=(Index(("title",)),))
    steps: list[tuple[Table, dict[str, Any], str]] = [
        (posts(), {}, "0001_initial"),
        (posts(TITLE), {"fill": ["posts.title=''"]}, "0002_add_posts_title"),
        (last, {"fill": ["posts.status='draft'"]}, "0003_add_posts_status_create_ix_posts_title"),
    ]
    for table, options, name in steps:
        made = make(folder, table, **options)
        assert made is not None
        assert (made.path, made.path.read_text(encoding="utf-8")) == (folder / f"{name}.py", made.text)
        assert (folder / "HEAD").read_text(encoding="utf-8") == f"{name}\n"
        assert replayed(load(folder), "postgres") == from_models([table])
        assert make(folder, table) is None
    assert [migration.depends_on for migration in load(folder)] == [None, "0001_initial", "0002_add_posts_title"]
    assert sorted(path.name for path in folder.iterdir()) == [*(f"{name}.py" for _, _, name in steps), "HEAD"]


def test_identical_runs(tmp_path: Path) -> None:
    """Write identical files."""
    one, other = (make(tmp_path / name, posts(TITLE, STATUS)) for name in "ab")
    assert one is not None
    assert other is not None
    assert (one.path.name, one.text) == (other.path.name, other.text)


def test_options(tmp_path: Path) -> None:
    """A name, no file, an empty file; a name that is taken is refused."""
    dry = make(tmp_path, posts(), dry_run=True, name="first")
    assert dry is not None
    assert not list(tmp_path.iterdir())
    assert dry.path.name == "0001_first.py"
    assert [str(operation) for operation in dry.operations] == ["Create table posts"]
    empty = make(tmp_path, posts(), empty=True)
    assert empty is not None
    assert (empty.path.name, empty.operations) == ("0001_by_hand.py", [])
    with pytest.raises(MigrationError, match=r"0001_by_hand\.py is there already"):
        empty.write()
    with pytest.raises(MigrationError, match="a migration cannot be named 'a b': letters, digits and underscores"):
        make(tmp_path, posts(), name="a b")


def test_open_questions(tmp_path: Path) -> None:
    """Are listed, one per line, unless somebody is asked."""
    make(tmp_path, posts(STATUS))
    less = posts(replace(STATUS, type=enum_of("status_enum", ("live",))), TITLE)
    with pytest.raises(MigrationError) as raised:
        make(tmp_path, less)
    head, *lines = str(raised.value).splitlines()
    assert head == "questions are open:"
    assert [line.rpartition("--")[2] for line in lines] == ["map posts.status.draft=VALUE", "fill posts.title=SQL"]
    asked: list[str] = []

    def ask(question: Question) -> str:
        asked.append(question.text)
        return "live" if "draft" in question.text else "''"

    made = make(tmp_path, less, ask=ask)
    assert made is not None
    assert [str(operation) for operation in made.operations] == [
        "Change enumeration type status_enum to (live); draft becomes live",
        "Add column posts.title text(80) NOT NULL, filled with ''",
    ]
    assert made.losses == ["which rows were draft", None]
    assert len(asked) == 2
    assert replayed(load(tmp_path), "postgres") == from_models([less])


def test_head(tmp_path: Path) -> None:
    """Names the newest migration; after a merge it does not."""
    make(tmp_path, posts())
    (tmp_path / "HEAD").write_text("<<<<<<< ours\n0002_a\n=======\n0002_b\n>>>>>>> theirs\n")
    with pytest.raises(
        MigrationError, match="HEAD has a conflict of git, 0002_a and 0002_b; oxyde migrations rebase lets the files follow each other"
    ):
        make(tmp_path, posts(TITLE), fill=["posts.title=''"])
    (tmp_path / "HEAD").unlink()
    assert make(tmp_path, posts(TITLE), fill=["posts.title=''"]) is not None
