"""``raw()``: SQL of the application as a lazy query. ``blocking_raw.py`` is its generated twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from oxyde import export
from oxyde.db.execute import arrow_stream, run
from oxyde.db.raw import Params
from oxyde.db.route import Route, route
from oxyde.models import raw_rows, streaming
from oxyde.models.blocking_raw import BlockingRawQuery
from oxyde.models.raw_rows import Text

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

R = TypeVar("R")
T = TypeVar("T")


class RawQuery(Generic[R]):
    """SQL text with its values, run by a terminal verb: ``await raw("SELECT ...", {"id": 3}).all()``. Immutable.

    Every terminal verb takes ``using="alias"`` or ``client=connection``.
    """

    def __init__(self, text: Text[R], alias: str | None = None) -> None:
        self._text = text
        self._alias = alias

    @property
    def sync(self) -> BlockingRawQuery[R]:
        """The same query with blocking verbs."""
        return BlockingRawQuery(self._text, self._alias)

    def using(self, alias: str) -> RawQuery[R]:
        """Returns the same query on another connection."""
        return RawQuery(self._text, alias)

    def into(self, row_type: type[T]) -> RawQuery[T]:
        """Returns objects of a Pydantic model without a table, a dataclass or a TypedDict; columns are found by name.

        Raises:
            TypeError: It is no such class.
        """
        return RawQuery(self._text.into(row_type), self._alias)

    async def all(self, *, using: str | None = None, client: object | None = None) -> list[R]:
        """Returns all rows: dictionaries, or what ``into()`` asks for."""
        where = self._route(using, client)
        return await run(raw_rows.everything(self._text, where), where)

    async def first(self, *, using: str | None = None, client: object | None = None) -> R | None:
        """Returns the first row, or None; the statement runs to its end."""
        where = self._route(using, client)
        steps = raw_rows.first(self._text, where)
        return await run(steps, where)

    def stream(self, batch_size: int | None = None, *, using: str | None = None, client: object | None = None) -> streaming.Stream[R]:
        """Yields the rows one at a time, in bounded memory. Leaving the loop stops the statement."""
        return raw_rows.stream(self._text, batch_size, self._route(using, client))

    async def to_arrow(self, *, using: str | None = None, client: object | None = None) -> pa.Table:
        """Returns the rows as a ``pyarrow.Table``."""
        where = self._route(using, client)
        return await run(raw_rows.frame(self._text, where, export.to_arrow), where)

    async def to_polars(self, *, using: str | None = None, client: object | None = None) -> pl.DataFrame:
        """Returns the rows as a ``polars.DataFrame``; UUIDs as String."""
        where = self._route(using, client)
        return await run(raw_rows.frame(self._text, where, export.to_polars), where)

    async def to_pandas(self, *, using: str | None = None, client: object | None = None) -> pd.DataFrame:
        """Returns the rows as a ``pandas.DataFrame``."""
        where = self._route(using, client)
        return await run(raw_rows.frame(self._text, where, export.to_pandas), where)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Runs the statement, blocking, and returns its rows as an Arrow C stream: what ``pl.DataFrame(query)`` calls."""
        where = self._route(None, None)
        return arrow_stream(where, *self._text.compiled(where)).__arrow_c_stream__(requested_schema)

    def _route(self, using: str | None, client: object | None) -> Route:
        return route(self._alias if using is None and client is None else using, client)

    def __await__(self) -> NoReturn:
        raise TypeError("raw() is lazy: it is not awaited itself; use `await raw(...).all()`")

    def __repr__(self) -> str:
        """Returns one line with the SQL, without values; never runs anything."""
        return f"<{type(self).__name__}: {' '.join(self._text.sql.split())}>"


def raw(sql: str, params: Params = None, *, using: str | None = None) -> RawQuery[dict[str, Any]]:
    """Returns SQL text as a lazy query.

    ``await raw("SELECT name FROM users WHERE age > :age", {"age": 18}).into(Row).all()``

    Args:
        sql: One statement, in the server's own SQL.
        params: A dict for ``:name`` placeholders, a list for ``$1`` (PostgreSQL) or ``?``, as ``execute_raw()`` takes them. Values
            are bound, never pasted; lists are arrays where the server has them, and the members of ``IN :ids``.
        using: The alias of a connection.

    Raises:
        TypeError: The SQL is no text, or the parameters are neither a dict nor a list.
    """
    return RawQuery(raw_rows.text(sql, params), using)


def sql(template: Any, *, using: str | None = None) -> RawQuery[dict[str, Any]]:
    """Returns a template string of Python 3.14 as a lazy query.

    ``await sql(t"SELECT name FROM users WHERE age > {age}").all()``

    Its values are bound, never pasted; a value may be wherever the server takes one. A template inside a template is part of the SQL.

    Raises:
        TypeError: It is no template string; text and values go to ``raw(sql, params)``.
        FieldError: A value has a conversion or a format, which would paste it.
    """
    return RawQuery(raw_rows.from_template(template), using)
