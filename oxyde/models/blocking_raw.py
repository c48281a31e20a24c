"""``BlockingRawQuery``: SQL of the application as a lazy query, run by blocking verbs.

Generated from ``oxyde/models/raw.py`` by ``tests/codebase/twins.py``; edit that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from oxyde import export
from oxyde.db.execute import arrow_stream, run_blocking
from oxyde.db.raw import Params
from oxyde.db.route import Route, route
from oxyde.models import raw_rows, streaming
from oxyde.models.raw_rows import Text

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

R = TypeVar("R")
T = TypeVar("T")


class BlockingRawQuery(Generic[R]):
    """SQL text with its values, run by a terminal verb: ``await raw("SELECT ...", {"id": 3}).all()``. Immutable.

    Every terminal verb takes ``using="alias"`` or ``client=connection``.
    """

    def __init__(self, text: Text[R], alias: str | None = None) -> None:
        self._text = text
        self._alias = alias

    def using(self, alias: str) -> BlockingRawQuery[R]:
        """Returns the same query on another connection."""
        return BlockingRawQuery(self._text, alias)

    def into(self, row_type: type[T]) -> BlockingRawQuery[T]:
        """Returns objects of a Pydantic model without a table, a dataclass or a TypedDict; columns are found by name.

        Raises:
            TypeError: It is no such class.
        """
        return BlockingRawQuery(self._text.into(row_type), self._alias)

    def all(self, *, using: str | None = None, client: object | None = None) -> list[R]:
        """Returns all rows: dictionaries, or what ``into()`` asks for."""
        where = self._route(using, client)
        return run_blocking(raw_rows.everything(self._text, where), where)

    def first(self, *, using: str | None = None, client: object | None = None) -> R | None:
        """Returns the first row, or None; the statement runs to its end."""
        where = self._route(using, client)
        steps = raw_rows.first(self._text, where)
        return run_blocking(steps, where)

    def stream(
        self, batch_size: int | None = None, *, using: str | None = None, client: object | None = None
    ) -> streaming.BlockingStream[R]:
        """Yields the rows one at a time, in bounded memory. Leaving the loop stops the statement."""
        return raw_rows.stream_blocking(self._text, batch_size, self._route(using, client))

    def to_arrow(self, *, using: str | None = None, client: object | None = None) -> pa.Table:
        """Returns the rows as a ``pyarrow.Table``."""
        where = self._route(using, client)
        return run_blocking(raw_rows.frame(self._text, where, export.to_arrow), where)

    def to_polars(self, *, using: str | None = None, client: object | None = None) -> pl.DataFrame:
        """Returns the rows as a ``polars.DataFrame``; UUIDs as String."""
        where = self._route(using, client)
        return run_blocking(raw_rows.frame(self._text, where, export.to_polars), where)

    def to_pandas(self, *, using: str | None = None, client: object | None = None) -> pd.DataFrame:
        """Returns the rows as a ``pandas.DataFrame``."""
        where = self._route(using, client)
        return run_blocking(raw_rows.frame(self._text, where, export.to_pandas), where)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Runs the statement, blocking, and returns its rows as an Arrow C stream: what ``pl.DataFrame(query)`` calls."""
        where = self._route(None, None)
        return arrow_stream(where, *self._text.compiled(where)).__arrow_c_stream__(requested_schema)

    def _route(self, using: str | None, client: object | None) -> Route:
        return route(self._alias if using is None and client is None else using, client)

    def __repr__(self) -> str:
        """Returns one line with the SQL, without values; never runs anything."""
        return f"<{type(self).__name__}: {' '.join(self._text.sql.split())}>"


def raw(sql: str, params: Params = None, *, using: str | None = None) -> BlockingRawQuery[dict[str, Any]]:
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
    return BlockingRawQuery(raw_rows.text(sql, params), using)
