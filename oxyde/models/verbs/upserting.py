"""Finding a row or making it: what ``get_or_create()`` and ``update_or_create()`` do, whoever else does it at the same time."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from oxyde.db.caller import stack_level
from oxyde.db.steps import Atomically, Steps
from oxyde.exceptions import UniqueViolationError
from oxyde.models.construct import check_names, no_field
from oxyde.models.info import AnyModel, ModelInfo, aliases
from oxyde.models.verbs.instance import save
from oxyde.models.verbs.reading import one
from oxyde.models.verbs.writing import create
from oxyde.models.writing import writable
from oxyde.queries import Q, query
from oxyde.queries.foreign_values import named
from oxyde.queries.keywords import target
from oxyde.queries.locks import FOR_CHANGE, PRESENT
from oxyde.queries.lookups import LOOKUPS
from oxyde.queries.names import names_of
from oxyde.queries.term import Expression, Reference
from oxyde.schema import Column, Table

if TYPE_CHECKING:
    from oxyde.models.chain import Chain


def get_or_create(chain: Chain[Any, Any], defaults: Mapping[str, Any] | None, lookups: Mapping[str, Any]) -> Steps[tuple[Any, bool]]:
    """Reads the one row that matches, or inserts it; returns the instance, and whether it was inserted."""
    values = _values(chain, "get_or_create", lookups, defaults)
    found = yield from one(chain, Q(**lookups), required=False)
    if found is not None:
        return found, False
    return (yield from _inserted(chain, values, lookups))


def update_or_create(
    chain: Chain[Any, Any], defaults: Mapping[str, Any] | None, create_defaults: Mapping[str, Any] | None, lookups: Mapping[str, Any]
) -> Steps[tuple[Any, bool]]:
    """Locks and changes the one row that matches, or inserts it; returns the instance, and whether it was inserted."""
    if create_defaults is not None:
        _check(chain, "update_or_create", "create_defaults", create_defaults)
    values = _values(chain, "update_or_create", lookups, defaults, create_defaults)
    changes = _assigned(chain.model.__oxyde__, defaults or {})
    # A lock on a row that is not there keeps others from inserting it on MySQL, and theirs us: both would be in a deadlock.
    found = yield from one(chain, Q(**lookups), required=False)
    taken: UniqueViolationError | None = None
    if found is None:
        try:
            return (yield Atomically(_created(chain, values))), True
        except UniqueViolationError as error:
            taken = error
    found = yield Atomically(_changed(chain, changes, lookups))
    if found is not None:
        return found, False
    if taken is not None:
        raise taken
    return (yield Atomically(_created(chain, values))), True


def _changed(chain: Chain[Any, Any], changes: Mapping[str, Any], lookups: Mapping[str, Any]) -> Steps[Any]:
    """Locks the one row that matches, and changes it; returns the instance, None where no row matches."""
    found = yield from one(_locked(chain), Q(**lookups), required=False)
    if found is not None:
        for name, value in _called(changes).items():
            setattr(found, name, value)
        yield from save(found)
    return found


def _created(chain: Chain[Any, Any], values: Mapping[str, Any]) -> Steps[Any]:
    return create(chain.model.__oxyde__, None, _called(values))


def _called(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values, with what a callable returns in its place."""
    return {name: value() if callable(value) else value for name, value in values.items()}


def _inserted(chain: Chain[Any, Any], values: Mapping[str, Any], lookups: Mapping[str, Any]) -> Steps[tuple[Any, bool]]:
    """Inserts a row; where another one was first, reads that, as it is now and not as it was when the transaction began.

    Raises:
        UniqueViolationError: Another row has a unique value of the new one, and does not match.
    """
    try:
        made: AnyModel = yield Atomically(_created(chain, values))
    except UniqueViolationError:
        found = yield from one(chain._next(query.locked(chain._state, PRESENT)), Q(**lookups), required=False)
        if found is None:
            raise
        return found, False
    return made, True


def _locked(chain: Chain[Any, Any]) -> Chain[Any, Any]:
    return chain._next(query.locked(chain._state, FOR_CHANGE))


def _check(chain: Chain[Any, Any], verb: str, parameter: str, values: Mapping[str, Any]) -> None:
    """Raises TypeError for values that are no dict of values, and FieldError for one that is no field."""
    if not isinstance(values, Mapping):
        own = f"; the field of that name is looked for by {parameter}__exact" if parameter in chain.model.__oxyde__.fields else ""
        body = ": its model_dump(exclude_unset=True)" if isinstance(values, BaseModel) else ""
        message = f"{verb}({parameter}=...) takes a dict of fields and their values, not {named(values)}{body}{own}"
        raise TypeError(message)
    for name, value in values.items():
        if isinstance(value, Expression):
            message = f"{verb}() validates its values, and {name} is an expression; give that to filter(...).update({name}=...)"
            raise TypeError(message)
    check_names(chain.model.__oxyde__, values)


def _assigned(model: ModelInfo, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values by the attributes that hold them: by field where they are given by alias.

    Raises:
        FieldError: A name is that of no field.
    """
    by_alias = {alias: name for name, info in model.fields.items() for alias in aliases(info.validation_alias)}
    has_extras = model.model.model_config.get("extra") == "allow"
    unknown = next((name for name in values if name not in model.names and not has_extras), None)
    if unknown is not None:
        raise no_field(model, unknown)
    return {name if name in model.fields else by_alias.get(name, name): value for name, value in values.items()}


def _values(
    chain: Chain[Any, Any],
    verb: str,
    lookups: Mapping[str, Any],
    defaults: Mapping[str, Any] | None,
    create_defaults: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Returns the values of the row that is inserted where none matches: those that are looked for, and the defaults.

    Warns:
        RuntimeWarning: No unique constraint keeps two callers from inserting the same row.

    Raises:
        TypeError: There are no lookups, the rows are no instances, or the defaults no values.
    """
    table = writable(chain.model.__oxyde__)
    if defaults is not None:
        _check(chain, verb, "defaults", defaults)
    if not lookups:
        message = f"{verb}() needs what to look for: {verb}(name=...)"
        raise TypeError(message)
    for name in ("default", "create_default"):
        if name in lookups and name not in (*table.by_field, *table.relations):
            message = f'{verb}() has no {name}=, and {table.model} no field "{name}"; did you mean {name}s={{...}}?'
            raise TypeError(message)
    if chain._state.selection is not None:
        message = f"{verb}() returns an instance of {table.model}; leave values() and values_list() out"
        raise TypeError(message)
    fixed = {name: column for name in lookups if (column := _fixed(table, name)) is not None}
    covered = {column.field for column in fixed.values()}
    if not any(key <= covered for key in _unique(table)):
        message = (
            f"{verb}() of {table.model} by {', '.join(lookups)}: no unique constraint covers these fields, so that two callers at the same "
            f"time may both insert; add Meta.unique_together, or db_unique=True to one of them"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=stack_level())
    known = {name if name in table.by_relation else column.field: lookups[name] for name, column in fixed.items()}
    return {**known, **((defaults if create_defaults is None else create_defaults) or {})}


def _fixed(table: Table, name: str) -> Column | None:
    """Returns the column that a lookup gives one value; None where it compares otherwise, or in another table."""
    subject, lookup = target(names_of(table), name)
    term = subject.term
    if lookup is not LOOKUPS["exact"] or not isinstance(term, Reference) or term.path.hops:
        return None
    return term.path.column


def _unique(table: Table) -> list[frozenset[str]]:
    """Returns the sets of fields of which no two rows have the same values."""
    keys: list[tuple[str, ...]] = [(column.field,) for column in table.columns if column.unique]
    keys += [unique.fields for unique in table.uniques]
    keys += [index.fields for index in table.indexes if index.unique and index.where is None]
    found = [frozenset(name.removeprefix("-") for name in fields) for fields in keys]
    return [*found, frozenset(column.field for column in table.key)] if table.key else found
