"""Rows as a CSV file (RFC 4180, UTF-8)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from oxyde.export.exporter import ArrowSource, Exporter, require, require_distinct
from oxyde.export.files import require_file, whole_file


def to_csv(path: str | os.PathLike[str], header: bool = True, delimiter: str = ",") -> Exporter[int]:
    r"""Returns what writes a stream to a CSV file, a batch at a time, and returns the number of rows.

    NULL is nothing between two delimiters, an empty text is ``""``. Datetimes are ISO 8601 with a space, durations ISO 8601
    (``P1DT2.5S``), bytes hexadecimal digits, lists and JSON are JSON.

    Args:
        path: The file, replaced when all is written.
        header: Whether the first line names the columns.
        delimiter: One character of ASCII that stands in no number, date or time, and is no quote and no end of line.

    Raises:
        ValueError: The delimiter is none.
    """
    if not isinstance(delimiter, str) or len(delimiter) != 1 or not delimiter.isascii() or delimiter in _TAKEN or delimiter.isalnum():
        message = (
            f"to_csv(delimiter=...) takes one character of ASCII that stands in no number or date, such as ';' or '\\t', not {delimiter!r}"
        )
        raise ValueError(message)

    def read(source: ArrowSource) -> int:
        arrow, csv = require("pyarrow"), require("pyarrow.csv")
        reader = arrow.RecordBatchReader.from_stream(source)
        require_distinct(reader.schema.names)
        texts = [_text(field.type) for field in reader.schema]
        fields = [field if text is None else field.with_type(arrow.string()) for field, text in zip(reader.schema, texts, strict=True)]
        schema = arrow.schema(fields)
        options = csv.WriteOptions(include_header=header, delimiter=delimiter)
        rows = 0
        with whole_file(path) as file, csv.CSVWriter(file, schema, write_options=options) as writer:
            for batch in reader:
                arrays = [
                    array
                    if text is None
                    else arrow.array([None if value is None else text(value) for value in array.to_pylist()], "string")
                    for array, text in zip(batch.columns, texts, strict=True)
                ]
                writer.write_batch(arrow.RecordBatch.from_arrays(arrays, schema=schema))
                rows += batch.num_rows
        return rows

    return Exporter(("pyarrow",), read, lambda: require_file(path))


_TAKEN: Final = '"\r\n\0 +-.:'
"""What cannot separate values: numbers, dates and times are written without quotes."""


def _text(kind: Any) -> Callable[[Any], str] | None:
    """Returns what writes a value of an Arrow type that pyarrow writes to no CSV, or writes as another value; None elsewhere."""
    types = require("pyarrow").types
    if types.is_list(kind) or types.is_large_list(kind):
        return _json
    if types.is_binary(kind) or types.is_large_binary(kind):
        return bytes.hex
    if types.is_duration(kind):
        return _duration
    return str if isinstance(kind, require("pyarrow").BaseExtensionType) else None


def _json(value: Any) -> str:
    return json.dumps(value, default=_item, ensure_ascii=False)


def _item(value: Any) -> str:
    """Returns an item of a list that JSON has no type for as its text."""
    if isinstance(value, timedelta):
        return _duration(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def _duration(value: timedelta) -> str:
    """Returns a duration as ISO 8601 writes it, with a sign before the whole."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    seconds = f"{value.seconds}.{value.microseconds:06}".rstrip("0").rstrip(".")
    return f"{sign}P{value.days}DT{seconds}S"
