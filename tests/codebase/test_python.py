"""The Python half is linted, formatted and typed, and its rooms keep to the import law."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "oxyde"],
        ["pyright", "--pythonpath", sys.executable, "--warnings"],
        ["importlinter.cli", "lint"],
    ],
    ids=["check", "format", "mypy", "pyright", "imports"],
)
def test_tool(command: list[str]) -> None:
    """The tool is content."""
    module = [sys.executable, "-m", *command] if command[0] != "importlinter.cli" else [str(Path(sys.executable).parent / "lint-imports")]
    done = subprocess.run(module, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-4_000:]
