"""The registered model classes; completes those that refer to classes defined later."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

from pydantic import PydanticUndefinedAnnotation

from oxyde.exceptions import FieldError, OxydeError
from oxyde.models.cycles import sharing
from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.pydantic_seams import copy_field, forget_schema, is_resolved, set_annotation, set_default, set_fields
from oxyde.models.relations import IncompleteModel, mentions, replaced
from oxyde.schema import Registry, tables


class _Registered:
    """Models that may name each other, and their tables.

    Attributes:
        models: By ``module.QualName``, in declaration order.
        pending: Those whose annotations are not resolved yet.
        missing: What some of those wait for: a name and the model whose annotation names it, or another model.
        tables: Their tables.
    """

    def __init__(self, tables: Registry) -> None:
        self.models: dict[str, ModelInfo] = {}
        self.pending: dict[str, ModelInfo] = {}
        self.missing: dict[str, tuple[ModelInfo, str | None]] = {}
        self.tables = tables


class _Thread(threading.local):
    """What this thread is doing.

    Attributes:
        completing: Whether it is completing models.
        apart: Where the models that it makes are registered, if not in the registry of the process.
    """

    completing = False
    apart: _Registered | None = None


_process: Final = _Registered(tables)
_thread: Final = _Thread()


def _here() -> _Registered:
    """Returns where models are registered now."""
    return _thread.apart or _process


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Registers the models that this thread makes in the block among themselves alone; the registry of the process does not know them.

    What they refer to has to be resolved inside the block.
    """
    before, _thread.apart = _thread.apart, _Registered(Registry())
    try:
        yield
    finally:
        _thread.apart = before


def register_table(model: type[AnyModel], *, overwrite: bool = False) -> None:
    """Registers a model with a table; a class statement does this automatically.

    Args:
        model: The class.
        overwrite: Replace another class of the same module and name.

    Raises:
        ValueError: Another class of that name is registered, or the model has no table.
        FieldError: Another model manages the same table.
    """
    info = model.__oxyde__
    if not info.is_table:
        message = f"{info.name} has no table; say is_table = True in its Meta"
        raise ValueError(message)
    known = _here().models.get(info.id)
    if known is not None and known is not info and not overwrite:
        message = f"a model is registered as {info.id} already; pass overwrite=True to replace it"
        raise ValueError(message)
    other = _of_one_table(info)
    _here().models[info.id] = info
    if known is not None and known.address != info.address:
        _here().tables.remove(known.address)
    if info.siblings is None:  # a class that is registered again keeps the models that it was declared beside
        info.siblings, info.beside = _here().tables.tables, _here().models
    if other is None:
        _here().tables.declare(info.address, info.table)
    if not model.__pydantic_complete__:
        _here().pending[info.id] = info
    later: dict[type, type] = {} if known is None or known is info else {known.model: model}
    later.update(_redefined_enums(info))
    if later:
        _replace(later)
    complete_neighbours()


def _of_one_table(info: ModelInfo) -> ModelInfo | None:
    """Returns another model of the same table: a base, or one that describes a table without managing it.

    Raises:
        FieldError: Both manage the table.
    """
    for other in _here().models.values():
        if other.address != info.address or other.id == info.id:
            continue
        if issubclass(info.model, other.model) or not info.meta.managed:
            return other
        if other.meta.managed and not issubclass(other.model, info.model):
            message = (
                f"{info.id} and {other.id} both are the table {info.table_name!r}; give one of them another name: "
                f'class Meta: table_name = "..." (or derive one from the other, or say managed = False where it describes a table only)'
            )
            raise FieldError(message, table=info.table_name)
    return None


def redefines(old: type, new: type) -> bool:
    """Returns whether a class redefines another one, as when a notebook cell is run twice."""
    if old is new or (old.__module__, old.__qualname__) != (new.__module__, new.__qualname__):
        return False
    return getattr(sys.modules.get(new.__module__), new.__qualname__, None) is new


def _redefined_enums(info: ModelInfo) -> dict[type, type]:
    """Returns the enumerations of a model that redefine those of other models."""
    pairs = ((old, new) for new in info.enums.values() for other in _here().models.values() for old in other.enums.values())
    return {old: new for old, new in pairs if redefines(old, new)}


def _replace(classes: Mapping[type, type]) -> None:
    """Makes every registered model refer to redefined classes, and rebuilds its schema and its table."""
    _here().missing.clear()
    affected = {info for info in _here().models.values() if any(mentions(field.annotation, classes) for field in info.fields.values())}
    targets = {*classes, *(info.model for info in affected)}
    while more := {info for info in _here().models.values() if any(link.target in targets for link in info.links.values())} - affected:
        affected |= more
        targets |= {info.model for info in more}
    for info in affected:
        kept = {name: copy_field(field) for name, field in info.fields.items() if name not in info.added}
        for field in kept.values():
            set_annotation(field, replaced(field.annotation, classes))
            if type(field.default) in classes:
                set_default(field, _made_member(field.default, classes))
        set_fields(info.model, kept)
        _annotate(info.model, classes)
        forget_schema(info.model)
        info.forget_links()
        info.enums.clear()
        _here().pending[info.id] = info
        if _of_one_table(info) is None:
            _here().tables.declare(info.address, info.table)


def _made_member(member: Any, classes: Mapping[type, type]) -> Any:
    """Returns the member of a redefined enumeration with the value of the old member; the old member if there is none."""
    if isinstance(member, Enum):
        with contextlib.suppress(ValueError):
            return classes[type(member)](member.value)
    return member


def _annotate(model: type, classes: Mapping[type, type]) -> None:
    """Replaces classes in the stored annotations of a class, so that the old classes are not kept alive."""
    for kept in ("__annotations__", "__annotations_cache__"):
        annotations = vars(model).get(kept, {})
        for name, annotation in list(annotations.items()):
            if mentions(annotation, classes):
                annotations[name] = replaced(annotation, classes)


def clear_registry() -> None:
    """Clears the registry; the classes keep working, and can be registered again."""
    here = _here()
    here.models, here.pending, here.missing = {}, {}, {}
    here.tables.clear()


def registered() -> Iterable[ModelInfo]:
    """Returns the registered models' ``ModelInfo``, in declaration order."""
    return _here().models.values()


def registered_tables() -> dict[str, type[AnyModel]]:
    """Returns the registered models by ``module.QualName``, in declaration order."""
    return {key: info.model for key, info in _here().models.items()}


def named(name: str, near: ModelInfo) -> type[AnyModel] | None:
    """Resolves a class name, seen from another model: its neighbours come first, then a model whose name is unique."""
    return _neighbours(near, _here().models).get(name) or _unambiguous().get(name) or _neighbours(near, near.beside).get(name)


def namespace(model: ModelInfo) -> dict[str, Any]:
    """Returns the models that annotations of a class may name although its module does not define them (yet)."""
    module = _module(model)
    distant = {name: found for name, found in _unambiguous().items() if name not in module}
    return {**distant, **nearby(model)}


def nearby(model: ModelInfo) -> dict[str, Any]:
    """Returns a model and its neighbours: all that its annotations may name while its module is being executed."""
    return {**_neighbours(model, _here().models), model.name: model.model}


def _neighbours(model: ModelInfo, models: Mapping[str, ModelInfo]) -> dict[str, type[AnyModel]]:
    """Returns the models of the same module and the same function or class body."""
    return {other.name: other.model for other in models.values() if other.scope == model.scope}


def _unambiguous() -> dict[str, type[AnyModel]]:
    """Returns the models whose class name no other model has."""
    found: dict[str, list[type[AnyModel]]] = {}
    for info in _here().models.values():
        found.setdefault(info.name, []).append(info.model)
    return {name: models[0] for name, models in found.items() if len(models) == 1}


def complete_neighbours() -> None:
    """Completes the models whose annotations can be resolved by now; others, and errors, wait until the model is used.

    Models of other modules are not considered yet, because the neighbour that is meant may follow.
    """
    here, before = _here(), -1
    while here.pending and len(here.pending) != before:
        before = len(here.pending)
        for key, info in _worth_trying():
            here.missing.pop(key, None)
            try:
                _rebuild_one(info, nearby(info))
            except PydanticUndefinedAnnotation as error:
                owner = error.model.__oxyde__ if isinstance(error, IncompleteModel) else info
                here.missing[key] = owner, None if error.name == owner.name else error.name
                continue
            except OxydeError:
                continue
            if info.model.__pydantic_complete__:
                here.pending.pop(key, None)


def _worth_trying() -> list[tuple[str, ModelInfo]]:
    """Returns the pending models, without those for which it is in vain.

    Those are the ones that lack a name that is not there yet, and those that need a model that waits for a name itself.
    """
    here = _here()
    names: dict[tuple[str, str], set[str]] = {}
    for info in here.models.values():
        names.setdefault(info.scope, set()).add(info.name)
    found: list[tuple[str, ModelInfo]] = []
    waiting: dict[str, bool] = {}
    for key, info in here.pending.items():
        owner, name = here.missing.get(key, (info, None))
        if name is not None:
            in_vain = name not in _module(owner) and name not in names.get(owner.scope, ()) and name != owner.name
        else:
            in_vain = owner is not info and _waits(owner, waiting)
        if not in_vain:
            found.append((key, info))
    return found


def _waits(info: ModelInfo, known: dict[str, bool]) -> bool:
    """Returns whether a model, or one that it needs, waits for a name; adds all that were looked at to the known ones."""
    missing, passed, name = _here().missing, list[str](), None
    while (key := info.id) in missing and key not in known and name is None:
        known[key] = False  # of a cycle, unless it leads to a name
        passed.append(key)
        info, name = missing[key]
    waits = name is not None or known.get(info.id, False)
    known.update(dict.fromkeys(passed, waits))
    return waits


def _module(model: ModelInfo) -> Mapping[str, Any]:
    """Returns the names that the module of a model has by now; none where it is not imported."""
    return vars(sys.modules[model.model.__module__]) if model.model.__module__ in sys.modules else {}


def complete(info: ModelInfo) -> None:
    """Completes a model.

    Raises:
        FieldError: An annotation names a class that is not defined.
    """
    if info.model.__pydantic_complete__:
        return
    complete_neighbours()
    try:
        rebuild(info)
    except IncompleteModel as error:
        raise _undefined(info, error.model.__oxyde__, error.name or "") from None


def rebuild(info: ModelInfo, names: Mapping[str, Any] | None = None, *, force: bool = False) -> None:
    """Builds the schema of a model, and the schemas of those that it depends on, possibly in a cycle.

    Args:
        info: The model.
        names: Names that its annotations may use besides the registered models.
        force: Rebuild an existing schema.

    Raises:
        IncompleteModel: An annotation, of the model or of one that it refers to, names a class that is not defined.
    """
    waiting, tried = [info], {info}
    while waiting:
        last = waiting[-1]
        known = {**namespace(last), **(names or {})} if last is info else namespace(last)
        try:
            _rebuild_one(last, known, force=force and last is info)
        except IncompleteModel as error:
            # Trying a model resolves its annotations, which is all that others depend on.
            other = error.model.__oxyde__
            if other in tried:
                raise
            tried.add(other)
            waiting.append(other)
        except PydanticUndefinedAnnotation as error:
            raise IncompleteModel(last.model, error.name) from error
        else:
            waiting.pop()


def is_completing() -> bool:
    """Returns whether this thread is building schemas one by one, during which no other model is completed."""
    return _thread.completing


def _rebuild_one(info: ModelInfo, names: Mapping[str, Any], *, force: bool = False) -> None:
    """Builds the schema of a model, and of those whose schemas were made along with it; others are left as they are."""
    before, _thread.completing = _thread.completing, True
    try:
        with sharing() as made:
            info.rebuild(names, force=force)
            for model in made:
                model.__oxyde__.rebuild({})
    finally:
        _thread.completing = before


def _undefined(info: ModelInfo, owner: ModelInfo, name: str) -> FieldError:
    """Returns the error for an undefined name in an annotation of a model or of one that it refers to."""
    unresolved = ((field, found.annotation) for field, found in owner.fields.items() if not is_resolved(found))
    field = next((field for field, annotation in unresolved if _names(annotation, name)), None)
    where = f"{owner.name} has" if field is None else f"{owner.name}.{field} has"
    found = sorted(key for key, other in _here().models.items() if other.name == name)
    if len(found) > 1:
        reason = f"and several models have that name: {', '.join(found)}"
        remedy = f"import the one that is meant into {owner.model.__module__}, below the class if need be"
    else:
        reason = "which is not defined"
        remedy = f"import the module that defines it before {info.name} is used"
    return FieldError(f"{where} an annotation that names {name!r}, {reason}; {remedy}", column=field)


def _names(annotation: Any, name: str) -> bool:
    """Returns whether an unresolved annotation contains a name."""
    return re.search(rf"\b{re.escape(name)}\b", str(annotation)) is not None
