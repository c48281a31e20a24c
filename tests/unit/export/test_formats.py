"""Formats keep every value of an Arrow stream, whoever made the stream."""

from __future__ import annotations

import datetime as dt
import uuid

import polars as pl
import pyarrow as pa
import pytest

from oxyde import export
from oxyde.exceptions import DecodeError
from oxyde.export.arrow_schema import fields

IDS = [uuid.UUID(int=7), None, uuid.UUID(int=2**128 - 1)]


class Source:
    """A table that shows nothing but the two capsules, as our results do."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_schema__(self) -> object:
        return self.table.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


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


def test_arrow() -> None:
    assert export.to_arrow(Source(rows())).equals(rows())


def test_polars() -> None:
    frame = export.to_polars(Source(rows()))
    assert frame["id"].to_list() == [2**53 + 1, None, 3]
    assert frame["uuid"].to_list() == [None if one is None else str(one) for one in IDS]
    assert frame["tags"].to_list() == [[1, 2], [], None]
    assert frame.schema["seen"] == pl.Datetime("us", "UTC")


def test_pandas() -> None:
    frame = export.to_pandas(Source(rows()))
    assert frame["id"].tolist()[0] == 2**53 + 1
    assert str(frame["id"].dtype) == "Int64"
    assert str(frame["ok"].dtype) == "boolean"
    assert frame["tags"].tolist() == [[1, 2], [], None]


@pytest.mark.parametrize("reader", [export.to_polars, export.to_pandas])
def test_two_columns_of_one_name(reader: export.exporter.Exporter[object]) -> None:
    doubled = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(DecodeError, match='"a"'):
        reader(Source(doubled))


def test_fields() -> None:
    found = {field.name: field for field in fields(rows().schema)}
    assert found["uuid"].extension == "arrow.uuid"
    assert found["id"].extension is None
    assert [child.extension for child in found["tags"].children] == [None]
    assert fields(object()) == ()
