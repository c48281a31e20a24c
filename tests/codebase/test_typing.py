"""What type checkers make of code that uses the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPED = """
from typing_extensions import assert_type
import oxyde
from oxyde import atomic

@atomic
async def bare(name: str) -> int: return 1

@atomic()
async def called(name: str) -> int: return 1

@atomic(using="other", timeout=5, isolation=None, read_only=True, durable=False)
async def told(name: str) -> int: return 1

@oxyde.sync.atomic
def plain(name: str) -> int: return 1

async def main() -> None:
    assert_type(await bare("x"), int)
    assert_type(await called("x"), int)
    assert_type(await told("x"), int)
    assert_type(plain("x"), int)
    async with atomic(using="other") as block:
        block.set_rollback()
    with oxyde.sync.atomic() as inner:
        inner.set_rollback()
"""


@pytest.mark.parametrize("tool", [["mypy", "--strict"], ["pyright", "--pythonpath", sys.executable]], ids=["mypy", "pyright"])
def test_functions_keep_their_types(tmp_path: Path, tool: list[str]) -> None:
    """Checkers see the decorated function as it was written."""
    (tmp_path / "typed.py").write_text(TYPED)
    done = subprocess.run([sys.executable, "-m", *tool, str(tmp_path / "typed.py")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
