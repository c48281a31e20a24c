"""``Page``: some rows of an ordered query, and the cursors of its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True)
class Page(Generic[R]):
    """Some rows of a query.

    Attributes:
        items: The rows.
        next: The cursor of the page behind it, for ``page(after=...)``; None on the last page.
        prev: The cursor of the page before it, for ``page(before=...)``; None on the first page.
    """

    items: Sequence[R]
    next: str | None = None
    prev: str | None = None

    def __iter__(self) -> Iterator[R]:
        """Yields the rows."""
        return iter(self.items)

    def __len__(self) -> int:
        """Returns how many rows there are."""
        return len(self.items)
