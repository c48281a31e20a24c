"""Python in a process of its own, in a folder of its own, and the demo in one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.flights import write_sample

ROOT = Path(__file__).parents[2]


def python(*arguments: str, cwd: Path) -> str:
    """Runs Python in a folder and returns its output."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_demo(folder: Path) -> None:
    """Runs the demo in a folder, on a sample of the flights: then it has ``flights.db``."""
    (folder / "sample").mkdir()
    write_sample(folder / "sample")
    python("-c", "import sys; sys.path.insert(0, 'sample'); from oxyde.cli.app import main; main(['demo'])", cwd=folder)
