"""Casts: which values can be converted exactly and alike on every database; all others are refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries import term as terms
from oxyde.queries.arguments import Argument, argument, described, whole
from oxyde.queries.date_parts import Part
from oxyde.queries.operators import Operand
from oxyde.queries.scope import Scope
from oxyde.queries.term import Bound, Names, Term
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

TARGETS: Final[dict[type, ColumnType]] = {
    bool: kinds.BOOL,
    int: kinds.INT,
    float: kinds.FLOAT,
    Decimal: kinds.DECIMAL,
    str: kinds.TEXT,
    dt.date: kinds.DATE,
    dt.time: kinds.TIME,
    dt.datetime: kinds.DATETIME,
}
"""The types that can be cast to."""

CASTS: Final[dict[str, frozenset[str]]] = {
    "bool": frozenset({"int", "float", "decimal", "text"}),
    "int": frozenset({"bool", "float", "decimal", "text"}),
    "float": frozenset({"int", "decimal", "text"}),
    "decimal": frozenset({"int", "float", "decimal", "text"}),
    "text": frozenset({"bool", "int", "decimal", "date", "enum"}),
    "date": frozenset({"datetime", "datetime_tz"}),
    "time": frozenset({"datetime", "datetime_tz"}),
    "datetime": frozenset({"date"}),
}
"""The kinds that can be cast to each type."""

MOST_DIGITS: Final = 65


class Cast(Operand):
    """A value as another type, as Python's own constructor makes it: ``Cast("age", str)``.

    * int of a float or Decimal truncates towards zero. int, float and Decimal of a str parse it, with surrounding spaces allowed, and raise
      DataError for anything else and for values out of range. bool of a str takes the words that Pydantic takes.
    * Decimal of a float is ``Decimal(str(value))``. With ``max_digits`` and ``decimal_places`` it is rounded as by ``round()``, and refused
      where it has more digits.
    * str of a Decimal has no trailing zeros and no exponent; of an enumeration it is the value.
    * date and time of a datetime are its parts, in UTC where it is aware.
    """

    def __init__(self, value: Argument, to: type, *, max_digits: int | None = None, decimal_places: int | None = None) -> None:
        """Takes a value and a Python type.

        Raises:
            FieldError: There is no cast to that type, or digits are given for a type other than Decimal.
        """
        kind = TARGETS.get(to)
        if kind is None:
            shown = ", ".join(target.__name__ for target in TARGETS)
            raise FieldError(f"Cast() makes {shown}, not {getattr(to, '__name__', to)}")
        if (max_digits, decimal_places) != (None, None):
            if kind.kind != "decimal" or max_digits is None:
                raise FieldError("Cast() takes max_digits, and decimal_places beside it, for Decimal only")
            most = whole("Cast()", "max_digits", max_digits, 1, MOST_DIGITS)
            kind = kinds.decimal_of(most, whole("Cast()", "decimal_places", decimal_places or 0, 0, min(most, 28)))
        self.value, self.to, self.kind = value, to, kind

    def resolve(self, names: Names) -> Term:
        """Returns the cast over the query's names."""
        inner = argument("Cast", names, self.value, kinds.PYTHON)
        if inner.type.kind not in CASTS[self.kind.kind] | {self.kind.kind}:
            reason = WHY_NOT.get((inner.type.kind, self.kind.kind), f"it makes that of {', '.join(sorted(CASTS[self.kind.kind]))}")
            message = f"Cast() does not make {self.to.__name__} of {described(inner)}, which is {inner.type}: {reason}"
            raise FieldError(message)
        return cast(inner, self.kind)

    def __repr__(self) -> str:
        digits = f", max_digits={self.kind.precision}, decimal_places={self.kind.scale}" if self.kind.precision else ""
        return f"Cast({self.value!r}, {self.to.__name__}{digits})"


WHY_NOT: Final = {
    ("float", "text"): "databases write floats in different ways; Cast() it to Decimal first",
    ("datetime", "text"): "databases write moments in different ways",
    ("datetime_tz", "text"): "databases write moments in different ways",
}


def cast(inner: Term, kind: ColumnType) -> Term:
    """Returns a term converted to another type, as ``CASTS`` allows."""
    if kind.kind == "text" and inner.type.kind == "bool":
        return Word(inner)
    if kind.kind in {"date", "time"} and inner.type.kind != kind.kind:
        return Part(kind.kind, inner)
    if kind.precision is not None:
        return terms.Cast(cast(inner, kinds.DECIMAL), kind, kinds.DECIMAL)
    if inner.type.kind != kind.kind:
        return terms.Cast(inner, kind, inner.type)
    return terms.Retyped(inner, kind) if kind.kind == "decimal" and inner.type != kind else inner


def as_float(inner: Term) -> Term:
    """Returns a number as a float."""
    return cast(inner, kinds.FLOAT)


class Word(Term):
    """A truth value as Python writes it."""

    type = kinds.TEXT

    def __init__(self, inner: Term) -> None:
        super().__init__("word", inner, *(Bound(str(value), kinds.TEXT) for value in (True, False)))

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the CASE that yields one word or the other; NULL for unknown."""
        value, yes, no = parts
        return expr.case([(value, yes), (expr.negation(value), no)], kinds.TEXT)
