"""The statements at the top of a file: what each makes and uses, and its text with other names."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from oxyde.exceptions import MigrationError

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Import:
    """One name that is imported.

    Attributes:
        module: The module.
        name: The name in it; None for the module itself.
        alias: The name that it gets, where it is another.
    """

    module: str
    name: str | None = None
    alias: str | None = None

    @property
    def bound(self) -> str:
        """The name that it makes."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def ending(self) -> str:
        """What gives it another name."""
        return f" as {self.alias}" if self.alias is not None else ""

    def renamed(self, renames: Mapping[str, str]) -> Import:
        """Returns it with another name."""
        return replace(self, alias=renames[self.bound]) if self.bound in renames else self

    def __str__(self) -> str:
        if self.name is None:
            return f"import {self.module}{self.ending}"
        return f"from {self.module} import {self.name}{self.ending}"


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a file.

    Attributes:
        path: The file.
        text: Its text.
        bound: The names that it makes.
        used: The names that it uses.
        imported: What it imports, if it is an import.
        is_shared: Whether two files that say the same can share it: it makes nothing that is changed later.
    """

    path: Path
    text: str
    bound: frozenset[str]
    used: frozenset[str]
    imported: Import | None = None
    is_shared: bool = False

    def renamed(self, renames: Mapping[str, str]) -> str:
        """Returns its text with other names.

        Raises:
            MigrationError: A name is one of the file's and also one within a function.
        """
        wanted = {name: new for name, new in renames.items() if name in self.bound | self.used}
        if self.imported is not None:
            return str(self.imported.renamed(wanted))
        return _renamed(self, wanted) if wanted else self.text


@dataclass(frozen=True)
class Module:
    """A file.

    Attributes:
        path: The file.
        statements: Its statements, but for the functions and names that make it a migration.
    """

    path: Path
    statements: Sequence[Statement]

    @classmethod
    def of(cls, path: Path) -> Module:
        """Returns a migration's file."""
        source = path.read_text(encoding="utf-8")
        return cls(path, [one for node in ast.parse(source).body for one in _statements(path, source, node)])

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that are made at the top."""
        return frozenset(name for one in self.statements for name in one.bound)

    def needed(self, names: Iterable[str]) -> list[Statement]:
        """Returns the statements that names need, in order: those that make them, those that change them, and what these use.

        Raises:
            MigrationError: Something comes from ``upgrade`` or the like.
        """
        wanted, chosen = set(names), set[int]()
        while True:
            found = {place for place, one in enumerate(self.statements) if one.bound & wanted or (not one.bound and one.used & wanted)}
            if found == chosen:
                break
            chosen = found
            wanted |= {name for place in chosen for name in self.statements[place].used | self.statements[place].bound}
        stars = [one for one in self.statements if "*" in one.bound]
        left = wanted - self.bound - set(dir(builtins)) - {"__file__", "__name__", "__doc__"}
        if any(name in {"upgrade", "downgrade", "depends_on", "replaces"} for name in left):
            raise MigrationError(f"{self.path}: a function that is run uses upgrade, downgrade or depends_on, and cannot be copied")
        if left and stars:
            raise MigrationError(
                f"{self.path}: a function that is run uses {min(left)!r}, which may come from 'import *'; import it by name"
            )
        future = {place for place, one in enumerate(self.statements) if one.imported is not None and one.imported.module == "__future__"}
        return [self.statements[place] for place in sorted(chosen | future)]


def _statements(path: Path, source: str, node: ast.stmt) -> Iterator[Statement]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            one = _import(node, alias)
            yield Statement(path, str(one), frozenset([one.bound]), frozenset(), one, is_shared=True)
        return
    bound = frozenset(_bound(node))
    if bound & {"upgrade", "downgrade", "depends_on", "replaces"} or _is_docstring(node):
        return
    used = frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name)) - bound
    is_constant = isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Constant)
    yield Statement(path, _text(source, node), bound, used, None, isinstance(node, _FUNCTIONS) or is_constant)


def _import(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Import:
    if isinstance(node, ast.Import):
        return Import(alias.name, None, alias.asname)
    return Import("." * node.level + (node.module or ""), alias.name, alias.asname)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _bound(node: ast.AST) -> Iterator[str]:
    """Yields the names that a statement makes where it stands."""
    if isinstance(node, _FUNCTIONS):
        yield node.name
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (_import(node, alias).bound for alias in node.names)
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.Lambda):
            yield from _bound(inner)


def _text(source: str, node: ast.stmt) -> str:
    """Returns the lines of a statement, with its decorators and the comment above it."""
    lines = source.splitlines(keepends=True)
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    said = "".join(lines[first : node.end_lineno]).rstrip() + "\n"
    alone = ast.dump(ast.Module([node], [])) == ast.dump(ast.parse(said))
    return said if alone else f"{ast.unparse(node)}\n"


class _Names(ast.NodeTransformer):
    """Gives names at the top of a file other ones, wherever they are used."""

    def __init__(self, renames: Mapping[str, str]) -> None:
        self.renames = renames

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self.renames.get(node.id, node.id), node.ctx), node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        return ast.copy_location(ast.Global([self.renames.get(name, name) for name in node.names]), node)

    def visit_alias(self, node: ast.alias) -> ast.AST:
        bound = node.asname or node.name.partition(".")[0]
        return ast.alias(node.name, self.renames.get(bound, node.asname))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._made(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._made(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._made(node)

    def _made(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.AST:
        node.name = self.renames.get(node.name, node.name)
        return self.generic_visit(node)


def _renamed(statement: Statement, renames: Mapping[str, str]) -> str:
    """Returns a text with other names: word by word where that says the same, else written anew."""
    if (local := next(_local(symtable.symtable(statement.text, str(statement.path), "exec"), renames), None)) is not None:
        raise MigrationError(
            f"{statement.path}: {local!r} is a name at the top of the file and also one inside a function; rename one of them"
        )
    wanted = ast.fix_missing_locations(_Names(renames).visit(ast.parse(statement.text)))
    said = re.sub(rf"(?<![\w.])(?:{'|'.join(map(re.escape, renames))})(?!\w)", lambda found: renames[found[0]], statement.text)
    try:
        is_same = ast.dump(ast.parse(said)) == ast.dump(wanted)
    except SyntaxError:
        is_same = False
    return said if is_same else f"{ast.unparse(wanted)}\n"


def _local(table: symtable.SymbolTable, names: Collection[str]) -> Iterator[str]:
    """Yields names that a function or class inside has for itself."""
    for inner in table.get_children():
        yield from (one.get_name() for one in inner.get_symbols() if one.get_name() in names and (one.is_local() or one.is_parameter()))
        yield from _local(inner, names)
