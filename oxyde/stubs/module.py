"""The stub of one module."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from oxyde.models.info import AnyModel
from oxyde.stubs.calls import Call
from oxyde.stubs.classes import Classes, own_queryset
from oxyde.stubs.names import Names
from oxyde.stubs.namespaces import Namespaces
from oxyde.stubs.querysets import QuerySets
from oxyde.stubs.source import Inexpressible, Source, bound_in, tree_of, typing_imports
from oxyde.stubs.tables import Models
from oxyde.stubs.written import Written

MARK = "# Made by `oxyde generate-stubs`"
NESTED = frozenset({"Create", "Update", "Meta", "objects", "c"})
"""Names inside a model that hide those of the module."""


def with_header(lines: Sequence[str], origin: str) -> str:
    """Returns the text of a stub, with a first line that says what it is made of, and a hash of what follows."""
    body = "\n".join(map(_narrow, lines)) + "\n"
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    return f"{MARK} of {origin}; edit that and run it again. sha256: {digest}\n{body}"


def _narrow(line: str) -> str:
    """Returns a line with one space where there were four: a stub has thousands of indented lines."""
    text = line.lstrip(" ")
    return " " * ((len(line) - len(text)) // 4) + text


def is_ours(text: str) -> bool:
    """Whether a text is a stub of ours, which may be replaced; also one that git could not merge, as its first lines differ."""
    lines = text.split("\n", 2)
    return lines[0].startswith(MARK) or (lines[0].startswith("<<<<<<< ") and len(lines) > 1 and lines[1].startswith(MARK))


class Module:
    """A module that gets a stub.

    Attributes:
        module: The module.
        file: Its file.
        models: Its model classes by their qualified name, those without a table among them.
        querysets: Its own querysets by their qualified name, and the model of each.
    """

    def __init__(self, module: ModuleType, models: Mapping[str, type[AnyModel]], querysets: Mapping[str, type[AnyModel]]) -> None:
        self.module = module
        self.file = Path(str(module.__file__))
        self.models = models
        self.querysets = querysets

    @property
    def tables(self) -> list[type[AnyModel]]:
        """Its models that have a table."""
        return [model for model in self.models.values() if model.__oxyde__.is_table]

    def beside(self, known: Models, calls: Sequence[Call], *, across: bool) -> list[str]:
        """Returns the lines of the stub that stands beside the module: all that the module has.

        Raises:
            Inexpressible: The module has something that no stub can say.
        """
        tree = tree_of(self.module)
        names = Names(vars(self.module), self._hiding(tree))
        for node in typing_imports(tree.body):
            for alias in node.names:
                names.imported(str(node.module), alias.name, alias.asname or alias.name)
        faces = {model: QuerySets(names, known, model.__oxyde__, list(calls)) for model in self._served()}
        written = {model: Written(names, known, model.__oxyde__) for model in self.tables}
        columns = Namespaces(names, known)
        classes = Classes(names, self.models, self.querysets, faces, written, columns)
        made = [line for face in faces.values() for line in face.lines(across=across)] + list(columns.lines(_with_columns(self.tables)))
        self._check_free(made)
        body = Source(names, self.file, classes.rewritten).text(tree, made)
        return [*names.lines([*body, *made]), *body, *made]

    def sidecar(self, known: Models, calls: Sequence[Call], *, across: bool) -> list[str]:
        """Returns the lines of a stub of its own: the managers of the module's models."""
        names = Names({}, {name for model in self.tables for name in model.__pydantic_fields__})
        faces = [QuerySets(names, known, model.__oxyde__, list(calls), private=False) for model in self.tables]
        columns = Namespaces(names, known, prefix="").lines(_with_columns(self.tables))
        made = [line for face in faces for line in face.lines(across=across)] + list(columns)
        return [*names.lines(made), *made]

    def _served(self) -> list[type[AnyModel]]:
        """Returns the models whose querysets the stub declares; one with an own queryset is served where that is, which derives from it."""
        own = [model for model in self.tables if (queryset := own_queryset(model)) is None or queryset.__module__ == self.module.__name__]
        return [*own, *(model for model in self.querysets.values() if model not in own)]

    def _hiding(self, tree: ast.Module) -> Collection[str]:
        """Returns the names inside the module's classes that hide its own."""
        found = {*NESTED, *(name for model in [*self.models.values(), *self.querysets.values()] for name in model.__pydantic_fields__)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found |= set(bound_in([member for member in node.body if not isinstance(member, ast.ClassDef)]))
        return found

    def _check_free(self, lines: Sequence[str]) -> None:
        """Raises Inexpressible if the module has a name that the stub needs for itself."""
        for name in _defined(lines):
            if name in vars(self.module):
                message = f"{self.file}: the stub needs the name {name} for itself; name yours otherwise"
                raise Inexpressible(message)


def _with_columns(models: Iterable[type[AnyModel]]) -> list[type[AnyModel]]:
    """Returns the models whose attribute ``c`` has their columns: those that have no field of the name."""
    return [model for model in models if "c" not in model.__pydantic_fields__]


def _defined(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith(" "):
            yield line.removeprefix("class ").partition("(")[0].partition(":")[0]
