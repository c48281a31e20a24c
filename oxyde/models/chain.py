"""The lazy verbs of a queryset, which its asyncio and its blocking face share: each gives another queryset and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from typing_extensions import Self

from oxyde.db import render
from oxyde.models.repr import html, line
from oxyde.models.rows import DICTS, FLAT, TUPLES, Instances
from oxyde.queries import Q, compile, query
from oxyde.queries.compile import Compiled
from oxyde.queries.paths import Path
from oxyde.queries.query import Query
from oxyde.queries.source import State, everything
from oxyde.queries.subquery import Rows, rows

if TYPE_CHECKING:
    from oxyde.models.model import Model

M = TypeVar("M", bound="Model")


class Chain(Generic[M]):
    """A query of a model's rows. Immutable; nothing touches the database before a terminal verb.

    Attributes:
        model: The class of the rows.
    """

    def __init__(self, model: type[M], query: Query[Any] | None = None) -> None:
        self.model = model
        self._query: Query[Any] = Query(everything(model.__table__), Instances(model)) if query is None else query

    @property
    def state(self) -> State:
        """What is asked."""
        return self._query.state

    @property
    def alias(self) -> str | None:
        """The connection it is pinned to by ``using()``."""
        return self._query.alias

    def _next(self, state: State, **changes: Any) -> Self:
        return self._of(self._query.with_(state=state, **changes))

    def _of(self, query: Query[Any]) -> Self:
        return type(self)(self.model, query)

    def filter(self, *conditions: Q, **lookups: Any) -> Self:
        """Returns the rows for which all conditions are true.

        Args:
            *conditions: ``Q`` objects.
            **lookups: A field or path, perhaps with a lookup behind: ``age__gte=18``, ``team__name="Red"``.

        Raises:
            FieldError: A name is no field; the near match is named.
            FieldLookupError: The field has no such lookup.
            FieldLookupValueError: The lookup does not take the value.
        """
        return self._next(query.filtered(self.state, Q(*conditions, **lookups)))

    def exclude(self, *conditions: Q, **lookups: Any) -> Self:
        """Returns the rows for which the conditions together are not true, those where they are unknown (NULL) included."""
        return self._next(query.filtered(self.state, Q(*conditions, **lookups), excluded=True))

    def order_by(self, *fields: Any) -> Self:
        """Returns the rows in another order.

        Args:
            *fields: Field names, ``-`` before one for descending, ``"?"`` for chance, or expressions: ``F("x").desc(nulls_last=True)``.
        """
        return self._next(query.ordered(self.state, fields))

    def reverse(self) -> Self:
        """Returns the rows in the opposite order; by key descending where none is given."""
        return self._next(query.turned(self.state))

    def limit(self, count: int) -> Self:
        """Returns at most so many rows; a second limit narrows, never widens."""
        return self._next(query.limited(self.state, count))

    def offset(self, count: int) -> Self:
        """Returns the rows after the first so many; a limit stays what it is, whichever comes first, as in SQL."""
        return self._next(query.skipped(self.state, count))

    def distinct(self) -> Self:
        """Returns equal rows once."""
        return self._next(query.distinct(self.state))

    def values(self, *fields: str) -> Self:
        """Returns dictionaries of these fields, of all without names; paths are allowed."""
        return self._next(query.selected(self.state, fields), rows=DICTS)

    def values_list(self, *fields: str, flat: bool = False) -> Self:
        """Returns tuples of these fields, of all without names; single values with ``flat=True``, which takes one field."""
        if flat and len(fields) != 1:
            message = f"values_list(flat=True) takes one field, not {len(fields)}"
            raise TypeError(message)
        return self._next(query.selected(self.state, fields), rows=FLAT if flat else TUPLES)

    def using(self, alias: str) -> Self:
        """Returns the same query on another connection."""
        if not isinstance(alias, str):
            message = f"using() takes the alias of a connection, not {type(alias).__name__}"
            raise TypeError(message)
        return self._next(self.state, alias=alias)

    def __getitem__(self, key: int | slice) -> Self:
        """Returns the rows of a slice, or a queryset of the one row at a place."""
        return self._next(query.sliced(self.state, key))

    def compiled(self, *, masked: bool = False) -> Compiled:
        """Returns the statement of the rows; ``masked`` hides secrets, for frames."""
        return compile.select(self.state, masked=masked)

    def sql(self, dialect: str | None = None, *, with_types: bool = False) -> tuple[str, list[Any]]:
        """Returns the SQL and its parameters; needs no connection.

        Args:
            dialect: postgres, sqlite, mysql or mariadb; by default that of the default connection, else PostgreSQL.
            with_types: Give each parameter as a pair of value and type name.
        """
        made = self.compiled()
        sql, parameters = render.render(made.shape, dialect or render.dialect_of(self.alias), made.values)
        return sql, [(value, type(value).__name__) for value in parameters] if with_types else parameters

    def query(self) -> str:
        """Returns the IR as JSON, with sorted keys."""
        return render.describe(self.compiled().shape)

    to_ir = query

    def __oxyde_rows__(self, where: str, path: Path) -> Rows:
        """Returns the query as the right side of ``in``."""
        return rows(self.state, where, path)

    def __arrow_c_schema__(self) -> object:
        """Returns the Arrow schema of the rows as a capsule; executes nothing."""
        return render.arrow_schema(self.compiled(masked=True).shape, render.dialect_of(self.alias))

    def __repr__(self) -> str:
        """Returns one line with the SQL, without values; never runs anything and never raises."""
        return line(self)

    def _repr_html_(self) -> str:
        """Returns the statement for a notebook; never runs anything and never raises."""
        return html(self)
