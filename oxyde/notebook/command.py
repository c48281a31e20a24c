"""Parses the line of a magic: target variable, connection, number of rows."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from oxyde.schema.naming import meant

_TARGET: Final = re.compile(r"\s*([^\W\d]\w*)\s*<<(?!<)\s*")
_ALL: Final = re.compile(r"\s*--all(?:\s+|\Z)")
_OPTION: Final = re.compile(r"\s*(?P<option>-n|--on|-+[^\s=]*)(?:[\s=]+|\Z)(?P<value>\S*)\s*")


class UsageError(Exception):
    """A magic is used wrongly; the message shows its usage."""


@dataclass(frozen=True)
class MagicLine:
    """The parts of a magic's line.

    Attributes:
        target: The variable to assign the result to.
        on: The alias of the connection.
        rows: How many rows are shown.
        all: Whether all rows are fetched, however many are shown.
        rest: What follows the options; empty for a cell.
    """

    target: str | None = None
    on: str | None = None
    rows: int = 10
    all: bool = False
    rest: str = ""

    @property
    def kept(self) -> bool:
        """Whether all rows are fetched."""
        return self.all or self.target is not None


Options = MagicLine
"""The name that scripts know it by."""


def parse(line: str) -> MagicLine:
    """Parses ``[name <<] [--on NAME] [-n ROWS] [--all] rest``.

    Raises:
        UsageError: An option is unknown or lacks its value.
    """
    target = _TARGET.match(line)
    rest = line[target.end() :] if target else line
    on, rows, everything = MagicLine.on, MagicLine.rows, MagicLine.all
    while rest.lstrip().startswith("-") and not rest.lstrip().startswith("-- "):
        if (flag := _ALL.match(rest)) is not None:
            everything, rest = True, rest[flag.end() :]
            continue
        match = _OPTION.match(rest)
        option, value = (match["option"], match["value"]) if match else (rest.strip(), "")
        if option not in {"--on", "-n"}:
            message = f"unknown option {option}; known are --on NAME, -n ROWS and --all"
            raise UsageError(message)
        if not value:
            message = f"{option} needs a value"
            raise UsageError(message)
        if option == "--on":
            on = value
        elif value.isascii() and value.isdigit() and 0 < int(value) <= 10_000:
            rows = int(value)
        else:
            message = f"-n takes a number of rows from 1 to 10,000, not {value}"
            raise UsageError(message)
        rest = rest[match.end() :] if match else ""
    return MagicLine(target.group(1) if target else None, on, rows, everything, rest.strip())


def with_all(line: str) -> str:
    """Returns a line with the option ``--all``."""
    target = _TARGET.match(line)
    return line if target else f"--all {line}"


def connect_arguments(line: str, names: Mapping[str, Any]) -> tuple[str, str]:
    """Parses ``URL [--as NAME]``, and returns the URL and the alias; ``$NAME`` is a variable of the notebook or the environment.

    Raises:
        UsageError: The line has another form.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if len(words) == 3 and words[1] == "--as":
        return _url(words[0], names), words[2]
    if len(words) == 1:
        return _url(words[0], names), "default"
    raise UsageError("usage: %oxyde connect URL [--as NAME]")


def _url(word: str, names: Mapping[str, Any]) -> str:
    if not word.startswith("$"):
        return word
    name = word[1:].removeprefix("{").removesuffix("}")
    if name in names and names[name] is None:
        message = f"{word} is None; a URL is text: is an environment variable not set?"
        raise UsageError(message)
    value = names.get(name, os.environ.get(name))
    secret = getattr(value, "get_secret_value", None)
    value = secret() if callable(secret) else value
    if isinstance(value, str):
        return value
    if value is not None:
        message = f"{word} is of type {type(value).__name__}; a URL is text"
        raise UsageError(message)
    message = f'no variable of the notebook or the environment is named "{name}"{meant(name, {*variables(names), *os.environ})}'
    raise UsageError(message)


def variables(names: Mapping[str, Any]) -> Iterable[str]:
    """Returns the names of data variables: no modules, functions or IPython internals."""
    return [name for name, value in names.items() if not name.startswith("_") and not callable(value) and not isinstance(value, ModuleType)]
