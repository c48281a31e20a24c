"""``Beside``: a table together with a common table expression, as what a query reads."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oxyde.queries.term import Term


@dataclass(frozen=True, eq=False)
class Beside:
    """The rows of a table, each with every row of a common table expression that is equal in some columns."""

    cte: Any  # a Cte, which is made of queries that may read this
    on: tuple[tuple[Term, Term], ...]

    def exposed(self) -> Mapping[Hashable, str] | None:
        """Returns None, as every column of the table is there."""
        return None

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the name and the columns."""
        return ("beside", self.cte.name, *[(ours.shape(values), theirs.shape(values)) for ours, theirs in self.on])

    def walk(self) -> Iterator[Term]:
        """Yields the columns."""
        for pair in self.on:
            yield from pair
