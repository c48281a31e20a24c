"""Terminal verbs that write: generators of steps, driven by asyncio or blocking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from oxyde.db.rows import Batch, Hydrator
from oxyde.db.steps import Atomically, Call, Remember, Steps, Undo
from oxyde.exceptions import FieldError, FieldValueError, NotFoundError, StaleObjectError
from oxyde.models import hydrate, layouts
from oxyde.models.bulk import Gathered
from oxyde.models.construct import make
from oxyde.models.errors import after_write, blame, in_row
from oxyde.models.info import AnyModel, ModelInfo, holds
from oxyde.models.readable import check_row
from oxyde.models.received import created
from oxyde.models.request import Request
from oxyde.models.restore import Members
from oxyde.models.snapshot import Snapshot
from oxyde.models.verbs.instance import save
from oxyde.models.writing import Write, named_columns, now, writable
from oxyde.queries import by_key
from oxyde.queries import dml as statements
from oxyde.queries.dml import RowGroup, batches
from oxyde.queries.foreign_values import named
from oxyde.queries.operators import F
from oxyde.queries.term import Bound, Expression
from oxyde.schema import Column, Table

if TYPE_CHECKING:
    from oxyde.models.chain import Chain


def create(model: ModelInfo, body: BaseModel | None, values: Mapping[str, Any]) -> Steps[Any]:
    """Validates and inserts a row; returns the instance."""
    writable(model)
    instance = make(model, values) if body is None else created(model, body, values)
    yield from save(instance, force_insert=True)
    return instance


def bulk_create(model: ModelInfo, objects: Iterable[Any], *, batch_size: int | None, ignore_conflicts: bool) -> Steps[list[Any]]:
    """Inserts many rows, all or none; returns the instances in the order they were given."""
    table = writable(model)
    size = _size(batch_size)
    instances = [_instance(model, one, at) for at, one in enumerate(objects)]
    if not instances:
        return []
    gathered = Gathered(table, instances, size)
    calls = [call for batch in gathered.batches for call in _calls(table, instances, batch, ignore_conflicts=ignore_conflicts)]
    snapshot = Snapshot(instances, gathered.fills)
    try:
        with blame(table, largest=gathered.largest):
            yield calls[0] if len(calls) == 1 else Atomically(_one_by_one(calls))
    except BaseException:
        snapshot()
        raise
    gathered.written()
    if not ignore_conflicts:
        gathered.store()
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
    size = _size(batch_size)
    names = _changeable(model, table, fields)
    writes = [Write(_of_model(model, one, at)) for at, one in enumerate(objects)]
    if not writes:
        return 0
    gathered = [_row(write, names, at) for at, write in enumerate(writes)]
    keys = [tuple(condition[column.field] for column in table.key) for condition, _, _ in gathered]
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    again = next((at for at, key in enumerate(keys) if first[key] != at), None)
    if again is not None:
        message = f"bulk_update() was given two instances of one {model.name}, rows {first[keys[again]]} and {again}, counted from 0"
        raise ValueError(message)
    calls = list(_changes(table, [(key, sent) for key, _, sent in gathered], size))
    snapshot = Snapshot([write.instance for write in writes], [*gathered[0][1]])
    with blame(table):
        yield Atomically(_found_all(table, calls, len(writes)))
    for write, (_, values, sent) in zip(writes, gathered, strict=True):
        vars(write.instance).update(write.filled(values))
        write.mark_written(values, sent)
    undo = yield Remember(snapshot.written)
    if undo is not None:
        yield Undo(undo)
    return len(writes)


def _changes(table: Table, rows: list[tuple[dict[str, Any], dict[str, Any]]], size: int | None) -> Iterator[Call]:
    """Yields the statements that change rows, given as pairs of what finds them and of values."""
    has_arrays = any(table.by_field[name].type.kind == "array" for name in rows[0][1])  # of which PostgreSQL makes no table
    if has_arrays or table.version is not None:
        for key, sent in rows:
            yield Call(*by_key.update(table, key, sent, ()))
        return
    whole = [{**key, **sent} for key, sent in rows]
    columns = {name: [row[name] for row in whole] for name in whole[0]}
    for some in batches(columns, {}, size):
        made = statements.update_rows(table, some)
        yield Call(made.shape, made.values)


def _size(batch_size: int | None) -> int | None:
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


def _row(write: Write, names: set[str], at: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Returns what finds an instance's row (its key, and its version), the values to be written, and these as the server takes them."""
    with in_row(at, "bulk_update"):
        values = write.updated(names)
        condition = write.stored_key()
        if write.version is not None:
            known = condition[write.version.field] = write.given[write.version.field]
            values[write.version.field] = known + 1
        sent = write.adapted(values)
        check_row(write.info, sent, write.given)
        return write.adapted(condition), values, sent


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


def _instance(model: ModelInfo, one: Any, at: int) -> Any:
    if holds(model.model, type(one)):
        return one
    if isinstance(one, Mapping):
        with in_row(at):
            return make(model, one)
    if isinstance(one, Request):
        with in_row(at):
            return created(model, one, {})
    message = f"bulk_create() of {model.name} takes its instances and dictionaries, not {type(one).__name__} (row {at}, counted from 0)"
    raise TypeError(message)


def _calls(table: Table, instances: list[Any], batch: RowGroup, *, ignore_conflicts: bool) -> Iterator[Call]:
    """Yields the statement of a batch; for rows without any value one per row, because SQL has no other way."""
    missing = () if ignore_conflicts else _missing(table, batch)
    chosen = [instances[number] for number in batch.rows]
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


def update(chain: Chain[Any, Any], values: Mapping[str, Any], *, returning: bool) -> Steps[Any]:
    """Changes the rows; returns their number, or (``returning``) the instances."""
    table = writable(chain.model.__oxyde__)
    if not values:
        message = f"update() of {table.model} needs at least one field: update(name=...)"
        raise TypeError(message)
    plain = _validated(chain.model.__oxyde__, table, values)
    assignments = [statements.assignment(table, name, plain.get(name, value)) for name, value in values.items()]
    for column, term in assignments:
        is_checked = column.type.kind == "enum"  # by the server, which knows the members
        if isinstance(column.restore, Members) and not is_checked and not column.restore.gives_members(term):
            message = (
                f"{table.model}.{column.field} takes members of {column.restore}, and the expression given for it may be none; give a "
                "member, or a field of the same enumeration, or set and save() the instances"
            )
            raise FieldError(message, column=column.field)
    changed = {column.field for column, _ in assignments}
    assignments += [
        (column, Bound(column.adapt(now(column)), column.type, column.uncast))
        for column in table.columns
        if column.auto_now and column.field not in changed
    ]
    columns = table.columns if returning else ()
    made = statements.update(chain._state, assignments, columns)
    fields = [column.field for column, term in assignments if isinstance(term, Bound)]
    with blame(table, fields if len(fields) == len(assignments) else ()):
        return (yield from _changed(chain.model.__oxyde__, Call(made.shape, made.values), columns))


def increment(chain: Chain[Any, Any], field: str, by: Any) -> Steps[int]:
    """Adds to a field on the server; returns the number of rows."""
    changed: int = yield from update(chain, {field: F(field) + by}, returning=False)
    return changed


def delete(chain: Chain[Any, Any], *, returning: bool) -> Steps[Any]:
    """Deletes the rows; returns their number, or (``returning``) the instances as they were."""
    table = writable(chain.model.__oxyde__)
    columns = table.columns if returning else ()
    made = statements.delete(chain._state, columns)
    with blame(table):
        return (yield from _changed(chain.model.__oxyde__, Call(made.shape, made.values), columns))


def _changed(model: ModelInfo, call: Call, columns: Sequence[Column]) -> Steps[Any]:
    if not columns:
        batch: Batch = yield call
        return batch.affected
    hydrator = Hydrator(layouts.layout(model, columns))
    found: list[Any] = []
    yield Call(call.shape, call.values, lambda batch: found.extend(hydrator.models(batch)))
    return found


def _validated(model: ModelInfo, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the plain values validated by the model, in its order: each validator sees the fields declared before its own."""
    plain: dict[str, Any] = {}
    for column in table.columns:
        if column.field not in values:
            continue
        value = values[column.field]
        if value is None and column.nullable:
            _check_none(model, column.field)
        if not isinstance(value, Expression):
            plain[column.field] = None if value is None else _valid(model, column, value, plain)
    for name, value in values.items():
        key = table.by_relation.get(name)
        if value is None and key is not None and name not in plain and key.nullable:
            _check_none(model, name)
    return plain


def _check_none(model: ModelInfo, name: str) -> None:
    """Raises FieldValueError for None if the column may be NULL but the field may not be None: such a row could not be read."""
    if not hydrate.tiers(model).schema.is_nullable(name):
        message = f"{model.name}.{name} cannot be None: its annotation does not allow None, so the row could not be read"
        raise FieldValueError(message, column=name)


def _valid(model: ModelInfo, column: Column, value: Any, before: Mapping[str, Any]) -> Any:
    where, tier = f"{model.name}.{column.field}", hydrate.tiers(model)
    try:
        return tier.validated(column.field, value, before)
    except ValidationError as error:
        problems = "; ".join(item["msg"] for item in error.errors(include_input=False, include_url=False))
        message = f"{where} does not take this {named(value)}: {problems}"
        raise FieldValueError(message, column=column.field) from None
    except (KeyError, TypeError) as error:
        absent = [name for name in model.fields if name not in before and name != column.field]
        if not absent or not tier.sees_others(column.field):
            raise
        needed = error.args[0] if isinstance(error, KeyError) and error.args[0] in absent else "every field that it looks at"
        message = (
            f"{where} has a validator that looks at other fields, and it raised {type(error).__name__}; "
            f"give {needed} to update() too, or save() the instances"
        )
        raise FieldError(message, column=column.field) from error
