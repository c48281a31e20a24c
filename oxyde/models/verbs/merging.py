"""Writing rows that may be there already: ``upsert()``, and what ``bulk_create()`` does about conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from oxyde.db.rows import Batch
from oxyde.db.steps import Atomically, Call, Steps
from oxyde.exceptions import DatabaseError
from oxyde.models import layouts
from oxyde.models.bulk import BulkRows
from oxyde.models.errors import blame
from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.upserted import OUTCOMES, Upserted
from oxyde.models.verbs.bulk import batch_size_of, given_instances
from oxyde.models.verbs.conflicts import assignments, check_keys, own_columns, unique_key
from oxyde.models.writing import writable
from oxyde.queries.names import names_of
from oxyde.queries.operators import Value
from oxyde.queries.term import Expression, Term
from oxyde.queries.upserts import Meeting, Proposed, changes, stored, upsert_many
from oxyde.schema import Column, Table

ATTEMPTS: Final = 10
"""How often rows that others delete meanwhile are written again."""
_OUTCOME: Final = " outcome"
"""The attribute of a row that is read back; no field is called so."""


def upsert(
    model: ModelInfo,
    rows: Iterable[Any],
    *,
    on: str | Sequence[str],
    update: Iterable[str] | Mapping[str, Any] | None,
    where: Expression | None,
    returning: bool,
    batch_size: int | None = None,
) -> Steps[Any]:
    """Inserts rows, or updates those of the same unique key; returns what became of each, or how many were written.

    Raises:
        ValueError: Two of the rows have the same key.
    """
    table = writable(model)
    size = batch_size_of(batch_size)
    target = unique_key(table, on, "upsert", "on")
    condition = None if where is None else stored(table, "upsert", where)
    fixed = None if update is None else assignments(model, table, target, update, "upsert", "update")
    if not fixed and condition is not None and update is not None:
        message = f"upsert(where=...) of {model.name} says which rows are updated, and update=... names nothing to update"
        raise ValueError(message)
    instances = given_instances(model, rows, "upsert")
    if not instances:
        return [] if returning else 0
    prepared: list[_Batch] = []
    keys: dict[Any, int] = {}
    for numbers, changed in _alike(model, table, target, instances, fixed):
        meeting = Meeting(target, changed, condition if changed else None, table.columns if returning else (), outcomes=returning)
        inserted = BulkRows(table, [instances[at] for at in numbers], size, "upsert", numbers)
        for batch in inserted.batches:
            places = [numbers[at] for at in batch.rows]
            check_keys(table, target, batch, places, keys, "upsert")
            made = upsert_many(table, batch, meeting)
            prepared.append(_Batch(Call(made.shape, made.values), places, bool(changed) and condition is None))
    with blame(table):
        if not returning:
            return (yield Atomically(_counted(prepared)))
        for _ in range(ATTEMPTS):
            with suppress(_GoneError):
                return (yield Atomically(_merged(model, table, prepared, len(instances))))
    names = ", ".join(column.field for column in target)
    message = f"upsert() of {model.name} did not find again by {names} what it wrote, and wrote nothing: does a trigger change it?"
    raise DatabaseError(message, table=table.name)


@dataclass(frozen=True)
class _Batch:
    """One statement of an upsert.

    Attributes:
        call: The statement.
        places: The positions of its rows in the input.
        certain: Each row is written, whatever is there.
    """

    call: Call
    places: list[int]
    certain: bool


class _GoneError(Exception):
    """A row that was skipped because it was there has gone meanwhile: what was written is undone, to be tried again."""


def _counted(prepared: Sequence[_Batch]) -> Steps[int]:
    """Writes the rows; returns how many."""
    count = 0
    for one in prepared:
        batch: Batch = yield one.call
        count += len(one.places) if one.certain else batch.affected
    return count


def _merged(model: ModelInfo, table: Table, prepared: Sequence[_Batch], count: int) -> Steps[list[Any]]:
    """Writes the rows; returns what became of each, in the order of the input.

    Raises:
        ValueError: Two of them are the same row to the server, which may compare otherwise than Python.
    """
    read = layouts.annotated(model, [(_OUTCOME, Value(0).resolve(names_of(table)))])
    results: list[Any] = [None] * count
    for one in prepared:
        found: list[Any] = []

        def take(batch: Batch, found: list[Any] = found) -> None:
            if batch.rows:
                found.extend(read(batch))

        yield Call(one.call.shape, one.call.values, take)
        if len(found) != len(one.places):
            raise _GoneError
        for at, row in zip(one.places, found, strict=True):
            results[at] = Upserted(row, OUTCOMES[vars(row).pop(_OUTCOME)])
    known: dict[Any, int] = {}
    for at, result in enumerate(results if table.key else ()):
        key = tuple(vars(result.row)[column.field] for column in table.key)
        first = known.setdefault(key, at)
        if first != at:
            message = f"upsert() of {model.name} was given one row twice, in the eyes of the server: rows {first} and {at}, counted from 0"
            raise ValueError(message)
    return results


def _alike(
    model: ModelInfo,
    table: Table,
    target: Sequence[Column],
    instances: Sequence[AnyModel],
    fixed: tuple[tuple[Column, Term], ...] | None,
) -> Iterator[tuple[list[int], tuple[tuple[Column, Term], ...]]]:
    """Yields the positions of rows that update the same fields, with what they assign: by default the fields that a row gives itself."""
    if fixed is not None:
        yield list(range(len(instances))), fixed
        return
    own = [column.field for column in own_columns(table, target)]
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, instance in enumerate(instances):
        given = instance.__pydantic_fields_set__
        if model.references:
            given = given | {link.key for link in model.references if link.field in given}
        groups.setdefault(tuple([name for name in own if name in given]), []).append(at)
    for names, numbers in groups.items():
        yield numbers, changes(table, "upsert", {name: Proposed(name) for name in names})
