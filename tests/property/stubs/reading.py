"""Reads the text of a stub: the keywords, names and columns that it declares, with their types as Python has them."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, get_args, get_origin


def _terms() -> dict[str, Any]:
    """Returns the terms that the text of a stub is made of, but for the bases of its classes, which no program can import."""
    spec = importlib.util.find_spec("oxyde.stubs.terms")
    assert spec is not None
    assert spec.origin is not None
    body = [node for node in ast.parse(Path(spec.origin).read_text("utf-8")).body if not isinstance(node, ast.ClassDef)]
    found: dict[str, Any] = {}
    exec(compile(ast.Module(body, []), spec.origin, "exec"), found)
    return found


TERMS: Final = _terms()


class Stub:
    """The text of a stub."""

    def __init__(self, text: str, module: ModuleType) -> None:
        """Reads it.

        Args:
            text: The text.
            module: What it is the stub of.
        """
        tree = ast.parse(text)
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._aliases = {
            node.target.id: node.value for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        self._names: dict[str, Any] = dict(vars(module))
        for node in tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Runs an import, but for names that only type checkers know."""
        if isinstance(node, ast.ImportFrom) and node.module == "oxyde.stubs.terms":
            self._names.update({alias.asname or alias.name: TERMS[alias.name] for alias in node.names if alias.name in TERMS})
        elif not isinstance(node, ast.ImportFrom) or node.module != "oxyde.stubs.columns":
            exec(compile(ast.Module([node], []), "stub", "exec"), self._names)

    def type(self, node: ast.expr) -> Any:
        """Returns the type that an expression of the stub means."""
        for name in {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} & self._aliases.keys():
            value = self._aliases[name]
            assert value is not None
            self._names[name] = self.type(value)
        return eval(compile(ast.Expression(node), "stub", "eval"), self._names)

    def keywords(self, name: str) -> Mapping[str, Any]:
        """Returns the types of the keys of a TypedDict, those of its bases among them."""
        node = self._classes[name]
        found: dict[str, Any] = {}
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in self._classes:
                found.update(self.keywords(base.id))
        found.update({key: self.type(kind) for key, kind in members(node).items()})
        return found

    def columns(self, name: str) -> Mapping[str, ast.expr]:
        """Returns the classes of the attributes of a class of columns."""
        node = self._classes[name]
        found: dict[str, ast.expr] = {}
        for base in reversed(node.bases):
            if isinstance(base, ast.Name) and base.id in self._classes:
                found.update(self.columns(base.id))
        return {**found, **members(node)}

    def parameter(self, class_: str, function: str) -> list[str]:
        """Returns the literals that the positional parameters of a method take."""
        node = next(one for one in self._classes[class_].body if isinstance(one, ast.FunctionDef) and one.name == function)
        assert node.args.vararg is not None
        assert node.args.vararg.annotation is not None
        return _literals(self.type(node.args.vararg.annotation))

    def literals(self, name: str) -> list[str]:
        """Returns the values that an alias of literals has."""
        return _literals(self.type(ast.Name(name, ast.Load(), lineno=1, col_offset=0)))

    def has(self, name: str) -> bool:
        """Whether the stub has an alias."""
        return name in self._aliases


def members(node: ast.ClassDef) -> dict[str, ast.expr]:
    """Returns what a class declares, each once."""
    found = [(one.target.id, one.annotation) for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    assert len(dict(found)) == len(found), node.name
    return dict(found)


def _literals(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [value for part in get_args(kind) for value in _literals(part)]
