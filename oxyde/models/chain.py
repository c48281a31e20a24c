"""``Chain``: the lazy verbs, which the awaited and the blocking face of a query share; each returns another query and runs nothing."""

from __future__ import annotations

from typing import Any, Generic, Literal

from pydantic import BaseModel
from typing_extensions import Self, TypeVar

from oxyde.db import render
from oxyde.models.narrow import lazy as narrow
from oxyde.models.repr import html, line
from oxyde.queries import Q, compile, query
from oxyde.queries.compile import Compiled
from oxyde.queries.paths import Path
from oxyde.queries.state import State, everything
from oxyde.queries.subquery import Rows, rows

M = TypeVar("M", bound=BaseModel)
R_co = TypeVar("R_co", default=M, covariant=True)
C = TypeVar("C", bound="Chain[Any, Any]")  # not Self: jedi takes that for the class whose body says it, which has no terminal verbs
Mode = Literal["models", "dicts", "tuples", "flat"]


class Chain(Generic[M, R_co]):
    """A query of a model's rows, each of which becomes an ``R_co``. Immutable; nothing touches the database before a terminal verb.

    Attributes:
        model: The class of the rows.
        state: What is asked.
        mode: What the rows become: instances, dictionaries, tuples or single values.
        alias: The connection it is pinned to by ``using()``.
    """

    def __init__(self, model: type[M], state: State | None = None, mode: Mode = "models", alias: str | None = None) -> None:
        described: Any = model
        self.model = described
        self.state = everything(described.__table__) if state is None else state
        self.mode: Mode = mode
        self.alias = alias

    def _next(self, state: State, mode: Mode | None = None, alias: str | None = None) -> Self:
        return type(self)(self.model, state, mode or self.mode, alias or self.alias)

    def _filter(self, *conditions: Q, **lookups: Any) -> Self:
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

    filter = narrow.Filter(_filter)

    def _exclude(self, *conditions: Q, **lookups: Any) -> Self:
        """Returns the rows for which the conditions together are not true, those where they are unknown (NULL) included."""
        return self._next(query.filtered(self.state, Q(*conditions, **lookups), excluded=True))

    exclude = narrow.Filter(_exclude)

    def _order_by(self, *fields: Any) -> Self:
        """Returns the rows in another order.

        Args:
            *fields: Field names, ``-`` before one for descending, ``"?"`` for chance, or expressions: ``F("x").desc(nulls_last=True)``.
        """
        return self._next(query.ordered(self.state, fields))

    order_by = narrow.OrderBy(_order_by)

    def reverse(self) -> Self:
        """Returns the rows in the opposite order; by key descending where none is given."""
        return self._next(query.turned(self.state))

    def limit(self, count: int) -> Self:
        """Returns at most that many rows; a second limit narrows, never widens."""
        return self._next(query.limited(self.state, count))

    def offset(self, count: int) -> Self:
        """Returns the rows after that many rows; a limit stays what it is, whichever comes first, as in SQL."""
        return self._next(query.skipped(self.state, count))

    def distinct(self) -> Self:
        """Returns equal rows once."""
        return self._next(query.distinct(self.state))

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

    def to_ir(self) -> str:
        """Returns the IR as JSON, with sorted keys."""
        return render.describe(self.compiled().shape)

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
