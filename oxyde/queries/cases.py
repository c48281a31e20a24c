"""``Case`` and ``When``: the value of the first condition that is true."""

from __future__ import annotations

from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries import digits
from oxyde.queries.arguments import Argument, alike, argument
from oxyde.queries.conditions import Q
from oxyde.queries.functions import ANYTHING
from oxyde.queries.operators import Operand
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Expression, Names, Term, Unknown


class Chosen(Term):
    """The value of the first condition that is true: its parts are the conditions, then their values, then perhaps the default."""

    def __init__(self, conditions: list[Term], values: list[Term]) -> None:
        self.count = len(conditions)
        super().__init__((self.count, len(values)), *conditions, *values)
        kind = values[0].type
        self.type = digits.common([value.type for value in values]) if kind.kind == "decimal" else kind

    @property
    def unknown(self) -> Unknown:
        """Never, if every value and the default are known."""
        values = self.parts[self.count :]
        return NEVER if len(values) > self.count and all(value.unknown is NEVER for value in values) else MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns CASE."""
        values = parts[self.count :]
        whens = list(zip(parts[: self.count], values, strict=False))
        return expr.case(whens, self.type, values[self.count] if len(values) > self.count else None)


class When:
    """A condition and the value where it is true: ``When(age__gte=18, then=Value("adult"))``.

    Args:
        *conditions: ``Q`` objects and comparisons, all of which must hold.
        then: The value: the name of a field, an expression, or a plain value other than a str.
        **lookups: Lookups, all of which must hold.

    Raises:
        FieldError: There is no condition.
    """

    def __init__(self, /, *conditions: Expression, then: Argument, **lookups: Any) -> None:
        self.condition, self.then = Q(*conditions, **lookups), then
        if not self.condition.children:
            raise FieldError("When() needs a condition: When(age__gte=18, then=...)")

    def __repr__(self) -> str:
        return f"When({self.condition!r}, then={self.then!r})"


class Case(Operand):
    """The value of the first ``When`` whose condition is true: ``Case(When(age__lt=18, then=Value("young")), default="group")``.

    Args:
        *whens: The conditions with their values, in the order in which they are tried.
        default: The value where none is true: the name of a field, an expression, or a plain value; NULL without one.
    """

    def __init__(self, *whens: When, default: Argument = None) -> None:
        if not whens or not all(isinstance(when, When) for when in whens):
            raise TypeError('Case() takes When objects: Case(When(age__gte=18, then=Value("adult")), default=...)')
        self.whens, self.default = whens, default

    def resolve(self, names: Names) -> Term:
        """Returns the choice over the query's names.

        Raises:
            FieldError: The values are of types that cannot be combined.
        """
        given = [when.then for when in self.whens] + ([] if self.default is None else [self.default])
        values = alike("Case", [argument("Case", names, one, ANYTHING) for one in given])
        return Chosen([when.condition.resolve(names) for when in self.whens], values)

    def __repr__(self) -> str:
        shown = [*map(repr, self.whens), *([] if self.default is None else [f"default={self.default!r}"])]
        return f"Case({', '.join(shown)})"
