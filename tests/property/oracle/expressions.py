"""Random expressions: what may be named, and functions, arithmetic and casts of it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

from tests.property.oracle.drawing import Draw, chance, constant, number, pick
from tests.property.oracle.logic import Row, compared
from tests.property.oracle.schemas import Schema, Table

Evaluate: TypeAlias = Callable[[Row], Any]
TEXTS: Final = ("word", "text")
NUMBERS: Final = ("int", "decimal", "float")
SORTED: Final = ("int", "big", "word", "bool", "decimal", "float", "date", "datetime")
"""The kinds whose order is the same on every server."""


@dataclass(frozen=True)
class Expr:
    """An expression.

    Attributes:
        kind: What it is, as a column's kind.
        code: Its Python text.
        value: Its value of a row.
    """

    kind: str
    code: str
    value: Evaluate


@dataclass(frozen=True)
class Scope:
    """What an expression may name.

    Attributes:
        schema: All tables.
        table: The table of the rows; its columns have names too if ``has_columns``.
        names: The annotations and their kinds.
        has_columns: Whether rows have the table's columns.
        outer: What ``OuterRef`` may name.
        depth: How many queries may be inside one another.
        hops: How many foreign keys names may lead across.
    """

    schema: Schema
    table: Table
    names: tuple[tuple[str, str], ...] = ()
    has_columns: bool = True
    outer: Scope | None = None
    depth: int = 2
    hops: int = 2

    def fields(self, *kinds: str) -> list[tuple[str, str]]:
        """Returns the names of some kinds, those of annotations and of columns behind foreign keys too."""
        own = _columns(self.table, self.hops) if self.has_columns else ()
        return [(name, kind) for name, kind in (*own, *self.names) if kind in kinds or not kinds]

    def named(self, name: str, kind: str) -> Scope:
        """Returns the scope with another annotation."""
        return replace(self, names=(*self.names, (name, kind)))


@lru_cache(None)
def _columns(table: Table, hops: int) -> tuple[tuple[str, str], ...]:
    found = [("id", "int"), *((one.name, one.kind) for one in (*table.columns, *table.keys))]
    for name, parent in table.parents.items() if hops else ():
        found += [(f"{name}__{inner}", kind) for inner, kind in _columns(parent.table, hops - 1)]
    return tuple(found)


Give: TypeAlias = Callable[[Draw, Scope, str, int], "Expr | None"]
_GIVERS: Final[dict[str, list[Give]]] = {}


def gives(*kinds: str) -> Callable[[Give], Give]:
    """Registers a function that draws expressions of some kinds; None where there are none."""

    def register(give: Give) -> Give:
        for kind in kinds:
            _GIVERS.setdefault(kind, []).append(give)
        return give

    return register


def expression(draw: Draw, scope: Scope, kind: str, depth: int = 2) -> Expr:
    """Draws an expression of a kind."""
    if depth and chance(draw, 60):
        made = pick(draw, _GIVERS[kind])(draw, scope, kind, depth - 1)
        if made is not None:
            return made
    return field(draw, scope, kind) or literal(draw, kind)


def field(draw: Draw, scope: Scope, *kinds: str) -> Expr | None:
    """Draws the value of a name."""
    fields = scope.fields(*(TEXTS if kinds == ("text",) else kinds))
    if not fields:
        return None
    name, kind = pick(draw, fields)
    return Expr(kind, f'F("{name}")', lambda row: row[name])


def literal(draw: Draw, kind: str) -> Expr:
    """Draws a constant."""
    value = constant(draw, kind)
    return Expr(kind, f"Value({value.code})", lambda _: value.now)


def lifted(function: Callable[..., Any], *parts: Expr) -> Evaluate:
    """Returns a function of values, which is NULL where one of them is."""

    def evaluate(row: Row) -> Any:
        values = [part.value(row) for part in parts]
        return None if None in values else function(*values)

    return evaluate


@gives("int", "decimal", "float")
def arithmetic(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Sums, differences, products."""
    one, two = (expression(draw, scope, kind, depth) for _ in range(2))
    sign = pick(draw, "+-" if kind == "decimal" or depth == 0 else "+-*")
    functions: dict[str, Callable[[Any, Any], Any]] = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y}
    return Expr(kind, f"({one.code} {sign} {two.code})", lifted(functions[sign], one, two))


@gives("int")
def divided(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Whole quotients and remainders, of negative numbers too."""
    one, by = expression(draw, scope, kind, depth), pick(draw, [2, 3, -2, 7])
    if chance(draw, 50):
        return Expr(kind, f"({one.code} // {by})", lifted(lambda x: x // by, one))
    return Expr(kind, f"Mod({one.code}, {by})", lifted(lambda x: x % by, one))


@gives("int")
def counted(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Numbers made of other values: lengths, parts of dates, truth values."""
    what = pick(draw, ["length", "part", "bool", "float"])
    if what == "length":
        text = expression(draw, scope, "text", depth)
        return Expr(kind, f"Length({text.code})", lifted(len, text))
    if what == "part":
        moment = expression(draw, scope, pick(draw, ["date", "datetime"]), depth)
        part = pick(draw, list(PARTS))
        return Expr(kind, f'Extract({moment.code}, "{part}")', lifted(PARTS[part], moment))
    if what == "bool":
        truth = expression(draw, scope, "bool", 0)
        return Expr(kind, f"Cast({truth.code}, int)", lifted(int, truth))
    inner = expression(draw, scope, "decimal", depth)
    return Expr(kind, f"Cast({inner.code}, int)", lifted(int, inner))


PARTS: Final[dict[str, Callable[[Any], int]]] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "quarter": lambda day: (day.month + 2) // 3,
    "week": lambda day: day.isocalendar()[1],
    "iso_year": lambda day: day.isocalendar()[0],
    "week_day": lambda day: day.isoweekday() % 7 + 1,
}


@gives("float")
def floated(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Quotients, casts and roots."""
    what = pick(draw, ["cast", "divide", "root"])
    inner = expression(draw, scope, "int", depth)
    if what == "divide":
        by = pick(draw, [2, 4, -8])
        return Expr(kind, f"({inner.code} / {by})", lifted(lambda x: x / by, inner))
    if what == "root":
        return Expr(kind, f"Sqrt(Abs({inner.code}))", lifted(lambda x: math.sqrt(abs(x)), inner))
    return Expr(kind, f"Cast({inner.code}, float)", lifted(float, inner))


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return type(value)(round(value, digits))


@gives("int", "decimal", "float")
def one_number(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Functions of one number, whose type stays."""
    name = pick(draw, ["Abs", "Floor", "Ceil", "Round", "-"])
    inner = expression(draw, scope, kind, depth)
    if name == "Round":
        digits = pick(draw, [0, 1])
        return Expr(kind, f"Round({inner.code}, {digits})", lifted(lambda x: _rounded(x, digits), inner))
    functions: dict[str, Callable[[Any], Any]] = {"Abs": abs, "-": lambda x: -x, "Floor": math.floor, "Ceil": math.ceil}
    cast: Any = {"int": int, "decimal": Decimal, "float": float}[kind]
    code = f"(-{inner.code})" if name == "-" else f"{name}({inner.code})"
    return Expr(kind, code, lifted(lambda x: cast(functions[name](x)), inner))


@gives("decimal")
def decimal_of(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """A Decimal of an int."""
    inner = expression(draw, scope, "int", depth)
    return Expr(kind, f"Cast({inner.code}, Decimal)", lifted(Decimal, inner))


@gives("text", "text")
def one_text(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Functions of one text, and a text of an int or date."""
    name = pick(draw, ["Lower", "Upper", "Trim", "Substr", "Replace", "Cast"])
    inner = expression(draw, scope, pick(draw, ["int", "date"]) if name == "Cast" else "text", depth)
    if name == "Substr":
        start, length = number(draw, 1, 3), number(draw, 0, 2)
        return Expr(kind, f"Substr({inner.code}, {start}, {length})", lifted(lambda x: x[start - 1 : start - 1 + length], inner))
    if name == "Replace":
        old, new = pick(draw, ["a", "b", "%", " "]), pick(draw, ["", "z", "ab"])
        return Expr(kind, f"Replace({inner.code}, {old!r}, {new!r})", lifted(lambda x: x.replace(old, new), inner))
    if name == "Cast":
        return Expr(kind, f"Cast({inner.code}, str)", lifted(str, inner))
    functions: dict[str, Callable[[str], str]] = {"Lower": str.lower, "Upper": str.upper, "Trim": str.strip}
    return Expr(kind, f"{name}({inner.code})", lifted(functions[name], inner))


@gives("text")
def concatenated(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """Texts one behind the other; NULL counts as empty."""
    parts = [expression(draw, scope, "text", depth) for _ in range(number(draw, 2, 3))]
    return Expr(kind, f"Concat({', '.join(part.code for part in parts)})", lambda row: "".join(part.value(row) or "" for part in parts))


@gives("int", "big", "word", "text", "decimal", "float", "date", "datetime", "uuid")
def first_known(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """The first that is not NULL; NULL where both are equal."""
    one, two = (expression(draw, scope, kind, depth) for _ in range(2))
    if chance(draw, 60):

        def known(row: Row) -> Any:
            value = one.value(row)
            return two.value(row) if value is None else value

        return Expr(kind, f"Coalesce({one.code}, {two.code})", known)

    def unequal(row: Row) -> Any:
        value = one.value(row)
        return None if compared("exact", value, two.value(row)) is True else value

    return Expr(kind, f"NullIf({one.code}, {two.code})", unequal)


@gives("int", "big", "decimal", "float", "date", "datetime")
def extreme(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """The greatest or the least; NULL where one is."""
    parts = [expression(draw, scope, kind, depth) for _ in range(number(draw, 2, 3))]
    name = pick(draw, ["Greatest", "Least"])
    function: Callable[..., Any] = max if name == "Greatest" else min
    return Expr(kind, f"{name}({', '.join(part.code for part in parts)})", lifted(function, *parts))


@gives("date")
def day_of(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """The day of a datetime."""
    inner = expression(draw, scope, "datetime", depth)
    return Expr(kind, f"Cast({inner.code}, datetime.date)", lifted(dt.datetime.date, inner))


@gives("datetime")
def moved(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """A datetime that is moved."""
    inner = expression(draw, scope, kind, depth)
    span = pick(draw, [dt.timedelta(days=1), dt.timedelta(hours=-13), dt.timedelta(microseconds=1)])
    return Expr(kind, f"({inner.code} + {span!r})", lifted(lambda x: x + span, inner))


@gives("int", "word", "text", "bool", "decimal", "date", "uuid", "big", "float", "datetime")
def around(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr | None:
    """A value of the row around."""
    fields = scope.outer.fields(kind) if scope.outer is not None else []
    if not fields:
        return None
    name = pick(draw, fields)[0]
    return Expr(kind, f'OuterRef("{name}")', lambda row: row.outer[name])  # type: ignore[index] # a subquery has one
