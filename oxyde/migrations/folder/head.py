"""HEAD: the file beside migrations that names the newest, so that two branches that both made one conflict in it."""

from __future__ import annotations

import shutil
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import Migration

HEAD: Final = "HEAD"
"""The name of the file."""
REMEDY: Final = "oxyde migrations rebase lets the files follow each other, and names the newest in it"


def names(directory: Path) -> list[str]:
    """Returns the names that the file has: one, both sides of a conflict, or none where there is no file."""
    return [line.strip() for line in _lines(directory) if line.strip() and not _is_marker(line)]


def is_conflict(directory: Path) -> bool:
    """Whether git could not merge the file."""
    return any(map(_is_marker, _lines(directory)))


def other_side(directory: Path) -> str | None:
    """Returns what git calls the other side of a conflict; None where it says nothing."""
    said = [line.removeprefix(">>>>>>>").split()[0] for line in _lines(directory) if line.startswith(">>>>>>> ")]
    return said[0] if said else None


def _lines(directory: Path) -> list[str]:
    """Returns the lines of the file, in whichever encoding a shell or an editor wrote it; none where there is no file."""
    path = directory / HEAD
    data = path.read_bytes() if path.is_file() else b""
    return data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig", "replace").splitlines()


def _is_marker(line: str) -> bool:
    return line.startswith(("<<<<<<<", "|||||||", "=======", ">>>>>>>"))


def check_conflict(directory: Path) -> None:
    """Raises MigrationError where git could not merge the file."""
    if is_conflict(directory):
        raise MigrationError(f"{directory / HEAD} has a conflict of git, {' and '.join(names(directory))}; {REMEDY}")


def check(directory: Path, migrations: Sequence[Migration]) -> None:
    """Raises MigrationError where the file names another migration than the newest, or several."""
    check_conflict(directory)
    said, newest = names(directory), migrations[-1].name if migrations else "none"
    if said and said != [newest]:
        raise MigrationError(f"{directory / HEAD} names {' and '.join(said)}, and the newest migration is {newest}; {REMEDY}")


def write(directory: Path, name: str) -> None:
    """Writes the name of the newest migration."""
    put(directory / HEAD, f"{name}\n")


def put(path: Path, text: str | bytes) -> None:
    """Writes a file, which appears whole or not at all, and has the lines that the text has."""
    partial = path.with_name(f".{path.name}.partial")
    data = text.encode() if isinstance(text, str) else text
    try:
        partial.write_bytes(data)
        if path.exists():
            shutil.copymode(path, partial)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
