"""Connectives: conditions that are made of other conditions."""

from __future__ import annotations

from oxyde.ir import expr, query
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Condition
from oxyde.queries.paths import Path
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Term, Unknown


class Group(Condition):
    """Conditions joined by and, or, or xor; the head is which."""

    @property
    def unknown(self) -> Unknown:
        """Maybe, if a member may be; the other members decide."""
        return MAYBE if any(part.unknown is not NEVER for part in self.parts) else NEVER

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the members joined."""
        return {"and": expr.both, "or": expr.either, "xor": expr.odd}[str(self.head)](parts)


class Negation(Condition):
    """The rows for which a condition is not true, unknown included."""

    def __init__(self, inner: Term) -> None:
        super().__init__("not", inner)

    @property
    def unknown(self) -> Unknown:
        """Never: it is true or false."""
        return NEVER

    def write(self, scope: Scope, parts: list[Node]) -> Node:
        """Returns NOT if nothing can be unknown, NOT or IS NULL for one column, else IS NOT TRUE."""
        inner, undecided = parts[0], self.parts[0].undecided
        if undecided is NEVER:
            return expr.negation(inner)
        if isinstance(undecided, Term):
            return expr.either([expr.negation(inner), expr.is_null(undecided.compile(scope))])
        return expr.is_not_true(inner)


class Related(Condition):
    """Conditions that a single related row must fulfil, across a to-many relation."""

    correlated = True

    def __init__(self, path: Path, at: int, inner: Term) -> None:
        self.hop, self.before = path.hops[at], path.hops[:at]
        super().__init__((self.hop, tuple(hop.relation.field for hop in self.before)), inner)

    @property
    def unknown(self) -> Unknown:
        """Never: such a row exists or it does not."""
        return NEVER

    def opened(self, scope: Scope) -> Scope:
        """Returns the scope of the related rows."""
        return scope.related(self.hop, self.before)

    def write(self, scope: Scope, parts: list[Node]) -> Node:
        """Returns EXISTS."""
        return expr.exists(query.query(query.select(scope.source, joins=scope.joins, where=expr.both([*scope.ties, *parts]))))
