"""Rows as a pandas frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde.export.arrow import ArrowSource, require, require_distinct, to_arrow

if TYPE_CHECKING:
    import pandas as pd


def to_pandas(source: ArrowSource) -> pd.DataFrame:
    """Reads a stream to its end into a ``pandas.DataFrame``.

    Integers and booleans that may be NULL get pandas' nullable types (``Int64``, ``boolean``), because a float would not hold
    every integer. Lists stay Python lists, for the same reason. Other types are those of ``pyarrow``'s ``to_pandas``.

    Raises:
        ImportError: pandas or pyarrow is not installed.
        DecodeError: Two columns have one name.
    """
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
