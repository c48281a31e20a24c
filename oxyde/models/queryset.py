"""``QuerySet``: the asyncio face of a query, whose terminal verbs are awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from oxyde import export
from oxyde.db import execute
from oxyde.db.steps import Call, Steps
from oxyde.models import arrow
from oxyde.models.blocking import BlockingQuerySet, twin
from oxyde.models.chain import Chain
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


class QuerySet(Chain[M]):
    """A query of a model's rows, run by awaiting a terminal verb: ``await User.objects.filter(age__gte=18).all()``.

    Every terminal verb takes ``using="alias"`` or ``client=connection``. ``.sync`` has the blocking twins.
    """

    @property
    def sync(self) -> BlockingQuerySet[M]:
        """The same query with blocking verbs; they never touch asyncio, and so work inside a running loop too.

        Methods of a class of your own stand there too, if they are not async.
        """
        own = self._kind()
        face: type[BlockingQuerySet[M]] = BlockingQuerySet if own is QuerySet else twin(own, QuerySet)
        return face(self.model, self._query)

    def _kind(self) -> type[QuerySet[Any]]:
        """Returns the class of the querysets that come of this one."""
        return type(self)

    async def _run(self, steps: Steps[T], using: str | None, client: object | None) -> T:
        return await execute.run(steps, route_of(self, using, client))

    async def all(self, *, using: str | None = None, client: object | None = None) -> list[Any]:
        """Returns all rows: validated instances, or what ``values()`` and ``values_list()`` ask for."""
        return await self._run(reading.everything(self), using, client)

    async def first(self, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the first row, by key where no order is given; None when there is none."""
        return await self._run(reading.first(self), using, client)

    async def last(self, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the last row, by key where no order is given; None when there is none."""
        return await self._run(reading.last(self), using, client)

    async def get(self, *conditions: Q, using: str | None = None, client: object | None = None, **lookups: Any) -> Any:
        """Returns the one row that fulfils the conditions.

        Raises:
            NotFoundError: There is none.
            MultipleObjectsReturned: There are several.
        """
        return await self._run(reading.one(self, Q(*conditions, **lookups), required=True), using, client)

    async def get_or_none(self, *conditions: Q, using: str | None = None, client: object | None = None, **lookups: Any) -> Any | None:
        """Returns the one row that fulfils the conditions, or None.

        Raises:
            MultipleObjectsReturned: There are several.
        """
        return await self._run(reading.one(self, Q(*conditions, **lookups), required=False), using, client)

    async def exists(self, *, using: str | None = None, client: object | None = None) -> bool:
        """Returns whether there is a row."""
        return await self._run(reading.exists(self), using, client)

    async def count(self, *, using: str | None = None, client: object | None = None) -> int:
        """Returns how many rows there are; respects limit, offset and distinct."""
        return await self._run(reading.count(self), using, client)

    async def sum(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the sum of a field: int of ints, Decimal of Decimals; None without rows."""
        return await self._run(reading.aggregate(self, "sum", field), using, client)

    async def avg(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the average of a field: a float, of Decimals a Decimal; None without rows."""
        return await self._run(reading.aggregate(self, "avg", field), using, client)

    async def min(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the least value of a field; None without rows."""
        return await self._run(reading.aggregate(self, "min", field), using, client)

    async def max(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the greatest value of a field; None without rows."""
        return await self._run(reading.aggregate(self, "max", field), using, client)

    async def create(self, **values: Any) -> M:
        """Validates and inserts a row, and returns the instance with what the database filled in. Hooks run.

        Raises:
            ValidationError: A value is not valid; nothing has been sent.
            UniqueViolationError: A value that must be unique is there already.
        """
        using, client = taken(self.model, values)
        made: M = await self._run(writing.create(self.model.__oxyde__, values), using, client)
        return made

    async def bulk_create(
        self,
        objects: Iterable[M | dict[str, Any]],
        *,
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        using: str | None = None,
        client: object | None = None,
    ) -> list[M]:
        """Inserts many rows, all or none, and returns the instances with what the database filled in.

        Args:
            objects: Instances and dictionaries, mixed. Rows may give different fields; each gets defaults for the others.
            batch_size: At most so many rows in a statement; by itself as many as the server takes.
            ignore_conflicts: Leave out rows that meet a unique constraint; keys that the server makes stay None then.
            using: The alias of a connection.
            client: A connection or an atomic block.
        """
        steps = writing.bulk_create(self.model.__oxyde__, objects, batch_size=batch_size, ignore_conflicts=ignore_conflicts)
        return await self._run(steps, using, client)

    async def update(self, *, returning: bool = False, **values: Any) -> Any:
        """Changes fields of the rows: plain values, which are validated, or expressions such as ``F("views") + 1``.

        Returns:
            How many rows matched; the changed instances with ``returning=True``.

        Raises:
            FieldValueError: A value does not fit its field; nothing has been sent.
        """
        using, client = taken(self.model, values)
        return await self._run(writing.update(self, values, returning=returning), using, client)

    async def increment(self, field: str, by: Any = 1, *, using: str | None = None, client: object | None = None) -> int:
        """Adds to a field of the rows, on the server; returns how many rows matched."""
        return await self._run(writing.increment(self, field, by), using, client)

    async def delete(self, *, returning: bool = False, using: str | None = None, client: object | None = None) -> Any:
        """Deletes the rows; returns how many there were, or the instances with ``returning=True``."""
        return await self._run(writing.delete(self, returning=returning), using, client)

    async def explain(
        self,
        *,
        analyze: bool = False,
        format: Literal["text", "json"] = "text",
        using: str | None = None,
        client: object | None = None,
    ) -> Any:
        """Returns how the server would run the statement; ``analyze`` runs it. Text, or parsed JSON."""
        return await self._run(reading.explain(self, analyze=analyze, format=format), using, client)

    async def to_arrow(self, *, using: str | None = None, client: object | None = None) -> pa.Table:
        """Returns the rows as a ``pyarrow.Table``."""
        return await self._run(reading.frame(self, export.to_arrow), using, client)

    async def to_polars(self, *, using: str | None = None, client: object | None = None) -> pl.DataFrame:
        """Returns the rows as a ``polars.DataFrame``; UUIDs as String."""
        return await self._run(reading.frame(self, export.to_polars), using, client)

    async def to_pandas(self, *, using: str | None = None, client: object | None = None) -> pd.DataFrame:
        """Returns the rows as a ``pandas.DataFrame``."""
        return await self._run(reading.frame(self, export.to_pandas), using, client)

    def arrow_stream(
        self, batch_rows: int = 65_536, *, using: str | None = None, client: object | None = None
    ) -> AsyncIterator[pa.RecordBatch]:
        """Gives the rows as ``pyarrow.RecordBatch`` es of at most so many rows, in bounded memory."""
        return arrow.batches(self, batch_rows, route_of(self, using, client))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Runs the query, blocking, and returns its rows as an Arrow C stream: what ``pl.DataFrame(queryset)`` calls."""
        return arrow.capsule(self, requested_schema)

    def call(self) -> Call:
        """Returns the statement of the rows, for tools that run it themselves."""
        made = self.compiled(masked=True)
        return Call(made.shape, made.values)

    def _not_awaited(self, what: str, verb: str) -> NoReturn:
        message = f"a queryset is lazy: {what}; use `await queryset.{verb}`, or `queryset.sync` for blocking code"
        raise TypeError(message)

    def __await__(self) -> NoReturn:
        self._not_awaited("it is not awaited itself", "all()")

    def __iter__(self) -> NoReturn:
        self._not_awaited("it cannot be iterated", "all()")

    def __aiter__(self) -> NoReturn:
        self._not_awaited("it cannot be iterated", "all()")

    def __len__(self) -> NoReturn:  # noqa: PLE0303 - it always raises
        self._not_awaited("it has no length yet", "count()")

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - it always raises
        self._not_awaited("whether it has rows is not known yet", "exists()")

    def __contains__(self, row: object) -> NoReturn:
        self._not_awaited("what it holds is not known yet", "exists()")
