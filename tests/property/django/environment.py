"""The virtual environment that Django is in, made once and kept in ``~/.cache/oxyde``: the project's own never has it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = ("Django>=5.2,<5.3", "psycopg[binary]>=3.2,<4")


def python() -> Path:
    """Returns the interpreter of the environment, which is made if it is not there; other processes wait for it meanwhile."""
    stamp = hashlib.sha256("\n".join((*REQUIREMENTS, sys.version)).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "oxyde"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"django-{stamp}"
    with (cache / f"django-{stamp}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True, symlinks=True)
            subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
            (folder / "done").touch()
    return folder / "bin" / "python"
