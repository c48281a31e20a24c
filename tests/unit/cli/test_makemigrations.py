"""``oxyde makemigrations``, as a process: what it writes, lists, asks, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.test_app import oxyde

CONFIG = "MODELS = ['shop']\nDIALECT = 'postgres'\n"
SHOP = """
from oxyde import Field, Model

class Post(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str = Field(max_length=200)

    class Meta:
        is_table = True
        table_name = "posts"
"""
MORE = SHOP.replace(
    "    title: str = Field(max_length=200)\n", "    headline: str = Field(max_length=200)\n    stars: int = 0\n    slug: str\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder with a configuration and models."""
    (tmp_path / "oxyde_config.py").write_text(CONFIG)
    (tmp_path / "shop.py").write_text(SHOP)
    return tmp_path


def test_a_project(folder: Path) -> None:
    """The first migration, a change with open questions, and their flags."""
    done = oxyde("makemigrations", "--check", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "Create table posts\n", "")
    assert not (folder / "migrations").exists()
    done = oxyde("makemigrations", "--dry-run", cwd=folder)
    assert done.returncode == 0
    assert 'def upgrade(ctx):\n    ctx.create_table(\n        "posts",' in done.stdout
    assert not (folder / "migrations").exists()
    done = oxyde("makemigrations", cwd=folder)
    written = "migrations/0001_initial.py"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Create table posts\nWrote {written}\nWrote shop.pyi\n", "")
    assert (folder / "migrations/HEAD").read_text() == "0001_initial\n"
    done = oxyde("makemigrations", "--check", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "No changes.\n")

    (folder / "shop.py").write_text(MORE)
    done = oxyde("makemigrations", "--check", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "Error: nothing was written, because this has to be answered first; add the flags to the command:",
        "  Was the column posts.title renamed to posts.headline? Answer with --rename posts.title=posts.headline, or --no-rename",
        "  posts.slug takes no NULL; which SQL do the rows that are there get? Answer with --fill posts.slug=SQL",
    ]
    flags = ["--rename", "posts.title=posts.headline", "--fill", "posts.slug=lower(headline)", "--name", "slugs"]
    done = oxyde("makemigrations", *flags, "--json", "--dry-run", cwd=folder)
    assert json.loads(done.stdout) == [
        {"operation": "Rename column posts.title to headline", "loses": None},
        {"operation": "Add column posts.stars int NOT NULL, filled with 0", "loses": None},
        {"operation": "Add column posts.slug text NOT NULL, filled with lower(headline)", "loses": None},
    ]
    done = oxyde("makemigrations", *flags, cwd=folder)
    assert done.returncode == 0, done.stderr
    written = "migrations/0002_slugs.py"
    assert [line.split(": ")[:3] for line in done.stderr.splitlines()] == [
        ["Lint", f"{written}:{number}", name] for number, name in [(9, "rename"), (10, "rewrite"), (11, "rewrite")]
    ]
    assert done.stdout.endswith(f"Wrote {written}\nWrote shop.pyi\n")
    assert oxyde("makemigrations", cwd=folder).stdout == "No changes.\n"


def test_losses(folder: Path) -> None:
    """Stand beside what loses."""
    oxyde("makemigrations", cwd=folder)
    (folder / "shop.py").write_text(SHOP.replace("    title: str = Field(max_length=200)\n", ""))
    done = oxyde("makemigrations", "--dry-run", cwd=folder)
    assert done.stdout.splitlines()[0] == "Drop column posts.title  # loses the values of posts.title"
    assert oxyde("makemigrations", "--json", "--check", cwd=folder).stdout == (
        '[{"operation": "Drop column posts.title", "loses": "the values of posts.title"}]\n'
    )


def test_empty(folder: Path) -> None:
    """A file for what is written by hand."""
    done = oxyde("makemigrations", "--empty", "--name", "by_me", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "Wrote migrations/0001_by_me.py\nWrote shop.pyi\n")


def test_no_tables(folder: Path) -> None:
    """Why no folder is made is said."""
    (folder / "shop.py").write_text(SHOP.replace("is_table = True", "is_table = True\n        managed = False"))
    done = oxyde("makemigrations", "--no-stubs", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "No changes, and no migrations: migrations leave out models with managed = False\n")
    (folder / "shop.py").write_text("LIMIT = 3\n")
    done = oxyde("makemigrations", "--no-stubs", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "No changes, and no migrations: no model is a table\n")
    assert not (folder / "migrations").exists()


def test_stubs(folder: Path) -> None:
    """Are renewed even where no migration is needed, in the style that the project has; not where they are not wanted."""
    assert oxyde("makemigrations", "--no-stubs", cwd=folder).stdout.endswith("0001_initial.py\n")
    assert not (folder / "shop.pyi").exists()
    (folder / "oxyde_config.py").write_text(f"{CONFIG}STUBS = False\n")
    assert oxyde("makemigrations", cwd=folder).stdout == "No changes.\n"
    assert not (folder / "shop.pyi").exists()
    (folder / "oxyde_config.py").write_text(CONFIG)
    assert oxyde("generate-stubs", "--style", "sidecar", cwd=folder).returncode == 0
    (folder / "_oxyde_types/shop.pyi").unlink()
    assert oxyde("makemigrations", "--json", cwd=folder).stdout == "[]\n"
    assert (folder / "_oxyde_types/shop.pyi").exists()
    assert not (folder / "shop.pyi").exists()


def test_refusals(folder: Path) -> None:
    """Flags, models and the configuration: exit code 2; a migration that fails: 1; each in one line."""

    def failed(*arguments: str) -> tuple[int, str]:
        done = oxyde("makemigrations", *arguments, cwd=folder)
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        return done.returncode, done.stderr

    assert failed("--fill", "posts.x=1") == (2, "Error: --fill posts.x=1: posts has no column 'x'\n")
    assert failed("--name", "a b") == (2, "Error: a migration cannot be named 'a b': letters, digits and underscores\n")
    (folder / "migrations").mkdir()
    (folder / "migrations/0001_a.py").write_text("def upgrade(ctx):\n    ctx.drop_table('x')\n")
    assert failed() == (1, "Error: migrations/0001_a.py:2: there is no table 'x'\n")
    (folder / "shop.py").write_text(SHOP.replace("title: str", "title: complex"))
    code, line = failed()
    assert code == 2
    assert "Post.title" in line
    (folder / "oxyde_config.py").unlink()
    assert failed()[0] == 2
