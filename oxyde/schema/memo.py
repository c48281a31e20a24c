"""Caches of answers about tables, emptied when a table is replaced or forgotten, so that they do not keep its model class alive."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_clear: Final[list[Callable[[], None]]] = []


def emptied(clear: Callable[[], None]) -> None:
    """Registers what empties a cache."""
    _clear.append(clear)


def remembered(maxsize: int) -> Callable[[F], F]:
    """Returns a decorator like ``lru_cache(maxsize)`` for functions of tables."""

    def decorate(function: F) -> F:
        made: Any = lru_cache(maxsize)(function)
        emptied(made.cache_clear)
        return made  # type: ignore[no-any-return] # lru_cache loses the signature

    return decorate


def forget() -> None:
    """Empties every cache."""
    for clear in _clear:
        clear()
