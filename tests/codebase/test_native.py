"""The Rust half is tested, linted and formatted."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"


@pytest.mark.timeout(2_400)  # everything is compiled where nothing was
@pytest.mark.parametrize(
    "arguments",
    [
        ["fmt", "--all", "--check"],
        ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"],
        ["test", "--workspace", "--quiet"],
    ],
    ids=["fmt", "clippy", "test"],
)
def test_cargo(arguments: list[str]) -> None:
    """Cargo is content."""
    if shutil.which("cargo") is None:
        if os.environ.get("CI"):
            pytest.fail("cargo is not installed, and this is CI")
        pytest.skip("cargo is not installed")
    done = subprocess.run(["cargo", *arguments], cwd=NATIVE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-8_000:]
