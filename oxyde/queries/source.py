"""What rows come from, and what is asked of them, frozen: a state over a table, or over the rows of another state."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from oxyde.exceptions import FieldError
from oxyde.queries.names import Namespace, names_of
from oxyde.queries.paths import all_columns
from oxyde.queries.term import Chance, Exposed, Order, Reference, Term, reference
from oxyde.schema import Table
from oxyde.schema.memo import remembered

Named: TypeAlias = "tuple[tuple[str, Term], ...]"


@dataclass(frozen=True, eq=False)
class State:
    """What a query asks.

    Attributes:
        table: Where its rows come from.
        source: The query whose rows it acts on, instead of the table's.
        where: Conditions, all of which must hold.
        order: What decides the order, the first first.
        annotations: Values that each row has beside its table's columns, by name.
        selection: The values of its rows and their names; None for whole rows.
        distinct: Equal rows once.
        limit: At most that many rows.
        offset: After that many.
    """

    table: Table
    source: State | None = None
    where: tuple[Term, ...] = ()
    order: tuple[Order, ...] = ()
    annotations: Named = ()
    selection: Named | None = None
    distinct: bool = False
    limit: int | None = None
    offset: int = 0

    @property
    def names(self) -> Namespace:
        """The names that its expressions may use."""
        return Namespace(self.table, dict(self.annotations)) if self.annotations else names_of(self.table)

    @property
    def is_sliced(self) -> bool:
        """Whether later conditions and orders act on its rows rather than on the table's."""
        return self.limit is not None or self.offset > 0

    @property
    def columns(self) -> Named:
        """The values of its rows, by name."""
        return (*whole(self.table), *self.annotations) if self.selection is None else self.selection

    @property
    def is_reshaped(self) -> bool:
        """Whether its rows are others than the table's: equal ones once, or one for each related row."""
        return self.distinct or (self.selection is not None and any(_is_many(term) for _, term in self.selection))

    def exposed(self) -> Mapping[Hashable, str] | None:
        """Returns what columns are called when this is the source of another query; None when every column of the table is there."""
        if self.selection is None or not self.is_reshaped:
            return None
        return {term.key: name for name, term in self.selection if isinstance(term, Reference)}

    def wrapped(self) -> State:
        """Returns a query over the rows of this one, in the same order."""
        return self.over(self, tuple(one for one in self.order if not isinstance(one.by, Chance)))

    def over(self, source: State, order: tuple[Order, ...]) -> State:
        """Returns a query over the rows of a source that has this one's outputs, in the given order of this one's terms."""
        inside = self.annotations
        if self.selection is not None and self.is_reshaped:
            inside = tuple((name, term) for name, term in self.selection if not isinstance(term, Reference))
        outside = tuple((name, Exposed(name, term)) for name, term in inside)
        known = {term.key: out for (_, term), (_, out) in zip(inside, outside, strict=True)}

        def seen(term: Term) -> Term:
            return term if not known or isinstance(term, Reference) else known.get(term.key) or term.mapped(seen)

        selection = None if self.selection is None else tuple((name, seen(term)) for name, term in self.selection)
        turned = tuple(Order(seen(one.by), one.desc, one.nulls) for one in order)
        return State(self.table, source=source, order=turned, annotations=outside, selection=selection)

    def with_(self, **changes: Any) -> State:
        """Returns another state with some parts changed."""
        made = object.__new__(State)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made

    def arranged(self) -> State:
        """Returns the query as SQL takes it: of distinct rows, an order by what is none of their columns acts on the rows outside.

        Raises:
            FieldError: The order needs a column that the distinct rows do not have.
        """
        if not self.distinct or not self.order:
            return self
        chosen = {term.key for _, term in self.columns if isinstance(term, Reference)}
        if all(isinstance(one.by, Reference) and one.by.key in chosen for one in self.order):
            return self
        outer = self.over(self.with_(order=(), limit=None, offset=0), self.order)
        if self.selection is not None:
            for term in (inner for one in outer.order for inner in one.walk()):
                if isinstance(term, Reference) and term.key not in chosen:
                    raise FieldError("order_by() after distinct() takes only fields that are among the values(); add the field to values()")
        return outer.with_(limit=self.limit, offset=self.offset)

    def walk(self) -> Iterator[Term]:
        """Yields the terms of its conditions, orders and computed values, and those of its source."""
        if self.source is not None:
            yield from self.source.walk()
        computed = [term for _, term in self.columns if not isinstance(term, Reference)]
        for term in (*self.where, *self.order, *computed):
            yield from term.walk()

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text, and appends the values beside it in the order of compiling."""
        if self.distinct and self.order and (arranged := self.arranged()) is not self:
            return arranged.shape(values)
        source = None if self.source is None else self.source.shape(values)
        chosen = self.annotations if self.selection is None else self.selection
        outputs = tuple([(name, term.shape(values)) for name, term in chosen]) if chosen else ()
        where = tuple([term.shape(values) for term in self.where]) if self.where else ()
        order = tuple([term.shape(values) for term in self.order]) if self.order else ()
        if self.limit is not None:
            values.append(self.limit)
        if self.offset:
            values.append(self.offset)
        return (self.table, source, self.selection is None, outputs, where, order, self.distinct, self.limit is None, self.offset == 0)


def _is_many(term: Term) -> bool:
    return isinstance(term, Reference) and term.path.many is not None


@remembered(1024)
def whole(table: Table) -> Named:
    """Returns the columns of a table as the values of whole rows."""
    return tuple((path.column.field, reference(path)) for path in all_columns(table))


@remembered(1024)
def everything(table: Table) -> State:
    """Returns the query of all rows of a table: where every other one begins."""
    return State(table)
