"""Aggregates: functions over the rows of a query."""

from __future__ import annotations

from typing import Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Reference, Term, Unknown
from oxyde.queries.texts import ranked
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


class Count(Term):
    """The number of rows."""

    type = kinds.INT

    def __init__(self) -> None:
        super().__init__("count")

    @property
    def unknown(self) -> Unknown:
        """Never: without rows it is 0."""
        return NEVER

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - there are none
        """Returns the aggregate."""
        return expr.aggregate("count", [], kinds.INT, kinds.ANY)


class Aggregate(Term):
    """Sum, avg, min or max of a value over the rows; the head is the function's name."""

    def __init__(self, function: str, inner: Term, name: str) -> None:
        """Makes the aggregate of a term; ``name`` is its name in messages.

        Raises:
            FieldError: The value has no such aggregate.
        """
        kind = RESULTS[function].get(inner.type.kind)
        where = inner.path.where if isinstance(inner, Reference) else name
        if kind is None:
            message = f"{where} is {inner.type} and has no {function}(); {function}() takes {', '.join(RESULTS[function])}"
            raise FieldError(message, column=name)
        super().__init__(function, ranked(inner))
        self.function = function
        self.type = inner.type if kind is SAME else kind
        self.restore = inner.restore if kind is SAME else None

    @property
    def unknown(self) -> Unknown:
        """NULL without rows."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the aggregate."""
        return expr.aggregate(self.function, parts, self.type, self.parts[0].type)
