"""Integers beyond 64 bits in comparisons: no column can hold one, so that the result is known without the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from oxyde.queries.comparisons import Comparison, Condition, IsNull, Nothing
from oxyde.queries.foreign_values import plain
from oxyde.queries.term import Bound, Term

_MOST = 2**63 - 1
_LEAST = -(2**63)


def side(term: Term, value: Any) -> int:
    """Returns 1 for an int that is greater than any value of an int term, -1 for one that is less, else 0."""
    if term.type.kind != "int":
        return 0
    if type(value) is not int:
        value = plain(value.value if isinstance(value, Bound) else value)
        if not isinstance(value, int) or isinstance(value, bool):
            return 0
    return int(value > _MOST) - int(value < _LEAST)


def compared(op: str, term: Term, where: int) -> Condition:
    """Returns the condition that replaces a comparison with such an int: false, or IS NOT NULL."""
    holds = op in {"lt", "le"} if where > 0 else op in {"gt", "ge"}
    return IsNull(False, term) if holds else Nothing(term)


def between(term: Term, ends: Sequence[Any], operand: Callable[[Any], Term]) -> Condition | None:
    """Returns the condition that replaces a range with such an end; None where both ends fit.

    Args:
        term: What is compared.
        ends: The lowest and the highest value.
        operand: Turns an end that fits into a term.
    """
    low, high = (side(term, end) for end in ends)
    if not low and not high:
        return None
    if low > 0 or high < 0:
        return Nothing(term)
    if low and high:
        return IsNull(False, term)
    return Comparison("le", term, operand(ends[1])) if low else Comparison("ge", term, operand(ends[0]))


def within(term: Term, values: list[Any]) -> list[Any]:
    """Returns the members of a list that a column may equal."""
    return [value for value in values if not side(term, value)] if term.type.kind == "int" else values
