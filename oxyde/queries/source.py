"""The frozen state of a query, and its source: a table, another state, a compound of states, or a common table expression."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from oxyde.exceptions import FieldError
from oxyde.queries.beside import Beside
from oxyde.queries.locks import Lock
from oxyde.queries.names import Namespace, names_of
from oxyde.queries.paths import PathKey, all_columns, columns_at
from oxyde.queries.special_terms import Chance
from oxyde.queries.term import Exposed, Order, Reference, Term, reference
from oxyde.schema import Table
from oxyde.schema.memo import remembered

Named: TypeAlias = "tuple[tuple[str, Term], ...]"
Source: TypeAlias = "State | Compound | Cte | Beside"
DEEPEST: Final = 32


@dataclass(frozen=True, eq=False)
class Compound:
    """Several queries, each joined with those before it by union, union_all, intersect or except. The first one names the columns."""

    left: State
    others: tuple[tuple[str, State], ...]

    def exposed(self) -> Mapping[Hashable, str] | None:
        """Returns None where every column of the table is there; else nothing, as all outputs are known by name."""
        return None if self.left.selection is None else {}

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the text, and appends the values."""
        return (self.left.shape(values), *[(op, other.shape(values)) for op, other in self.others])

    def states(self) -> Iterator[State]:
        """Yields the queries."""
        yield self.left
        for _, other in self.others:
            yield other

    def walk(self) -> Iterator[Term]:
        """Yields the terms of all."""
        for state in self.states():
            yield from state.walk()

    def is_all_of(self, state: State) -> bool:
        """Whether a query over it selects all its rows, and changes nothing else."""
        if state.where or state.order or state.distinct or state.is_sliced or state.fields or state.joined != self.left.joined:
            return False
        given = self.left.visible if self.left.selection is None else self.left.selection
        found = state.visible if state.selection is None else state.selection
        same = [name for name, _ in given] == [name for name, term in found if isinstance(term, Exposed) and term.head == name]
        return same and len(given) == len(found) and (state.selection is None) == (self.left.selection is None)


def compound(op: str, left: State, right: State) -> State:
    """Returns two queries joined; an existing compound is extended, not nested, where that means the same."""
    pairs = zip(left.columns, right.columns, strict=True)
    first, depth = left, max(left.depth, right.depth)
    others: tuple[tuple[str, State], ...] = ((op, right),)
    inside = right.source
    associates = op != "except"
    if associates and isinstance(inside, Compound) and inside.is_all_of(right) and all(one == op for one, _ in inside.others):
        others = ((op, inside.left), *inside.others)
    inside = left.source
    if isinstance(inside, Compound) and inside.is_all_of(left):
        first, others, depth = inside.left, (*inside.others, *others), max(left.depth - 1, right.depth)
    made = Compound(first, others)
    known = tuple((name, Exposed(name, term, optional=term.nullable or other.nullable)) for (name, term), (_, other) in pairs)
    return _reading(first, made, known, depth)


@dataclass(frozen=True, eq=False)
class Cte:
    """A common table expression: a named query, which other queries read like a table.

    Attributes:
        name: Its name.
        query: Its rows; of a recursive one the first.
        recursive: Whether rows follow from those found before.
        distinct: Whether equal rows are found once.
        step: The rows that follow, of a recursive one; they read it by its name, so that it is set after both are made.
    """

    name: str
    query: State
    recursive: bool = False
    distinct: bool = False
    step: State | None = None

    def exposed(self) -> Mapping[Hashable, str] | None:
        """Returns None where every column of the table is there; else nothing, as all outputs are known by name."""
        return None if self.query.selection is None else {}

    def shape(self, values: list[Any]) -> Hashable:  # noqa: ARG002 - its values are bound where it is attached
        """Returns its name."""
        return ("cte", self.name)

    def attached_shape(self, values: list[Any]) -> Hashable:
        """Returns what decides its text where it is attached, and appends the values."""
        first = self.query.shape(values)
        return (self.name, first) if self.step is None else (self.name, first, self.step.shape(values), self.distinct)

    def walk(self) -> Iterator[Term]:
        """Yields the terms of its query."""
        yield from self.query.walk()

    def state(self) -> State:
        """Returns the query of its rows."""
        outputs = tuple((name, Exposed(name, term, optional=self.recursive)) for name, term in self.query.columns)
        return _reading(self.query, self, outputs, self.query.depth)


def _reading(like: State, source: Source, outputs: Named, depth: int) -> State:
    """Returns a query of a source's rows, with the values of another query; ``depth`` is the depth of the source."""
    if like.selection is not None:
        return State(like.table, source=source, annotations=outputs, selection=outputs, depth=_below(depth))
    before = len(like.table.columns)
    chosen = outputs[before : before + len(like.visible)]
    return State(like.table, source=source, annotations=chosen, joined=like.joined, depth=_below(depth))


def _below(depth: int) -> int:
    """Returns the depth of a query that reads another one.

    Raises:
        FieldError: Queries would nest too deep.
    """
    if depth >= DEEPEST:
        message = f"queries nest deeper than {DEEPEST}; read the keys of these rows first, and continue with filter(id__in=keys)"
        raise FieldError(message)
    return depth + 1


@dataclass(frozen=True, eq=False)
class State:
    """The state of a query: what it asks for.

    Attributes:
        table: The table of its rows.
        source: What it reads instead of the table: another query, a compound, or a common table expression.
        ctes: The common table expressions that it and its inner queries can read.
        where: Conditions on rows, all of which must hold.
        groups: The values that rows of one group share, by name; empty for one group of all rows, None without groups.
        having: Conditions on groups, all of which must hold.
        order: The terms to order by, most significant first.
        annotations: Computed values of each row, by name.
        hidden: The names of annotations that are not returned with whole rows.
        selection: The selected values and their names; None for whole rows.
        fields: The columns of the table that whole rows have; None for all.
        joined: The related tables that are read along with whole rows, as relations; each directly follows the one it extends.
        distinct: Whether equal rows are returned once.
        limit: The most rows to return.
        offset: The number of rows to skip.
        lock: What it locks of the rows that it reads.
        depth: How deep queries nest in its source.
    """

    table: Table
    source: Source | None = None
    ctes: tuple[Cte, ...] = ()
    where: tuple[Term, ...] = ()
    groups: Named | None = None
    having: tuple[Term, ...] = ()
    order: tuple[Order, ...] = ()
    annotations: Named = ()
    hidden: frozenset[str] = frozenset()
    selection: Named | None = None
    fields: tuple[str, ...] | None = None
    joined: tuple[PathKey, ...] = ()
    distinct: bool = False
    limit: int | None = None
    offset: int = 0
    lock: Lock | None = None
    depth: int = 0

    @property
    def names(self) -> Namespace:
        """The names that its expressions may use."""
        grouping = self.groups is not None
        return Namespace(self.table, dict(self.annotations), grouping=grouping) if self.annotations or grouping else names_of(self.table)

    @property
    def is_locked(self) -> bool:
        """Whether its rows must be read in a transaction, because they stay locked until its end."""
        return self.lock is not None and not self.lock.optional

    @property
    def is_sliced(self) -> bool:
        """Whether later conditions and orders act on its rows rather than on the table's."""
        return self.limit is not None or self.offset > 0

    @property
    def visible(self) -> Named:
        """The annotations that are returned with whole rows."""
        return tuple(one for one in self.annotations if one[0] not in self.hidden) if self.hidden else self.annotations

    @property
    def columns(self) -> Named:
        """The values of its rows, by name."""
        if self.selection is not None:
            return self.selection
        if self.groups is not None:
            return (*self.groups, *(one for one in self.visible if one not in self.groups))
        related = [term for path in self.joined for term in related_columns(self.table, path)] if self.joined else ()
        return (*self.own, *self.visible, *related)

    @property
    def own(self) -> Named:
        """The columns of the table that whole rows have, the keys of joined rows included."""
        if self.fields is None:
            return whole(self.table)
        keys = [self.table.relations[path[0]] for path in self.joined]
        fields = {*self.fields, *(key.column for key in keys if key.kind == "one")}
        return tuple([one for one in whole(self.table) if one[0] in fields])

    @property
    def is_reshaped(self) -> bool:
        """Whether its rows differ from the table's: deduplicated, grouped, or repeated for each related row."""
        return (
            self.distinct or self.groups is not None or (self.selection is not None and any(_is_many(term) for _, term in self.selection))
        )

    @property
    def collects(self) -> bool:
        """Whether its rows are read several times, once for each row of a joined collection."""
        return self.selection is None and any(columns_at(self.table, path)[0].many is not None for path in self.joined)

    def exposed(self) -> Mapping[Hashable, str] | None:
        """Returns what columns are called when this is the source of another query; None when every column of the table is there."""
        some = self.source is not None and self.source.exposed() is not None
        if self.selection is None or not (self.is_reshaped or some):
            return None
        return {term.key: name for name, term in self.selection if isinstance(term, Reference)}

    def wrapped(self) -> State:
        """Returns a query over the rows of this one, in the same order."""
        return self.over(self, tuple(one for one in self.order if not isinstance(one.by, Chance)))

    def over(self, source: State, order: tuple[Order, ...]) -> State:
        """Returns a query over the rows of a source that has this one's outputs, in the given order of this one's terms."""
        if self.groups is not None and self.selection is None:
            return self.with_(selection=self.columns).over(source.with_(selection=self.columns), order)
        inside = self.annotations
        if self.selection is not None and source.exposed() is not None:
            named = dict(self.annotations)
            inside = tuple((name, term) for name, term in self.selection if name in named or not isinstance(term, Reference))
        outside = tuple((name, Exposed(name, term)) for name, term in inside)
        known = {term.key: out for (_, term), (_, out) in zip(inside, outside, strict=True)}

        def seen(term: Term) -> Term:
            return term if not known or isinstance(term, Reference) else known.get(term.key) or term.mapped(seen)

        selection = None if self.selection is None else tuple((name, seen(term)) for name, term in self.selection)
        turned = tuple(Order(seen(one.by), one.desc, one.nulls) for one in order)
        inner = source.with_(ctes=(), joined=()) if source.ctes or source.joined else source
        if inner.selection is not None and inner.exposed() is None:  # the outer query needs every column, and the annotations
            inner = inner.with_(selection=None)
        inner = inner.with_(hidden=frozenset()) if inner.hidden else inner
        depth = _below(inner.depth)
        return State(
            self.table,
            inner,
            self.ctes,
            order=turned,
            annotations=outside,
            hidden=self.hidden,
            selection=selection,
            fields=self.fields,
            joined=self.joined,
            depth=depth,
        )

    def with_(self, **changes: Any) -> State:
        """Returns another state with some parts changed."""
        made = object.__new__(State)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made

    def arranged(self) -> State:
        """Returns the query in a form that is valid SQL and means the same.

        Distinct rows are ordered by other columns in an outer query, and a slice is taken before collections are joined.

        Raises:
            FieldError: The order needs a column that the distinct rows do not have, or rows would meet that cannot be told apart.
        """
        if self.joined and self.collects:
            if _repeats(self.source):
                message = "join() of a collection tells rows apart by their key, and union_all() may repeat rows; use prefetch() or union()"
                raise FieldError(message, table=self.table.name)
            if self.is_sliced:
                return self.wrapped()
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

    def _check_ctes(self) -> None:
        """Raises FieldError where a common table expression is read that is not the attached one of that name."""
        attached = {cte.name: cte for cte in self.ctes}
        for cte in self.reads():
            if attached.get(cte.name, cte) is not cte:
                message = f'two common table expressions are named "{cte.name}"; attach the one that is used'
                raise FieldError(message)

    def reads(self) -> Iterator[Cte]:
        """Yields the common table expressions that it, or a query inside, reads."""
        if isinstance(self.source, Cte | Beside):
            yield self.source if isinstance(self.source, Cte) else self.source.cte
        elif self.source is not None:
            for inner in self.source.states() if isinstance(self.source, Compound) else (self.source,):
                yield from inner.reads()
        for cte in self.ctes:
            yield from cte.query.reads()
            yield from () if cte.step is None else cte.step.reads()
        for term in (*self.where, *self.having, *self.order, *(term for _, term in self.columns)):
            for part in term.walk():
                if part.query is not None:
                    yield from part.query.reads()

    def walk(self) -> Iterator[Term]:
        """Yields the terms of its conditions, orders and computed values, and those of its source."""
        if self.source is not None:
            yield from self.source.walk()
        computed = [term for _, term in self.columns if not isinstance(term, Reference)]
        for term in (*self.where, *self.having, *self.order, *computed):
            yield from term.walk()

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text, and appends the values beside it in the order of compiling."""
        if (self.joined or (self.distinct and self.order)) and (arranged := self.arranged()) is not self:
            return arranged.shape(values)
        if self.ctes:
            self._check_ctes()
        ctes = tuple([cte.attached_shape(values) for cte in self.ctes]) if self.ctes else ()
        source = None if self.source is None else self.source.shape(values)
        chosen = self.columns if self.groups is not None else self.visible if self.selection is None else self.selection
        outputs = tuple([(name, term.shape(values)) for name, term in chosen]) if chosen else ()
        where = tuple([term.shape(values) for term in self.where]) if self.where else ()
        groups = None if self.groups is None else tuple([term.shape(values) for _, term in self.groups])
        having = tuple([term.shape(values) for term in self.having]) if self.having else ()
        order = tuple([term.shape(values) for term in self.order]) if self.order else ()
        if self.limit is not None:
            values.append(self.limit)
        if self.offset:
            values.append(self.offset)
        ends = (self.limit is None, self.offset == 0)
        chosen_by = (self.selection is None, self.fields, self.joined, outputs, where, groups, having, order, self.distinct)
        return (self.table, ctes, source, chosen_by, ends, self.lock)


def _repeats(source: Source | None) -> bool:
    """Whether a source may have the same row of a table several times."""
    if isinstance(source, Compound):
        return any(op == "union_all" for op, _ in source.others) or any(_repeats(state.source) for state in source.states())
    if isinstance(source, Beside) or (isinstance(source, Cte) and source.recursive):
        return True
    return source is not None and _repeats(source.query.source if isinstance(source, Cte) else source.source)


def _is_many(term: Term) -> bool:
    return isinstance(term, Reference) and term.path.many is not None


@remembered(1024)
def whole(table: Table) -> Named:
    """Returns the columns of a table as the values of whole rows."""
    return tuple((path.column.field, reference(path)) for path in all_columns(table))


@remembered(1024)
def related_columns(table: Table, names: PathKey) -> Named:
    """Returns the columns of a joined table, as part of the values of whole rows."""
    return tuple((path.name, reference(path)) for path in columns_at(table, names))


@remembered(1024)
def everything(table: Table) -> State:
    """Returns the query of all rows of a table, from which all other queries are built."""
    return State(table)
