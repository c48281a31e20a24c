"""The modules of a project that get stubs: those that define its tables, their bases and their own querysets."""

from __future__ import annotations

import importlib
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.locate import check
from oxyde.models.model import Model
from oxyde.models.queryset import QuerySet
from oxyde.models.registry import registered
from oxyde.stubs.classes import own_queryset
from oxyde.stubs.module import Module

_INSTALLED = frozenset(Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib"))


class Project:
    """The modules that a service's models are in.

    Attributes:
        roots: The folders that its modules are imported from.
        modules: The modules that get stubs, by name.
        installed: Those that get none because their package is installed.
    """

    def __init__(self, models: Iterable[str]) -> None:
        """Imports the modules of models.

        Args:
            models: Their dotted names.
        """
        named = [importlib.import_module(name) for name in models]
        own = [module for module in named if not is_installed(module)]
        self.roots: list[Path] = list(dict.fromkeys(root for module in own if (root := root_of(module)) is not None))
        self.infos = [info for info in registered() if "<locals>" not in info.id]
        check(self.infos)
        self.modules: dict[str, Module] = {}
        self.installed = sorted(module.__name__ for module in named if is_installed(module))
        for name in sorted({cls.__module__ for cls in self._classes()}):
            module = sys.modules.get(name)
            if module is not None and not is_installed(module) and root_of(module) in self.roots:
                self.modules[name] = Module(module, self._models_of(name), self._querysets_of(name))

    def _tables(self) -> Iterator[ModelInfo]:
        for info in self.infos:
            module = sys.modules.get(info.model.__module__)
            if module is not None and getattr(module, info.model.__qualname__.partition(".")[0], None) is not None:
                yield info

    def _classes(self) -> Iterator[type[Any]]:
        """Yields the tables, their bases and their own querysets."""
        for info in self._tables():
            yield from _bases(info.model)
            queryset = own_queryset(info.model)
            if queryset is not None:
                yield queryset

    def _models_of(self, module: str) -> dict[str, type[AnyModel]]:
        found = dict.fromkeys(base for info in self._tables() for base in _bases(info.model) if base.__module__ == module)
        return {model.__qualname__: model for model in found}

    def _querysets_of(self, module: str) -> dict[str, type[AnyModel]]:
        """Returns the own querysets of a module that are those of one model; what several share stays as it is."""
        users: dict[type[QuerySet[Any, Any]], list[type[AnyModel]]] = {}
        for info in self._tables():
            queryset = own_queryset(info.model)
            if queryset is not None:
                users.setdefault(queryset, []).append(info.model)
        single = {queryset: models[0] for queryset, models in users.items() if len(models) == 1}
        return {queryset.__qualname__: model for queryset, model in single.items() if queryset.__module__ == module}


def _bases(model: type[AnyModel]) -> list[type[AnyModel]]:
    """Returns a model and the models that it is derived from."""
    return [base for base in model.__mro__ if issubclass(base, Model) and base is not Model]


def root_of(module: ModuleType) -> Path | None:
    """Returns the folder that a module is imported from; None for one that is no file."""
    if getattr(module, "__file__", None) is None:
        return None
    file = Path(str(module.__file__)).resolve()
    depth = module.__name__.count(".") + (file.name == "__init__.py")
    return file.parents[depth]


def is_installed(module: ModuleType) -> bool:
    """Whether a module is in an installed package, or in Python itself."""
    file = Path(str(getattr(module, "__file__", None))).resolve()
    return any(part in {"site-packages", "dist-packages"} for part in file.parts) or any(folder in file.parents for folder in _INSTALLED)


def names_of(models: str | Sequence[str]) -> list[str]:
    """Returns the names of modules, one of which may stand alone."""
    return [models] if isinstance(models, str) else list(models)
