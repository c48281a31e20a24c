"""Models in memory: the classes that the source of a module makes, apart from those of the application."""

from __future__ import annotations

import itertools
import sys
from types import ModuleType
from typing import Final

from oxyde.db.database import AsyncDatabase
from oxyde.models import registry
from oxyde.models.model import Model

_numbers: Final = itertools.count(1)


def classes(source: str, database: str | AsyncDatabase | None = None) -> dict[str, type[Model]]:
    """Returns the models that a module defines, by name; the registry of the process does not know them.

    Args:
        source: The source of the module.
        database: The connection of verbs that name none, by its alias or itself.

    Raises:
        FieldError: A class cannot be mapped to a table.
    """
    module = ModuleType(f"inspected_{next(_numbers)}")
    sys.modules[module.__name__] = module  # where annotations are looked up
    try:
        with registry.apart():
            exec(compile(source, f"<{module.__name__}>", "exec", dont_inherit=True), vars(module))  # noqa: S102 - we wrote it
            models = [info.model for info in registry.registered()]
            for info in list(registry.registered()):
                registry.complete(info)
                info.table()
                info.database = database
    finally:
        del sys.modules[module.__name__]
    return {model.__name__: model for model in models if issubclass(model, Model)}
