"""Rows as a pandas frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde.export.arrow import to_arrow
from oxyde.export.exporter import ArrowSource, Exporter, require, require_distinct

if TYPE_CHECKING:
    import pandas as pd


def _read(source: ArrowSource) -> pd.DataFrame:
    pandas = require("pandas")
    arrow = require("pyarrow")
    nullable = {
        arrow.bool_(): pandas.BooleanDtype(),
        arrow.int16(): pandas.Int16Dtype(),
        arrow.int32(): pandas.Int32Dtype(),
        arrow.int64(): pandas.Int64Dtype(),
        arrow.uint64(): pandas.UInt64Dtype(),
    }
    table = to_arrow(source)
    require_distinct(table.schema.names)

    def column(at: int) -> Any:
        field = table.schema.field(at)
        if arrow.types.is_list(field.type):
            return pandas.Series(table.column(at).to_pylist(), dtype=object)
        return table.column(at).to_pandas(types_mapper=nullable.get if field.nullable else None)

    return pandas.DataFrame({field.name: column(at) for at, field in enumerate(table.schema)})


to_pandas = Exporter(("pandas", "pyarrow"), _read)
"""Reads a stream to its end into a ``pandas.DataFrame``; two columns of one name raise DecodeError.

Integers and booleans that may be NULL become pandas' nullable types (``Int64``, ``boolean``), because a float does not hold
every integer. Lists remain Python lists, for the same reason. Other types are those of pyarrow's ``to_pandas``.
"""
