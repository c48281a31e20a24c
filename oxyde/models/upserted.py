"""``Upserted``: what became of one row of an ``upsert()``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeAlias

from typing_extensions import TypeVar

from oxyde.models.info import AnyModel

Outcome: TypeAlias = Literal["inserted", "updated", "skipped"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("skipped", "inserted", "updated")
"""The outcomes by the numbers that the core returns."""
M_co = TypeVar("M_co", bound=AnyModel, covariant=True)


@dataclass(frozen=True)
class Upserted(Generic[M_co]):
    """A row that was given to ``upsert()``, and what became of it; unpacks as ``row, outcome``.

    Attributes:
        row: The row as it is now in the database; where it was skipped, the one that is there.
        outcome: ``"inserted"``, ``"updated"`` or ``"skipped"``.
    """

    row: M_co
    outcome: Outcome

    def __iter__(self) -> Iterator[Any]:
        """Yields the row and the outcome."""
        yield self.row
        yield self.outcome
