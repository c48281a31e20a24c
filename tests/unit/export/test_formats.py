"""Formats keep every value of an Arrow stream, whoever made the stream."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from oxyde import export
from oxyde.exceptions import DecodeError
from oxyde.export.arrow_schema import fields
from tests.unit.export.source import IDS, Source, rows


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
