"""The text of a module as its stub has it: every name stays, and bodies of functions go."""

from __future__ import annotations

import ast
import collections
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from oxyde.stubs.annotations import Unquoted
from oxyde.stubs.functions import Function, attributes, declared, without_implementations
from oxyde.stubs.names import Names

_IGNORE: Final = re.compile(r"# *(?:type|pyright|ty|pyrefly): *ignore.*")
_WORD: Final = re.compile(r"[^\W\d]\w*")


class Inexpressible(Exception):
    """A module has something that no stub can say; the message is the reason, with file and line."""


class Source:
    """The statements of a module, rewritten.

    Attributes:
        names: The names of the stub.
        file: The module's file.
    """

    def __init__(self, names: Names, file: Path, classes: Callable[[Source, ast.ClassDef, str], ast.ClassDef | None]) -> None:
        """Notes what is to be rewritten.

        Args:
            names: The names of the stub.
            file: The module's file, for messages.
            classes: Returns a class of its own kind, given its qualified name; None for a class like any other.
        """
        self.names = names
        self.file = file
        self._classes = classes
        self._lines = file.read_text("utf-8").splitlines() if file.exists() else []
        self._inside = Unquoted(names.visible)
        self._outside = Unquoted(lambda name: name)

    def text(self, tree: ast.Module, others: Sequence[str]) -> list[str]:
        """Returns the lines of the module.

        Args:
            tree: Its syntax tree, which is changed.
            others: The other lines of the stub, which use its imports too.

        Raises:
            Inexpressible: A statement makes names that only running it can tell.
        """
        made = self.statements(tree.body, scope="", is_typing=False)
        words = collections.Counter(word for line in [*lines_of(made), *others] for word in _WORD.findall(line))
        return lines_of(list(_without_unused(made, words)))

    def statements(self, body: Sequence[ast.stmt], *, scope: str, is_typing: bool) -> list[ast.stmt]:
        """Returns the statements of a module or of a block in it.

        Args:
            body: The statements.
            scope: The class that they are in, with a dot behind it; empty for the module.
            is_typing: Whether they are for type checkers only.
        """
        found: list[ast.stmt] = []
        for node in without_implementations(body):
            found += self._statement(node, scope, is_typing=is_typing)
        return found

    def _statement(self, node: ast.stmt, scope: str, *, is_typing: bool) -> list[ast.stmt]:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return [self._with_comment(one) for one in _imported(node, is_public=not is_typing and not scope)]
        if isinstance(node, Function):
            return [declared(node, self.annotations(scope), None)]
        if isinstance(node, ast.ClassDef):
            return [self.class_(node, scope)]
        if isinstance(node, (ast.Assert, ast.Raise)):
            return []
        if isinstance(node, ast.Expr):
            return self._expression(node)
        if isinstance(node, ast.AnnAssign):
            node.annotation = self.annotations(scope).visit(node.annotation)
            return [node]
        if isinstance(node, ast.If) and _is_main(node.test):
            return []
        if isinstance(node, ast.Try):
            return self.statements(list(_tried(node)), scope=scope, is_typing=is_typing)
        self._refuse_hidden(node)
        for block in ("body", "orelse"):
            inner: list[ast.stmt] = getattr(node, block, [])
            if inner:
                typing_only = isinstance(node, ast.If) and block == "body" and _is_for_checkers(node.test)
                setattr(node, block, self.statements(inner, scope=scope, is_typing=is_typing or typing_only) or _nothing(block))
        for part in getattr(node, "cases", []):
            part.body = self.statements(part.body, scope=scope, is_typing=is_typing) or [ast.Pass()]
        return [node]

    def _with_comment(self, node: ast.stmt) -> ast.stmt:
        """Returns an import with the comment of the application's own that says what checkers are to ignore about it."""
        found = _IGNORE.search(self._lines[node.lineno - 1]) if node.lineno == node.end_lineno and self._lines else None
        return node if found is None else ast.Expr(ast.Name(f"{ast.unparse(node)}  {found[0].strip()}"))

    def _expression(self, node: ast.Expr) -> list[ast.stmt]:
        """Returns a statement for its effect if it says what the module exports; drops others."""
        self._refuse_hidden(node)
        return [node] if ast.unparse(node).startswith("__all__.") else []

    def _refuse_hidden(self, node: ast.stmt) -> None:
        """Raises Inexpressible for names that are made by what no checker follows."""
        heads = [node] if not hasattr(node, "body") else [getattr(node, "test", None), getattr(node, "iter", None)]
        for head in heads:
            for inner in ast.walk(head) if head is not None else ():
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in {"globals", "exec"}:
                    message = f"{self.file}:{inner.lineno}: {inner.func.id}() makes names that a stub cannot list"
                    raise Inexpressible(message)
                if isinstance(inner, ast.NamedExpr) and isinstance(node, ast.Expr):
                    message = f"{self.file}:{inner.lineno}: := in a statement for its effect makes a name; assign it in a line of its own"
                    raise Inexpressible(message)

    def annotations(self, scope: str) -> Unquoted:
        """Returns what rewrites the annotations at a place."""
        return self._inside if scope else self._outside

    def class_(self, node: ast.ClassDef, scope: str) -> ast.ClassDef:
        """Returns a class, with bodies of methods gone."""
        qualified = f"{scope}{node.name}"
        special = self._classes(self, node, qualified)
        if special is not None:
            return special
        node.body = self.members(node, qualified) or [ast.Expr(ast.Constant(...))]
        return node

    def members(self, node: ast.ClassDef, qualified: str) -> list[ast.stmt]:
        """Returns the members of a class like any other."""
        declared_names = set(bound_in(node.body))
        found: list[ast.stmt] = []
        for member in without_implementations(node.body):
            if isinstance(member, Function):
                made = attributes(member, declared_names)
                found += [ast.AnnAssign(ast.Name(name), self._inside.visit(kind), None, 1) for name, kind in (made or {}).items()]
                declared_names |= set(made or ())
                found.append(declared(member, self._inside, declared_names))
            elif not isinstance(member, ast.Pass):
                found += self._statement(member, f"{qualified}.", is_typing=False)
        return found


def _nothing(block: str) -> list[ast.stmt]:
    return [ast.Pass()] if block == "body" else []


def _imported(node: ast.Import | ast.ImportFrom, *, is_public: bool) -> Iterator[ast.stmt]:
    """Yields imports as a stub has them: a name is visible from outside if it is imported as itself."""
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return
    if is_public:
        for alias in node.names:
            if alias.asname is None and alias.name != "*" and "." not in alias.name:
                alias.asname = alias.name
    yield node


def _without_unused(body: Sequence[ast.stmt], words: collections.Counter[str]) -> Iterator[ast.stmt]:
    """Yields statements without the imports for checkers that only bodies of functions used."""
    for node in body:
        if isinstance(node, ast.If) and _is_for_checkers(node.test):
            node.body = list(_used(node.body, words)) or [ast.Pass()]
        yield node


def _used(body: Sequence[ast.stmt], words: collections.Counter[str]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            node.names = [alias for alias in node.names if words[(alias.asname or alias.name).partition(".")[0]] > 1 or alias.name == "*"]
            if not node.names:
                continue
        yield node


def _tried(node: ast.Try) -> Iterator[ast.stmt]:
    """Yields what a ``try`` makes if nothing fails, and the names that only its handlers make: a stub has no ``try``."""
    tried = [*node.body, *node.orelse, *node.finalbody]
    yield from tried
    known = set(_names_made(tried))
    for handler in node.handlers:
        yield from (inner for inner in handler.body if (made := set(_names_made([inner]))) and not made & known)


def _names_made(body: Sequence[ast.stmt]) -> Iterator[str]:
    yield from bound_in(body)
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _is_main(test: ast.expr) -> bool:
    return ast.unparse(test).replace('"', "'") == "__name__ == '__main__'"


def _is_for_checkers(test: ast.expr) -> bool:
    return ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING"


def typing_imports(body: Sequence[ast.stmt]) -> Iterator[ast.ImportFrom]:
    """Yields the imports of names that a module makes for type checkers only."""
    for node in body:
        if isinstance(node, ast.If) and _is_for_checkers(node.test):
            yield from (inner for inner in node.body if isinstance(inner, ast.ImportFrom) and inner.level == 0)


def bound_in(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yields the names that the statements of a class body bind."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def lines_of(statements: Sequence[ast.stmt]) -> list[str]:
    """Returns the text of statements, a function without a body in one line."""
    lines: list[str] = []
    for line in ast.unparse(ast.fix_missing_locations(ast.Module(list(statements), []))).splitlines():
        if line.strip() == "..." and lines and lines[-1].endswith(":"):
            lines[-1] += " ..."
        elif line.strip():
            lines.append(line)
    return lines


def tree_of(module: Any) -> ast.Module:
    """Returns the syntax tree of a module's file.

    Raises:
        Inexpressible: The file is not one of Python.
    """
    file = Path(module.__file__)
    if file.suffix != ".py":
        message = f"{file}: a stub is made of a .py file"
        raise Inexpressible(message)
    return ast.parse(file.read_bytes(), str(file))
