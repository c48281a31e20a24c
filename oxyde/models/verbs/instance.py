"""Saving, deleting and refreshing one instance: generators of steps, driven by asyncio or by ``oxyde.sync``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps, Undo
from oxyde.exceptions import NotFoundError, StaleObjectError
from oxyde.models import hooks
from oxyde.models.errors import blame
from oxyde.models.hydrate import filling
from oxyde.models.info import AnyModel
from oxyde.models.row_state import CLEAN, is_new, set_state, settle
from oxyde.models.snapshot import Memory
from oxyde.models.unloaded import UNLOADED
from oxyde.models.writing import has_given_key, insertable, stored_key, updatable, wire, writable
from oxyde.queries import by_key
from oxyde.schema import Column, Table


def save(instance: AnyModel, *, update_fields: Iterable[str] | None = None, force_insert: bool = False) -> Steps[None]:
    """Writes an instance: INSERT of a new one, UPDATE of what changed of one that was read or whose key was given."""
    yield from hooks.announce(type(instance), hooks.SAVING)
    writable(type(instance).__oxyde__)
    create = force_insert or (is_new(instance) and not has_given_key(instance))
    names = None if update_fields is None else list(update_fields) if not isinstance(update_fields, str) else update_fields
    known = {"is_create": create, "update_fields": None if names is None else set(names)}
    yield from hooks.call(instance, "pre_save", **known)
    if create:
        yield from _insert(instance)
    else:
        yield from _update(instance, names)
    yield from hooks.call(instance, "post_save", **known)


def _insert(instance: AnyModel) -> Steps[None]:
    table = type(instance).__oxyde__.table()
    values = insertable(instance)
    missing = tuple(column for column in table.columns if column.field not in values)
    sent = {name: wire(table.by_field[name], value) for name, value in values.items()}
    memory = Memory([instance], table.by_field)
    with blame(table, tuple(sent)):
        yield Call(*by_key.insert(table, sent, missing), _filler(instance, missing))
    vars(instance).update(values)
    set_state(instance, CLEAN)
    yield Undo(memory.written())


def _update(instance: AnyModel, names: Iterable[str] | None) -> Steps[None]:
    table = type(instance).__oxyde__.table()
    values = updatable(instance, names)
    key = _wired(table, stored_key(instance))
    if not values and not is_new(instance):
        settle(instance, names, values)
        return
    version = _version(instance)
    sent = {name: wire(table.by_field[name], value) for name, value in values.items()} or dict(key)
    condition = dict(key)
    raised: dict[str, Any] = {}
    if version is not None:
        raised = {version.field: instance.__dict__[version.field] + 1}
        condition.update({version.field: wire(version, instance.__dict__[version.field])})
        sent.update(raised)
    computed = tuple(column for column in table.columns if column.generated is not None)
    memory = Memory([instance], table.by_field)
    with blame(table, (*sent, *condition)):
        batch = yield Call(*by_key.update(table, condition, sent, computed), _filler(instance, computed))
    if not batch.affected:
        yield from _missed(instance, key, version, "save")
    settle(instance, names, values)
    vars(instance).update(values)
    vars(instance).update(raised)
    yield Undo(memory.written())


def delete(instance: AnyModel) -> Steps[int]:
    """Deletes an instance's row; the instance is new again afterwards."""
    yield from hooks.announce(type(instance), hooks.DELETING)
    table = writable(type(instance).__oxyde__)
    key = _wired(table, stored_key(instance))
    yield from hooks.call(instance, "pre_delete")
    version = None if is_new(instance) else _version(instance)
    condition = dict(key)
    if version is not None:
        condition[version.field] = wire(version, instance.__dict__[version.field])
    with blame(table, tuple(condition)):
        batch: Batch = yield Call(*by_key.delete(table, condition))
    if not batch.affected and version is not None and (yield from _exists(table, key)):
        raise _stale(table, "delete")
    memory = Memory([instance], ())
    set_state(instance, None)
    yield Undo(memory.written())
    yield from hooks.call(instance, "post_delete")
    return batch.affected


def refresh(instance: AnyModel) -> Steps[None]:
    """Reads an instance's row again; a loaded relation whose key changed is dropped."""
    table = type(instance).__oxyde__.table()
    key = _wired(table, stored_key(instance))
    links = type(instance).__oxyde__.references
    before = {link.key: instance.__dict__.get(link.key) for link in links}
    found: list[int] = []

    def take(batch: Batch) -> None:
        if batch.rows:
            batch.fill(filling(type(instance).__oxyde__, table.columns), [instance])
            found.append(batch.rows)

    yield Call(*by_key.select(table, key, table.columns), take)
    if not found:
        raise _not_found(table, "refresh")
    for link in links:
        if instance.__dict__.get(link.key) != before[link.key]:
            vars(instance)[link.field] = UNLOADED
            instance.__pydantic_fields_set__.discard(link.field)
    set_state(instance, CLEAN)


def _wired(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {name: wire(table.by_field[name], value) for name, value in values.items()}


def _filler(instance: AnyModel, columns: tuple[Column, ...]) -> Callable[[Batch], None] | None:
    """Returns what writes the values that the database made into the instance."""
    if not columns:
        return None

    def fill(batch: Batch) -> None:
        if batch.rows:
            batch.fill(filling(type(instance).__oxyde__, columns), [instance])

    return fill


def _version(instance: AnyModel) -> Column | None:
    """Returns the version column, when the instance knows its version."""
    for column in type(instance).__oxyde__.table().columns:
        if column.version and instance.__dict__.get(column.field) is not None:
            return column
    return None


def _missed(instance: AnyModel, key: dict[str, Any], version: Column | None, verb: str) -> Steps[None]:
    """Raises the error for a write that met no row."""
    table = type(instance).__oxyde__.table()
    if version is not None and (yield from _exists(table, key)):
        raise _stale(table, verb)
    raise _not_found(table, verb)


def _exists(table: Table, key: dict[str, Any]) -> Steps[bool]:
    found: list[int] = []
    yield Call(*by_key.select(table, key, table.key), lambda batch: found.append(batch.rows))
    return any(found)


def _stale(table: Table, verb: str) -> StaleObjectError:
    message = f"the row of this {table.model} was changed by another writer since it was read; refresh() it, then {verb}() again"
    return StaleObjectError(message, table=table.name)


def _not_found(table: Table, verb: str) -> NotFoundError:
    hint = "; save(force_insert=True) inserts it" if verb == "save" else ""
    return NotFoundError(f"no {table.model} row has the key of this instance{hint}", table=table.name)
