"""Arrow streams into somebody's object: one file for each format, which sees nothing but ``__arrow_c_stream__``."""

from collections.abc import Callable
from typing import Any, Final

from oxyde.export.arrow import require, to_arrow
from oxyde.export.pandas import to_pandas
from oxyde.export.polars import to_polars

_NEEDS: Final[dict[Callable[[Any], Any], tuple[tuple[str, str], ...]]] = {
    to_arrow: (("pyarrow", "arrow"),),
    to_pandas: (("pandas", "pandas"), ("pyarrow", "pandas")),
    to_polars: (("polars", "polars"),),
}


def load(reader: Callable[[Any], Any]) -> None:
    """Imports what a reader needs: before a statement runs for it, and where a signal is heard.

    Raises:
        ImportError: It is not installed; names the extra.
    """
    for module, extra in _NEEDS.get(reader, ()):
        require(module, extra)


__all__ = ["load", "to_arrow", "to_pandas", "to_polars"]
