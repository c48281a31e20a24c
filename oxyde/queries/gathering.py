"""Aggregates of the rows that a to-many path leads to: each is a query of its own, so that several of them never multiply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir import expr, query
from oxyde.ir.expr import Node
from oxyde.queries.aggregates import Collected
from oxyde.queries.conditions import Child, Q, beyond_hop, spelt_out
from oxyde.queries.names import names_of
from oxyde.queries.outer import Outer
from oxyde.queries.paths import Path
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Expression, Names, Reference, Term, Unknown
from oxyde.schema import Table


@dataclass(frozen=True, eq=False)
class Inside:
    """The names of a query inside an aggregate, where a path may lead to several rows; remembers the paths that do.

    Attributes:
        names: The names of the query.
        found: The paths that lead to several rows.
        single: The paths that lead to the one row of a one-to-one, or to none.
    """

    names: Names
    found: list[Path] = field(default_factory=list)
    single: list[Path] = field(default_factory=list)
    grouping = False
    proposed = False

    @property
    def outer(self) -> Names | None:
        """The names of the query around."""
        return self.names.outer

    @property
    def table(self) -> Table:
        """The table that is queried."""
        return self.names.table

    @property
    def root(self) -> Table:
        """The table that is queried."""
        return self.names.root

    @property
    def terms(self) -> Mapping[str, Term]:
        """The other names of the query."""
        return self.names.terms

    def resolve(self, text: str) -> tuple[Term, tuple[str, ...]]:
        """Resolves the names at the start of a str."""
        return self.names.resolve(text)

    def column(self, text: str) -> Term:
        """Resolves a name, and remembers a path that leads to several rows."""
        term = self.names.column(text)
        if isinstance(term, Reference) and term.path.many is not None:
            self.found.append(term.path)
        elif isinstance(term, Reference) and _gathered(term.path):
            self.single.append(term.path)
        return term

    value = column

    def path(self, text: str) -> Path | None:
        """Returns the path at the start of a str."""
        return self.names.path(text)

    def within(self, given: Q) -> tuple[Names, Q]:
        """Returns the names of the query, and the condition as it is."""
        return self.names.within(given)


class Along:
    """The names of a query as seen from the rows that a path leads to.

    Attributes:
        names: The names of the query.
        leading: The path.
        first: The index of its first hop whose rows are gathered: those that it leads to are several, or, where none are, refer here.
        at: The index of its last one.
        table: The table that this hop leads to.
    """

    grouping = False
    proposed = False
    outer: Names | None = None

    def __init__(self, names: Names, path: Path) -> None:
        self.names, self.leading = names, path
        self.first, self.at = _gathered(path)[0], _last(path)
        self.start = tuple(hop.relation.field for hop in path.hops[: self.at + 1])
        self.table = path.hops[self.at].table
        self.terms: Mapping[str, Term] = {}

    @property
    def root(self) -> Table:
        """The table that is queried, where every name begins."""
        return self.names.root

    def resolve(self, text: str) -> tuple[Term, tuple[str, ...]]:
        """Resolves a name of those rows or of those on the way, else one of the row around."""
        term, rest = self.names.resolve(text)
        there = self._there(term)
        return (Outer(term) if there is None else there), rest

    def column(self, text: str) -> Term:
        """Resolves a name of those rows or of those on the way, else one of the row around.

        Raises:
            FieldError: It leads from there to several rows.
        """
        there = self._there(self.names.column(text))
        return Outer(self.names.value(text)) if there is None else there

    value = column

    def path(self, text: str) -> Path | None:  # noqa: ARG002 - it knows none
        """Returns None: conditions are rewritten before they ask."""
        return None

    def place(self, path: Path) -> int | None:
        """Returns the index of the last hop that a path has in common with the way, if that leads to one row for each at the end."""
        shared = -1
        for hop, name in zip(path.hops, self.start):  # noqa: B905 - the shorter one ends the comparison
            if hop.relation.field != name:
                break
            shared += 1
        return shared if shared >= self.first else None

    def _there(self, term: Term) -> Term | None:
        at = self.place(term.path) if isinstance(term, Reference) else None
        if at is None or not isinstance(term, Reference):
            return None
        found = names_of(self.leading.hops[at].table).value("__".join(term.path.key[at + 1 :]))
        return found if at == self.at else OnTheWay(found, at - self.first)

    def within(self, given: Q) -> tuple[Names, Q]:
        """Returns the names of those rows, and the condition as seen from there."""
        return names_of(self.table), given.changed(self._seen)

    def _seen(self, child: Child) -> Child:
        child = spelt_out(self.names, child)
        if isinstance(child, Q):
            return child.changed(self._seen)
        if isinstance(child, Expression):
            return Elsewhere(self, child)
        name, value = child
        path = self.names.path(name)
        at = None if path is None else self.place(path)
        found = None if path is None or at is None else beyond_hop(path, at, name, value)
        if found is None or at is None:
            return Elsewhere(self.names, Q(**{name: value}), Outer)
        if at == self.at:
            return found.there
        return Elsewhere(names_of(self.leading.hops[at].table), _alone(found.there), partial(OnTheWay, step=at - self.first))


def _gathered(path: Path) -> list[int]:
    """Returns the indexes of the hops that lead to several rows; where none does, of those to the one row that refers here."""
    kinds = [hop.relation.kind for hop in path.hops]
    several = [at for at, kind in enumerate(kinds) if kind in {"reverse", "many"}]
    return several or [at for at, kind in enumerate(kinds) if kind == "reverse_one"]


def _last(path: Path) -> int:
    return _gathered(path)[-1]


def _alone(child: Child) -> Q:
    return Q(**{child[0]: child[1]}) if isinstance(child, tuple) else Q(child)


@dataclass(frozen=True, eq=False)
class Elsewhere(Expression):
    """An expression over other names than those of the condition that it is part of."""

    names: Any
    inner: Expression
    seen: Callable[[Term], Term] | None = None

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - it has its own
        """Returns the term over its own names."""
        term = self.inner.resolve(self.names)
        return term if self.seen is None else self.seen(term)


class OnTheWay(Term):
    """A term of a row on the way to the rows of an aggregate; its head is the place of that row among those on the way."""

    def __init__(self, inner: Term, step: int) -> None:
        super().__init__(step, inner)
        self.type, self.restore, self.query = inner.type, inner.restore, inner.query
        self.step = step

    @property
    def unknown(self) -> Unknown:
        """Never or maybe: no column of the rows at the end tells."""
        return NEVER if self.parts[0].unknown is NEVER else MAYBE

    def opened(self, scope: Scope) -> Scope:
        """Returns the scope of that row."""
        return scope.way[self.step]

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the term as it is there."""
        return parts[0]


class Gathered(Term):
    """An aggregate of the rows that a path leads to from each row; its parts are the aggregate and perhaps a condition on those rows."""

    correlated = True

    def __init__(self, along: Along, made: Collected, where: Term | None) -> None:
        self.hops, self.first = along.leading.hops[: along.at + 1], along.first
        super().__init__((self.hops, self.first), made, *(() if where is None else (where,)))
        self.type, self.restore = made.type, made.restore

    @property
    def unknown(self) -> Unknown:
        """As the aggregate has it without rows."""
        return self.parts[0].unknown

    @property
    def aggregated(self) -> bool:
        """Never: each row has one."""
        return False

    def opened(self, scope: Scope) -> Scope:
        """Returns the scope of the related rows."""
        return scope.along(self.hops, self.first)

    def write(self, scope: Scope, parts: list[Node]) -> Node:
        """Returns the query of the aggregate."""
        chosen = [query.output(parts[0], "value", self.type, nullable=self.nullable)]
        where = expr.both([*scope.ties, *parts[1:]])
        return expr.subquery(query.query(query.select(scope.source, outputs=chosen, joins=scope.joins, where=where)))


def condition_of(names: Names, given: Any, where: str) -> Term | None:
    """Returns what ``filter=`` of an aggregate says as a condition.

    Raises:
        TypeError: It is no condition.
    """
    if given is None:
        return None
    if not isinstance(given, Q):
        message = f'{where} takes a condition as filter: filter=Q(active=True) or filter=F("age") > 18, not {type(given).__name__}'
        raise TypeError(message)
    return given.resolve(names)


def along_of(names: Names, found: list[Path]) -> Along | None:
    """Returns the names as seen from the rows that the paths in an aggregate lead to; None if they lead to no several rows.

    Raises:
        FieldError: They lead to different rows.
    """
    if not found:
        return None
    made = Along(names, max(found, key=_last))
    for path in found:
        at = made.place(path)
        if at is None or at < _last(path):
            one, other = made.leading.name, path.name
            raise FieldError(f'an aggregate is over the rows of one path, and "{one}" and "{other}" lead to different rows')
    return made
