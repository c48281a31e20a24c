"""Rows as a Parquet file, or as a folder of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from oxyde.exceptions import FieldError
from oxyde.export.exporter import ArrowSource, Exporter, require, require_distinct
from oxyde.export.files import require_columns, require_file, require_free, whole_file, whole_folder

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 122_880
"""Rows of a row group where the caller names no number; what DuckDB writes."""
MOST_PARTITIONS = 100_000
"""Folders that one call may make."""


def to_parquet(path: str | os.PathLike[str], row_group: int = ROW_GROUP, partition_by: str | Sequence[str] = ()) -> Exporter[int]:
    """Returns what writes a stream to a Parquet file, a row group at a time, and returns the number of rows.

    Args:
        path: The file, replaced when all is written; with ``partition_by`` a folder that is new or empty.
        row_group: Rows per row group, at most; as many are in memory.
        partition_by: Columns whose values become folders (``city=Paris/``), as Hive, Polars, DuckDB and Spark read them.

    Raises:
        ValueError: The row group is no positive number.
    """
    if not isinstance(row_group, int) or isinstance(row_group, bool) or row_group < 1:
        message = f"to_parquet(row_group=...) takes a number of rows of at least 1, not {row_group!r}"
        raise ValueError(message)
    columns = (partition_by,) if isinstance(partition_by, str) else tuple(dict.fromkeys(partition_by))

    def read(source: ArrowSource) -> int:
        reader = require("pyarrow").RecordBatchReader.from_stream(source)
        names = reader.schema.names
        require_distinct(names)
        require_columns(columns, names, "to_parquet(partition_by=...)")
        return _partitions(reader, path, row_group, columns) if columns else _file(reader, path, row_group)

    return Exporter(("pyarrow",), read, lambda: (require_free if columns else require_file)(path))


def _file(reader: pa.RecordBatchReader, path: str | os.PathLike[str], row_group: int) -> int:
    parquet = require("pyarrow.parquet")
    rows = 0
    with whole_file(path) as file, parquet.ParquetWriter(file, reader.schema) as writer:
        for table in _groups(reader, row_group):
            writer.write_table(table, row_group_size=row_group)
            rows += table.num_rows
    return rows


def _groups(reader: pa.RecordBatchReader, row_group: int) -> Iterator[pa.Table]:
    """Yields the rows in tables of that many, the last one shorter."""
    arrow = require("pyarrow")
    kept: list[pa.RecordBatch] = []
    size = 0
    for batch in reader:
        start = 0
        while size + batch.num_rows - start >= row_group:
            part = batch.slice(start, row_group - size)
            yield arrow.Table.from_batches([*kept, part])
            start += part.num_rows
            kept, size = [], 0
        if start < batch.num_rows:
            kept.append(batch.slice(start))
            size += batch.num_rows - start
    if kept:
        yield arrow.Table.from_batches(kept)


def _partitions(reader: pa.RecordBatchReader, path: str | os.PathLike[str], row_group: int, columns: tuple[str, ...]) -> int:
    arrow, dataset = require("pyarrow"), require("pyarrow.dataset")
    if len(columns) == len(reader.schema.names):
        message = "to_parquet(partition_by=...) names every column; one must be left for the files"
        raise FieldError(message)
    schema = reader.schema
    for name in columns:
        at = schema.get_field_index(name)
        schema = schema.set(at, schema.field(at).with_type(_folder_type(schema.field(at))))
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in reader:
            rows += batch.num_rows
            arrays = [_named(array) if field.type != array.type else array for array, field in zip(batch.columns, schema, strict=True)]
            yield arrow.RecordBatch.from_arrays(arrays, schema=schema)

    by = dataset.partitioning(arrow.schema([schema.field(name) for name in columns]), flavor="hive")
    with whole_folder(path) as folder:
        dataset.write_dataset(
            counted(),
            folder,
            schema=schema,
            format="parquet",
            partitioning=by,
            max_rows_per_group=row_group,
            max_partitions=MOST_PARTITIONS,
        )
    return rows


def _folder_type(field: pa.Field) -> Any:
    """Returns the type whose values name folders: a UUID's is its text.

    Raises:
        FieldError: The values of the field's type name no folders that read back.
    """
    arrow = require("pyarrow")
    if field.type == arrow.uuid():
        return arrow.string()
    kinds = arrow.types
    if any(is_kind(field.type) for is_kind in (kinds.is_nested, kinds.is_binary, kinds.is_large_binary, kinds.is_duration)) or isinstance(
        field.type, arrow.BaseExtensionType
    ):
        message = f"to_parquet(partition_by=...) names {field.name!r} of Arrow's type {field.type}, whose values name no folders"
        raise FieldError(message, column=field.name)
    return field.type


def _named(uuids: Any) -> Any:
    """Returns UUIDs as text."""
    return require("pyarrow").array([None if one is None else str(one) for one in uuids.to_pylist()], "string")
