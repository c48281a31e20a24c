"""Paths as one writes them from here."""

from __future__ import annotations

from pathlib import Path


def near(path: Path) -> Path:
    """Returns a path from the working directory on, if it is in there; else as it is."""
    whole, here = path.absolute(), Path.cwd()
    if whole.is_relative_to(here):
        return whole.relative_to(here)
    resolved, here = path.resolve(), here.resolve()
    return resolved.relative_to(here) if resolved.is_relative_to(here) else path
