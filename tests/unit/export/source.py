"""An Arrow stream with values of every kind that a format has to think about."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pyarrow as pa

IDS = [uuid.UUID(int=7), None, uuid.UUID(int=2**128 - 1)]


class Source:
    """A table that shows nothing but the two capsules, as our results do."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_schema__(self) -> object:
        return self.table.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class Broken:
    """A stream of integers that fails after its first batch.

    Args:
        names: Its columns.
    """

    def __init__(self, *names: str) -> None:
        self.names = names or ("a",)
        self.schema = pa.schema({name: pa.int64() for name in self.names})

    def __arrow_c_schema__(self) -> object:
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        def batches() -> object:
            yield pa.record_batch({name: [1] for name in self.names})
            message = "the server is gone"
            raise OSError(message)

        return pa.RecordBatchReader.from_batches(self.schema, batches()).__arrow_c_stream__()


def rows() -> pa.Table:
    """A table with extension types, NULLs, and an integer that no float holds."""
    uuids = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([None if one is None else one.bytes for one in IDS], pa.binary(16)))
    return pa.table(
        {
            "id": pa.array([2**53 + 1, None, 3], pa.int64()),
            "uuid": uuids,
            "seen": pa.array([dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), None, None], pa.timestamp("us", "UTC")),
            "tags": pa.array([[1, 2], [], None], pa.list_(pa.int64())),
            "ok": pa.array([True, None, False]),
        }
    )


def more() -> pa.Table:
    """The rows with text that needs quotes, bytes, durations, decimals and JSON."""
    data = pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a":[1]}', None, "null"]))
    table = rows()
    for name, column in {
        "text": pa.array(['a,"b"\n', "", None]),
        "photo": pa.array([b"\x00\xff", b"", None]),
        "span": pa.array(
            [dt.timedelta(days=-1, microseconds=1), dt.timedelta(days=1, seconds=2, milliseconds=500), None], pa.duration("us")
        ),
        "price": pa.array([Decimal("1.50"), None, Decimal("-0.01")], pa.decimal128(12, 2)),
        "data": data,
    }.items():
        table = table.append_column(name, column)
    return table
