"""Arithmetic of two terms: which types can be combined, and the type of the result. The values equal those of Python's operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries import digits
from oxyde.queries.scope import Scope
from oxyde.queries.term import Bound, Term
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

NUMBERS: Final = ("int", "decimal", "float")
"""The kinds of numbers, narrowest first; the result has the wider kind of the two."""
SIGNS: Final = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//", "modulo": "%"}
SMALLEST: Final = -(2**63)
"""The smallest int of 64 bits; its negation needs more."""
_TYPES: Final = {"int": kinds.INT, "decimal": kinds.DECIMAL, "float": kinds.FLOAT}
_EXACT: Final[dict[str, Callable[[ColumnType, ColumnType], ColumnType]]] = {
    "add": digits.added,
    "subtract": digits.added,
    "multiply": digits.multiplied,
}
"""The type of a decimal by the operator; the others' results have other digits on each server."""


class Arithmetic(Term):
    """Arithmetic of two terms; the head is the operator."""

    def __init__(self, op: str, left: Term, right: Term) -> None:
        """Makes the arithmetic.

        Raises:
            FieldError: The types cannot be combined.
        """
        super().__init__(op, left, right)
        self.op = op
        self.type = _result(op, left.type, right.type)

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the arithmetic."""
        return expr.arithmetic(self.op, parts[0], parts[1], self.type)


def combined(op: str, left: Term, right: Term) -> Term:
    """Returns the arithmetic of two terms.

    Raises:
        FieldError: The types cannot be combined.
    """
    if op == "subtract" and isinstance(right, Bound) and right.type is kinds.INT and right.value == SMALLEST:
        # MariaDB computes 0 minus this number without an overflow error; adding its two halves overflows as it should.
        return Arithmetic("add", Arithmetic("add", left, Bound(-(SMALLEST + 1), kinds.INT)), Bound(1, kinds.INT))
    return Arithmetic(op, left, right)


def _result(op: str, left: ColumnType, right: ColumnType) -> ColumnType:
    """Returns the type of arithmetic: the wider number; a moment moved by a timedelta; timedeltas added."""
    if left.kind in NUMBERS and right.kind in NUMBERS:
        wider = max(left.kind, right.kind, key=NUMBERS.index)
        if wider == "int" and op == "divide":
            return kinds.FLOAT
        if wider == "decimal" and op in _EXACT:
            return _EXACT[op](left, right)
        if wider == "int" or op != "floor_divide":
            return _TYPES[wider]
        message = f"// cannot combine {left} and {right}; it takes ints. For other numbers use Floor() of the quotient"
        raise FieldError(message)
    if op in {"add", "subtract"} and right.kind == "duration" and left.kind in {"datetime", "datetime_tz", "duration"}:
        return left
    remedy = "; cast the date: Cast(..., datetime)" if {left.kind, right.kind} == {"date", "duration"} else ""
    message = f"{SIGNS[op]} cannot combine {left} and {right}; it takes numbers, or a datetime and a timedelta{remedy}"
    raise FieldError(message)
