"""Rows that come in: Arrow batches out of a frame, a table, a stream, a Parquet or a CSV file."""

from __future__ import annotations

import csv as text
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from oxyde.exceptions import FieldValueError
from oxyde.export.exporter import require

if TYPE_CHECKING:
    import pyarrow as pa

CSV: Final = (".csv", ".tsv")
PARQUET: Final = (".parquet", ".pq")


class Source:
    """Something that holds rows, opened.

    Attributes:
        schema: The Arrow schema of the rows.
        is_text: Every column is text, whose values are still to be read: a CSV file.
    """

    def __init__(self, given: Any, rows: int) -> None:
        """Opens it.

        Args:
            given: An Arrow table or stream, a frame, or a path.
            rows: The most rows in a batch.

        Raises:
            ImportError: A package is not installed; names it.
            TypeError: It holds no rows that are known.
            ValueError: A path ends in another way than those that are known.
        """
        self._pa = require("pyarrow")
        self._rows = rows
        self.is_text = False
        if isinstance(given, (str, os.PathLike)):
            self.schema, self._batches = self._file(os.fspath(given))
            return
        reader = self._reader(given)
        self.schema, self._batches = reader.schema, reader

    def _reader(self, given: Any) -> Any:
        pa = self._pa
        if isinstance(given, pa.RecordBatch):
            return pa.Table.from_batches([given]).to_reader()
        if isinstance(given, pa.Table):
            return given.to_reader()
        if hasattr(given, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(given)
        if type(given).__module__.partition(".")[0] == "pandas" and hasattr(given, "columns"):
            return pa.Table.from_pandas(given, preserve_index=False).to_reader()
        message = (
            f"load() takes an Arrow table or stream, a polars or pandas frame, or the path of a Parquet or CSV file, not "
            f"{type(given).__name__}; bulk_create() takes instances and dictionaries"
        )
        raise TypeError(message)

    def _file(self, path: str) -> tuple[pa.Schema, Any]:
        ending = os.path.splitext(path)[1].lower()  # noqa: PTH122 - bytes of a path stay as they are
        if ending in PARQUET or os.path.isdir(path):  # noqa: PTH112 - as above
            dataset = require("pyarrow.dataset").dataset(path, format="parquet", partitioning="hive")
            return dataset.schema, dataset.to_batches(batch_size=self._rows)
        if ending in CSV:
            csv = require("pyarrow.csv")
            with open(path, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - as above
                head = next(text.reader(file, delimiter="\t" if ending == ".tsv" else ","), [])
            self.is_text = True
            reader = csv.open_csv(
                path,
                parse_options=csv.ParseOptions(delimiter="\t" if ending == ".tsv" else ",", newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(head, self._pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
            return reader.schema, reader
        message = f"load() knows files by their ending ({', '.join((*PARQUET, *CSV))}), and {path!r} has another one"
        raise ValueError(message)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yields the rows, at most as many at once as was said."""
        for batch in self._batches:
            for start in range(0, batch.num_rows, self._rows):
                yield batch.slice(start, self._rows)


class Expected:
    """What a column of a table takes from Arrow.

    Attributes:
        kind: The kind of the column.
        where: Model and field, for messages.
    """

    def __init__(self, kind: str, where: str) -> None:
        self.kind, self.where = kind, where
        self._pa = require("pyarrow")

    def values(self, column: Any, *, is_text: bool) -> Sequence[Any]:
        """Returns the values of a column as Python's, exactly.

        Raises:
            FieldValueError: It is of a type that the field does not take, or a value of it fits no Python type.
        """
        column = self._stored(column)
        if self._pa.types.is_dictionary(column.type):
            known = self.values(column.dictionary, is_text=is_text)
            return [None if at is None else known[at] for at in column.indices.to_pylist()]
        plain = self._plain(column, is_text=is_text)
        try:
            values: list[Any] = plain.to_pylist()
        except (self._pa.ArrowInvalid, ValueError, OverflowError) as error:
            raise self._inexact(error) from None
        if self.kind == "float" and any(isinstance(value, int) and float(value) != value for value in values):
            raise self._inexact("it has an int that no float holds")
        return values

    def array(self, column: Any) -> Any:
        """Returns a column as the Arrow array that the core takes for it; None where its values have to become Python's.

        Raises:
            FieldValueError: It is of a type that the field does not take, or a value of it has no exact equivalent.
        """
        column = self._stored(column)
        if self._pa.types.is_dictionary(column.type):
            return None
        column = self._plain(column, is_text=False)
        types, kind = self._pa.types, column.type
        if self.kind == "int" and types.is_integer(kind) and kind != self._pa.uint64():
            return column.cast(self._pa.int64())
        is_taken: bool = {
            "bool": types.is_boolean(kind),
            "int": False,
            "float": types.is_float64(kind),
            "decimal": types.is_decimal128(kind) and kind.scale >= 0,
            "text": types.is_string(kind) or types.is_large_string(kind),
            "bytes": types.is_binary(kind) or types.is_large_binary(kind),
            "uuid": types.is_fixed_size_binary(kind),
        }.get(self.kind, self.kind in TIMES)
        return column if is_taken and not types.is_null(kind) else None

    def _stored(self, column: Any) -> Any:
        """Returns a column without the extension that Arrow wraps around values."""
        return column.storage if isinstance(column.type, self._pa.BaseExtensionType) else column

    def _plain(self, column: Any, *, is_text: bool) -> Any:
        """Returns a column in Python's precision.

        Raises:
            FieldValueError: It is of a type that the field does not take, or a value of it has no such precision.
        """
        pa = self._pa
        if not pa.types.is_null(column.type) and not is_text and not self._takes(column.type):
            raise self.refusal(f"takes {self.kind}, and its column is of type {column.type}{self._remedy(column)}")
        unit = self._in_microseconds(column.type)
        try:
            return column if unit is None else column.cast(unit)
        except (pa.ArrowInvalid, ValueError, OverflowError) as error:
            raise self._inexact(error) from None

    def _inexact(self, error: object) -> FieldValueError:
        return self.refusal(f"cannot take a value of its column exactly: {error}")

    def refusal(self, reason: str) -> FieldValueError:
        """Returns the error of the column."""
        return FieldValueError(f"{self.where} {reason}", column=self.where.rpartition(".")[2])

    def _takes(self, kind: Any) -> bool:
        types = self._pa.types
        is_string = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
        is_bytes = types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind) or types.is_binary_view(kind)
        is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
        found: bool = {
            "int": types.is_integer(kind),
            "bool": types.is_boolean(kind),
            "float": types.is_floating(kind) or types.is_integer(kind),
            "decimal": types.is_decimal(kind) or types.is_integer(kind) or is_string,
            "text": is_string,
            "enum": is_string,
            "bytes": is_bytes,
            "date": types.is_date(kind),
            "time": types.is_time(kind),
            "datetime": types.is_timestamp(kind) and kind.tz is None,
            "datetime_tz": types.is_timestamp(kind) and kind.tz is not None,
            "duration": types.is_duration(kind),
            "uuid": is_string or (types.is_fixed_size_binary(kind) and kind.byte_width == UUID_BYTES),
            "json": is_string or is_list or types.is_struct(kind) or types.is_map(kind),
            "array": is_list or is_string,
        }.get(self.kind, True)
        return found

    def _remedy(self, column: Any) -> str:
        types = self._pa.types
        if self.kind == "int" and types.is_floating(column.type):
            return '; pandas makes floats of ints where some are missing: astype("Int64")' if column.null_count else "; cast it to int64"
        if self.kind in {"datetime", "datetime_tz"} and types.is_timestamp(column.type):
            return "; say which zone its times are in" if self.kind == "datetime_tz" else "; its times have a zone, and the field's none"
        if self.kind == "decimal" and types.is_floating(column.type):
            return "; floats are not exact: cast it to a decimal"
        if types.is_string(column.type) or types.is_large_string(column.type) or types.is_string_view(column.type):
            return "; convert the text first, or give load() the CSV file, whose text it reads by the types of the fields"
        return ""

    def _in_microseconds(self, kind: Any) -> Any:
        """Returns the type of Python's precision, if the column has another one."""
        pa = self._pa
        if pa.types.is_timestamp(kind) and kind.unit != "us":
            return pa.timestamp("us", kind.tz)
        if pa.types.is_duration(kind) and kind.unit != "us":
            return pa.duration("us")
        if pa.types.is_time(kind) and kind != pa.time64("us"):
            return pa.time64("us")
        return pa.date32() if pa.types.is_date64(kind) else None


UUID_BYTES: Final = 16
TIMES: Final = frozenset({"date", "time", "datetime", "datetime_tz", "duration"})
