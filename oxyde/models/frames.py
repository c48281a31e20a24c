"""``Frames``: the awaited verbs with which rows leave as frames, files and streams. ``blocking_frames.py`` is its generated twin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING

from oxyde import export
from oxyde.models import arrow, json_rows, streaming
from oxyde.models.chain import M, R_co
from oxyde.models.faces import Awaited
from oxyde.models.page import Page
from oxyde.models.verbs import paging
from oxyde.models.where import route_of

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Frames(Awaited[M, R_co]):
    """The part of a queryset that other libraries read."""

    async def to_arrow(self, *, using: str | None = None, client: object | None = None) -> pa.Table:
        """Returns the rows as a ``pyarrow.Table``."""
        return await self._run(arrow.frame(self, export.to_arrow), using, client)

    async def to_polars(self, *, using: str | None = None, client: object | None = None) -> pl.DataFrame:
        """Returns the rows as a ``polars.DataFrame``; UUIDs as String."""
        return await self._run(arrow.frame(self, export.to_polars), using, client)

    async def to_pandas(self, *, using: str | None = None, client: object | None = None) -> pd.DataFrame:
        """Returns the rows as a ``pandas.DataFrame``."""
        return await self._run(arrow.frame(self, export.to_pandas), using, client)

    async def to_duckdb(
        self,
        name: str,
        *,
        connection: duckdb.DuckDBPyConnection | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Reads the rows into a table of DuckDB, replaced where there is one, and returns it; by default on DuckDB's own connection."""
        return await self._run(arrow.frame(self, export.to_duckdb(name, connection)), using, client)

    async def to_parquet(
        self,
        path: str | PathLike[str],
        *,
        row_group: int = 122_880,
        partition_by: str | Sequence[str] = (),
        using: str | None = None,
        client: object | None = None,
    ) -> int:
        """Writes the rows to a Parquet file, or to a folder with one per value of the columns; returns their number.

        The file appears, or is replaced, when all rows are in it. No more than a row group is in memory.
        """
        return await self._run(arrow.frame(self, export.to_parquet(path, row_group, partition_by)), using, client)

    async def to_csv(
        self,
        path: str | PathLike[str],
        *,
        header: bool = True,
        delimiter: str = ",",
        using: str | None = None,
        client: object | None = None,
    ) -> int:
        """Writes the rows to a CSV file; returns their number. The file appears, or is replaced, when all rows are in it."""
        return await self._run(arrow.frame(self, export.to_csv(path, header, delimiter)), using, client)

    async def page(
        self, after: str | None = None, *, before: str | None = None, size: int = 50, using: str | None = None, client: object | None = None
    ) -> Page[R_co]:
        """Returns the first rows, or those after or before a cursor, with the cursors of the pages on both sides.

        Rows that others insert or delete meanwhile shift no page: no row comes twice. The order is that of the queryset, with the key at
        its end, and NULLs last. Cursors are encrypted by ``OXYDE_SECRET`` or ``db.init(secret=...)``.

        Args:
            after: The ``next`` of another page.
            before: The ``prev`` of another page.
            size: The most rows of the page.
            using: The alias of a connection.
            client: A connection or an atomic block.

        Raises:
            FieldValueError: The cursor is of another query, another order or another secret.
            FieldError: The rows cannot be told apart in this order, or there is no secret.
        """
        return await self._run(paging.page(self, after, before, size), using, client)

    def stream(self, batch_size: int | None = None, *, using: str | None = None, client: object | None = None) -> streaming.Stream[R_co]:
        """Yields the rows one at a time, in bounded memory: the server waits while nobody asks for more.

        Leaving the loop stops the statement. Inside an atomic block other statements can run meanwhile, except on MySQL, where they
        raise OxydeError. Rows of one batch share the related rows that ``join()`` loads.

        Args:
            batch_size: How many rows are read at once; by default 4,096.
            using: The alias of a connection.
            client: A connection or an atomic block.
        """
        return streaming.stream(self, batch_size, route_of(self, using, client))

    async def json(self, *, using: str | None = None, client: object | None = None) -> bytes:
        """Returns the rows as a JSON array, byte for byte what ``TypeAdapter(list[User]).dump_json(rows)`` gives.

        The core writes it from the columns, without instances, where no serializer, alias, computed field or related row is involved.
        """
        return await self._run(json_rows.json(self), using, client)

    def arrow_stream(
        self, batch_rows: int = 65_536, *, using: str | None = None, client: object | None = None
    ) -> AsyncIterator[pa.RecordBatch]:
        """Yields the rows as ``pyarrow.RecordBatch`` objects of at most that many rows, in bounded memory."""
        return arrow.batches(self, batch_rows, route_of(self, using, client))

    def __arrow_c_schema__(self) -> object:
        """Returns the Arrow schema of the rows as a capsule; executes nothing."""
        return arrow.schema(self)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Runs the query, blocking, and returns its rows as an Arrow C stream: what ``pl.DataFrame(queryset)`` calls."""
        return arrow.capsule(self, requested_schema)
