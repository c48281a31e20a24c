"""Finds the modules of a folder that define tables, by reading their text; nothing is imported."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

from oxyde.stubs.calls import python_files

LAYOUT = "src"
"""The folder that many projects keep their packages in; it is no package itself."""
TESTS = frozenset({"tests", "test", "conftest", "migrations"})


def model_modules(folder: Path) -> list[str]:
    """Returns the dotted names of the modules below a folder that define tables, sorted; those of tests are left out."""
    found = (name for path in python_files(folder) if (name := _name(path.relative_to(folder))) is not None and _has_table(path))
    return sorted(found)


def _name(path: Path) -> str | None:
    """Returns the name that a file is imported by; None where it has none, or is of tests."""
    parts = [*path.parts[:-1], path.stem] if path.stem != "__init__" else [*path.parts[:-1]]
    if parts and parts[0] == LAYOUT:
        parts = parts[1:]
    if not parts or not all(part.isidentifier() for part in parts) or TESTS & set(parts) or parts[-1].startswith("test_"):
        return None
    return ".".join(parts)


def _has_table(path: Path) -> bool:
    text = path.read_text("utf-8", "replace")
    if "oxyde" not in text or "is_table" not in text:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is doubtful in it is no business of ours
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return any(_is_table(node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _is_table(node: ast.ClassDef) -> bool:
    """Whether the Meta of a class says ``is_table = True``."""
    metas = [inner for inner in node.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta"]
    return any("is_table" in _assigned(meta) for meta in metas)


def _assigned(node: ast.ClassDef) -> Iterator[str]:
    for inner in node.body:
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Constant) and inner.value.value is True:
            yield from (target.id for target in inner.targets if isinstance(target, ast.Name))
