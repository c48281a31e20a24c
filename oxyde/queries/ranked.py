"""``distinct(*on)``: of the rows that are equal in some values, the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Comparison
from oxyde.queries.foreign_values import named
from oxyde.queries.query import by_key
from oxyde.queries.scope import Scope
from oxyde.queries.source import State
from oxyde.queries.special_terms import Chance
from oxyde.queries.term import Bound, Expression, Order, Reference, Term
from oxyde.queries.texts import sortable
from oxyde.schema import types as kinds

NAME: Final = "oxyde_place"
"""What the place of a row among its equals is called inside; no annotation has such a name by accident."""


class Place(Term):
    """The place of a row among those that are equal in some terms, counted from 1 in an order."""

    type = kinds.INT

    def __init__(self, on: Sequence[Term], order: Sequence[Order]) -> None:
        super().__init__(("place", len(on)), *on, *order)

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the window."""
        count: Any = self.head[1]  # type: ignore[index] # a pair
        orders: list[Any] = parts[count:]
        return expr.window("row_number", partition_by=parts[:count], order_by=orders)


def distinct_on(state: State, fields: Sequence[Any]) -> State:
    """Returns the first row, by the order so far (else by key), of those that are equal in these values; in the same order.

    Raises:
        FieldError: A name is not a field, or leads to several rows; or the rows are locked.
        TypeError: Something is neither a name nor an expression.
    """
    if state.lock is not None:
        raise FieldError("for_update() and for_share() lock rows of a table; lock the rows that distinct() chooses: filter(pk__in=...)")
    state = state.wrapped() if state.is_sliced or state.distinct or state.groups is not None else state
    on = [sortable(_term(state, field)) for field in fields]
    if any(term.windowed for term in (*on, *state.order)):  # no window is inside another one
        state = state.wrapped()
        on = [sortable(_term(state, field)) for field in fields]
    has_key = state.source is None or state.source.exposed() is None
    order = state.order or (by_key(state.table) if has_key else ())
    place = (NAME, Place(on, order))
    selection = None if state.selection is None else (*state.selection, place)
    inner = state.with_(annotations=(*state.annotations, place), selection=selection, order=())
    outer = inner.over(inner, tuple(one for one in state.order if not isinstance(one.by, Chance)))
    first = Comparison("eq", dict(outer.annotations)[NAME], Bound(1, kinds.INT))
    kept = tuple(one for one in outer.annotations if one[0] != NAME)
    chosen = None if outer.selection is None else tuple(one for one in outer.selection if one[0] != NAME)
    return outer.with_(annotations=kept, selection=chosen, where=(first,))


def is_ranked(state: State) -> bool:
    """Whether a query numbers its rows for ``distinct(*on)`` of the query around it."""
    return any(name == NAME for name, _ in state.annotations)


def _term(state: State, field: Any) -> Term:
    if isinstance(field, Expression):
        return field.resolve(state.names)
    if not isinstance(field, str):
        message = f"distinct() takes names of fields and expressions, not {named(field)}"
        raise TypeError(message)
    term = state.names.column(field)
    if isinstance(term, Reference) and term.path.many is not None:
        message = f'distinct("{field}") leads to several rows of {term.path.table.model} for each {state.table.model}'
        raise FieldError(message, column=field)
    return term
