"""Queries whose rows become one although their computed decimals differ in digits: a union, and the steps of a recursive query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oxyde.queries import digits
from oxyde.queries.source import State
from oxyde.queries.term import Cast, Reference, Retyped, Term
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType


def types_of_both(left: State, right: State) -> list[ColumnType] | None:
    """Returns the types of the columns of two queries; a computed decimal has the digits that hold the values of both.

    None if a column of one query has another type than that of the other.
    """
    if len(left.columns) != len(right.columns):
        return None
    found = []
    for (_, one), (_, two) in zip(left.columns, right.columns, strict=True):
        if one.restore != two.restore or (one.type != two.type and not (_is_computed(one) and digits.is_text(two.type))):
            return None
        found.append(one.type if one.type == two.type else digits.common([one.type, two.type]))
    return found


def retyped(state: State, types: Iterable[ColumnType]) -> State:
    """Returns a query whose computed decimals have these numbers of digits."""
    changed = {name: Retyped(term, kind) for (name, term), kind in zip(state.columns, types, strict=True) if term.type != kind}
    return _with_terms(state, changed)


def _with_terms(state: State, changed: Mapping[str, Term]) -> State:
    if not changed:
        return state
    if state.selection is not None:
        return state.with_(selection=tuple((name, changed.get(name, term)) for name, term in state.selection))
    return state.with_(annotations=tuple((name, changed.get(name, term)) for name, term in state.annotations))


def unbounded(state: State) -> State:
    """Returns the first rows of a recursive query: computed decimals are unbounded, as rows that follow may have more digits."""
    changed = {name: Cast(term, kinds.DECIMAL, term.type) for name, term in state.columns if _is_computed(term)}
    return _with_terms(state, changed)


def _is_computed(term: Term) -> bool:
    """Whether a value is a decimal that is computed, which is text on SQLite; the digits of a column are those that it has."""
    return digits.is_text(term.type) and not isinstance(term, Reference)
