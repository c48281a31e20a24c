"""The rows of a queryset as Arrow: streams of record batches, and the capsules that other libraries take."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from oxyde.db import events, interrupt
from oxyde.db.execute import arrow_stream
from oxyde.db.route import Route
from oxyde.export.exporter import require
from oxyde.models.where import route_of

if TYPE_CHECKING:
    import pyarrow as pa

    from oxyde.models.chain import Chain


def capsule(chain: Chain[Any, Any], requested_schema: object | None) -> object:
    """Runs the query once and returns its rows as an ``arrow_array_stream`` capsule."""
    made, where = chain._compiled(masked=True), route_of(chain, None, None)
    with events.watch(made.shape, where.database):
        return arrow_stream(where, made.shape, made.values).__arrow_c_stream__(requested_schema)


def _start(chain: Chain[Any, Any], batch_rows: int, where: Route) -> tuple[Any, Any, AbstractContextManager[Any]]:
    """Returns pyarrow, the stream of the query, which runs now, and who watches it for its listeners."""
    if not isinstance(batch_rows, int) or isinstance(batch_rows, bool) or batch_rows < 1:
        message = f"arrow_stream() takes a number of rows of at least 1, not {batch_rows!r}"
        raise ValueError(message)
    arrow: Any = require("pyarrow")
    made = chain._compiled(masked=True)
    return arrow, arrow_stream(where, made.shape, made.values), events.watch(made.shape, where.database)


def _slices(batch: pa.RecordBatch, rows: int) -> Iterator[pa.RecordBatch]:
    """Gives a batch in parts of at most so many rows."""
    return (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def batches_blocking(chain: Chain[Any, Any], batch_rows: int, where: Route) -> Iterator[pa.RecordBatch]:
    """Gives record batches of at most so many rows; leaving the loop early stops the statement."""
    return _sliced(*_start(chain, batch_rows, where), batch_rows)


def _sliced(arrow: Any, stream: Any, watch: AbstractContextManager[Any], batch_rows: int) -> Iterator[pa.RecordBatch]:
    with watch, contextlib.closing(stream):
        while True:
            with interrupt.watch(stream.close):
                batch = stream.next()
            if batch is None:
                return
            yield from _slices(arrow.record_batch(batch), batch_rows)


async def batches(chain: Chain[Any, Any], batch_rows: int, where: Route) -> AsyncIterator[pa.RecordBatch]:
    """Gives record batches of at most so many rows, waiting for each on another thread."""
    import asyncio

    arrow, stream, watch = _start(chain, batch_rows, where)
    loop = asyncio.get_running_loop()
    with watch, contextlib.closing(stream):
        while True:
            with interrupt.watch(stream.close, asyncio.current_task()):
                batch = await loop.run_in_executor(None, stream.next)
            if batch is None:
                return
            for part in _slices(arrow.record_batch(batch), batch_rows):
                yield part
