"""``Outer``: a value of the row around a query, inside of that query."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir.expr import Node
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Term, Unknown


class Outer(Term):
    """A term of the enclosing query."""

    parts = ()

    def __init__(self, inner: Term) -> None:
        self.inner = inner
        self.type, self.restore, self.query = inner.type, inner.restore, inner.query

    @property
    def unknown(self) -> Unknown:
        """Never or maybe: no column of this query tells."""
        return NEVER if self.inner.unknown is NEVER else MAYBE

    @property
    def secret(self) -> bool:
        """Whether it is secret there."""
        return self.inner.secret

    @property
    def key(self) -> Hashable:
        """That of the term, marked."""
        return (self.kind, self.inner.key)

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the term's shape, marked."""
        return (self.kind, self.inner.shape(values))

    def compile(self, scope: Scope) -> Node:
        """Returns the term as seen from the enclosing query.

        Raises:
            FieldError: There is none.
        """
        if scope.outer is None:
            raise FieldError("OuterRef() is used inside a slice or a union of the subquery, where the row around is out of sight")
        return self.inner.compile(scope.outer)

    def walk(self) -> Iterator[Term]:
        """Yields itself and the terms inside."""
        yield self
        yield from self.inner.walk()
