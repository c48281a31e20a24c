"""What rows come from, and what is asked of them, frozen: a state over a table, or over the rows of another state."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oxyde.queries.expressions import Term
from oxyde.queries.paths import Path, PathKey, all_columns
from oxyde.schema import Table


@dataclass(frozen=True, eq=False)
class Order:
    """One order of a query.

    Attributes:
        term: What decides; None for chance.
        desc: Descending.
        nulls: Where NULLs go: first, last, or as the server has it.
    """

    term: Term | None
    desc: bool = False
    nulls: str | None = None

    def turned(self) -> Order:
        """Returns the opposite order."""
        return Order(self.term, not self.desc, {"first": "last", "last": "first", None: None}[self.nulls])

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text."""
        return (None if self.term is None else self.term.shape(values), self.desc, self.nulls)


@dataclass(frozen=True, eq=False)
class State:
    """What a query asks.

    Attributes:
        table: Where its rows come from.
        source: The query whose rows it acts on, instead of the table's.
        where: Conditions, all of which must hold.
        order: What decides the order, the first first.
        selection: The columns of its rows and their names; None for whole rows.
        distinct: Equal rows once.
        limit: At most so many rows.
        offset: After so many.
    """

    table: Table
    source: State | None = None
    where: tuple[Any, ...] = ()
    order: tuple[Order, ...] = ()
    selection: tuple[tuple[str, Path], ...] | None = None
    distinct: bool = False
    limit: int | None = None
    offset: int = 0

    @property
    def is_sliced(self) -> bool:
        """Whether later conditions and orders act on its rows rather than on the table's."""
        return self.limit is not None or self.offset > 0

    @property
    def columns(self) -> tuple[tuple[str, Path], ...]:
        """The columns of its rows, by name."""
        if self.selection is not None:
            return self.selection
        return tuple((path.column.field, path) for path in all_columns(self.table))

    @property
    def is_reshaped(self) -> bool:
        """Whether its rows are others than the table's: equal ones once, or one for each related row."""
        return self.distinct or (self.selection is not None and any(path.many is not None for _, path in self.selection))

    def names(self) -> dict[PathKey, str] | None:
        """Returns what the columns are called when this is the source of another query; None when every column of the table is there."""
        if self.selection is None or not self.is_reshaped:
            return None
        return {path.key: name for name, path in self.selection}

    def wrapped(self) -> State:
        """Returns a query over the rows of this one, in the same order."""
        return State(
            self.table, source=self, order=tuple(order for order in self.order if order.term is not None), selection=self.selection
        )

    def with_(self, **changes: Any) -> State:
        """Returns another state with some parts changed."""
        made = object.__new__(State)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text, and appends the values beside it in the order of compiling."""
        source = None if self.source is None else self.source.shape(values)
        where = tuple([condition.shape(values) for condition in self.where]) if self.where else ()
        order = tuple([order.shape(values) for order in self.order]) if self.order else ()
        if self.limit is not None:
            values.append(self.limit)
        if self.offset:
            values.append(self.offset)
        return (self.table, source, self.selection, where, order, self.distinct, self.limit is None, self.offset == 0)


@lru_cache(maxsize=1024)
def everything(table: Table) -> State:
    """Returns the query of all rows of a table: where every other one begins."""
    return State(table)
