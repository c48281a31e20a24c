"""The call of a function."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Term, Unknown
from oxyde.schema.types import ColumnType


class Nulls(Enum):
    """When the value of a function is NULL."""

    ANY = "any"
    """Where one argument is NULL."""
    ALL = "all"
    """Where all arguments are NULL."""
    NEVER = "never"
    MAYBE = "maybe"
    """Where its arguments say so."""


class Call(Term):
    """The call of a function with terms, and with constants that are part of the SQL text."""

    def __init__(self, function: str, kind: ColumnType, nulls: Nulls, parts: Sequence[Term], constants: tuple[int, ...] = ()) -> None:
        super().__init__((function, kind.key, constants), *parts)
        self.function, self.type, self.nulls, self.constants = function, kind, nulls, constants

    @property
    def unknown(self) -> Unknown:
        """As the function's row has it."""
        if self.nulls is Nulls.ANY:
            return super().unknown
        certain = self.nulls is Nulls.NEVER or (self.nulls is Nulls.ALL and any(part.unknown is NEVER for part in self.parts))
        return NEVER if certain else MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call(self.function, [*parts, *map(expr.integer, self.constants)], self.type)
