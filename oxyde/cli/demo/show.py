"""How the walk looks: its lines, the values they evaluate to, SQL in clauses; with colours on a terminal."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from oxyde import markup
from oxyde.db import render


def coloured() -> bool:
    """Returns whether standard output is a terminal that shows colours: https://no-color.org."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def title(text: str) -> str:
    """Returns what a step does, as a comment."""
    return _styled(f"# {text}", bold=True)


def line(source: str) -> str:
    """Returns a line as it is typed."""
    return f"{_styled('>>>', fg='green')} {source}\n"


def took(seconds: float) -> str:
    """Returns how long a step took."""
    return _styled(f"# took {seconds:.3f} s", dim=True) + "\n"


def value(shown: Any) -> str:
    """Returns a value: a list an item a line, SQL a clause a line, a frame as a table."""
    match shown:
        case (str() as sql, list() as parameters):
            return f"{statement(sql)}\n{parameters!r}\n"
        case [_, *_] if isinstance(shown, list):
            return "[" + ",\n ".join(map(repr, shown)) + "]\n"
        case _ if hasattr(shown, "columns") and hasattr(shown, "rows"):
            return markup.text_table(shown.columns, shown.rows()) + "\n"
        case _:
            return f"{shown!r}\n"


def statement(sql: str) -> str:
    """Returns SQLite's SQL with its keywords in colour, a clause a line."""
    return render.clauses(sql, "sqlite", lambda word: _styled(word, fg="blue", bold=True))


def _styled(text: str, **style: Any) -> str:
    return click.style(text, **style) if coloured() else text
