"""Parquet files hold every value, in row groups of the size that was asked for, and appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from oxyde import export
from oxyde.exceptions import DecodeError, FieldError
from tests.unit.export.source import IDS, Broken, Source, more, rows


def test_every_value(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    assert export.to_parquet(file)(Source(more())) == 3
    assert pq.read_table(file).equals(more())
    assert pl.read_parquet(file)["id"].to_list() == [2**53 + 1, None, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]


@pytest.mark.parametrize(("batch", "row_group", "sizes"), [(1, 4, [4, 4, 2]), (10, 3, [3, 3, 3, 1]), (3, 100, [10]), (4, 5, [5, 5])])
def test_row_groups(tmp_path: Path, batch: int, row_group: int, sizes: list[int]) -> None:
    """However the rows arrive."""
    table = pa.Table.from_batches(pa.table({"a": list(range(10))}).to_batches(max_chunksize=batch))
    file = tmp_path / "rows.parquet"
    assert export.to_parquet(file, row_group)(Source(table)) == 10
    metadata = pq.ParquetFile(file).metadata
    assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == sizes
    assert pq.read_table(file)["a"].to_pylist() == list(range(10))


def test_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    assert export.to_parquet(file)(Source(more().slice(0, 0))) == 0
    assert pq.read_table(file).schema == more().schema


def test_an_existing_file_is_replaced_by_whole_ones_only(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    file.write_bytes(b"older")
    with pytest.raises(OSError, match="the server is gone"):
        export.to_parquet(file)(Broken())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("rows.parquet", b"older")]
    export.to_parquet(file)(Source(rows()))
    assert pq.read_table(file).num_rows == 3


def test_partitions(tmp_path: Path) -> None:
    """A folder per value, NULL and UUIDs included; what is in no name is in the files."""
    folder = tmp_path / "rows"
    folder.mkdir()
    assert export.to_parquet(folder, partition_by=["ok", "uuid"])(Source(rows())) == 3
    names = {str(path.parent.relative_to(folder)) for path in folder.rglob("*.parquet")}
    assert names == {f"ok=true/uuid={IDS[0]}", f"ok=false/uuid={IDS[2]}", "ok=__HIVE_DEFAULT_PARTITION__/uuid=__HIVE_DEFAULT_PARTITION__"}
    found = ds.dataset(folder, partitioning="hive").to_table().sort_by("id")
    assert found["id"].to_pylist() == [3, 2**53 + 1, None]
    assert found["ok"].to_pylist() == ["false", "true", None]


def test_a_folder_with_something_in_it(tmp_path: Path) -> None:
    """It is refused before there are rows, and left as it is."""
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "kept").write_text("x")
    writer = export.to_parquet(tmp_path / "rows", partition_by="ok")
    with pytest.raises(FileExistsError, match="rows exists and is not empty"):
        writer.load()
    assert [path.name for path in (tmp_path / "rows").iterdir()] == ["kept"]


def test_partitions_that_fail(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="the server is gone"):
        export.to_parquet(tmp_path / "rows", partition_by="b")(Broken("a", "b"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    for size in (0, -1, True, 1.5):
        with pytest.raises(ValueError, match="row_group"):
            export.to_parquet(file, size)  # type: ignore[arg-type] # planted
    with pytest.raises(FieldError, match=r"names 'nope', which is no column of the rows: id, uuid"):
        export.to_parquet(file, partition_by="nope")(Source(rows()))
    with pytest.raises(FieldError, match=r"'tags' of Arrow's type list.*name no folders"):
        export.to_parquet(file, partition_by="tags")(Source(rows()))
    with pytest.raises(FieldError, match="names every column"):
        export.to_parquet(file, partition_by=["a"])(Source(pa.table({"a": [1]})))
    with pytest.raises(DecodeError, match='"a"'):
        export.to_parquet(file)(Source(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        export.to_parquet(tmp_path / "missing" / "rows")(Source(rows()))
