"""Functions of migrations that go through a table in batches: each is committed with how far it came, so that a later run goes on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.migrations.running import journal, ledger
from oxyde.migrations.running.frozen import Models
from oxyde.migrations.running.rows import Job
from oxyde.models.model import Model
from oxyde.queries.conditions import Q

_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "int": int,
    "text": str,
    "uuid": UUID,
    "decimal": Decimal,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "datetime_tz": dt.datetime.fromisoformat,
}
"""What makes a key of what the journal holds, by the kind of its column."""


class Keys(Q):
    """A range of keys, which is a condition on the rows of its table: ``models.users.objects.filter(keys)``.

    Attributes:
        first: The key of its first row; a tuple where the key has several columns.
        last: The key of its last row.
    """

    __slots__ = ("first", "last")

    def __init__(self, fields: Sequence[str], after: Sequence[Any] | None, first: Sequence[Any], last: Sequence[Any]) -> None:
        """Makes a range that begins where the one before ended, so that no row is between them.

        Args:
            fields: The fields of the key.
            after: The last key of the range before; None at the beginning of the table.
            first: The key of its first row.
            last: The key of its last row.
        """
        super().__init__(_bounded(fields, last, "lt"), *([] if after is None else [_bounded(fields, after, "gt")]))
        self.first, self.last = (key[0] if len(key) == 1 else tuple(key) for key in (first, last))


def _bounded(fields: Sequence[str], key: Sequence[Any], side: str) -> Q:
    """Returns the condition of rows that come after a key (gt), or before it or with it (lt); an index finds where they begin."""
    (field, *others), (value, *values) = fields, key
    if not others:
        return Q(**{f"{field}__{side if side == 'gt' else 'lte'}": value})
    tie = Q(**{field: value}) & _bounded(others, values, side)
    return Q(**{f"{field}__{side}e": value}) & (Q(**{f"{field}__{side}": value}) | tie)


def run_batch(job: Job, models: Models, entry: journal.Entry, dialect: str) -> Steps[int]:
    """Runs a function on the next batch, and notes it; it has to be in a transaction.

    What was done is read there, too: SQLite has no lock that keeps other processes from the next batch.

    Args:
        job: What is run.
        models: Its models.
        entry: What the journal gets to know of it with the first batch.
        dialect: postgres, mysql, mariadb or sqlite.

    Returns:
        How many rows it had; none at the end.
    """
    known = yield from journal.find(job.migration, entry.step, dialect)
    if (known is not None and known.done) or (yield from ledger.is_over(job.migration, dialect, backwards=job.backwards)):
        return 0
    if known is None:
        yield from journal.begin(job.migration, entry, dialect)
    (model,) = models
    (address,) = job.operation.addresses(job.state)
    columns = [model.__table__.by_name[name] for name in job.state.tables[address].key]  # in the order of the index
    fields, reached = [column.field for column in columns], None if known is None else known.reached
    after = None
    if reached is not None:
        after = [_READ[column.type.kind](value) for column, value in zip(columns, json.loads(reached), strict=True)]
    found = yield from _keys(model, fields, after, job.operation.batch or 0)
    if not found:
        yield from journal.finish(job.migration, entry.step, dialect)
        return 0
    yield from job.run(models, Keys(fields, after, found[0], found[-1]))
    last = json.dumps([value if isinstance(value, (int, str)) else str(value) for value in found[-1]])
    yield from journal.reach(job.migration, entry.step, last, dialect)
    return len(found)


def _keys(model: type[Model], fields: Sequence[str], after: Sequence[Any] | None, count: int) -> Steps[list[tuple[Any, ...]]]:
    """Returns the keys of the next rows, in order."""
    found: list[tuple[Any, ...]] = []

    def collect(batch: Batch) -> None:
        found.extend(zip(*batch.columns(), strict=True))

    rows = model.objects.filter() if after is None else model.objects.filter(_bounded(fields, after, "gt"))
    made = rows.order_by(*fields).limit(count).values_list(*fields)._compiled()
    yield Call(made.shape, made.values, collect)
    return found
