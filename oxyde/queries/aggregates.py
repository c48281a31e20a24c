"""Aggregates: functions over the rows of a query, or of each of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries import digits
from oxyde.queries.lookups import NUMBERS
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Order, Reference, Term, Unknown
from oxyde.queries.texts import as_read, ranked
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

SAME: Final = kinds.ANY
"""The result has the type of the argument."""
ORDERED: Final = ("int", "float", "decimal", "text", "date", "time", "time_tz", "datetime", "datetime_tz", "duration", "enum")
RESULTS: Final[dict[str, dict[str, ColumnType]]] = {
    "sum": {"int": kinds.INT, "float": kinds.FLOAT, "decimal": kinds.DECIMAL, "duration": kinds.DURATION},
    "avg": {"int": kinds.FLOAT, "float": kinds.FLOAT, "decimal": kinds.DECIMAL},
    "min": dict.fromkeys(ORDERED, SAME),
    "max": dict.fromkeys(ORDERED, SAME),
}
"""The result type of an aggregate by the kind of its argument; kinds that are missing cannot be aggregated."""
EQUAL: Final = frozenset(kinds.PYTHON) - {"json", "array", "any"}
"""The kinds of values of which equal ones count once."""


class Collected(Term):
    """An aggregate: its parts are the arguments, then the condition on its rows, then their order."""

    def __init__(self, function: str, args: Sequence[Term], *, distinct: bool, where: Term | None, order: Sequence[Order] = ()) -> None:
        conditions = () if where is None else (where,)
        super().__init__((function, len(args), distinct, where is not None), *args, *conditions, *order)
        self.function, self.count, self.distinct, self.is_narrowed = function, len(args), distinct, where is not None

    @property
    def unknown(self) -> Unknown:
        """NULL without rows."""
        return MAYBE

    @property
    def aggregated(self) -> bool:
        """Always."""
        return True

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the aggregate."""
        after = self.count + self.is_narrowed
        where = parts[self.count] if self.is_narrowed else None
        of = self.parts[0].type if self.count else kinds.ANY
        order: list[dict[str, Node]] = parts[after:]  # type: ignore[assignment] # what orders are written as
        return expr.aggregate(self.function, parts[: self.count], self.type, of, distinct=self.distinct, where=where, order_by=order)


class Count(Collected):
    """The number of rows, or of values that are not NULL."""

    type = kinds.INT

    def __init__(self, inner: Term | None = None, *, distinct: bool = False, where: Term | None = None) -> None:
        """Makes the number of rows; of a term that of its values.

        Raises:
            FieldError: Its values are not known to be equal or not.
        """
        if distinct and inner is not None and inner.type.kind not in EQUAL:
            message = f"Count(distinct=True) takes values that are equal or not on every database, and {_where(inner)} is {inner.type}"
            raise FieldError(message)
        read = () if inner is None else (as_read(inner),) if distinct else (inner,)
        super().__init__("count", read, distinct=distinct, where=where)

    @property
    def unknown(self) -> Unknown:
        """Never: without rows it is 0."""
        return NEVER


class Aggregate(Collected):
    """Sum, avg, min or max of a value over the rows."""

    def __init__(self, function: str, inner: Term, name: str, *, distinct: bool = False, where: Term | None = None) -> None:
        """Makes the aggregate of a term; ``name`` is its name in messages.

        Raises:
            FieldError: The value has no such aggregate.
        """
        kind = RESULTS[function].get(inner.type.kind)
        if kind is None:
            message = f"{_where(inner, name)} is {inner.type} and has no {function}(); {function}() takes {', '.join(RESULTS[function])}"
            raise FieldError(message, column=name)
        super().__init__(function, [ranked(inner)], distinct=distinct, where=where)
        is_exact = function == "sum" and kind.kind == "decimal"
        self.type = inner.type if kind is SAME else digits.summed(inner.type) if is_exact else kind
        self.restore = inner.restore if kind is SAME else None


class Spread(Collected):
    """A variance or standard deviation: a float."""

    type = kinds.FLOAT

    def __init__(self, function: str, inner: Term, name: str, *, distinct: bool, where: Term | None) -> None:
        """Makes the aggregate of a term; ``name`` is its name in messages.

        Raises:
            FieldError: The value is no number.
        """
        if inner.type.kind not in NUMBERS:
            raise FieldError(f"variances and standard deviations are of numbers, and {_where(inner, name)} is {inner.type}", column=name)
        super().__init__(function, [inner], distinct=distinct, where=where)


class List(Collected):
    """The values as an array or a JSON array, or as text joined by a second argument."""

    def __init__(
        self, function: str, kind: ColumnType, args: Sequence[Term], *, distinct: bool, where: Term | None, order: Sequence[Order]
    ) -> None:
        super().__init__(function, args, distinct=distinct, where=where, order=order)
        self.type = kind


class Truth(Collected):
    """The least truth value (whether all are true), or the greatest (whether one is)."""

    type = kinds.BOOL

    def __init__(self, function: str, inner: Term, *, distinct: bool, where: Term | None) -> None:
        super().__init__(function, [inner], distinct=distinct, where=where)


def _where(inner: Term, name: str = "the expression") -> str:
    return inner.path.where if isinstance(inner, Reference) else name
