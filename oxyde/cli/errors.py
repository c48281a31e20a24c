"""What an error says on a terminal: where the application's own code went wrong, and never a password."""

from __future__ import annotations

import ast
import re
import sysconfig
import traceback
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]
LIBRARIES: Final = (PACKAGE, *(Path(path) for name, path in sysconfig.get_paths().items() if name.endswith("lib")))
"""Folders whose files are not the application's."""
HIDDEN: Final = "***"
_IN_URL: Final = re.compile(r"(?P<before>[A-Za-z][\w+.-]*://[^\s:/@'\"]*:)[^\s'\"]+(?P<after>@)")
_LOOSE: Final = re.compile(
    r"(?P<before>\b(?:postgres(?:ql)?|mysql|mariadb)(?:\+\w+)?://[^\s:/@'\"]*:)(?!\d+[/?\s])[^\n@]+@(?:[^\s/'\"@]*@)*(?=[\w.\[-])",
    re.IGNORECASE,
)
"""A URL whose password has spaces or quotes, which belong into it only as ``%20`` and the like."""
_WORDS: Final = r"(?:\w*password|passwd|pwd)"
_IN_QUERY: Final = re.compile(rf"(?P<before>[?&](?:{_WORDS}|key|hexkey)=)[^\s&'\"#]+", re.IGNORECASE)
_IN_PAIRS: Final = re.compile(rf"(?P<before>(?<![?&\w]){_WORDS}\s?=\s?)(?:'[^']*'|\"[^\"]*\"|[^\s,;)'\"]+)", re.IGNORECASE)
"""Keywords of Python and of libpq: ``host=db password=...``."""
_IN_DICT: Final = re.compile(rf"(?P<before>(?P<quote>['\"]){_WORDS}(?P=quote)\s*:\s*)(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE)


def without_passwords(text: str) -> str:
    """Returns a text whose URLs, keywords and dictionaries have no passwords."""
    text = _LOOSE.sub(rf"\g<before>{HIDDEN}@", _IN_URL.sub(rf"\g<before>{HIDDEN}\g<after>", text))
    for pattern in (_IN_QUERY, _IN_PAIRS, _IN_DICT):
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text


def said(error: BaseException) -> str:
    """Returns what an error says and what helps, as far as it knows; its class is named only where it says nothing.

    >>> said(FileNotFoundError(2, "No such file or directory", "shop.db"))
    'shop.db: No such file or directory'
    """
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    text, hint = str(error) or type(error).__name__, getattr(error, "hint", None)
    return f"{text}; {hint}" if hint and hint not in text else text


def described(error: BaseException) -> str:
    """Returns one line about an error, with the application's file and line where it happened, as far as they are known."""
    shown = f"{type(error).__name__}: {error}".replace("\n", " ")
    if isinstance(error, SyntaxError) and error.filename is not None:
        return f"{error.filename}:{error.lineno}: {type(error).__name__}: {error.msg}"
    where = place(error)
    return shown if where is None else f"{where}: {shown}"


def place(error: BaseException) -> str | None:
    """Returns the file and line of the application's code in which an error was raised, or which called what raised it.

    Code of Oxyde is never named. That of other libraries is, where nothing is the application's own.
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    own = [frame for frame in frames if not any(Path(frame.filename).is_relative_to(folder) for folder in LIBRARIES)]
    others = [frame for frame in frames if not Path(frame.filename).is_relative_to(PACKAGE) and "site-packages" in frame.filename]
    where = (own or others)[-1:]
    if not where:
        return None
    file, line = where[0].filename, where[0].lineno or 1
    return f"{file}:{_line_of_field(Path(file), line, str(error))}"


def _line_of_field(path: Path, line: int, message: str) -> int:
    """Returns the line of the field that a message names (``User.age``), if the statement of its class is at a line; else that line."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return line
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.lineno == line]
    fields = [(found.name, node) for found in classes for node in found.body if isinstance(node, ast.AnnAssign)]
    named = (node.lineno for cls, node in fields if re.search(rf"\b{cls}\.{ast.unparse(node.target)}\b", message))
    return next(named, line)


def whole(error: BaseException) -> str:
    """Returns the traceback of an error, all of it but for passwords."""
    return without_passwords("".join(traceback.format_exception(type(error), error, error.__traceback__))).rstrip()
