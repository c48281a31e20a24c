"""Squashed files: what they hold, functions with what they use, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations import squash
from oxyde.migrations.changes.make import compare
from oxyde.migrations.folder.files import load, replayed
from tests.migrating import write

TABLE = 'def upgrade(ctx):\n    ctx.create_table("jars", column("id", "int", key=True))\n'
RUN = '''
from decimal import Decimal
import json as js

STEP = {step}
SEEN = set()
SEEN.add(0)


# Counts on.
def counted(value):
    return value + STEP


def number_them(models):
    """Numbers them."""
    return counted(1), SEEN, js


def upgrade(ctx):
    ctx.execute("UPDATE jars SET id = :id", {{"id": Decimal("1.5")}}, reverse="SELECT 1")
    ctx.run(number_them, tables=["jars"], reverse=number_them)
    if ctx.dialect == "sqlite":
        ctx.execute("VACUUM", reverse="VACUUM")
'''
FUNCTIONS = '''
STEP = 1


SEEN = set()


SEEN.add(0)


# Counts on.
def counted(value):
    return value + STEP


def number_them(models):
    """Numbers them."""
    return counted(1), SEEN, js


STEP_0003 = 2


SEEN_0003 = set()


SEEN_0003.add(0)


# Counts on.
def counted_0003(value):
    return value + STEP_0003


def number_them_0003(models):
    """Numbers them."""
    return counted_0003(1), SEEN_0003, js


def upgrade(ctx):
'''


def test_functions(tmp_path: Path) -> None:
    """Are copied with what they use; what two files make otherwise gets the number of the later; dialects are told apart."""
    folder = write(tmp_path, m0001_a=TABLE, m0002_b=RUN.format(step=1), m0003_c=RUN.format(step=2))
    before = replayed(load(folder), "mysql")
    made = squash(folder)
    assert made.text == (folder / "0001_squashed_0003.py").read_text()
    assert made.text.startswith(
        '"""Replaces 0001_a to 0003_c."""\n\nimport json as js\nfrom decimal import Decimal\n\nfrom oxyde.migrations import column\n'
    )
    assert 'replaces = ["0001_a", "0002_b", "0003_c"]\n' in made.text
    assert FUNCTIONS in made.text
    assert '    if ctx.dialect == "sqlite":\n        ctx.execute("VACUUM", reverse="VACUUM")\n' in made.text
    assert '    ctx.run(number_them_0003, tables=["jars"], reverse=number_them_0003)\n' in made.text
    assert replayed(load(folder), "mysql") == before
    assert (folder / "HEAD").read_text() == "0001_squashed_0003\n"
    assert compare(folder, "postgres", []).empty("next").path.name == "0004_next.py"


def test_without_data(tmp_path: Path) -> None:
    """``drop_data`` leaves out functions and SQL about rows, and keeps other SQL."""
    made = squash(write(tmp_path, m0001_a=TABLE, m0002_b=RUN.format(step=1)), drop_data=True, dry_run=True)
    assert "ctx.run" not in made.text
    assert "UPDATE" not in made.text
    assert "VACUUM" in made.text
    assert not made.path.exists()


def test_later_files(tmp_path: Path) -> None:
    """Go on to depend on what was replaced, with the older files and without."""
    folder = write(tmp_path, m0001_a=TABLE, m0002_b="def upgrade(ctx): pass\n", m0003_c="def upgrade(ctx): pass\n")
    squash(folder, end="0002")
    assert [one.name for one in load(folder)] == ["0001_squashed_0002", "0003_c"]
    with pytest.raises(MigrationError, match="0001_squashed_0002 still has the files that it replaces, 0001_a, 0002_b; delete them"):
        squash(folder)
    for name in ("0001_a", "0002_b"):
        (folder / f"{name}.py").unlink()
    assert [one.name for one in load(folder)] == ["0001_squashed_0002", "0003_c"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "def upgrade(ctx):\n    ctx.run(lambda models: None)\n",
            r"0002_b\.py: ctx\.run\(<lambda>\): it has no name at the top of the file",
        ),
        ("def f(models): return upgrade\ndef upgrade(ctx): ctx.run(f)\n", r"0002_b\.py: a function that is run uses upgrade"),
        (
            "from os import *\ndef f(models): getcwd()\ndef upgrade(ctx): ctx.run(f)\n",
            r"0002_b\.py: .*'getcwd', which may come from 'import \*'",
        ),
        ("def upgrade(ctx): ctx.execute('SELECT 1', {'a': object})\n", "has the parameter <class 'object'>, which no file can say"),
        (
            "def state(x): pass\ndef f(state): return state\ndef g(m): f(state)\ndef upgrade(ctx): ctx.run(g)\n",
            "'state' is a name at the top of the file and also",
        ),
    ],
)
def test_what_cannot_be_copied(tmp_path: Path, body: str, said: str) -> None:
    """Is refused before anything is written."""
    folder = write(tmp_path, m0001_a=TABLE, m0002_b=body)
    with pytest.raises(MigrationError, match=said):
        squash(folder)
    assert len(list(folder.iterdir())) == 2


def test_too_few(tmp_path: Path) -> None:
    """One migration is none to squash."""
    with pytest.raises(MigrationError, match="there are no two migrations to squash"):
        squash(write(tmp_path, m0001_a=TABLE))
