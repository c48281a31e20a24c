"""Whose code a warning points to: that of the application, which called a verb."""

from __future__ import annotations

import inspect


def stack_level() -> int:
    """Returns the stack level, seen from the caller, of the first frame outside this package."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "oxyde":
        frame, level = frame.f_back, level + 1
    return level
