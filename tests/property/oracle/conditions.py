"""Random conditions: lookups of every kind, comparisons of expressions, joined and negated; and choices among values by them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from tests.property.oracle import logic
from tests.property.oracle.differences import rules
from tests.property.oracle.drawing import Draw, chance, constant, pick, some
from tests.property.oracle.expressions import PARTS, SORTED, TEXTS, Expr, Scope, expression, gives
from tests.property.oracle.logic import Row, Truth, among, both, compared, either, negated, odd

Holds: TypeAlias = Callable[[Row], Truth]


@dataclass(frozen=True)
class Condition:
    """A condition.

    Attributes:
        code: Its Python text, a ``Q``.
        holds: Whether it is true for a row.
        across: The relation to several rows that it is about; conditions of one conjunction meet in one of those rows.
        there: Whether it is true for a related row.
        parts: The members of a conjunction.
    """

    code: str
    holds: Holds
    across: str = ""
    there: Holds | None = None
    parts: tuple[Condition, ...] = ()


Leaf: TypeAlias = Callable[[Draw, Scope], "Condition | None"]
LEAVES: Final[list[Leaf]] = []


def leaf(*, weight: int = 1) -> Callable[[Leaf], Leaf]:
    """Registers a function that draws conditions of one kind; None where there are none."""

    def register(function: Leaf) -> Leaf:
        LEAVES.extend([function] * weight)
        return function

    return register


def condition(draw: Draw, scope: Scope, width: int = 2) -> Condition:
    """Draws a condition."""
    kind = pick(draw, ["leaf", "leaf", "leaf", "or", "and", "not", "xor"]) if width else "leaf"
    if kind == "leaf":
        return pick(draw, LEAVES)(draw, scope) or plain(draw, scope)
    if kind == "not":
        inner = condition(draw, scope, width - 1)
        return Condition(f"~{inner.code}", lambda row: negated(inner.holds(row)))
    if kind == "xor":
        parts = [plain(draw, scope) for _ in range(2)]
        return Condition(f"({parts[0].code} ^ {parts[1].code})", lambda row: odd(part.holds(row) for part in parts))
    parts = [condition(draw, scope, width - 1) for _ in range(2)]
    if kind == "or":
        across = parts[0].across if parts[0].across == parts[1].across else ""
        there = [part.there for part in parts if part.there is not None]
        return Condition(
            f"({parts[0].code} | {parts[1].code})",
            lambda row: either(part.holds(row) for part in parts),
            across,
            (lambda row: either(one(row) for one in there)) if across else None,
        )
    return conjunction(f"({parts[0].code} & {parts[1].code})", parts)


def conjunction(code: str, given: list[Condition]) -> Condition:
    """Returns the conjunction of conditions; those about one relation meet in one related row."""
    parts = tuple(inner for part in given for inner in (part.parts or (part,)))
    groups: dict[str, list[Holds]] = {}
    for part in parts:
        if part.there is not None:
            groups.setdefault(part.across, []).append(part.there)

    def holds(row: Row) -> Truth:
        alone = [part.holds(row) for part in parts if part.there is None]
        met = [any(both(one(related) for one in tests) is True for related in row.related(name)) for name, tests in groups.items()]
        return both([*alone, *met])

    is_across = len(groups) == 1 and all(part.there for part in parts)
    there = (lambda row: both(one(row) for one in next(iter(groups.values())))) if is_across else None
    return Condition(code, holds, next(iter(groups)) if is_across else "", there, parts)


@leaf(weight=4)
def plain(draw: Draw, scope: Scope) -> Condition:
    """A lookup of a name with plain values."""
    name, kind = pick(draw, scope.fields())
    return looked_up(draw, name, kind)


def looked_up(draw: Draw, name: str, kind: str) -> Condition:
    """A lookup of a name of a kind."""
    what = pick(draw, ["compare", "in", "between", "null", *(["text"] * 3 if kind in TEXTS else ["part"] if kind in DAYS else [])])
    if what == "null":
        wanted = chance(draw, 30)
        return Condition(f"Q({name}__isnull={wanted})", lambda row: (row[name] is None) is wanted)
    if what == "in":
        members = [constant(draw, kind) for _ in range(len(some(draw, range(5), 0, 5)))]
        code = f"[{', '.join(member.code for member in members)}]"
        return Condition(f"Q({name}__in={code})", lambda row: among(row[name], [member.now for member in members]))
    if what == "text":
        return searched(draw, name)
    if what == "part":
        part, op = pick(draw, list(PARTS)), pick(draw, list(logic.OPS))
        value = constant(draw, kind, PARTS[part])
        return Condition(
            f"Q({name}__{part}__{op}={value.code})",
            lambda row: compared(op, None if row[name] is None else PARTS[part](row[name]), value.now),
        )
    if what == "between" and kind in SORTED and kind != "bool":
        low, high = constant(draw, kind), constant(draw, kind)
        return Condition(
            f"Q({name}__between=({low.code}, {high.code}))",
            lambda row: both([compared("gte", row[name], low.now), compared("lte", row[name], high.now)]),
        )
    op, value = pick(draw, list(logic.OPS)) if kind in SORTED and kind != "bool" else "exact", constant(draw, kind)
    return Condition(f"Q({name}__{op}={value.code})", lambda row: compared(op, row[name], value.now))


DAYS: Final = ("date", "datetime")
SEARCHES: Final[dict[str, Callable[[str, str], bool]]] = {
    "contains": lambda text, found: found in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def searched(draw: Draw, name: str) -> Condition:
    """A search in a text, with and without regard to case."""
    op, found, folds = pick(draw, [*SEARCHES, "exact", "regex"]), constant(draw, "text", lambda text: text[:2]), chance(draw, 40)
    if op == "regex":
        pattern = pick(draw, ["^a", "b$", "a.", "[AB]", "^$"])
        flags = re.IGNORECASE if folds else re.RegexFlag(0)

        def matches(row: Row) -> Truth:
            return None if row[name] is None else re.search(pattern.replace("$", r"\Z"), row[name], flags | rules().dot) is not None

        return Condition(f"Q({name}__{'i' * folds}regex={pattern!r})", matches)
    if op == "exact" and not folds:
        return Condition(f"Q({name}={found.code})", lambda row: compared("exact", row[name], found.now))
    test = {**SEARCHES, "exact": str.__eq__}[op]

    def holds(row: Row) -> Truth:
        fold = rules().fold if folds else str
        return None if row[name] is None else test(fold(row[name]), fold(found.now))

    return Condition(f"Q({name}__{'i' * folds}{op}={found.code})", holds)


@leaf(weight=3)
def of_expressions(draw: Draw, scope: Scope) -> Condition:
    """A comparison of two expressions."""
    kind = pick(draw, SORTED[:3] + SORTED[4:])
    one, two = expression(draw, scope, kind), expression(draw, scope, kind)
    if "F(" not in one.code + two.code and "OuterRef(" not in one.code + two.code:
        return plain(draw, scope)
    sign, op = pick(draw, [(">", "gt"), (">=", "gte"), ("<", "lt"), ("<=", "lte")])
    return Condition(f"Q({one.code} {sign} {two.code})", lambda row: compared(op, one.value(row), two.value(row)))


@leaf(weight=2)
def of_name_and_expression(draw: Draw, scope: Scope) -> Condition:
    """A lookup whose value is an expression."""
    name, kind = pick(draw, scope.fields())
    if kind in TEXTS and chance(draw, 60):
        text = expression(draw, scope, "text")
        return Condition(f"Q({name}={text.code})", lambda row: compared("exact", row[name], text.value(row)))
    other = expression(draw, scope, kind)
    op = pick(draw, list(logic.OPS)) if kind in SORTED and kind != "bool" else "exact"
    return Condition(f"Q({name}__{op}={other.code})", lambda row: compared(op, row[name], other.value(row)))


@leaf(weight=2)
def across(draw: Draw, scope: Scope) -> Condition | None:
    """Lookups behind a relation to several rows."""
    if not scope.has_columns or not scope.table.many:
        return None
    name = pick(draw, sorted(scope.table.many))
    there = Scope(scope.schema, scope.table.many[name].target, depth=0)
    if chance(draw, 20):
        wanted = chance(draw, 50)
        return Condition(f"Q({name}__isnull={wanted})", lambda row: (not any(True for _ in row.related(name))) is wanted)
    tests = [plain(draw, there) for _ in range(1 + chance(draw, 40))]
    codes = [test.code.removeprefix("Q(").removesuffix(")") for test in tests]
    if len({code.partition("=")[0] for code in codes}) < len(codes):
        tests, codes = tests[:1], codes[:1]

    def meets(row: Row) -> Truth:
        return both(test.holds(row) for test in tests)

    def holds(row: Row) -> Truth:
        return any(meets(related) is True for related in row.related(name))

    return Condition(f"Q({', '.join(f'{name}__{code}' for code in codes)})", holds, name, meets)


@gives("bool")
def of_condition(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """A condition as a value."""
    found = condition(draw, replace(scope, depth=0), min(depth, 1))
    return Expr(kind, found.code, found.holds)


@gives("int", "big", "word", "text", "decimal", "float", "date", "datetime", "uuid", "bool")
def chosen(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr:
    """The value of the first condition that is true."""
    whens = [(condition(draw, replace(scope, depth=0), 1), expression(draw, scope, kind, depth)) for _ in range(1 + chance(draw, 40))]
    other = expression(draw, scope, kind, depth) if chance(draw, 70) else None

    def value(row: Row) -> Any:
        for test, then in whens:
            if test.holds(row) is True:
                return then.value(row)
        return None if other is None else other.value(row)

    code = [f"When({test.code}, then={then.code})" for test, then in whens]
    return Expr(kind, f"Case({', '.join([*code, *([] if other is None else [f'default={other.code}'])])})", value)
