"""Terms that no expression of an application makes: a constant, a random number, the mask of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.term import Bound, Term
from oxyde.schema import types as kinds

if TYPE_CHECKING:
    from oxyde.queries.scope import Scope


class One(Term):
    """The number 1, for a query that only asks whether there is a row."""

    type = kinds.INT

    def __init__(self) -> None:
        super().__init__("1")

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - the same everywhere
        """Returns the number, which belongs to the text."""
        return expr.integer(1)


class Chance(Term):
    """A random number: the order of ``order_by("?")``."""

    type = kinds.FLOAT

    def __init__(self) -> None:
        super().__init__("random")

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - the same everywhere
        """Returns the call."""
        return expr.call("random", [], kinds.FLOAT)


class Masked(Term):
    """The mask that frames show in place of a secret: a constant, or NULL for NULL."""

    type = kinds.TEXT
    MASK: Final = "••••••••"

    def __init__(self, inner: Term) -> None:
        super().__init__("masked", inner, Bound(self.MASK, kinds.TEXT))

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the constant where there is a value."""
        return expr.unless_null(parts[0], parts[1], kinds.TEXT)
