"""The two faces of a query: how the terminal verbs of each run, and what each is to Python's own syntax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from typing_extensions import Self

from oxyde.db import execute
from oxyde.db.route import Route
from oxyde.db.steps import Steps
from oxyde.exceptions import ConnectionNotFound
from oxyde.models.chain import Chain, M, R_co
from oxyde.models.hooks import DELETING, SAVING, is_overridden
from oxyde.models.info import holds
from oxyde.models.rows import Instances
from oxyde.models.verbs import reading
from oxyde.models.where import route_of

T = TypeVar("T")


def _route(chain: Chain[Any, Any], steps: Steps[Any], using: str | None, client: object | None) -> Route:
    """Returns where a verb runs. Without a connection, what the verb itself refuses is refused first: names, lookups, values."""
    try:
        return route_of(chain, using, client)
    except ConnectionNotFound:
        if not any(is_overridden(chain.model, name) for name in (*SAVING, *DELETING)):  # a hook may do anything
            next(steps, None)
        steps.close()
        raise


class Awaited(Chain[M, R_co]):
    """The face whose terminal verbs are awaited. Using it like a list raises TypeError."""

    def _kind(self) -> type[Chain[Any, Any]]:
        """Returns the class of the querysets that this one's verbs return."""
        return type(self)

    async def _run(self, steps: Steps[T], using: str | None, client: object | None) -> T:
        return await execute.run(steps, _route(self, steps, using, client))

    def _not_awaited(self, what: str, verb: str) -> NoReturn:
        message = f"a queryset is lazy: {what}; use `{verb}`, or `queryset.sync` for blocking code"
        raise TypeError(message)

    if TYPE_CHECKING:
        __iter__: None  # without it, [i] would make a queryset iterable
        __contains__: None

        # A manager's verbs: checkers take the manager of own querysets for one of these, as they know no class that is both.
        def query(self) -> Self:
            """Returns a fresh queryset."""
            return self

        def unscoped(self) -> Self:
            """Returns a queryset of all rows, including those outside the scope."""
            return self
    else:

        def __await__(self) -> NoReturn:
            self._not_awaited("it is not awaited itself", f"await queryset.{'first' if self._state.limit == 1 else 'all'}()")

        def __iter__(self) -> NoReturn:
            self._not_awaited("it cannot be iterated", "await queryset.all()")

        def __aiter__(self) -> NoReturn:
            self._not_awaited("it cannot be iterated itself", "async for row in queryset.stream()")

        def __len__(self) -> NoReturn:  # noqa: PLE0303 - it always raises
            self._not_awaited("it has no length yet", "await queryset.count()")

        def __bool__(self) -> NoReturn:  # noqa: PLE0304 - it always raises
            self._not_awaited("whether it has rows is not known yet", "await queryset.exists()")

        def __contains__(self, row: object) -> NoReturn:
            self._not_awaited("what it holds is not known yet", "await queryset.contains(row)")


class Blocking(Chain[M, R_co]):
    """The face whose terminal verbs block. It can be iterated, measured and searched like a list, which runs the query."""

    @property
    def sync(self) -> Self:
        """The query itself."""
        return self

    def _run(self, steps: Steps[T], using: str | None, client: object | None) -> T:
        return execute.run_blocking(steps, _route(self, steps, using, client))

    def _all(self) -> list[R_co]:
        return self._run(reading.everything(self), None, None)

    def __iter__(self) -> Iterator[R_co]:
        """Runs the query and yields its rows."""
        return iter(self._all())

    def __len__(self) -> int:
        """Counts the rows."""
        return self._run(reading.count(self), None, None)

    def __bool__(self) -> bool:
        """Asks whether there is a row."""
        return self._run(reading.exists(self), None, None)

    def __contains__(self, row: object) -> bool:
        """Asks whether the row of an instance is among the rows."""
        if not holds(self.model, type(row)) or not isinstance(self._query.rows, Instances):
            return row in self._all()
        key = {column.field: getattr(row, column.field) for column in self._state.table.key}
        return bool(key) and bool(self.filter(**key))
