"""Random queries over two small tables with many NULLs, and what plain Python makes of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

from oxyde import F, Field, Model, Q, Value
from tests.tables import table

Row: TypeAlias = "Mapping[str, Any]"
Truth: TypeAlias = "bool | None"
Maker: TypeAlias = "Callable[[Row, int], Any]"


class Owner(Model):
    """Has things."""

    id: int | None = Field(default=None, db_pk=True)
    a: int | None = None
    s: str | None = Field(default=None, max_length=9)
    things: list[Thing] = Field(default=[], db_reverse_fk="owner")

    Meta = table("oracle_owner")


class Thing(Model):
    """Belongs to an owner, or to nobody."""

    id: int | None = Field(default=None, db_pk=True)
    a: int | None = None
    b: int | None = None
    n: int = 0
    s: str | None = Field(default=None, max_length=9)
    f: bool | None = None
    owner: Owner | None = None

    Meta = table("oracle_thing")


OWNERS: list[dict[str, Any]] = [
    {"id": 1, "a": 1, "s": "x"},
    {"id": 2, "a": None, "s": "y"},
    {"id": 3, "a": 2, "s": None},
    {"id": 4, "a": None, "s": None},
]
THINGS: list[dict[str, Any]] = [
    {"id": 1, "a": 1, "b": 1, "n": 0, "s": "x", "f": True, "owner_id": 1},
    {"id": 2, "a": None, "b": 2, "n": 1, "s": "y", "f": False, "owner_id": 1},
    {"id": 3, "a": 2, "b": None, "n": 2, "s": None, "f": None, "owner_id": 2},
    {"id": 4, "a": None, "b": None, "n": 3, "s": "z", "f": True, "owner_id": None},
    {"id": 5, "a": 3, "b": 0, "n": 1, "s": "x", "f": None, "owner_id": 3},
    {"id": 6, "a": 0, "b": 3, "n": 0, "s": None, "f": False, "owner_id": None},
    {"id": 7, "a": 2, "b": 2, "n": 2, "s": "", "f": True, "owner_id": 4},
]
BY_ID = {row["id"]: row for row in OWNERS}
TABLES: dict[str, list[dict[str, Any]]] = {"thing": THINGS, "owner": OWNERS}


def read(row: Row, name: str) -> Any:
    """Returns the value of a path or an annotation in a row."""
    _, _, rest = name.partition("__")
    if not rest:
        return row[name]
    owner = BY_ID.get(row["owner_id"])
    return None if owner is None else owner[rest]


def both(truths: list[Truth]) -> Truth:
    """AND."""
    return False if any(one is False for one in truths) else None if any(one is None for one in truths) else True


def either(truths: list[Truth]) -> Truth:
    """OR."""
    return True if any(one is True for one in truths) else None if any(one is None for one in truths) else False


def odd(truths: list[Truth]) -> Truth:
    """XOR."""
    return None if any(one is None for one in truths) else sum(map(bool, truths)) % 2 == 1


def compared(op: str, left: Any, right: Any) -> Truth:
    """Compares; with NULL it is unknown."""
    if left is None or right is None:
        return None
    return {"exact": left == right, "gt": left > right, "gte": left >= right, "lt": left < right, "lte": left <= right}[op]


@dataclass(frozen=True)
class Condition:
    """A condition with its values of either side, as ``Q`` and as Python.

    Attributes:
        q: Makes the ``Q`` of a side.
        holds: Tells whether it is true for a row, on a side.
        text: For messages.
    """

    q: Callable[[int], Q]
    holds: Maker
    text: str


@dataclass(frozen=True)
class Question:
    """A query and its rows.

    Attributes:
        table: The name of the table whose rows it returns.
        query: Makes the queryset of a side.
        rows: Makes its rows of a side, in no order.
        names: The numbers that it has beside the columns.
        flags: Those that are true or false.
        text: For messages.
    """

    table: str
    query: Callable[[int], Any]
    rows: Callable[[int], list[dict[str, Any]]]
    text: str
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


INTS = st.integers(-1, 4)
TEXTS = st.sampled_from(["", "x", "y", "z", "w"])
NUMBERS: dict[str, tuple[str, ...]] = {"thing": ("id", "a", "b", "n", "owner_id", "owner__a"), "owner": ("id", "a")}
WORDS: dict[str, tuple[str, ...]] = {"thing": ("s", "owner__s"), "owner": ("s",)}


@st.composite
def leaves(draw: st.DrawFn, question: Question, depth: int) -> Condition:
    """A lookup."""
    numbers = (*NUMBERS[question.table], *question.names)
    kinds = ["compare", "expression", "between", "between_expression", "in", "null", "word", "flag", "arithmetic"]
    kinds += ["rows", "rows"] if depth else []
    kinds += ["many", "many_pair"] if question.table == "owner" else []
    kind = draw(st.sampled_from(kinds))
    name = draw(st.sampled_from(numbers))
    if kind == "compare":
        op, pair = draw(st.sampled_from(["exact", "gt", "gte", "lt", "lte"])), draw(st.tuples(INTS, INTS))
        return Condition(
            lambda side: Q(**{f"{name}__{op}": pair[side]}),
            lambda row, side: compared(op, read(row, name), pair[side]),
            f"{name}__{op}={pair}",
        )
    if kind == "expression":
        op, other = draw(st.sampled_from(["exact", "gt", "lte"])), draw(st.sampled_from(numbers))
        return Condition(
            lambda _: Q(**{f"{name}__{op}": F(other)}),
            lambda row, _: compared(op, read(row, name), read(row, other)),
            f"{name}__{op}=F({other})",
        )
    if kind == "arithmetic":
        other, pair = draw(st.sampled_from(numbers)), draw(st.tuples(INTS, INTS))

        def summed(row: Row, side: int) -> Truth:
            value = read(row, name)
            return compared("gt", None if value is None else value + pair[side], read(row, other))

        return Condition(lambda side: Q(F(name) + pair[side] > F(other)), summed, f"F({name})+{pair}>F({other})")
    if kind in {"between", "between_expression"}:
        low = draw(st.sampled_from(numbers)) if kind == "between_expression" else None
        ends = draw(st.tuples(st.tuples(INTS, INTS), st.tuples(INTS, INTS)))
        turned = draw(st.booleans())

        def inside(row: Row, side: int) -> Truth:
            first = ends[side][0] if low is None else read(row, low)
            pair = (ends[side][1], first) if turned else (first, ends[side][1])
            return both([compared("gte", read(row, name), pair[0]), compared("lte", read(row, name), pair[1])])

        def between(side: int) -> Q:
            first: Any = ends[side][0] if low is None else F(low)
            return Q(**{f"{name}__between": (ends[side][1], first) if turned else (first, ends[side][1])})

        return Condition(between, inside, f"{name}__between={low}{ends}{turned}")
    if kind == "in":
        size = draw(st.integers(0, 3))
        pair = draw(st.tuples(st.lists(INTS, min_size=size, max_size=size), st.lists(INTS, min_size=size, max_size=size)))
        return Condition(
            lambda side: Q(**{f"{name}__in": pair[side]}),
            lambda row, side: False if not pair[side] else either([compared("exact", read(row, name), one) for one in pair[side]]),
            f"{name}__in={pair}",
        )
    if kind == "null":
        wanted = draw(st.booleans())
        return Condition(
            lambda _: Q(**{f"{name}__isnull": wanted}), lambda row, _: (read(row, name) is None) is wanted, f"{name}__isnull={wanted}"
        )
    if kind == "word":
        word, op = draw(st.sampled_from(WORDS[question.table])), draw(st.sampled_from(["exact", "contains", "startswith"]))
        pair2 = draw(st.tuples(TEXTS, TEXTS))

        def found(row: Row, side: int) -> Truth:
            value = read(row, word)
            if value is None:
                return None
            return {"exact": value == pair2[side], "contains": pair2[side] in value, "startswith": value.startswith(pair2[side])}[op]

        return Condition(lambda side: Q(**{f"{word}__{op}": pair2[side]}), found, f"{word}__{op}={pair2}")
    if kind == "flag":
        flags = (*(["f"] if question.table == "thing" else []), *question.flags)
        if not flags:
            return Condition(lambda _: Q(id__gt=0), lambda *_: True, "id>0")
        flag, pair3 = draw(st.sampled_from(flags)), draw(st.tuples(st.booleans(), st.booleans()))
        return Condition(
            lambda side: Q(**{flag: pair3[side]}), lambda row, side: compared("exact", row[flag], pair3[side]), f"{flag}={pair3}"
        )
    if kind == "rows":
        inner = draw(questions(depth - 1))
        column = draw(st.sampled_from(NUMBERS[inner.table][: 4 if inner.table == "thing" else 2]))

        def members(row: Row, side: int) -> Truth:
            return either([compared("exact", read(row, name), one[column]) for one in inner.rows(side)])

        return Condition(
            lambda side: Q(**{f"{name}__in": inner.query(side).values(column)}), members, f"{name}__in=[{inner.text}].{column}"
        )
    pair4 = draw(st.tuples(INTS, INTS))
    if kind == "many":
        column = draw(st.sampled_from(["a", "n"]))
        return Condition(
            lambda side: Q(**{f"things__{column}__gt": pair4[side]}),
            lambda row, side: any(one["owner_id"] == row["id"] and compared("gt", one[column], pair4[side]) is True for one in THINGS),
            f"things__{column}__gt={pair4}",
        )
    return Condition(
        lambda side: Q(things__a__lte=pair4[side], things__b__gte=pair4[1 - side]),
        lambda row, side: any(
            one["owner_id"] == row["id"]
            and both([compared("lte", one["a"], pair4[side]), compared("gte", one["b"], pair4[1 - side])]) is True
            for one in THINGS
        ),
        f"things__a__lte={pair4}, things__b__gte",
    )


@st.composite
def conditions(draw: st.DrawFn, question: Question, depth: int, width: int = 3) -> Condition:
    """Lookups joined and negated."""
    kind = draw(st.sampled_from(["leaf", "leaf", "and", "or", "xor", "not"])) if width else "leaf"
    if kind == "leaf":
        return draw(leaves(question, depth))
    if kind == "not":
        inner = draw(conditions(question, depth, width - 1))
        return Condition(lambda side: ~inner.q(side), lambda row, side: inner.holds(row, side) is not True, f"~({inner.text})")
    parts = [draw(conditions(question, depth, width - 1)) for _ in range(2)]
    join = {"and": lambda x, y: x & y, "or": lambda x, y: x | y, "xor": lambda x, y: x ^ y}[kind]
    truth = {"and": both, "or": either, "xor": odd}[kind]
    return Condition(
        lambda side: functools.reduce(join, [part.q(side) for part in parts]),
        lambda row, side: truth([part.holds(row, side) for part in parts]),
        f"({f' {kind} '.join(part.text for part in parts)})",
    )


def sliced(rows: list[dict[str, Any]], name: str, desc: bool, start: int, stop: int) -> list[dict[str, Any]]:
    """Returns a slice in an order that puts NULLs last, and equal values by key."""
    known = sorted((row for row in rows if row[name] is not None), key=lambda row: row["id"])
    known = sorted(known, key=lambda row: row[name], reverse=desc)
    return [*known, *sorted((row for row in rows if row[name] is None), key=lambda row: row["id"])][start:stop]


@st.composite
def changed(draw: st.DrawFn, question: Question, depth: int, number: int) -> Question:
    """A query with one more verb."""
    # A union says all before it twice: of several, one inside the other, PostgreSQL plans for minutes.
    unions = [] if "union" in question.text else ["union", "union_all"]
    verb = draw(st.sampled_from(["filter", "exclude", "annotate", "flag", "slice", "constant", *unions]))
    if verb in {"filter", "exclude"}:
        condition = draw(conditions(question, depth))
        wanted = verb == "filter"
        return Question(
            question.table,
            lambda side: getattr(question.query(side), verb)(condition.q(side)),
            lambda side: [row for row in question.rows(side) if (condition.holds(row, side) is True) is wanted],
            f"{question.text}.{verb}({condition.text})",
            question.names,
            question.flags,
        )
    name = f"x{number}"
    if verb == "annotate":
        of, pair = draw(st.sampled_from((*NUMBERS[question.table], *question.names))), draw(st.tuples(INTS, INTS))

        def added(row: Row, side: int) -> dict[str, Any]:
            value = read(row, of)
            return {**row, name: None if value is None else value + pair[side]}

        return Question(
            question.table,
            lambda side: question.query(side).annotate(**{name: F(of) + pair[side]}),
            lambda side: [added(row, side) for row in question.rows(side)],
            f"{question.text}.annotate({name}=F({of})+{pair})",
            (*question.names, name),
            question.flags,
        )
    if verb == "constant":
        pair = draw(st.tuples(INTS, INTS))
        return Question(
            question.table,
            lambda side: question.query(side).annotate(**{name: Value(pair[side])}),
            lambda side: [{**row, name: pair[side]} for row in question.rows(side)],
            f"{question.text}.annotate({name}={pair})",
            (*question.names, name),
            question.flags,
        )
    if verb == "flag":
        condition = draw(conditions(question, depth, 1))
        return Question(
            question.table,
            lambda side: question.query(side).annotate(**{name: condition.q(side)}),
            lambda side: [{**row, name: condition.holds(row, side)} for row in question.rows(side)],
            f"{question.text}.annotate({name}={condition.text})",
            question.names,
            (*question.flags, name),
        )
    if verb == "slice":
        by, desc = draw(st.sampled_from(("id", "a", *question.names))), draw(st.booleans())
        start, size = draw(st.integers(0, 2)), draw(st.integers(0, 5))

        def cut(side: int) -> Any:
            order = F(by).desc(nulls_last=True) if desc else F(by).asc(nulls_last=True)
            return question.query(side).order_by(order, "id")[start : start + size]

        return Question(
            question.table,
            cut,
            lambda side: sliced(question.rows(side), by, desc, start, start + size),
            f"{question.text}.order({by},{desc})[{start}:{start + size}]",
            question.names,
            question.flags,
        )
    condition = draw(conditions(question, depth))

    def united(side: int) -> list[dict[str, Any]]:
        rows = question.rows(side)
        return [row for row in rows if condition.holds(row, side) is True]

    # Keys stay unique: one side is the other one, or what it leaves.
    return Question(
        question.table,
        lambda side: (
            question.query(side).filter(condition.q(side)).union(question.query(side).filter(condition.q(side)))
            if verb == "union"
            else question.query(side).filter(condition.q(side)).union_all(question.query(side).exclude(condition.q(side)))
        ),
        united if verb == "union" else question.rows,
        f"{question.text}.{verb}({condition.text})",
        question.names,
        question.flags,
    )


@st.composite
def questions(draw: st.DrawFn, depth: int = 2) -> Question:
    """A query of a few verbs, whose conditions may hold others."""
    table = draw(st.sampled_from(["thing", "owner"]))
    model: Any = {"thing": Thing, "owner": Owner}[table]
    question = Question(table, lambda _: model.objects, lambda _: [dict(row) for row in TABLES[table]], table)
    for number in range(draw(st.integers(1, 4))):
        question = draw(changed(question, depth, number))
    return question
