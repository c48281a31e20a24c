"""Rows as a pyarrow table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxyde.export.exporter import ArrowSource, Exporter, require

if TYPE_CHECKING:
    import pyarrow as pa


def _read(source: ArrowSource) -> pa.Table:
    return require("pyarrow").table(source)


to_arrow = Exporter(("pyarrow",), _read)
"""Reads a stream to its end into a ``pyarrow.Table``."""
