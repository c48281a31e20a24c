"""The files that URLs of SQLite name, and warnings about three slashes: they make a path relative that is often meant as absolute."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from oxyde.db.caller import stack_level
from oxyde.exceptions import ConnectionFailed

_RELATIVE: Final = "sqlite:///"


def warn(url: str) -> None:
    """Warns if the path is relative and another file exists at the same absolute path."""
    path = _written(url)
    if path is None:
        return
    with suppress(OSError):  # no permission to look into the folder
        there = Path("/", path)
        if there.is_file() and there.resolve() != Path(path).resolve():
            message = f"{_RELATIVE}{path} is a relative path, and {there} exists; for that one write four slashes: {_RELATIVE}{there}"
            warnings.warn(message, stacklevel=stack_level())


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Extends the error about a missing folder with a hint if the absolute path exists."""
    try:
        yield
    except ConnectionFailed as error:
        path = _written(url)
        if path is not None:
            with suppress(OSError):
                there = Path("/", path)
                if there.parent.is_dir() and not Path(path).parent.exists():
                    error.args = (f"{error}; three slashes begin a relative path, for {there} write four: {_RELATIVE}{there}",)
        raise


def file_of(url: str) -> Path | None:
    """Returns the path of the file that a URL names; None for a server and for memory."""
    path = _path(url)
    return None if path is None else Path(path)


def check_present(url: str) -> None:
    """Refuses a URL whose file is not there, which connecting would create empty.

    Raises:
        ConnectionFailed: There is no such file.
    """
    path = file_of(url)
    if path is None:
        return
    try:
        path.stat()
    except FileNotFoundError:
        absolute = Path("/", path)
        hint = f"for {absolute} write four slashes: {_RELATIVE}{absolute}" if absolute.is_file() else "correct the path"
        message = f"{url}: there is no file {path.absolute()}; {hint}"
        raise ConnectionFailed(message) from None
    except (OSError, ValueError):
        return  # connecting says what is wrong


def _written(url: str) -> str | None:
    """Returns the path of a URL with exactly three slashes; None for other URLs and for ``:memory:``."""
    path = _path(url) if url.lower().startswith(_RELATIVE) else None
    return None if not path or path.startswith("/") or "\0" in path else path


def _path(url: str) -> str | None:
    """Returns the path that a URL names, as it is written but for ``%20`` and the like; None for a server and for memory."""
    scheme, _, rest = url.partition(":")
    written, _, query = rest.partition("?")
    path = written[2:].removeprefix("/") if written.startswith("//") else written
    if scheme.partition("+")[0].lower() != "sqlite" or path == ":memory:" or "mode=memory" in query.split("&"):
        return None
    return unquote(path)
