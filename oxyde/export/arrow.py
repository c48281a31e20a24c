"""Rows as a pyarrow table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from oxyde.exceptions import DecodeError
from oxyde.schema.naming import twice

if TYPE_CHECKING:
    import pyarrow as pa


class ArrowSource(Protocol):
    """Anything that gives its rows as an Arrow C stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Returns an ``arrow_array_stream`` capsule."""


def to_arrow(source: ArrowSource) -> pa.Table:
    """Reads a stream to its end into a ``pyarrow.Table``.

    Raises:
        ImportError: pyarrow is not installed.
    """
    return require("pyarrow", "arrow").table(source)


def require(module: str, extra: str) -> Any:
    """Imports what an extra brings.

    Raises:
        ImportError: It is not installed; names the extra.
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        message = f'{missing.name} is not installed; run: pip install "oxyde[{extra}]"'
        raise ImportError(message, name=missing.name) from None


def require_distinct(names: Sequence[str]) -> None:
    """Refuses two columns of one name, of which a frame would hold one.

    Raises:
        DecodeError: There are such.
    """
    repeated = twice(names)
    if repeated is not None:
        message = f'two result columns are named "{repeated}", and a frame holds one; rename one of them with AS'
        raise DecodeError(message, column=repeated)
