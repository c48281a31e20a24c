"""Files are short, open with a sentence, and one noun each."""

from __future__ import annotations

import ast
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = sorted((ROOT / "oxyde").rglob("*.py"))
RUST = sorted(path for path in (ROOT / "native").rglob("*.rs") if "target" not in path.parts)
CAP, NINE_IN_TEN, MEDIAN = 400, 300, 130


def lines(path: Path) -> int:
    """Counts the lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("files", [PYTHON, RUST], ids=["python", "rust"])
def test_sizes(files: list[Path]) -> None:
    """No file passes the cap, nine in ten stay well below, and half are small."""
    sizes = {path.relative_to(ROOT).as_posix(): lines(path) for path in files}
    assert {name: size for name, size in sizes.items() if size > CAP} == {}
    assert sum(size > NINE_IN_TEN for size in sizes.values()) <= len(sizes) / 10
    assert statistics.median(sizes.values()) <= MEDIAN


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_python_opens_with_a_sentence(path: Path) -> None:
    """The first statement is a docstring that ends its first line as a sentence."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.split("\n\n")[0].rstrip().endswith((".", ":"))


@pytest.mark.parametrize("path", RUST, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_rust_opens_with_a_sentence(path: Path) -> None:
    """The first line is an inner doc comment."""
    assert path.read_text(encoding="utf-8").startswith("//! ")


def test_root_is_clean() -> None:
    """The root holds what the architecture lists, and nothing else."""
    allowed = {"README.md", "pyproject.toml", "oxyde", "native", "notebooks", "docs", "extensions", "tests", "LICENSE", "CHANGELOG.md"}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {name.split("/")[0] for name in tracked if not name.startswith(".")} <= allowed
