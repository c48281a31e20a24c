"""How a notebook shows errors: without frames of this package."""

from __future__ import annotations

import re
import sys
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from oxyde.exceptions import ConnectionNotFound, OxydeError

E = TypeVar("E", bound=BaseException)

PACKAGE: Final = str(Path(__file__).parents[1])
_UNAWAITED: Final = re.compile(r"'coroutine'|coroutine object|<class 'coroutine'>")
"""Messages of Python and the frame libraries about a coroutine that is used as a value."""


def brief(error: E) -> E:
    """Returns an error of Oxyde as IPython shows it: the message alone."""
    lines = [f"{type(error).__name__}: {error}"]
    if isinstance(error, OxydeError):
        lines += [f"  {' '.join(part.split())}" for part in (error.sql, error.hint) if part and part not in str(error)]
        lines += _remedy(error)
    return _rendered(error, lines)


def inside(error: E, filename: str) -> E:
    """Returns an error of the cell's own code as IPython shows it: the frames from that code on, without this package's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != filename:
        trace = trace.tb_next
    below = None if trace is None else _outside(trace.tb_next)
    return _rendered(error, "".join(traceback.format_exception(type(error), error, below)).splitlines())


def _rendered(error: E, lines: list[str]) -> E:
    error._render_traceback_ = partial(list, lines)  # type: ignore[attr-defined] # IPython's protocol
    return error


def show(shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType | None, tb_offset: int | None = None) -> None:
    """Shows an error of Oxyde raised by a cell, with the notebook's frames only; IPython's custom exception handler."""
    render = getattr(error, "_render_traceback_", None)
    lines = render() if render else shell.InteractiveTB.structured_traceback(kind, error, _outside(trace), tb_offset=tb_offset)
    shell._showtraceback(kind, error, [*lines, *(() if render else _remedy(error))])


def after_cell(result: Any) -> None:
    """Prints a hint if a cell used a coroutine as if it were the verb's result; IPython calls it after each cell."""
    error = result.error_in_exec
    if isinstance(error, (TypeError, AttributeError, ValueError)) and _UNAWAITED.search(str(error)):
        sys.stderr.write("  a coroutine has not run yet: write await before it, as in (await query.first()).id (blocking code: .sync)\n")


def _remedy(error: BaseException) -> list[str]:
    """Returns a hint that applies only in notebooks, if the message lacks it."""
    missing = isinstance(error, ConnectionNotFound) and "%oxyde" not in str(error)
    return ["  in a notebook, %oxyde connect URL connects"] if missing else []


def _outside(trace: TracebackType | None) -> TracebackType | None:
    """Returns a traceback without the frames of this package."""
    frames = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
            frames.append(trace)
        trace = trace.tb_next
    made: TracebackType | None = None
    for kept in reversed(frames):
        made = TracebackType(made, kept.tb_frame, kept.tb_lasti, kept.tb_lineno)
    return made
