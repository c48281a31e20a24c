"""The rows of a queryset as Arrow: streams of record batches, and the capsules that other libraries take."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from oxyde.db import events, interrupt, render
from oxyde.db.execute import arrow_stream
from oxyde.db.route import Route
from oxyde.db.steps import Read, Steps
from oxyde.export.exporter import Exporter, require
from oxyde.models.where import route_of
from oxyde.queries.compile import Compiled

if TYPE_CHECKING:
    import pyarrow as pa

    from oxyde.models.chain import Chain

T = TypeVar("T")


def statement(chain: Chain[Any, Any]) -> Compiled:
    """Returns the statement for rows that are exported as Arrow, in which secrets are masked."""
    return chain._compiled(masked=True)


def schema(chain: Chain[Any, Any]) -> object:
    """Returns the Arrow schema of the rows as an ``arrow_schema`` capsule; executes nothing."""
    return render.arrow_schema(statement(chain).shape, render.dialect_of(chain._home))


def capsule(chain: Chain[Any, Any], requested_schema: object | None) -> object:
    """Runs the query once and returns its rows as an ``arrow_array_stream`` capsule."""
    stream, timer = _open(chain, route_of(chain, None, None))
    with timer:
        return stream.__arrow_c_stream__(requested_schema)


def frame(chain: Chain[Any, Any], reader: Exporter[T]) -> Steps[T]:
    """Reads the rows as an Arrow stream, on another thread, into an object of some library."""
    made = statement(chain)
    found: T = yield Read(made.shape, made.values, reader, reader.load)
    return found


def _open(chain: Chain[Any, Any], where: Route) -> tuple[Any, AbstractContextManager[Any]]:
    """Returns the stream of the query, which runs now, and the timer that reports it to listeners."""
    made = statement(chain)
    return arrow_stream(where, made.shape, made.values), events.timed(made.shape, where.database)


def _start(chain: Chain[Any, Any], batch_rows: int, where: Route) -> tuple[Any, Any, AbstractContextManager[Any]]:
    """Returns pyarrow, the stream and its timer."""
    if not isinstance(batch_rows, int) or isinstance(batch_rows, bool) or batch_rows < 1:
        message = f"arrow_stream() takes a number of rows of at least 1, not {batch_rows!r}"
        raise ValueError(message)
    return require("pyarrow"), *_open(chain, where)


def _slices(batch: pa.RecordBatch, rows: int) -> Iterator[pa.RecordBatch]:
    """Yields a batch in parts of at most that many rows."""
    return (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def batches_blocking(chain: Chain[Any, Any], batch_rows: int, where: Route) -> Iterator[pa.RecordBatch]:
    """Yields record batches of at most that many rows; leaving the loop early stops the statement."""
    return _sliced(*_start(chain, batch_rows, where), batch_rows)


def _sliced(arrow: Any, stream: Any, timer: AbstractContextManager[Any], batch_rows: int) -> Iterator[pa.RecordBatch]:
    with timer, contextlib.closing(stream):
        while True:
            with interrupt.interruptible(stream.close):
                batch = stream.next()
            if batch is None:
                return
            yield from _slices(arrow.record_batch(batch), batch_rows)


async def batches(chain: Chain[Any, Any], batch_rows: int, where: Route) -> AsyncIterator[pa.RecordBatch]:
    """Yields record batches of at most that many rows, waiting for each on another thread."""
    import asyncio

    arrow, stream, timer = _start(chain, batch_rows, where)
    loop = asyncio.get_running_loop()
    with timer, contextlib.closing(stream):
        while True:
            with interrupt.interruptible(stream.close, asyncio.current_task()):
                batch = await loop.run_in_executor(None, stream.next)
            if batch is None:
                return
            for part in _slices(arrow.record_batch(batch), batch_rows):
                yield part
