"""Checksums of migrations: of what their operations say, not of the bytes of their files."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from oxyde.migrations.operations import Operation

VERSION: Final = "1"
"""Stands before every checksum; two that begin otherwise cannot be compared."""


def checksum(operations: Sequence[Operation]) -> str:
    """Returns the checksum of operations: equal ones have equal checksums, on every version of Python.

    A function counts by its name and its source, in which comments, docstrings and layout make no difference.
    """
    text = json.dumps([_said(operation) for operation in operations], sort_keys=True)
    return f"{VERSION}:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def differs(one: str | None, other: str | None) -> bool:
    """Returns whether two checksums say that something was edited: both are known, and of the same version."""
    return one is not None and other is not None and one != other and one.partition(":")[0] == other.partition(":")[0]


def _said(value: Any) -> Any:
    """Returns a value as JSON has it; attributes that have their default are left out, so that a new one changes no checksum."""
    match value:
        case None | bool() | int() | str():
            return value
        case Mapping():
            return {str(key): _said(part) for key, part in value.items()}
        case list() | tuple():
            return [_said(part) for part in value]
        case type():
            return {"class": value.__name__}
        case _ if is_dataclass(value):
            told = {one.name: _said(getattr(value, one.name)) for one in fields(value) if not _is_default(one, getattr(value, one.name))}
            return {"": type(value).__name__, **told}
        case _ if callable(value):
            return {"function": _name(value), "source": _source(value)}
        case _:
            return {type(value).__name__: str(value)}


def _is_default(attribute: Field[Any], value: Any) -> bool:
    made = attribute.default_factory() if attribute.default_factory is not MISSING else attribute.default
    return made is not MISSING and bool(made == value)


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _source(function: Callable[..., Any]) -> Any:
    """Returns what the source of a function says; None where it has none."""
    inner = getattr(function, "__wrapped__", getattr(function, "func", None))  # a decorator, functools.partial
    if inner is not None:
        return _source(inner)
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    try:
        tree = ast.parse(Path(code.co_filename).read_bytes())
    except (OSError, SyntaxError, ValueError):  # typed at a prompt, or made from no file
        return None
    found = [node for node in ast.walk(tree) if _is_at(node, code.co_firstlineno)]
    return [_node(node) for node in found]


def _is_at(node: ast.AST, line: int) -> bool:
    """Returns whether a function begins at a line, with its first decorator if it has any."""
    if isinstance(node, ast.Lambda):
        return node.lineno == line
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return min(one.lineno for one in (node, *node.decorator_list)) == line


def _node(node: Any) -> Any:
    """Returns a part of a source; what is empty is left out, because later versions of Python have more parts."""
    if isinstance(node, list):
        return [_node(part) for part in node]
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__} {node.value!a}"
    if not isinstance(node, ast.AST):
        return node if isinstance(node, (str, int)) else ascii(node)
    parts: Iterable[tuple[str, Any]] = ast.iter_fields(node)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and ast.get_docstring(node, clean=False) is not None:
        parts = ((name, part[1:] if name == "body" else part) for name, part in parts)
    told = {name: _node(part) for name, part in parts if part is not None and part != [] and name != "type_comment"}
    return {"": type(node).__name__, **told}
