"""Converts values of NumPy and pandas to Python's own, exactly, or refuses them; neither library is imported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Coroutine
from typing import Any, Final

LIBRARIES: Final = frozenset({"numpy", "pandas", "polars"})
MISSING: Final = frozenset({"NAType", "NaTType"})

_SCALARS: Final = frozenset({bool, int, float, str, bytes, dt.date, dt.datetime, dt.timedelta})
_EXACT: Final = _SCALARS | {type(None), list, tuple, set, dict}
_YEAR: Final = dt.datetime.year
_DAYS: Final = dt.timedelta.days


def plain(value: Any) -> Any:
    """Returns a NumPy scalar as the Python value that equals it, an array or a Series as a list; anything else as it is."""
    if type(value) in _EXACT or _library(value) is None:
        return value
    shape = getattr(value, "shape", None)
    if not isinstance(shape, tuple) or len(shape) > 1:
        return value
    kind = getattr(value.dtype, "kind", "")
    if shape:
        return [plain(one) for one in value] if kind in {"m", "M", "O"} else value.tolist() if hasattr(value, "tolist") else list(value)
    if kind not in {"m", "M"}:
        item = value.item()
        return item if type(item) in _SCALARS else value
    rounded = value.astype(f"{kind}8[us]") if value.dtype.str.endswith("[ns]") else value
    item = rounded.item() if rounded == value else None
    return item if isinstance(item, (dt.date, dt.timedelta)) else value


def named(value: Any) -> str:
    """Returns the type of a value for a message: with its library, and with a remedy if it marks a missing value or was not awaited."""
    if isinstance(value, Coroutine):
        return "coroutine; await it where a value is meant, and leave out .all() where a queryset is"
    name, library = type(value).__name__, _library(value)
    shown = name if library is None else f"{library}.{name}"
    return f"{shown}, which marks a missing value; give None" if name in MISSING and library else shown


def flaw(value: dt.date | dt.timedelta) -> str | None:
    """Returns why a value of a class derived from datetime, date or timedelta has no exact Python equivalent; None if it has one."""
    if value != value:  # noqa: PLR0124 - NaT equals nothing, not even itself
        return "a value that is not a time; give None"
    if getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0):
        return 'one with nanoseconds, which would be lost; round it first: .round("us")'
    inner: Any = None
    if isinstance(value, dt.datetime):
        inner = _YEAR.__get__(value) == value.year
    elif isinstance(value, dt.timedelta):
        inner = _DAYS.__get__(value) == value.days
    return "one out of the range of Python's own class" if inner is False else None


def _library(value: Any) -> str | None:
    """Returns the library of a value's class, if it is one of those known here."""
    root = type(value).__module__.partition(".")[0]
    return root if root in LIBRARIES else None
