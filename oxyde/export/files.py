"""Files that appear whole or not at all: written under another name beside their place, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from oxyde.exceptions import FieldError


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yields where to write; what was written replaces the file at the path when the block ends well, and is removed when it does not.

    Raises:
        OSError: The folder is missing or cannot be written.
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).chmod(0o666 & ~_umask())
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
    target = Path(path)
    require_free(target)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield made
        made.chmod(0o777 & ~_umask())
        if target.is_dir():
            target.rmdir()
        made.replace(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def require_free(path: str | os.PathLike[str]) -> None:
    """Refuses a path with something in it, where a folder is to be made.

    Raises:
        FileExistsError: There is a file, or a folder with something in it.
    """
    target = Path(path)
    if target.is_file() or (target.is_dir() and next(target.iterdir(), None) is not None):
        message = f"{target} exists and is not empty; partitions are written to a folder of their own: remove it, or name another"
        raise FileExistsError(message)


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
