"""The functions that migrations run, copied from their files with all that they use there."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import Migration
from oxyde.migrations.squashing.module import Import, Module, Statement

FACTORIES: Final = ("check", "column", "exclude", "foreign_key", "index", "unique")
OWN: Final = ("upgrade", "downgrade", "depends_on", "replaces", "ctx", "state")
"""Names that the new file uses itself."""


@dataclass
class Copies:
    """What the new file has beside ``upgrade`` and ``downgrade``.

    Attributes:
        texts: The text that makes each name.
        statements: The statements, in order.
        needed: The imports.
    """

    texts: dict[str, str] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    needed: set[Import] = field(default_factory=set)
    _names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keeps the names that the file uses itself."""
        self.texts |= dict.fromkeys(OWN, "") | {name: str(Import("oxyde.migrations", name)) for name in FACTORIES}

    def name(self, function: Callable[..., Any]) -> str:
        """Returns the name that a function has in the new file."""
        return self._names[id(function)]

    def imports(self, module: str, name: str | None = None) -> None:
        """Imports a module, or a name of it."""
        one = Import(module, name)
        self.texts[one.bound] = str(one)
        self.needed.add(one)

    def take(self, migration: Migration, functions: Iterable[Callable[..., Any]]) -> None:
        """Copies functions that a migration runs.

        Raises:
            MigrationError: A function is not made at the top of the file, or a name in it cannot be told from one that is taken.
        """
        module = Module.of(migration.path)
        roots = {id(function): _root(migration, module, function) for function in functions}
        chosen = module.needed(roots.values())
        renames = self._renames(chosen, f"_{migration.number:04}")
        for statement in chosen:
            said = statement.renamed(renames)
            for name in statement.bound:
                self.texts[renames.get(name, name)] = said
            if statement.imported is not None:
                self.needed.add(statement.imported.renamed(renames))
            elif said not in self.statements:
                self.statements.append(said)
        self._names |= {function: renames.get(name, name) for function, name in roots.items()}

    def _renames(self, chosen: Sequence[Statement], ending: str) -> dict[str, str]:
        """Returns new names for what another file makes otherwise, or what the new file uses itself."""
        renames: dict[str, str] = {}
        while True:
            taken = [
                name
                for statement in chosen
                for name in statement.bound
                if name not in renames
                and name in self.texts
                and not (statement.is_shared and self.texts[name] == statement.renamed(renames))
            ]
            if not taken:
                return renames
            for name in taken:
                new = f"{name}{ending}"
                while new in self.texts:
                    new += "_"
                renames[name] = new


def _root(migration: Migration, module: Module, function: Callable[..., Any]) -> str:
    """Returns the name at the top of a file that is a function.

    Raises:
        MigrationError: There is none.
    """
    names = getattr(inspect.unwrap(migration.upgrade), "__globals__", {})
    for name, value in names.items():
        if value is function and name in module.bound:
            return str(name)
    said = getattr(function, "__name__", repr(function))
    raise MigrationError(
        f"{migration.path}: ctx.run({said}): it has no name at the top of the file, so that it cannot be copied; give it one"
    )


def import_lines(imports: Iterable[Import]) -> str:
    """Returns the lines of imports, in the sections that formatters make."""
    sections: dict[int, dict[str, list[str]]] = {}
    for one in sorted(imports, key=lambda one: (one.name is not None, one.module, one.name or "", one.bound)):
        top = one.module.partition(".")[0]
        section = 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2
        key = one.module if one.name is not None else f"import {one.module}{one.ending}"
        sections.setdefault(section, {}).setdefault(key, []).extend([] if one.name is None else [f"{one.name}{one.ending}"])
    return "\n".join(
        "".join(f"from {key} import {', '.join(names)}\n" if names else f"{key}\n" for key, names in lines.items())
        for _, lines in sorted(sections.items())
    )
