"""``Exists`` and ``Subquery``: queries as values of a row."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Condition
from oxyde.queries.compile import body, is_point
from oxyde.queries.conditions import Q
from oxyde.queries.correlation import placed
from oxyde.queries.foreign_values import named
from oxyde.queries.operators import Operand
from oxyde.queries.outer import Outer
from oxyde.queries.scope import Scope
from oxyde.queries.source import State
from oxyde.queries.special_terms import One
from oxyde.queries.term import MAYBE, NEVER, Expression, Names, Term, Unknown


class _Nested(Term):
    """A query inside an expression."""

    parts = ()

    def __init__(self, state: State) -> None:
        self.state = self.query = state
        self.correlated = any(isinstance(term, Outer) for term in state.walk())

    @property
    def aggregated(self) -> bool:
        """Whether it reads what is computed of a group around it."""
        return any(isinstance(term, Outer) and term.inner.aggregated for term in self.state.walk())

    @property
    def windowed(self) -> bool:
        """Whether it reads what is computed of the rows around."""
        return any(isinstance(term, Outer) and term.inner.windowed for term in self.state.walk())

    @property
    def key(self) -> Hashable:
        """The object itself: no other query is known to have the same rows."""
        return id(self)

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the query's shape."""
        return (self.kind, self.state.shape(values))

    def walk(self) -> Iterator[Term]:
        """Yields itself and the terms of its query."""
        yield self
        yield from self.state.walk()


class Found(_Nested, Condition):
    """Whether a query has a row."""

    @property
    def unknown(self) -> Unknown:
        """Never: there is a row or there is none."""
        return NEVER

    def compile(self, scope: Scope) -> Node:
        """Returns EXISTS."""
        return expr.exists(body(self.state, scope.values, scope.aliases, scope))


class Single(_Nested):
    """The value of a query of one row and column."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        column = state.columns[0][1]
        self.type, self.restore, self.hides = column.type, column.restore, column.secret

    @property
    def unknown(self) -> Unknown:
        """Maybe: without a row it is NULL."""
        return MAYBE

    @property
    def secret(self) -> bool:
        """Whether its column is."""
        return self.hides

    def compile(self, scope: Scope) -> Node:
        """Returns the query in parentheses."""
        return expr.subquery(body(self.state, scope.values, scope.aliases, scope))


def reads_computed(state: State, term: Term) -> bool:
    """Whether a query inside a term reads what is computed of a group, which not every server allows, or of a window, which none does."""
    nested = [part for part in term.walk() if isinstance(part, _Nested)]
    return any(part.windowed or (state.groups is not None and part.aggregated) for part in nested)


def _state_of(what: str, queryset: Any) -> State:
    state = getattr(queryset, "_state", None)
    if not isinstance(state, State):
        message = f"{what}() takes a queryset, not {named(queryset)}"
        raise TypeError(message)
    return state.with_(lock=None)


class Exists(Expression):
    """Whether a queryset has a row, as a condition: ``filter(Exists(Post.objects.filter(author=OuterRef("id"))))``."""

    def __init__(self, queryset: Any) -> None:
        self.state = _state_of("Exists", queryset)

    def resolve(self, names: Names) -> Term:
        """Returns the condition over the query's names."""
        state = placed(self.state, names)
        if state.is_sliced or state.is_reshaped or state.source is not None:
            return Found(state)
        return Found(state.with_(order=(), annotations=(), joined=(), selection=(("found", One()),)))

    def __invert__(self) -> Q:
        return ~Q(self)

    def __and__(self, other: Any) -> Q:
        return Q(self, other)

    def __or__(self, other: Any) -> Q:
        made: Q = Q(self) | other
        return made

    def __repr__(self) -> str:
        return f"Exists({self.state.table.model})"


class Subquery(Operand):
    """The value of a queryset of one row and column: ``Subquery(Post.objects.filter(author=OuterRef("id")).values("title")[:1])``."""

    def __init__(self, queryset: Any) -> None:
        """Takes the queryset.

        Raises:
            FieldError: It has several columns, or may have several rows.
            TypeError: It is none.
        """
        state = _state_of("Subquery", queryset)
        if state.selection is None or len(state.selection) != 1:
            raise FieldError('Subquery() takes a queryset of one column: .values("title")[:1]')
        if state.limit not in {0, 1} and not is_point(state):
            raise FieldError("Subquery() has one value, and this queryset may have several rows; take the first: .order_by(...)[:1]")
        self.state = state

    def resolve(self, names: Names) -> Term:
        """Returns the value over the query's names."""
        return Single(placed(self.state, names))

    def __repr__(self) -> str:
        return f"Subquery({self.state.table.model})"
