"""The rows of a queryset as Arrow: streams of record batches, and the capsules that other libraries take."""

from __future__ import annotations

import asyncio
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


def _check(batch_rows: int) -> None:
    if not isinstance(batch_rows, int) or isinstance(batch_rows, bool) or batch_rows < 1:
        message = f"arrow_stream() takes a number of rows of at least 1, not {batch_rows!r}"
        raise ValueError(message)


def batches_blocking(chain: Chain[Any], batch_rows: int, where: Route) -> Iterator[pa.RecordBatch]:
    """Gives record batches of at most so many rows; leaving the loop early stops the statement."""
    _check(batch_rows)
    arrow: Any = require("pyarrow", "arrow")
    made = chain.compiled(masked=True)
    return _sliced(arrow, arrow_stream(where, made.shape, made.values), batch_rows)


def _sliced(arrow: Any, stream: Any, batch_rows: int) -> Iterator[pa.RecordBatch]:
    try:
        while True:
            with interrupt.watch(stream.close):
                batch = stream.next()
            if batch is None:
                return
            whole = arrow.record_batch(batch)
            for start in range(0, whole.num_rows, batch_rows):
                yield whole.slice(start, batch_rows)
    finally:
        stream.close()


async def batches(chain: Chain[Any], batch_rows: int, where: Route) -> AsyncIterator[pa.RecordBatch]:
    """Gives record batches of at most so many rows, waiting for each on another thread."""
    _check(batch_rows)
    arrow: Any = require("pyarrow", "arrow")
    made = chain.compiled(masked=True)
    stream = arrow_stream(where, made.shape, made.values)
    loop = asyncio.get_running_loop()
    try:
        while True:
            with interrupt.watch(stream.close, asyncio.current_task()):
                batch = await loop.run_in_executor(None, stream.next)
            if batch is None:
                return
            whole = arrow.record_batch(batch)
            for start in range(0, whole.num_rows, batch_rows):
                yield whole.slice(start, batch_rows)
    finally:
        stream.close()
