"""Streams: the rows of a queryset one at a time, read in batches as they are asked for; awaited and blocking."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, TypeVar

from typing_extensions import Self

from oxyde.db import execute
from oxyde.db.batches import ROWS, Batches, batches
from oxyde.db.route import Route
from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import UnsupportedError
from oxyde.models.chain import Chain
from oxyde.models.prefetch import Nodes, tree
from oxyde.models.verbs import relating
from oxyde.queries.paths import columns_at

R_co = TypeVar("R_co", covariant=True)


class _Rows(Generic[R_co]):
    """What both kinds of stream have in common.

    Args:
        source: The batches.
        reader: Makes a function that turns a batch into rows; called for each batch, so that no row outlives its batch.
        nodes: The relations that are loaded for the rows of each batch.
        where: Where they are read.
    """

    def __init__(self, source: Batches, reader: Callable[[], Callable[[Batch], list[R_co]]], nodes: Nodes, where: Route) -> None:
        self._batches = source
        self._reader = reader
        self._nodes = nodes
        self._where = where
        self._rows: Iterator[R_co] = iter(())
        self._waits = False

    def __repr__(self) -> str:
        """Returns one line; reads nothing."""
        return f"<{type(self).__name__}, {'ended' if self._batches.ended else 'open'}>"

    def _read(self, found: list[Batch]) -> Steps[None]:
        """Turns batches into rows, with their relations; an error ends the stream, which would go on without them."""
        try:
            read = self._reader()
            rows: list[Any] = [row for batch in found for row in read(batch)]
            yield from relating.load(self._nodes, rows)
        except BaseException:
            self._batches.end()
            raise
        self._rows = iter(rows)

    def _enter(self) -> None:
        if self._waits:
            raise RuntimeError("this stream is waiting for rows already; a stream has one reader")
        self._waits = True

    def __del__(self) -> None:
        if not self._batches.ended:
            self._batches.end()


class Stream(_Rows[R_co], AsyncIterator[R_co]):
    """The rows of a query: ``async for row in queryset.stream()``. Leaving the loop stops the statement."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R_co:
        """Returns the next row."""
        for row in self._rows:
            return row
        while not self._batches.ended:
            self._enter()
            try:
                await execute.run(self._read(await self._batches.take()), self._where)
            finally:
                self._waits = False
            for row in self._rows:
                return row
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Stops the statement; its connection is free afterwards."""
        self._rows = iter(())
        await self._batches.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class BlockingStream(_Rows[R_co], Iterator[R_co]):
    """The rows of a query: ``for row in queryset.sync.stream()``. Leaving the loop stops the statement."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> R_co:
        """Returns the next row."""
        for row in self._rows:
            return row
        while not self._batches.ended:
            self._enter()
            try:
                execute.run_blocking(self._read(self._batches.take_blocking()), self._where)
            finally:
                self._waits = False
            for row in self._rows:
                return row
        raise StopIteration

    def close(self) -> None:
        """Stops the statement; its connection is free afterwards."""
        self._rows = iter(())
        self._batches.close_blocking()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def stream(chain: Chain[Any, R_co], batch_size: int | None, where: Route) -> Stream[R_co]:
    """Returns the rows of a queryset as a stream.

    Raises:
        ValueError: The size of a batch is no number of rows.
        UnsupportedError: Each row is joined with several others, which no batch holds together.
    """
    return Stream(*_opened(chain, batch_size, where))


def stream_blocking(chain: Chain[Any, R_co], batch_size: int | None, where: Route) -> BlockingStream[R_co]:
    """Returns the rows of a queryset as a stream for blocking code; raises as ``stream`` does."""
    return BlockingStream(*_opened(chain, batch_size, where))


def size(batch_size: int | None) -> int:
    """Returns the rows of a batch.

    Raises:
        ValueError: It is no number of rows.
    """
    if batch_size is None:
        return ROWS
    if not isinstance(batch_size, int) or isinstance(batch_size, bool) or not 0 < batch_size < 2**31:
        message = f"stream() takes a batch_size of at least 1 row, not {batch_size!r}"
        raise ValueError(message)
    return batch_size


def _opened(
    chain: Chain[Any, R_co], batch_size: int | None, where: Route
) -> tuple[Batches, Callable[[], Callable[[Batch], list[R_co]]], Nodes, Route]:
    nodes = tree(chain.model.__oxyde__, chain._query) if chain._query.prefetched else {}
    chain = chain._next(relating.with_keys(chain._state, nodes)) if nodes else chain
    state = chain._state
    rows = size(batch_size)
    for path in state.joined:
        if columns_at(state.table, path)[0].many is not None:
            name = "__".join(path)
            message = f'stream() reads rows in batches, and join("{name}") repeats a row for each related one; use prefetch("{name}")'
            raise UnsupportedError(message, table=state.table.name)
    made = chain._compiled()
    call = Call(made.shape, made.values, locks=chain._state.is_locked, stream=rows)
    strategy = chain._query.rows
    if state.joined:  # rows of one batch share their related rows
        return batches(where, call, is_query=True), lambda: strategy.reader(state), nodes, where
    reader = strategy.reader(state)
    return batches(where, call, is_query=True), lambda: reader, nodes, where


__all__ = ["BlockingStream", "Stream", "size", "stream", "stream_blocking"]
