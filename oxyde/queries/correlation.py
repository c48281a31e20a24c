"""``OuterRef``: a column of the row around a subquery; conditions that name one wait until the query around is known."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Condition
from oxyde.queries.conditions import Q, conditions
from oxyde.queries.names import Namespace
from oxyde.queries.operators import Operand
from oxyde.queries.outer import Outer
from oxyde.queries.scope import Scope
from oxyde.queries.source import Compound, State
from oxyde.queries.term import MAYBE, Names, Term, Unknown


class _Unplaced(FieldError):
    """A column of the query around is named, and that query is not known yet."""


class OuterRef(Operand):
    """A field of the query around: ``Post.objects.filter(author=OuterRef("id"))`` inside ``Exists()`` or ``Subquery()``.

    ``OuterRef(OuterRef("id"))`` is a field of the query around that one.
    """

    def __init__(self, name: str | OuterRef) -> None:
        if not isinstance(name, (str, OuterRef)):
            message = f"OuterRef() takes the name of a field, or another OuterRef(), not {type(name).__name__}"
            raise TypeError(message)
        self.name = name

    def resolve(self, names: Names) -> Term:
        """Returns the value of the row around.

        Raises:
            FieldError: The query around is not known, or has no such name.
        """
        if names.outer is None:
            raise _unplaced(self)
        return Outer(names.outer.value(self.name) if isinstance(self.name, str) else self.name.resolve(names.outer))

    def __repr__(self) -> str:
        return f'OuterRef("{self.name}")' if isinstance(self.name, str) else f"OuterRef({self.name!r})"


def _unplaced(given: OuterRef) -> _Unplaced:
    message = f"{given!r} is a field of the query around: use it in filter() or exclude() of a query that Subquery() or Exists() takes"
    return _Unplaced(message, column=given.name if isinstance(given.name, str) else None)


class Waiting(Condition):
    """A condition that names columns of the query around, until that is known."""

    parts = ()

    def __init__(self, names: Names, given: Q, error: _Unplaced) -> None:
        self.names, self.given, self.error = names, given, error

    @property
    def unknown(self) -> Unknown:
        """Not known yet."""
        return MAYBE

    @property
    def key(self) -> Hashable:
        """The object itself."""
        return id(self)

    def shape(self, values: list[Any]) -> Hashable:  # noqa: ARG002 - it binds none
        """Raises FieldError: there is no query around."""
        raise FieldError(str(self.error), column=self.error.column)

    def compile(self, scope: Scope) -> Node:  # noqa: ARG002 - it has no IR
        """Raises FieldError: there is no query around."""
        raise FieldError(str(self.error), column=self.error.column)

    def placed(self, outer: Names) -> Term:
        """Returns the condition over the names of the query around."""
        return conditions(Namespace(self.names.table, self.names.terms, grouping=self.names.grouping, outer=outer), self.given)


def correlating(names: Names, given: Q) -> Term:
    """Returns a condition; one that names columns of the query around waits for it."""
    try:
        return conditions(names, given)
    except _Unplaced as error:
        return Waiting(names, given, error)


def placed(state: State, outer: Names) -> State:
    """Returns a query inside another one, whose names are known now."""

    def place(term: Term) -> Term:
        return term.placed(outer) if isinstance(term, Waiting) else term.mapped(place)

    source = state.source
    if isinstance(source, State):
        source = placed(source, outer)
    elif isinstance(source, Compound):
        source = Compound(placed(source.left, outer), tuple((op, placed(other, outer)) for op, other in source.others))
    where = tuple(place(term) for term in state.where)
    return state.with_(source=source, where=where, having=tuple(place(term) for term in state.having))
