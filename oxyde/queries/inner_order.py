"""Orders inside an expression: of the rows of a window, or of the values that an aggregate collects."""

from __future__ import annotations

from typing import Any

from oxyde.exceptions import FieldError
from oxyde.queries.arguments import described
from oxyde.queries.functions import ANYTHING
from oxyde.queries.operators import F
from oxyde.queries.term import Expression, Names, Order, Ordering, Term
from oxyde.queries.texts import sortable


def listed(given: Any) -> tuple[Any, ...]:
    """Returns what may be given alone as a tuple."""
    return (given,) if isinstance(given, (str, Expression, Ordering)) else tuple(given)


def checked(where: str, term: Term) -> Term:
    """Returns a term that makes rows equal or not, or puts them in order.

    Raises:
        FieldError: Its values are not compared alike on every database.
    """
    if term.windowed or term.type.kind not in ANYTHING:
        what = "a window" if term.windowed else str(term.type)
        raise FieldError(f"{where}=...) takes values that are equal or not on every database, and {described(term)} is {what}")
    return sortable(term)


def order_of(where: str, names: Names, given: Any) -> Order:
    """Returns an order; ``where`` begins messages: ``Window(order_by``.

    Raises:
        TypeError: It is neither a name nor an expression.
        FieldError: A name is unknown, or the values have no order.
    """
    if isinstance(given, str):
        return Order(checked(where, F(given.removeprefix("-")).resolve(names)), given.startswith("-"))
    given = given if isinstance(given, Ordering) else Ordering(given) if isinstance(given, Expression) else None
    if given is None:
        message = f"{where}=...) takes field names and expressions"
        raise TypeError(message)
    return Order(checked(where, given.expression.resolve(names)), given.desc, given.nulls)
