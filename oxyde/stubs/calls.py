"""The calls of a project that name fields of models: what the overloads of ``values()`` and the rarer keywords are generated for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROWS: Final = frozenset({"values", "values_list"})
NAMING: Final = frozenset({*ROWS, "order_by"})
LOOKING_UP: Final = frozenset({"filter", "exclude", "get", "get_or_none", "get_or_create", "update_or_create"})
ADDING: Final = frozenset({"annotate", "alias"})
OTHERS: Final = frozenset({"site-packages", "dist-packages", "node_modules", "__pycache__", "build", "dist"})
"""Folders inside a project whose files are not the project's."""


@dataclass(frozen=True)
class Call:
    """A call of a verb with names.

    Attributes:
        verb: The verb.
        names: What it names, in order: literals, or the keywords of lookups.
        model: The class that the chain begins with, ``User`` of ``User.objects.values("id")``; None if that is not written there.
        mentioned: The names in the same file, one of which is the model's if the chain does not say.
        added: The names that ``annotate()`` and ``alias()`` give in the same file.
    """

    verb: str
    names: tuple[str, ...]
    model: str | None
    mentioned: frozenset[str]
    added: frozenset[str]

    def is_of(self, model: str) -> bool:
        """Whether it may be a call of a query of that model."""
        return model == self.model if self.model is not None else model in self.mentioned


def in_folder(folder: Path) -> list[Call]:
    """Returns the calls in the Python files of a folder and those below it, in a fixed order, each once."""
    found = dict.fromkeys(call for file in python_files(folder) for call in in_text(file.read_text("utf-8", "replace")))
    return list(found)


def python_files(folder: Path, suffix: str = ".py") -> Iterator[Path]:
    """Yields the files of a project with a suffix: not those of virtual environments, caches and installed packages."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if entry.name not in OTHERS and not entry.name.startswith(".") and not (entry / "pyvenv.cfg").exists():
                yield from python_files(entry, suffix)
        elif entry.suffix == suffix:
            yield entry


def in_text(text: str) -> Iterator[Call]:
    """Yields the calls in the text of a module; none if it is no Python."""
    if not any(f".{verb}(" in text for verb in (*NAMING, *LOOKING_UP)):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is doubtful in it is no business of ours
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    added = frozenset(name for call in calls if _verb(call) in ADDING for name in _keywords(call))
    mentioned = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) | frozenset(
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    )
    for call in calls:
        names = _names(call)
        if names is not None:
            yield Call(_verb(call), names, _root(call), mentioned, added)


def _verb(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _keywords(call: ast.Call) -> Iterable[str]:
    return [keyword.arg for keyword in call.keywords if keyword.arg is not None]


def _names(call: ast.Call) -> tuple[str, ...] | None:
    """Returns what a call names; None if it is no such call, or does not name it literally."""
    verb = _verb(call)
    if verb in LOOKING_UP:
        return tuple(_keywords(call)) or None
    if verb not in NAMING:
        return None
    literal = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if len(literal) < len(call.args) and verb in ROWS:
        return None
    return tuple(literal) if literal or (verb in ROWS and _root(call) is not None) else None


def _root(call: ast.Call) -> str | None:
    """Returns the name of the class whose manager a chain of calls begins with."""
    node: ast.AST = call
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, (ast.Subscript, ast.Await)):
            node = node.value
        elif isinstance(node, ast.Attribute):
            if node.attr == "objects":
                owner = node.value
                return owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else None
            node = node.value
        else:
            return None
