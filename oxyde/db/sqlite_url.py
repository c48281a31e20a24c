"""Warnings about `sqlite:///` URLs: three slashes make the path relative, where an absolute one is often meant."""

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


def _written(url: str) -> str | None:
    """Returns the path of a URL with exactly three slashes; None for other URLs and for ``:memory:``."""
    if not url.lower().startswith(_RELATIVE):
        return None
    path = unquote(url[len(_RELATIVE) :].partition("?")[0])
    return None if path.startswith(("/", ":memory:")) or not path or "\0" in path else path
