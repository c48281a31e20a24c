"""Files that appear whole or not at all: written under another name beside their place, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from oxyde.exceptions import FieldError

_SHORT: Final = 50
"""Characters of a name that its temporary name begins with: file systems take no more than 255 bytes."""


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yields where to write; what was written replaces the file at the path when the block ends well, and is removed when it does not.

    A file that was there keeps its rights; a link remains one, and what it leads to is replaced.

    Raises:
        OSError: The folder is missing or cannot be written, or there is something that is no file.
    """
    target = require_file(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:_SHORT]}.", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def whole_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yields a folder to write into, which takes the path when the block ends well, and is removed when it does not.

    Raises:
        FileExistsError: There is a file, or a folder with something in it.
        OSError: The folder above is missing or cannot be written.
    """
    target = require_free(path)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name[:_SHORT]}.", dir=target.parent))
    try:
        yield made
        made.chmod(0o777 & ~_umask())
        if target.is_dir():
            target.rmdir()
        made.replace(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def require_file(path: str | os.PathLike[str]) -> Path:
    """Returns the path of a file that can be made or replaced, links resolved.

    Raises:
        FileNotFoundError: The folder that it would be in is missing, or the path is empty.
        FileExistsError: There is a folder, a device or a pipe, which would be lost.
    """
    target = _above(path)
    if target.exists() and not target.is_file():
        message = f"{target} is {'a folder' if target.is_dir() else 'a device or a pipe'}, which no file replaces; name a file"
        raise FileExistsError(message)
    return target


def _above(path: str | os.PathLike[str]) -> Path:
    """Returns a path with its links resolved; the folder above it exists."""
    text = os.fsdecode(path)
    target = Path(os.path.realpath(text))
    if not text:
        raise FileNotFoundError("the path is empty; name a file")
    if not target.parent.is_dir():
        message = f"there is no folder {target.parent}; make it first"
        raise FileNotFoundError(message)
    return target


def require_free(path: str | os.PathLike[str]) -> Path:
    """Refuses a path with something in it, where a folder is to be made; returns it, links resolved.

    Raises:
        FileExistsError: There is a file, or a folder with something in it.
        FileNotFoundError: The folder above is missing, or the path is empty.
    """
    target = _above(path)
    if (target.exists() and not target.is_dir()) or (target.is_dir() and next(target.iterdir(), None) is not None):
        message = f"{target} exists and is not empty; partitions are written to a folder of their own: remove it, or name another"
        raise FileExistsError(message)
    return target


def require_columns(wanted: tuple[str, ...], names: list[str], said: str) -> None:
    """Refuses names that are no columns of the rows.

    Raises:
        FieldError: One is not.
    """
    for name in wanted:
        if name not in names:
            message = f"{said} names {name!r}, which is no column of the rows: {', '.join(names)}"
            raise FieldError(message, column=name)


def _umask() -> int:
    """Returns the mask of the process, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
