"""Terminal verbs that write many instances: ``bulk_create()`` and ``bulk_update()``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from oxyde.db.rows import Batch
from oxyde.db.steps import Atomically, Call, Remember, Steps, Undo
from oxyde.exceptions import FieldError, NotFoundError, StaleObjectError
from oxyde.models import layouts
from oxyde.models.bulk import BulkRows
from oxyde.models.bulk_updates import Changes
from oxyde.models.construct import make
from oxyde.models.errors import Row, after_write, blame, in_rows
from oxyde.models.info import AnyModel, ModelInfo, holds
from oxyde.models.received import created
from oxyde.models.request import Request
from oxyde.models.snapshot import Snapshot
from oxyde.models.verbs.conflicts import check_keys, is_known, updating
from oxyde.models.verbs.instance import take_rows
from oxyde.models.writing import named_columns, writable
from oxyde.queries import by_key
from oxyde.queries import dml as statements
from oxyde.queries.dml import RowGroup, batches
from oxyde.queries.upserts import Meeting, upsert_many
from oxyde.schema import Column, Table


def bulk_create(
    model: ModelInfo,
    objects: Iterable[Any],
    *,
    batch_size: int | None,
    ignore_conflicts: bool,
    update_conflicts: bool = False,
    unique_fields: str | Iterable[str] | None = None,
    update_fields: Iterable[str] | None = None,
) -> Steps[list[Any]]:
    """Inserts many rows, all or none; returns the instances in the order they were given."""
    table = writable(model)
    size = batch_size_of(batch_size)
    meeting = updating(model, table, unique_fields, update_fields, ignores=ignore_conflicts, updates=update_conflicts)
    instances = given_instances(model, objects, "bulk_create")
    if not instances:
        return []
    inserted = BulkRows(table, instances, size)
    reads = meeting is not None and not all(is_known(table, meeting, batch) for batch in inserted.batches)
    if meeting is not None and not reads:
        meeting = replace(meeting, returning=())
    calls = [call for batch in inserted.batches for call in _calls(table, instances, batch, meeting, ignore_conflicts=ignore_conflicts)]
    if meeting is not None:
        keys: dict[Any, int] = {}
        for batch in inserted.batches:
            check_keys(table, meeting.target, batch, batch.rows, keys, "bulk_create")
    before = [{link.key: vars(one).get(link.key) for link in model.references} for one in instances] if reads else []
    snapshot = Snapshot(instances, inserted.fills if not reads else [*table.by_field, *(link.field for link in model.references)])
    try:
        with blame(table, largest=inserted.largest):
            yield calls[0] if len(calls) == 1 else Atomically(_one_by_one(calls))
    except BaseException:
        snapshot()
        raise
    if reads:
        take_rows(instances, before)
    else:
        inserted.written()
        if not ignore_conflicts:
            inserted.store()
    undo = yield Remember(snapshot.written)
    if undo is not None:
        yield Undo(undo)
    return instances


def bulk_update(model: ModelInfo, objects: Iterable[Any], fields: Iterable[str], *, batch_size: int | None) -> Steps[int]:
    """Writes these fields of many instances to their rows, all or none; returns how many there are.

    Raises:
        NotFoundError: A row is not there; nothing is written.
        StaleObjectError: A row has another version than its instance, or is not there; nothing is written.
        ValueError: Two instances are of one row.
    """
    table = writable(model)
    size = batch_size_of(batch_size)
    names = _changeable(model, table, fields)
    instances = [_of_model(model, one, at) for at, one in enumerate(objects)]
    if not instances:
        return 0
    changes = Changes(table, instances, names)
    keys = [*zip(*(changes.finders[column.field] for column in table.key), strict=True)]
    if len({*keys}) < len(keys):
        first = {key: at for at, key in reversed(list(enumerate(keys)))}
        again = next(at for at, key in enumerate(keys) if first[key] != at)
        message = f"bulk_update() was given two instances of one {model.name}, rows {first[keys[again]]} and {again}, counted from 0"
        raise ValueError(message)
    calls = list(_calls_of(table, changes, len(instances), size))
    snapshot = Snapshot(instances, changes.fields)
    with blame(table):
        yield Atomically(_found_all(table, calls, len(instances)))
    changes.written()
    undo = yield Remember(snapshot.written)
    if undo is not None:
        yield Undo(undo)
    return len(instances)


def _calls_of(table: Table, changes: Changes, count: int, size: int | None) -> Iterator[Call]:
    """Yields the statements of a bulk update."""
    has_arrays = any(table.by_field[name].type.kind == "array" for name in changes.sent)  # of which PostgreSQL makes no table
    if has_arrays or table.version is not None:
        for at in range(count):
            yield Call(*by_key.update(table, changes.row(changes.finders, at), changes.row(changes.sent, at), ()))
        return
    for some in batches({**changes.finders, **changes.sent}, {}, size):
        made = statements.update_rows(table, some)
        yield Call(made.shape, made.values)


def batch_size_of(batch_size: int | None) -> int | None:
    """Returns the most rows in a batch, as they were given.

    Raises:
        ValueError: It is no number of rows.
    """
    if batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1):
        message = f"batch_size takes an int of at least 1, not {batch_size!r}"
        raise ValueError(message)
    return batch_size


def _changeable(model: ModelInfo, table: Table, fields: Iterable[str]) -> set[str]:
    """Returns the fields that ``bulk_update()`` was given, checked.

    Raises:
        FieldError: A name is no column, or one that finds the row.
        TypeError: They are no list, or there are none.
    """
    names = set() if isinstance(fields, str) else named_columns(model, fields)
    if not names:
        message = f'bulk_update() of {model.name} takes a list of the fields to write: bulk_update(objects, ["name"])'
        raise TypeError(message)
    key = next((column.field for column in table.key if column.field in names), None)
    if key is not None:
        message = f"bulk_update() finds rows by {model.name}.{key}, and cannot change it"
        raise FieldError(message, column=key)
    return names


def _of_model(model: ModelInfo, one: Any, at: int) -> AnyModel:
    if not holds(model.model, type(one)):
        message = f"bulk_update() of {model.name} takes its instances, not {type(one).__name__} (row {at}, counted from 0)"
        raise TypeError(message)
    instance: AnyModel = one
    return instance


def _found_all(table: Table, calls: Sequence[Call], count: int) -> Steps[None]:
    """Runs the statements of a bulk update, and raises NotFoundError where they found fewer rows than there are instances."""
    found = 0
    for call in calls:
        batch: Batch = yield call
        found += batch.affected
    if found != count and table.version is not None:
        message = f"bulk_update() of {table.model} found {found} of {count} rows as they were read, and wrote none; others changed the rest"
        raise StaleObjectError(message, table=table.name)
    if found != count:
        message = f"bulk_update() of {table.model} found {found} of {count} rows, and wrote none; the others are deleted, or not saved yet"
        raise NotFoundError(message, table=table.name)


def given_instances(model: ModelInfo, objects: Iterable[Any], verb: str) -> list[Any]:
    """Returns the rows that a verb was given as instances.

    Raises:
        TypeError: They are no list, or one is no row.
        ValidationError: A value is not valid.
    """
    if isinstance(objects, (Mapping, BaseModel)):
        message = f"{verb}() of {model.name} takes a list of rows, not {type(objects).__name__}: {verb}([...])"
        raise TypeError(message)
    with in_rows(verb) as row:
        return [_given_instance(model, one, row) for row.at, one in enumerate(objects)]


def _given_instance(model: ModelInfo, one: Any, row: Row) -> Any:
    """Returns a row that a verb was given as an instance: an instance itself, a dictionary, or the body of a request.

    Raises:
        TypeError: It is none of these.
        ValidationError: A value is not valid.
    """
    if isinstance(one, Mapping):
        return make(model, one)
    if holds(model.model, type(one)):
        return one
    if isinstance(one, Request):
        return created(model, one, {})
    message = f"{row.verb}() of {model.name} takes its instances and dictionaries, not {type(one).__name__} (row {row.at}, counted from 0)"
    raise TypeError(message)


def _calls(table: Table, instances: list[Any], batch: RowGroup, meeting: Meeting | None, *, ignore_conflicts: bool) -> Iterator[Call]:
    """Yields the statement of a batch; for rows without any value one per row, because SQL has no other way."""
    missing = () if ignore_conflicts else _missing(table, batch)
    chosen = [instances[number] for number in batch.rows]
    if meeting is not None:
        made = upsert_many(table, batch, meeting)
        yield Call(made.shape, made.values, _filler(type(chosen[0]), chosen, meeting.returning))
        return
    if not batch.fields:
        for one in chosen:
            yield Call(*by_key.insert(table, {}, missing), _filler(type(one), [one], missing))
        return
    made = statements.insert_many(table, batch, missing, ignore_conflicts=ignore_conflicts)
    yield Call(made.shape, made.values, _filler(type(chosen[0]), chosen, missing))


def _one_by_one(calls: Sequence[Call]) -> Steps[None]:
    for call in calls:  # noqa: UP028 - a list cannot receive results
        yield call


def _missing(table: Table, batch: RowGroup) -> tuple[Column, ...]:
    given = set(batch.fields)
    return tuple(column for column in table.columns if column.field not in given)


def _filler(model: type[AnyModel], instances: list[Any], columns: tuple[Column, ...]) -> Any:
    """Returns a function that sets the values generated by the database on the instances, batch by batch."""
    if not columns:
        return None
    done = 0

    def fill(batch: Batch) -> None:
        nonlocal done
        if batch.rows:
            with after_write():
                batch.fill(layouts.filling(model.__oxyde__, columns), instances[done : done + batch.rows])
            done += batch.rows

    return fill
