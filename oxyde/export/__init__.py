"""Arrow streams into somebody's object: one file for each format, which sees nothing but ``__arrow_c_stream__``."""

from collections.abc import Callable
from typing import Any, Final

from oxyde.export.arrow import require, to_arrow
from oxyde.export.pandas import to_pandas
from oxyde.export.polars import to_polars

_NEEDS: Final[dict[Callable[[Any], Any], tuple[str, ...]]] = {
    to_arrow: ("pyarrow",),
    to_pandas: ("pandas", "pyarrow"),
    to_polars: ("polars",),
}


def load(reader: Callable[[Any], Any]) -> None:
    """Imports what a reader needs, before a statement runs for it.

    Raises:
        ImportError: It is not installed; the message says how to install it.
    """
    for module in _NEEDS.get(reader, ()):
        require(module)


__all__ = ["load", "to_arrow", "to_pandas", "to_polars"]
