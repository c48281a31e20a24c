"""Operators of a row's values: ``F``, ``Value``, their arithmetic and their comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oxyde.queries.arithmetic import SIGNS, combined
from oxyde.queries.conditions import Q
from oxyde.queries.literals import literal
from oxyde.queries.lookups import compared
from oxyde.queries.term import Expression, Names, Term


class Operand(Expression):
    """An expression that supports Python's operators; a comparison is a condition, which can be joined like any ``Q``."""

    __slots__ = ()

    def __add__(self, other: Any) -> Combined:
        return Combined("add", self, other)

    def __radd__(self, other: Any) -> Combined:
        return Combined("add", other, self)

    def __sub__(self, other: Any) -> Combined:
        return Combined("subtract", self, other)

    def __rsub__(self, other: Any) -> Combined:
        return Combined("subtract", other, self)

    def __mul__(self, other: Any) -> Combined:
        return Combined("multiply", self, other)

    def __rmul__(self, other: Any) -> Combined:
        return Combined("multiply", other, self)

    def __truediv__(self, other: Any) -> Combined:
        return Combined("divide", self, other)

    def __rtruediv__(self, other: Any) -> Combined:
        return Combined("divide", other, self)

    def __floordiv__(self, other: Any) -> Combined:
        return Combined("floor_divide", self, other)

    def __rfloordiv__(self, other: Any) -> Combined:
        return Combined("floor_divide", other, self)

    def __mod__(self, other: Any) -> Combined:
        return Combined("modulo", self, other)

    def __rmod__(self, other: Any) -> Combined:
        return Combined("modulo", other, self)

    def __neg__(self) -> Combined:
        return Combined("subtract", 0, self)

    def __gt__(self, other: Any) -> Q:
        return Q(Compared("gt", self, other))

    def __ge__(self, other: Any) -> Q:
        return Q(Compared("ge", self, other))

    def __lt__(self, other: Any) -> Q:
        return Q(Compared("lt", self, other))

    def __le__(self, other: Any) -> Q:
        return Q(Compared("le", self, other))


class Nameable(Operand):
    """An expression that is the name of a field or annotation, so that it may be given where names are: ``values(F("age"))``."""

    __slots__ = ()

    def name_in(self, names: Names) -> str:
        """Returns the name in a query."""
        raise NotImplementedError


def name_of(names: Names, given: Any) -> str | None:
    """Returns the name of a field that is given as a str or as an expression; None for anything else."""
    if isinstance(given, Nameable):
        return given.name_in(names)
    return given if isinstance(given, str) else None


@dataclass(frozen=True, eq=False)
class F(Nameable):
    """The value of a field or an annotation, by name or path: ``F("views")``, ``F("author__age")``."""

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            message = f"F() takes the name of a field, not {type(self.name).__name__}"
            raise TypeError(message)

    def name_in(self, names: Names) -> str:  # noqa: ARG002 - it is the same in every query
        """Returns the name."""
        return self.name

    def resolve(self, names: Names) -> Term:
        """Resolves the name."""
        return names.value(self.name)

    def __repr__(self) -> str:
        return f'F("{self.name}")'


@dataclass(frozen=True, eq=False)
class Value(Operand):
    """A plain value as an expression; it is bound, never pasted."""

    value: Any

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - a value is the same everywhere
        """Returns the value with the type of its class."""
        return literal(self.value)

    def __repr__(self) -> str:
        return "Value(…)"  # it may be secret


@dataclass(frozen=True, eq=False)
class Combined(Operand):
    """Two expressions joined by arithmetic."""

    op: str
    left: Any
    right: Any

    def resolve(self, names: Names) -> Term:
        """Returns the arithmetic over the query's names."""
        left, right = (side if isinstance(side, Expression) else Value(side) for side in (self.left, self.right))
        return combined(self.op, left.resolve(names), right.resolve(names))

    def __repr__(self) -> str:
        return f"({self.left!r} {SIGNS[self.op]} {self.right!r})"


@dataclass(frozen=True, eq=False)
class Compared(Expression):
    """A comparison of an expression with another, or with a plain value."""

    op: str
    left: Expression
    right: Any

    def resolve(self, names: Names) -> Term:
        """Returns the condition."""
        right = self.right if isinstance(self.right, Expression) else Value(self.right)
        return compared(self.op, names, self.left.resolve(names), right.resolve(names))

    def __repr__(self) -> str:
        sign = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}[self.op]
        return f"{self.left!r} {sign} {self.right!r}" if isinstance(self.right, Expression) else f"{self.left!r} {sign} …"
