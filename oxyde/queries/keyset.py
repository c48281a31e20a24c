"""Pages by key: the rows after a position in an order that tells every row from every other, whatever is inserted meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from oxyde.exceptions import FieldError
from oxyde.ir.expr import Node
from oxyde.queries import compile
from oxyde.queries.comparisons import Comparison, Condition, IsNull, Nothing
from oxyde.queries.connectives import Group
from oxyde.queries.lookups import ORDERED, subject_of
from oxyde.queries.scope import Scope
from oxyde.queries.source import Compound, Named, State, whole
from oxyde.queries.special_terms import Chance
from oxyde.queries.term import Bound, Order, Reference, Term, Unknown
from oxyde.queries.texts import beside

PREFIX: Final = "oxyde_key_"
"""What the values of a position are called beside the values of a row."""


class Stored(Term):
    """A value as the database has it, without its Python class."""

    def __init__(self, inner: Term) -> None:
        super().__init__("stored", inner)
        self.type = inner.type

    @property
    def unknown(self) -> Unknown:
        """As that of the value."""
        return self.parts[0].unknown

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the value."""
        return parts[0]


def paged(state: State) -> State:
    """Returns a query whose order tells every row from every other: with the key at its end, and NULLs last unless it says otherwise.

    Raises:
        FieldError: There is no key, the order is random or of values that have none, or the rows are no rows of the table.
    """
    state = state.wrapped() if state.is_sliced or _windowed(state) else state
    if _windowed(state):
        raise FieldError('page() by a window needs its name: alias(place=Window(...)), then order_by("place")')
    table = state.table
    if not table.key:
        message = f"page() tells rows apart by their key, and {table.model} has none; use limit() and offset()"
        raise FieldError(message, table=table.name)
    source: Any = state
    while isinstance(source, State):
        if source.is_reshaped:
            message = "page() goes by rows of a table, and distinct(), groups or values() across to-many paths made others; use limit()"
            raise FieldError(message, table=table.name)
        source = source.source
    if isinstance(source, Compound):
        raise FieldError("page() goes by rows of a table, and in a union a key may come twice; use limit() and offset()")
    order = [_pinned(one) for one in state.order]
    known = {one.by.path.key for one in order if isinstance(one.by, Reference)}
    order += [Order(term) for name, term in whole(table) if table.by_field[name].key and term.path.key not in known]  # type: ignore[attr-defined] # a column
    return state.with_(order=tuple(order))


def _windowed(state: State) -> bool:
    """Whether the order is by a window, which no condition on the position can hold beside it, but one of a query around."""
    return any(one.by.windowed for one in state.order)


def _pinned(order: Order) -> Order:
    if isinstance(order.by, Chance):
        raise FieldError('page() needs an order in which each row has its place, and order_by("?") is random')
    if order.by.type.kind not in {*ORDERED, "bool"}:
        message = f"page() compares the values of its order, and {order.by.type} has no order"
        raise FieldError(message)
    return Order(order.by, order.desc, order.nulls or ("last" if order.by.nullable else None))


def keys(order: Sequence[Order]) -> Named:
    """Returns the values that make up the position of a row."""
    return tuple((f"{PREFIX}{at}", Stored(one.by)) for at, one in enumerate(order))


def beyond(state: State, values: Sequence[Any], *, inclusive: bool) -> State:
    """Returns the rows behind a position in the order, with (``inclusive``) the one that is there."""
    ways: list[Term] = []
    before: list[Term] = []
    for order, value in zip(state.order, values, strict=True):
        further = _further(state, order, value)
        if further is not None:
            ways.append(_all([*before, further]))
        before.append(_equal(state, order.by, value))
    if inclusive:
        ways.append(_all(before))
    found: list[Term] = [_any(ways)]
    first = state.order[0]
    if len(ways) > 1 and values[0] is not None and not first.by.nullable:  # what an index on the first value can use
        found.insert(0, _compared(state, "le" if first.desc else "ge", first.by, values[0]))
    return state.with_(where=(*state.where, *found))


def _further(state: State, order: Order, value: Any) -> Term | None:
    """Returns the condition for the values behind one in an order; None if there are none."""
    if value is None:
        return IsNull(False, order.by) if order.nulls == "first" else None
    further = _compared(state, "lt" if order.desc else "gt", order.by, value)
    return _any([further, IsNull(True, order.by)]) if order.by.nullable and order.nulls == "last" else further


def _equal(state: State, term: Term, value: Any) -> Term:
    return IsNull(True, term) if value is None else _compared(state, "eq", term, value)


def _compared(state: State, op: str, term: Term, value: Any) -> Condition:
    return Comparison(op, *beside(term, Bound(value, term.type, subject_of(state.names, term).uncast)))


def _all(conditions: Sequence[Term]) -> Term:
    return conditions[0] if len(conditions) == 1 else Group("and", *conditions)


def _any(conditions: Sequence[Term]) -> Term:
    if not conditions:
        return Nothing()
    return conditions[0] if len(conditions) == 1 else Group("or", *conditions)


def fingerprints(state: State) -> tuple[str, str]:
    """Returns what tells a query from others, and an order: the same in every process."""
    key = tuple(one for one in whole(state.table) if state.table.by_field[one[0]].key)
    bare = state.with_(order=(), selection=key, fields=None, joined=(), lock=None)
    ordered = state.with_(where=(), selection=keys(state.order), fields=None, joined=(), lock=None)
    return _hash(compile.select(bare)), _hash(compile.select(ordered))


def _hash(made: compile.Compiled) -> str:
    return hashlib.blake2b(made.shape + repr(made.values).encode(errors="surrogatepass"), digest_size=9).hexdigest()
