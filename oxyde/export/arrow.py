"""Rows as a pyarrow table."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from oxyde.exceptions import DecodeError
from oxyde.schema.naming import twice

if TYPE_CHECKING:
    import pyarrow as pa


class ArrowSource(Protocol):
    """Anything that exports its rows as an Arrow C stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Returns an ``arrow_array_stream`` capsule."""


def to_arrow(source: ArrowSource) -> pa.Table:
    """Reads a stream to its end into a ``pyarrow.Table``.

    Raises:
        ImportError: pyarrow is not installed.
    """
    return require("pyarrow").table(source)


def require(module: str) -> Any:
    """Imports an optional package.

    Raises:
        ImportError: It is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        package = (missing.name or module).partition(".")[0]
        message = f"{package} is not installed; run: pip install {package}"
        raise ImportError(message, name=package) from None


def require_distinct(names: Sequence[str]) -> None:
    """Refuses two columns of one name, of which a frame would hold one.

    Raises:
        DecodeError: There are such.
    """
    repeated = twice(names)
    if repeated is not None:
        message = f'two result columns are named "{repeated}", and a frame holds one; rename one of them with AS'
        raise DecodeError(message, column=repeated)
