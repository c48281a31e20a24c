"""The names that the text of a stub uses: what it imports, and how a type of the running program is written."""

from __future__ import annotations

import builtins
import enum
import re
import sys
import types
import typing
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from oxyde.models.field import unaliased

_WORD: Final = re.compile(r"[^\W\d]\w*")


class Names:
    """The names of one stub.

    A type goes by the name that the module has for it. Otherwise it is imported, under its own name if no class, function or field of the
    module is called that: inside a class some checkers take the field ``date`` for the type ``date``.
    """

    def __init__(self, bound: Mapping[str, Any], fields: Collection[str]) -> None:
        """Notes which names are taken.

        Args:
            bound: The names of the module, and their values.
            fields: The names inside its classes that hide those of the module.
        """
        self._bound = bound
        self._fields = frozenset(fields)
        self._local: dict[tuple[str, str], str] = {}
        self._imports: dict[tuple[str, str], str] = {}
        self._aliases: dict[str, str] = {}

    def imported(self, module: str, name: str, local: str) -> None:
        """Notes that the text of the module imports a name for type checkers, which the running program does not."""
        if local not in self._fields:
            self._local.setdefault((module, name), local)

    def name(self, module: str, name: str) -> str:
        """Returns how a name of a module is written here; it is imported where that is needed."""
        first, _, rest = name.partition(".")
        local = self._local.get((module, first))
        if local is None:
            local = self._local[module, first] = self._found(module, first)
        return f"{local}.{rest}" if rest else local

    def _found(self, module: str, name: str) -> str:
        value = getattr(sys.modules.get(module), name, None)
        if self._bound.get(name) is value and value is not None:
            return self.visible(name)
        if module == "builtins" and name not in self._bound and name not in self._fields:
            return name
        local = self._free(name)
        self._imports[module, name] = local
        return local

    def visible(self, name: str) -> str:
        """Returns a name of the module as a class body may write it: another one where a field hides it."""
        if name not in self._fields or (name not in self._bound and not hasattr(builtins, name)):
            return name
        value = self._bound.get(name, getattr(builtins, name, None))
        home = getattr(value, "__module__", None)
        if isinstance(value, type) and value.__qualname__ == name and home != self._bound.get("__name__"):
            self._imports.setdefault((str(home), name), self._imports.get((str(home), name)) or self._free(name))
            return self._imports[str(home), name]  # an alias of a generic class would have no parameters
        return self._aliases.setdefault(name, self._free(name))

    def _free(self, name: str) -> str:
        taken = {*self._bound, *self._fields, *self._imports.values(), *self._aliases.values()}
        if name not in taken:
            return name
        local = f"_{name.lstrip('_')}"
        while local in taken:
            local += "_"
        return local

    def lines(self, text: Sequence[str]) -> list[str]:
        """Returns the imports that a text needs, sorted, and the second names of what a field hides."""
        words = {word for line in text for word in _WORD.findall(line)}
        aliases = [(local, name) for name, local in sorted(self._aliases.items()) if local in words]
        alias = self.name("typing", "TypeAlias") if aliases else ""
        modules: dict[str, list[str]] = {}
        for (module, name), local in self._imports.items():
            if local in words or local == alias:
                modules.setdefault(module, []).append(name if name == local else f"{name} as {local}")
        found = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(modules.items())]
        return [*found, *(f"{local}: {alias} = {name}" for local, name in aliases)]

    def type(self, annotation: Any) -> str:
        """Returns the text of a type; ``Any`` where it has no name that another module can use."""
        annotation = unaliased(annotation)
        if annotation is None or annotation is type(None):
            return "None"
        if annotation is Any or isinstance(annotation, (str, TypeVar, typing.ForwardRef)):
            return self.any
        if annotation is Ellipsis:
            return "..."
        if (supertype := getattr(annotation, "__supertype__", None)) is not None:
            return self._class(annotation) or self.type(supertype)
        origin, parts = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.type(parts[0])
        if origin in {Union, types.UnionType}:
            return self.union(self.type(part) for part in parts)
        if origin is Literal:
            return self.literal(parts)
        if origin is not None:
            return self._generic(origin, parts)
        made: Mapping[str, Any] = getattr(annotation, "__pydantic_generic_metadata__", {})
        if made.get("args"):
            return self._generic(made["origin"], made["args"])
        return self._class(annotation) or self.any

    @property
    def any(self) -> str:
        """The text of ``Any``."""
        return self.name("typing", "Any")

    def union(self, members: Iterable[str]) -> str:
        """Returns the text of a union; ``None`` stands last, and once."""
        found: dict[str, None] = {}
        for member in members:
            inner = member.removesuffix(" | None")
            found.update(dict.fromkeys([inner] if inner == member else [inner, "None"]))
        if self.any in found:
            return self.any
        return " | ".join(sorted(found, key=lambda member: member == "None"))

    def literal(self, values: Iterable[Any]) -> str:
        """Returns the text of a ``Literal``, members of enumerations among its values."""
        shown = ", ".join(f"{self.type(type(value))}.{value.name}" if isinstance(value, enum.Enum) else repr(value) for value in values)
        return f"{self.name('typing', 'Literal')}[{shown}]"

    def _generic(self, origin: Any, parts: tuple[Any, ...]) -> str:
        named = self._class(origin)
        if named is None or any(isinstance(part, list) for part in parts):  # the parameters of a Callable
            return self.any
        return f"{named}[{', '.join(map(self.type, parts))}]" if parts else named

    def _class(self, cls: Any) -> str | None:
        """Returns the text of a class; None where no module has it under its name."""
        module, name = getattr(cls, "__module__", None), getattr(cls, "__qualname__", None)
        if not isinstance(module, str) or not isinstance(name, str) or "<" in name:
            return None
        found: Any = sys.modules.get(module)
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is not cls:
            return None
        return self.name(module, name)
