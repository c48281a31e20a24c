"""Saving, deleting and refreshing one instance: generators of steps, driven by asyncio or by ``oxyde.sync``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Remember, Steps, Undo
from oxyde.exceptions import NotFoundError, StaleObjectError
from oxyde.models import hooks
from oxyde.models.errors import COMPLETED, blame, completed
from oxyde.models.info import AnyModel
from oxyde.models.layouts import filling
from oxyde.models.readable import check_row
from oxyde.models.related_keys import has_given_key, has_no_key
from oxyde.models.row_state import is_new, row_of, set_state
from oxyde.models.snapshot import Snapshot
from oxyde.models.unloaded import UNLOADED
from oxyde.models.writing import Write, table_of, writable
from oxyde.queries import by_key
from oxyde.schema import Table


def save(instance: AnyModel, *, update_fields: Iterable[str] | None = None, force_insert: bool = False) -> Steps[None]:
    """Writes an instance: INSERT of a new one, UPDATE of the changed fields of one that was read or whose key was given."""
    cls = type(instance)
    yield from hooks.announce(cls, hooks.SAVING)
    writable(cls.__oxyde__, by_key=not force_insert)
    create = force_insert or (not has_given_key(instance) if is_new(instance) else has_no_key(instance))
    names = update_fields if update_fields is None or isinstance(update_fields, str) else list(update_fields)
    if hooks.is_overridden(cls, "pre_save"):
        yield from hooks.run(instance, "pre_save", is_create=create, update_fields=None if names is None else set(names))
    yield from _insert(Write(instance)) if create else _update(Write(instance), names)
    if hooks.is_overridden(cls, "post_save"):
        yield from hooks.run(instance, "post_save", is_create=create, update_fields=None if names is None else set(names))


def _insert(write: Write) -> Steps[None]:
    values = write.inserted()
    sent = write.adapted(values)
    check_row(write.info, sent, write.given)
    filled = write.filled(values)
    missing = tuple([column for column in write.table.columns if column.field not in values])
    snapshot = yield Remember(partial(write.snapshot, (*filled, *[column.field for column in missing])))
    try:
        yield Call(*by_key.insert(write.table, sent, missing), write.filler(missing))
    except COMPLETED as error:
        raise completed(error, write.table, tuple(sent)) from error.__cause__
    vars(write.instance).update(filled)
    write.mark_inserted(values, sent)
    if snapshot is not None:
        yield Undo(snapshot.written())


def _update(write: Write, names: Iterable[str] | None) -> Steps[None]:
    table = write.table
    values = write.updated(names)
    key = write.adapted(write.stored_key())
    if not values and not write.is_new:
        return
    sent = write.adapted(values) or dict(key)
    condition = dict(key)
    version = write.version
    if version is not None:
        known = write.given[version.field]
        condition[version.field] = version.adapt(known)
        sent[version.field] = values[version.field] = known + 1
    check_row(write.info, sent, write.given)
    filled = write.filled(values)
    # Of a row that was never read, every column is read back.
    returned = table.columns if write.is_new else table.computed
    snapshot = yield Remember(partial(write.snapshot, (*filled, *[column.field for column in returned])))
    try:
        batch = yield Call(*by_key.update(table, condition, sent, returned), write.filler(returned))
    except COMPLETED as error:
        raise completed(error, table, (*sent, *condition)) from error.__cause__
    if not batch.affected:
        if version is not None and (yield from _exists(table, key)):
            raise _stale(table, "save")
        raise _not_found(table, "save")
    vars(write.instance).update(filled)
    write.mark_written(values, {**sent, **dict.fromkeys(column.field for column in returned if column.field not in sent)})
    if snapshot is not None:
        yield Undo(snapshot.written())


def delete(instance: AnyModel) -> Steps[int]:
    """Deletes an instance's row; the instance is new again afterwards."""
    cls = type(instance)
    yield from hooks.announce(cls, hooks.DELETING)
    writable(cls.__oxyde__, by_key=True)
    key = Write(instance).stored_key()
    if hooks.is_overridden(cls, "pre_delete"):
        yield from hooks.run(instance, "pre_delete")
    write = Write(instance)
    table, key = write.table, write.adapted(key)
    condition = dict(key)
    version = None if write.is_new else write.version
    if version is not None:
        condition[version.field] = version.adapt(write.given[version.field])
    with blame(table, tuple(condition)):
        batch: Batch = yield Call(*by_key.delete(table, condition))
    if not batch.affected and version is not None and (yield from _exists(table, key)):
        raise _stale(table, "delete")
    snapshot = yield Remember(partial(Snapshot, [instance], ()))
    set_state(instance, None)
    if snapshot is not None:
        yield Undo(snapshot.written())
    if hooks.is_overridden(cls, "post_delete"):
        yield from hooks.run(instance, "post_delete")
    return batch.affected


def refresh(instance: AnyModel) -> Steps[None]:
    """Reads an instance's row again; a loaded relation whose key changed is dropped."""
    info = type(instance).__oxyde__
    table = table_of(info)
    write = Write(instance)
    key = write.adapted(write.stored_key())
    before = {link.key: write.given.get(link.key) for link in info.references}
    found: list[int] = []

    def take(batch: Batch) -> None:
        if batch.rows:
            batch.fill(filling(info, table.columns), [instance])
            found.append(batch.rows)

    snapshot = yield Remember(partial(write.snapshot, (*table.by_field, *write.info.links)))
    yield Call(*by_key.select(table, key, table.columns), take)
    if not found:
        raise _not_found(table, "refresh")
    take_rows([instance], [before])
    if snapshot is not None:
        yield Undo(snapshot.written())


def take_rows(instances: Sequence[AnyModel], before: Iterable[Mapping[str, Any]]) -> None:
    """Makes instances that were filled with their rows ones that were read.

    A loaded relation whose key (``before``) changed is dropped.
    """
    order: dict[type[AnyModel], list[str]] = {}
    for instance, keys in zip(instances, before, strict=True):
        kind, values = type(instance), vars(instance)
        info = kind.__oxyde__
        for link in info.references:
            if values.get(link.key) != keys[link.key]:
                values[link.field] = UNLOADED
                instance.__pydantic_fields_set__.discard(link.field)
        names = order.get(kind) or order.setdefault(kind, [*info.fields])
        if [*values] != names:
            _reorder(values, names)
        set_state(instance, row_of(info.table(), values, {}))


def _reorder(values: dict[str, Any], names: Sequence[str]) -> None:
    """Puts values into the order of the model's fields, in which output has them; those that were not read before came last."""
    given = dict(values)
    values.clear()
    values.update({name: given.pop(name) for name in names if name in given} | given)


def _exists(table: Table, key: Mapping[str, Any]) -> Steps[bool]:
    found: list[int] = []
    yield Call(*by_key.select(table, key, table.key), lambda batch: found.append(batch.rows))
    return any(found)


def _stale(table: Table, verb: str) -> StaleObjectError:
    message = f"the row of this {table.model} was changed by another writer since it was read; refresh() it, then {verb}() again"
    return StaleObjectError(message, table=table.name)


def _not_found(table: Table, verb: str) -> NotFoundError:
    hint = "; save(force_insert=True) inserts it" if verb == "save" else ""
    return NotFoundError(f"no {table.model} row has the key of this instance{hint}", table=table.name)
