"""The rows of a queryset as Arrow: streams of record batches, and the capsules that other libraries take."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from oxyde.db import interrupt
from oxyde.db.execute import Route, arrow_stream
from oxyde.export.arrow import require
from oxyde.models.client import route_of

if TYPE_CHECKING:
    import pyarrow as pa

    from oxyde.models.chain import Chain


def capsule(chain: Chain[Any], requested_schema: object | None) -> object:
    """Runs the query once and returns its rows as an ``arrow_array_stream`` capsule."""
    made = chain.compiled(masked=True)
    return arrow_stream(route_of(chain, None, None), made.shape, made.values).__arrow_c_stream__(requested_schema)


def _start(chain: Chain[Any], batch_rows: int, where: Route) -> tuple[Any, Any]:
    """Returns pyarrow and the stream of the query, which runs now."""
    if not isinstance(batch_rows, int) or isinstance(batch_rows, bool) or batch_rows < 1:
        message = f"arrow_stream() takes a number of rows of at least 1, not {batch_rows!r}"
        raise ValueError(message)
    arrow: Any = require("pyarrow", "arrow")
    made = chain.compiled(masked=True)
    return arrow, arrow_stream(where, made.shape, made.values)


def _slices(batch: pa.RecordBatch, rows: int) -> Iterator[pa.RecordBatch]:
    """Gives a batch in parts of at most so many rows."""
    return (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def batches_blocking(chain: Chain[Any], batch_rows: int, where: Route) -> Iterator[pa.RecordBatch]:
    """Gives record batches of at most so many rows; leaving the loop early stops the statement."""
    return _sliced(*_start(chain, batch_rows, where), batch_rows)


def _sliced(arrow: Any, stream: Any, batch_rows: int) -> Iterator[pa.RecordBatch]:
    try:
        while True:
            with interrupt.watch(stream.close):
                batch = stream.next()
            if batch is None:
                return
            yield from _slices(arrow.record_batch(batch), batch_rows)
    finally:
        stream.close()


async def batches(chain: Chain[Any], batch_rows: int, where: Route) -> AsyncIterator[pa.RecordBatch]:
    """Gives record batches of at most so many rows, waiting for each on another thread."""
    import asyncio

    arrow, stream = _start(chain, batch_rows, where)
    loop = asyncio.get_running_loop()
    try:
        while True:
            with interrupt.watch(stream.close, asyncio.current_task()):
                batch = await loop.run_in_executor(None, stream.next)
            if batch is None:
                return
            for part in _slices(arrow.record_batch(batch), batch_rows):
                yield part
    finally:
        stream.close()
