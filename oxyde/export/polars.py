"""Rows as a Polars frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde.export.arrow_schema import ArrowField, fields
from oxyde.export.exporter import ArrowSource, Exporter, require, require_distinct

if TYPE_CHECKING:
    import polars as pl

_GROUPS = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))


def _read(source: ArrowSource) -> pl.DataFrame:
    polars = require("polars")
    described = fields(source)
    require_distinct([field.name for field in described])
    frame = polars.DataFrame(source)
    casts = [cast for field in described if (cast := _cast(polars, polars.col(field.name), field, frame.schema[field.name])) is not None]
    return frame.with_columns(casts) if casts else frame  # type: ignore[no-any-return] # Polars is imported as Any


def _cast(polars: Any, values: Any, field: ArrowField, dtype: Any) -> Any:
    """Returns the expression that turns extension types into what Polars users expect, or None where nothing is to be done."""
    if field.extension == "arrow.uuid":
        return _uuid_text(polars, values)
    if field.extension == "arrow.json" and dtype != polars.String:
        return values.ext.storage()
    if isinstance(dtype, polars.List):
        inner = _cast(polars, polars.element(), field.children[0], dtype.inner)
        return None if inner is None else values.list.eval(inner)
    return None


def _uuid_text(polars: Any, values: Any) -> Any:
    digits = values.bin.encode("hex")
    return polars.concat_str([digits.str.slice(start, length) for start, length in _GROUPS], separator="-")


to_polars = Exporter(("polars",), _read)
"""Reads a stream to its end into a ``polars.DataFrame``; UUIDs become String, JSON its text, two columns of one name DecodeError."""
