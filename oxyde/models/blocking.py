"""``BlockingQuerySet``: the blocking face of a query, for scripts, notebooks and threads."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from oxyde import export
from oxyde.db import execute
from oxyde.db.steps import Steps
from oxyde.models import arrow, hooks
from oxyde.models.chain import Chain
from oxyde.models.info import holds
from oxyde.models.rows import Instances
from oxyde.models.verbs import reading, writing
from oxyde.models.where import route_of, taken
from oxyde.queries import Q

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from oxyde.models.model import Model

M = TypeVar("M", bound="Model")
T = TypeVar("T")


class BlockingQuerySet(Chain[M]):
    """What ``.sync`` gives: the verbs of a queryset without ``await``. Documented at ``QuerySet``."""

    def _run(self, steps: Steps[T], using: str | None, client: object | None) -> T:
        return execute.run_blocking(steps, route_of(self, using, client))

    def all(self, *, using: str | None = None, client: object | None = None) -> list[Any]:
        """Returns all rows."""
        return self._run(reading.everything(self), using, client)

    def first(self, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the first row, or None."""
        return self._run(reading.first(self), using, client)

    def last(self, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the last row, or None."""
        return self._run(reading.last(self), using, client)

    def get(self, *conditions: Q, using: str | None = None, client: object | None = None, **lookups: Any) -> Any:
        """Returns the one row that fulfils the conditions."""
        return self._run(reading.one(self, Q(*conditions, **lookups), required=True), using, client)

    def get_or_none(self, *conditions: Q, using: str | None = None, client: object | None = None, **lookups: Any) -> Any | None:
        """Returns the one row that fulfils the conditions, or None."""
        return self._run(reading.one(self, Q(*conditions, **lookups), required=False), using, client)

    def exists(self, *, using: str | None = None, client: object | None = None) -> bool:
        """Returns whether there is a row."""
        return self._run(reading.exists(self), using, client)

    def count(self, *, using: str | None = None, client: object | None = None) -> int:
        """Returns how many rows there are."""
        return self._run(reading.count(self), using, client)

    def sum(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the sum of a field."""
        return self._run(reading.aggregate(self, "sum", field), using, client)

    def avg(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the average of a field."""
        return self._run(reading.aggregate(self, "avg", field), using, client)

    def min(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the least value of a field."""
        return self._run(reading.aggregate(self, "min", field), using, client)

    def max(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the greatest value of a field."""
        return self._run(reading.aggregate(self, "max", field), using, client)

    def create(self, **values: Any) -> M:
        """Validates and inserts a row, and returns the instance."""
        hooks.refuse_async(self.model, hooks.SAVING)
        using, client = taken(self.model, values)
        made: M = self._run(writing.create(self.model.__oxyde__, values), using, client)
        return made

    def bulk_create(
        self,
        objects: Iterable[M | dict[str, Any]],
        *,
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        using: str | None = None,
        client: object | None = None,
    ) -> list[M]:
        """Inserts many rows, all or none, and returns the instances."""
        steps = writing.bulk_create(self.model.__oxyde__, objects, batch_size=batch_size, ignore_conflicts=ignore_conflicts)
        return self._run(steps, using, client)

    def update(self, *, returning: bool = False, **values: Any) -> Any:
        """Changes fields of the rows; returns how many matched, or the instances."""
        using, client = taken(self.model, values)
        return self._run(writing.update(self, values, returning=returning), using, client)

    def increment(self, field: str, by: Any = 1, *, using: str | None = None, client: object | None = None) -> int:
        """Adds to a field of the rows, on the server."""
        return self._run(writing.increment(self, field, by), using, client)

    def delete(self, *, returning: bool = False, using: str | None = None, client: object | None = None) -> Any:
        """Deletes the rows; returns how many there were, or the instances."""
        return self._run(writing.delete(self, returning=returning), using, client)

    def explain(
        self,
        *,
        analyze: bool = False,
        format: Literal["text", "json"] = "text",
        using: str | None = None,
        client: object | None = None,
    ) -> Any:
        """Returns how the server would run the statement."""
        return self._run(reading.explain(self, analyze=analyze, format=format), using, client)

    def to_arrow(self, *, using: str | None = None, client: object | None = None) -> pa.Table:
        """Returns the rows as a ``pyarrow.Table``."""
        return self._run(reading.frame(self, export.to_arrow), using, client)

    def to_polars(self, *, using: str | None = None, client: object | None = None) -> pl.DataFrame:
        """Returns the rows as a ``polars.DataFrame``."""
        return self._run(reading.frame(self, export.to_polars), using, client)

    def to_pandas(self, *, using: str | None = None, client: object | None = None) -> pd.DataFrame:
        """Returns the rows as a ``pandas.DataFrame``."""
        return self._run(reading.frame(self, export.to_pandas), using, client)

    def arrow_stream(self, batch_rows: int = 65_536, *, using: str | None = None, client: object | None = None) -> Iterator[pa.RecordBatch]:
        """Gives the rows as ``pyarrow.RecordBatch`` es of at most so many rows, in bounded memory."""
        return arrow.batches_blocking(self, batch_rows, route_of(self, using, client))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Runs the query and returns its rows as an Arrow C stream."""
        return arrow.capsule(self, requested_schema)

    def __iter__(self) -> Iterator[Any]:
        """Runs the query and gives its rows."""
        return iter(self.all())

    def __len__(self) -> int:
        """Counts the rows."""
        return self.count()

    def __bool__(self) -> bool:
        """Asks whether there is a row."""
        return self.exists()

    def __contains__(self, row: object) -> bool:
        """Asks whether the row of an instance is among the rows."""
        if not holds(self.model, type(row)) or not isinstance(self._query.rows, Instances):
            return row in self.all()
        key = {column.field: getattr(row, column.field) for column in self.state.table.key}
        return bool(key) and self.filter(**key).exists()


class Async:
    """Stands in a blocking twin for a method that nobody could await there.

    Args:
        where: The method, for the message.
    """

    def __init__(self, where: str) -> None:
        self.where = where

    def __get__(self, instance: object, owner: type | None = None) -> NoReturn:
        message = (
            f"{self.where} is async, and .sync cannot await it; write it as a plain method that returns a queryset, or leave out .sync"
        )
        raise AttributeError(message)


def twin(own: type[Chain[Any]], awaited: type[Chain[Any]]) -> type[BlockingQuerySet[Any]]:
    """Returns the blocking twin of a queryset class of an application: its own methods, above the blocking verbs.

    Args:
        own: The class.
        awaited: ``QuerySet``, whose verbs the blocking ones take the place of.
    """
    found: type[BlockingQuerySet[Any]] | None = vars(own).get("_oxyde_twin")
    if found is None:
        members: dict[str, Any] = {}
        for base in own.__mro__:
            if base not in awaited.__mro__:
                members = {**vars(base), **members}
        refused = {name: Async(f"{own.__name__}.{name}") for name, member in members.items() if _is_async(member)}
        bases: tuple[Any, ...] = (BlockingQuerySet, awaited)
        verbs = type("BlockingVerbs", bases, {"sync": property(lambda chain: chain)})
        found = type(f"Blocking{own.__name__}", (own, verbs), refused)
        own._oxyde_twin = found  # type: ignore[attr-defined] # kept with the class, and collected with it
    return found


def _is_async(member: Any) -> bool:
    function = getattr(member, "__func__", member)
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
