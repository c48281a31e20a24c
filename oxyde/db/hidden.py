"""URLs that keep their password to themselves where tools show the variables of every frame: debuggers, reports of errors, test runners."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


class _Hidden(str):
    """A URL whose ``repr`` does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<URL>"


def hide(url: T) -> T:
    """Returns the same text with a ``repr`` that does not show it; what is no text as it is."""
    return _Hidden(url) if isinstance(url, str) else url  # type: ignore[return-value] # it is a str


def hide_all(urls: dict[str, str]) -> dict[str, str]:
    """Does so with each URL."""
    return {name: hide(url) for name, url in urls.items()}
