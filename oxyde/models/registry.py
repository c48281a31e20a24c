"""The model classes that have tables, by key; and the completing of those that refer to classes defined later."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import PydanticUndefinedAnnotation

from oxyde.exceptions import FieldError, OxydeError
from oxyde.models.pydantic_seams import is_resolved
from oxyde.models.relations import IncompleteModel
from oxyde.schema import Table, tables

if TYPE_CHECKING:
    from oxyde.models.model import Model

_models: dict[str, type[Model]] = {}
_pending: dict[str, type[Model]] = {}
_forgotten: dict[str, type[Model]] = {}


class _Thread(threading.local):
    """Whether this thread is completing models."""

    completing = False


_thread = _Thread()


def key_of(model: type[Model]) -> str:
    """Returns the registry key of a model: ``module.QualName``."""
    return f"{model.__module__}.{model.__qualname__}"


def register_table(model: type[Model], *, overwrite: bool = False) -> None:
    """Makes a model with a table known; class statements do so by themselves.

    Args:
        model: The class.
        overwrite: Take the place of another class of the same module and name.

    Raises:
        ValueError: Another class of that name is registered, or the model has no table.
    """
    if not model.__oxyde_meta__.is_table:
        message = f"{model.__name__} has no table; say is_table = True in its Meta"
        raise ValueError(message)
    key = key_of(model)
    known = _models.get(key)
    if known is not None and known is not model and not overwrite:
        message = f"a model is registered as {key} already; say overwrite=True to replace it"
        raise ValueError(message)
    _models[key] = model
    tables.declare(key, model.__oxyde_make_table__)
    if not model.__pydantic_complete__:
        _pending[key] = model
    settle()


def clear_registry() -> None:
    """Forgets every model and table; the classes themselves go on working and can be registered again."""
    _forgotten.update(_models)
    _models.clear()
    _pending.clear()
    tables.clear()


def registered_tables() -> dict[str, type[Model]]:
    """Returns the registered models by ``module.QualName``, in the order they were declared."""
    return dict(_models)


def named(name: str, near: type[Model]) -> type[Model] | None:
    """Returns the model of a class name, seen from another model: its neighbours first, then any that is alone of its name."""
    found = _neighbours(near).get(name) or _alone().get(name)
    if found is None:
        # Forgotten models still find each other.
        found = next((other for other in _forgotten.values() if other.__name__ == name and _scope(other) == _scope(near)), None)
    return found


def namespace(model: type[Model]) -> dict[str, Any]:
    """Returns the models that a class's annotations may name although they are not in its module (yet)."""
    module = vars(sys.modules[model.__module__]) if model.__module__ in sys.modules else {}
    distant = {name: found for name, found in _alone().items() if name not in module}
    return {**distant, **nearby(model)}


def nearby(model: type[Model]) -> dict[str, Any]:
    """Returns the models beside a model, itself among them: all that its annotations may mean while its module is still being read."""
    return {**_neighbours(model), model.__name__: model}


def _scope(model: type[Model]) -> tuple[str, str]:
    return model.__module__, model.__qualname__.rpartition(".")[0]


def _neighbours(model: type[Model]) -> dict[str, type[Model]]:
    """Returns the models of the same module and the same function or class body."""
    scope = _scope(model)
    return {other.__name__: other for other in _models.values() if _scope(other) == scope}


def _alone() -> dict[str, type[Model]]:
    """Returns the models whose class name no other one has."""
    found: dict[str, list[type[Model]]] = {}
    for model in _models.values():
        found.setdefault(model.__name__, []).append(model)
    return {name: models[0] for name, models in found.items() if len(models) == 1}


def settle() -> None:
    """Completes the models whose annotations name what is there by now; others, and faults, wait until the model is used.

    Models of other modules are not looked for yet: the neighbour that is meant may follow.
    """
    before = -1
    while _pending and len(_pending) != before:
        before = len(_pending)
        for key, model in list(_pending.items()):
            try:
                _rebuild_one(model, nearby(model), raise_errors=False)
            except OxydeError:
                continue
            if model.__pydantic_complete__:
                _pending.pop(key, None)


def complete(model: type[Model]) -> None:
    """Completes a model.

    Raises:
        FieldError: An annotation names a class that is not defined.
    """
    if model.__pydantic_complete__:
        return
    settle()
    try:
        rebuild(model)
    except IncompleteModel as error:
        raise _undefined(model, error.model, error.name or "") from None


def rebuild(model: type[Model], names: Mapping[str, Any] | None = None, *, force: bool = False) -> None:
    """Builds the schema of a model, and the schemas of those that it waits for: they may wait for it as well.

    Args:
        model: The class.
        names: What its annotations may name besides the registered models.
        force: Although there is a schema.

    Raises:
        IncompleteModel: An annotation, of the model or of one that it refers to, names a class that is not defined.
    """
    waiting, tried = [model], {model}
    while waiting:
        last = waiting[-1]
        known = {**namespace(last), **(names or {})} if last is model else namespace(last)
        try:
            _rebuild_one(last, known, force=force and last is model)
        except IncompleteModel as error:
            # To try a model resolves its annotations, which is all that others wait for.
            if error.model in tried:
                raise
            tried.add(error.model)
            waiting.append(error.model)
        except PydanticUndefinedAnnotation as error:
            raise IncompleteModel(last, error.name) from error
        else:
            waiting.pop()


def is_completing() -> bool:
    """Returns whether this thread is building schemas one by one: what is asked for along the way is not completed then."""
    return _thread.completing


def _rebuild_one(model: type[Model], names: Mapping[str, Any], *, force: bool = False, raise_errors: bool = True) -> None:
    """Builds the schema of a model while others stay as they are."""
    before, _thread.completing = _thread.completing, True
    try:
        model.__oxyde_rebuild__(names, force=force, raise_errors=raise_errors)
    finally:
        _thread.completing = before


def _undefined(model: type[Model], owner: type[Model], name: str) -> FieldError:
    """Returns the error for a name that means no class, in an annotation of a model or of one that it refers to."""
    unresolved = ((field, info.annotation) for field, info in owner.__pydantic_fields__.items() if not is_resolved(info))
    field = next((field for field, annotation in unresolved if _names(annotation, name)), None)
    where = f"{owner.__name__} has" if field is None else f"{owner.__name__}.{field} has"
    found = sorted(key for key, other in _models.items() if other.__name__ == name)
    if len(found) > 1:
        reason = f"and several models have that name: {', '.join(found)}"
        remedy = f"import the one that is meant into {owner.__module__}, below the class if need be"
    else:
        reason = "which is not defined"
        remedy = f"import the module that defines it before {model.__name__} is used"
    return FieldError(f"{where} an annotation that names {name!r}, {reason}; {remedy}", column=field)


def _names(annotation: Any, name: str) -> bool:
    """Whether an annotation that is not resolved has a name in it."""
    return re.search(rf"\b{re.escape(name)}\b", str(annotation)) is not None


def table_of(model: type[Model]) -> Table:
    """Returns the table of a model, made when it is first asked for.

    Raises:
        FieldError: A field has no column type, or something that the model refers to is not there.
    """
    found: Table | None = model.__dict__.get("__oxyde_table__")
    if found is None:
        complete(model)
        key = key_of(model)
        found = tables.get(key) if _models.get(key) is model else model.__oxyde_make_table__()
    return found
