"""What a write consists of: the values of an instance's columns, checked and ready to be sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.models.info import AnyModel, Link, ModelInfo, holds, info_of
from oxyde.models.row_state import Changed, New, is_new, state_of
from oxyde.models.unloaded import UNLOADED
from oxyde.schema import Column, Table
from oxyde.schema.naming import meant


def writable(model: ModelInfo) -> Table:
    """Returns the table of a model that can be written.

    Raises:
        UnsupportedError: It is a view.
    """
    table = model.table()
    if table.view is not None:
        message = f"{model.name} is a view, which can only be read"
        raise UnsupportedError(message)
    return table


def wire(column: Column, value: Any) -> Any:
    """Returns the wire value of a column's value."""
    return None if value is None else column.adapt(value)


def now(column: Column) -> Any:
    """Returns the present in UTC, as a column holds it."""
    instant = dt.datetime.now(dt.timezone.utc)
    if column.type.kind == "datetime_tz":
        return instant
    naive = instant.replace(tzinfo=None)
    return {"date": naive.date, "time": naive.time}.get(column.type.kind, lambda: naive)()


def validate_assigned(instance: AnyModel) -> None:
    """Validates what was assigned since the instance was made, read or written, in the order of the model.

    Raises:
        ValidationError: A value is not valid; nothing has been sent.
    """
    state = state_of(instance)
    if not isinstance(state, (Changed, New)):
        return
    validator = type(instance).__pydantic_validator__
    for name in type(instance).__pydantic_fields__:
        if name in state and instance.__dict__.get(name, UNLOADED) is not UNLOADED:
            validator.validate_assignment(instance, name, instance.__dict__[name], by_alias=False, by_name=True)


def take_keys(instance: AnyModel) -> dict[str, Any]:
    """Returns the keys of the relations that were assigned, by the field that holds them; of rows that point here nothing is written.

    Raises:
        FieldError: A relation was assigned an object that is not saved.
    """
    found: dict[str, Any] = {}
    for link in type(instance).__oxyde__.links.values():
        related = instance.__dict__.get(link.field, UNLOADED)
        if link.kind != "one":
            if related is not UNLOADED and related:
                _check_saved(type(instance), link, related if isinstance(related, list) else [related])
            continue
        if related is UNLOADED or link.field not in instance.__pydantic_fields_set__:
            continue
        where = f"{type(instance).__name__}.{link.field}"
        found[link.key] = None if related is None else saved_key(where, link.target_key, related)
    return found


def _check_saved(model: type[AnyModel], link: Link, related: Iterable[AnyModel]) -> None:
    """Raises FieldError for an object at the other end of a relation that no column of ours holds, unless it is saved."""
    unsaved = next((one for one in related if is_new(one) and not has_given_key(one)), None)
    if unsaved is None:
        return
    ours, theirs = model.__name__, type(unsaved).__name__
    if link.kind == "many":
        through = getattr(link.options.db_through, "__name__", link.options.db_through)
        remedy = f"save both first, then create {f'a {through}' if through else 'a row of the junction table'} for each pair"
    else:
        remedy = f"save the {ours} first, then create the {theirs} with {link.options.db_reverse_fk}=..."
    message = f"{ours}.{link.field} was given a {theirs} that is not saved, and saving a {ours} writes no related rows; {remedy}"
    raise FieldError(message, column=link.field)


def saved_key(where: str, field: str, related: AnyModel) -> Any:
    """Returns the key of a related object.

    Args:
        where: Model and relation, for messages.
        field: The field of the object that is its key here.
        related: The object.

    Raises:
        FieldError: It is not saved.
    """
    key = related.__dict__.get(field)
    if key is None or (is_new(related) and field not in related.__pydantic_fields_set__):
        message = f"{where} was given a {type(related).__name__} that is not saved; save it first: await it.save()"
        raise FieldError(message, column=where.rpartition(".")[2])
    return key


def related_key(where: str, target: type[AnyModel], field: str, value: Any) -> Any:
    """Returns the key of a related object; anything but an object is left alone.

    Raises:
        FieldError: The object is of another class, or not saved.
    """
    if holds(target, type(value)):
        return saved_key(where, field, value)
    if info_of(type(value)) is not None:
        message = f"{where} takes a {target.__name__} or its {field}, not {type(value).__name__}"
        raise FieldError(message, column=where.rpartition(".")[2])
    return value


def insertable(instance: AnyModel) -> dict[str, Any]:
    """Returns the values that an INSERT of the instance writes, by field; what the database fills in is left out.

    Raises:
        ValidationError: An assigned value is not valid.
        FieldError: A relation was assigned an object that is not saved.
    """
    validate_assigned(instance)
    keys = take_keys(instance)
    values: dict[str, Any] = {}
    for column in writable(type(instance).__oxyde__).columns:
        if column.generated is not None:
            continue
        value = keys[column.field] if column.field in keys else instance.__dict__.get(column.field)
        if column.auto_now or (column.auto_now_add and value is None):
            value = now(column)
        if value is None and (column.auto or (column.default is not None and column.field not in instance.__pydantic_fields_set__)):
            continue
        values[column.field] = value
    return values


def updatable(instance: AnyModel, update_fields: Iterable[str] | None) -> dict[str, Any]:
    """Returns the values that an UPDATE of the instance writes, by field; empty when nothing changed.

    Args:
        instance: A row that was read or written, or a new instance with a given key.
        update_fields: Write only these fields.

    Raises:
        ValidationError: An assigned value is not valid.
        FieldError: A relation was assigned an object that is not saved, or a name is no column.
    """
    validate_assigned(instance)
    keys = take_keys(instance)
    table = writable(type(instance).__oxyde__)
    state = state_of(instance)
    given = instance.__dict__
    if is_new(instance):
        touched = {name for name in instance.__pydantic_fields_set__ if name in table.by_field and not table.by_field[name].key}
        touched |= {name for name in keys if not table.by_field[name].key}
    else:
        touched = {name for name in state if name in table.by_field} if isinstance(state, Changed) else set()
        touched |= {column.field for column in table.columns if column.mutable and column.field in given}
        touched |= {name for name, key in keys.items() if given.get(name) != key}
    if update_fields is not None:
        touched &= named_columns(type(instance).__oxyde__, update_fields)
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.generated is not None or column.version:
            continue
        if column.field in touched:
            values[column.field] = keys[column.field] if column.field in keys else given[column.field]
    if values:
        values.update({column.field: now(column) for column in table.columns if column.auto_now})
    return values


def named_columns(model: ModelInfo, names: Iterable[str]) -> set[str]:
    """Returns the fields of the columns that a list of fields names; a foreign key may be named by its relation.

    Raises:
        FieldError: A name is no column, or the database computes it.
        TypeError: A single name was given instead of a list.
    """
    if isinstance(names, str):
        message = f'update_fields takes a list of fields: update_fields=["{names}"]'
        raise TypeError(message)
    table = model.table()
    found = set()
    for name in names:
        column = table.by_relation.get(name) or table.by_field.get(name)
        if column is None:
            known = [*table.by_field, *table.by_relation]
            message = f"{model.name} has no column {name!r}{meant(name, known)}"
            raise FieldError(message, column=name)
        if column.generated is not None:
            message = f"{model.name}.{name} is computed by the database and cannot be written"
            raise FieldError(message, column=name)
        found.add(column.field)
    return found


def stored_key(instance: AnyModel) -> dict[str, Any]:
    """Returns the key that the instance's row has in the database, by field.

    Raises:
        FieldError: The table has no key, or the instance none yet.
    """
    table = type(instance).__oxyde__.table()
    if not table.key:
        message = f"{table.model} has no primary key, so that one row cannot be told from another; use the queryset's verbs"
        raise FieldError(message)
    state = state_of(instance)
    old = state.key if isinstance(state, Changed) else {}
    key = {column.field: old.get(column.field, instance.__dict__.get(column.field)) for column in table.key}
    if any(value is None for value in key.values()):
        message = f"this {table.model} has no key yet; save it first"
        raise FieldError(message)
    return key


def has_given_key(instance: AnyModel) -> bool:
    """Whether the application itself gave a new instance its whole key."""
    values, given = instance.__dict__, instance.__pydantic_fields_set__
    info = type(instance).__oxyde__
    return bool(info.keys) and all(
        values.get(name) is not None and (name in given or ((link := info.reference_by_key.get(name)) and link.field in given))
        for name in info.keys
    )
