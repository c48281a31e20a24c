"""Random querysets: verbs one after the other, each as the text of Python code and as what it makes of the rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from tests.property.oracle.aggregates import aggregate, order_keys, related_aggregate, unique_keys, window
from tests.property.oracle.conditions import condition
from tests.property.oracle.drawing import Draw, chance, number, pick, some
from tests.property.oracle.expressions import SORTED, Scope, expression, literal
from tests.property.oracle.logic import Key, Row, comparable, compared, ordered
from tests.property.oracle.schemas import Schema, Table

Find: TypeAlias = Callable[["Row | None"], list[Row]]
Window: TypeAlias = Callable[[list[Row]], list[Any]]


@dataclass(frozen=True)
class Question:
    """A queryset.

    Attributes:
        code: Its Python text.
        find: Its rows, of the row around if it is a subquery; without what windows add.
        scope: What its verbs may name.
        windows: The annotations that are computed of all rows, once the conditions have chosen them.
        order: The order of its rows; None for the server's.
        columns: What is read of a row.
        kind: Whether its rows are ``whole``, ``values`` or ``groups``.
        unique: What no two rows share.
        wild: Whether rows have texts that servers compare in their own ways.
        cut: Whether it is a slice.
        repeats: Whether it may have the same row several times.
    """

    code: str
    find: Find
    scope: Scope
    windows: tuple[tuple[str, Window], ...] = ()
    order: tuple[Key, ...] | None = None
    columns: tuple[str, ...] = ("id",)
    kind: str = "whole"
    unique: tuple[str, ...] = ("id",)
    wild: bool = False
    cut: bool = False
    repeats: bool = False

    def rows(self, outer: Row | None = None) -> list[Row]:
        """Returns the rows, in order if there is one."""
        found = self.find(outer)
        for name, over in self.windows:
            values = over(found)
            found = [row.with_(**{name: value}) for row, value in zip(found, values, strict=True)]
        return found if self.order is None else ordered(found, self.order)

    def settled(self) -> Question:
        """Returns the queryset as one whose rows are what later verbs act on."""
        return replace(self, find=self.rows, windows=()) if self.windows else self

    def then(self, verb: str, find: Find | None = None, **changes: Any) -> Question:
        """Returns the queryset with one more verb."""
        return replace(self, code=f"{self.code}.{verb}", find=find or self.find, **changes)

    def mentions_windows(self, code: str) -> bool:
        """Whether a text names what is computed of all rows."""
        return any(re.search(rf"\b{name}(?![a-z0-9])", code) for name, _ in self.windows)

    @property
    def answers(self) -> list[tuple[Any, ...]]:
        """What is read."""
        return [tuple(row[name] for name in self.columns) for row in self.rows()]


Step: TypeAlias = Callable[[Draw, Question, str], "Question | None"]
STEPS: Final[list[Step]] = []


def step(*, weight: int = 1) -> Callable[[Step], Step]:
    """Registers a function that adds a verb; None where it does not go."""

    def register(function: Step) -> Step:
        STEPS.extend([function] * weight)
        return function

    return register


BASES: Final[list[Callable[[Draw, Scope], Question | None]]] = []


def everything(schema: Schema, table: Table, depth: int, outer: Scope | None = None) -> Question:
    """Returns all rows of a table."""
    return Question(
        f"{table.name}.objects",
        lambda around: [Row(table, row, around) for row in table.rows],
        Scope(schema, table, outer=outer, depth=depth),
    )


def question(draw: Draw, schema: Schema, depth: int = 2, table: Table | None = None, most: int = 4) -> Question:
    """Draws a queryset."""
    made = everything(schema, pick(draw, schema.tables) if table is None else table, depth)
    if depth == 2 and chance(draw, 12):
        made = pick(draw, BASES)(draw, made.scope) or made
    for at in range(number(draw, 1, most)):
        if not made.scope.fields():  # all that it reads is behind a path, or an average
            break
        made = pick(draw, STEPS)(draw, made, f"x{depth}{at}") or made
    return made


@step(weight=4)
def filtered(draw: Draw, given: Question, name: str) -> Question:
    """``filter()`` and ``exclude()``."""
    test = condition(draw, given.scope)
    given = given.settled() if given.mentions_windows(test.code) else given
    wanted = chance(draw, 70)
    verb = f"filter({test.code})" if wanted else f"exclude({test.code})"
    return given.then(verb, lambda outer: [row for row in given.find(outer) if (test.holds(row) is True) is wanted])


@step(weight=3)
def annotated(draw: Draw, given: Question, name: str) -> Question:
    """An annotation of each row, or an alias."""
    kind = pick(draw, ["int", "int", "bool", "bool", "text", "text", "text", "word", "decimal", "float", "date", "datetime", "uuid", "big"])
    made = expression(draw, replace(given.scope, outer=None), kind)
    return _with_value(draw, given, name, made.code, made.kind, lambda rows: [made.value(row) for row in rows])


@step(weight=2)
def annotated_of_related(draw: Draw, given: Question, name: str) -> Question | None:
    """An aggregate of related rows."""
    made = related_aggregate(draw, given.scope) if given.kind == "whole" else None
    return made and _with_value(draw, given, name, made.code, made.kind, made.over)


@step(weight=3)
def windowed(draw: Draw, given: Question, name: str) -> Question | None:
    """A window."""
    if given.wild or given.repeats or "Window(" in given.code or not given.scope.fields(*SORTED):
        return None
    made = window(draw, given.scope, given.unique)
    added = given.scope if made.kind == "average" else given.scope.named(name, made.kind)
    columns = (*given.columns, name)
    return given.then(f"annotate({name}={made.code})", scope=added, columns=columns, windows=((name, made.over),))


def _with_value(draw: Draw, given: Question, name: str, code: str, kind: str, over: Window) -> Question:
    """Adds a value by ``annotate()``, or by ``alias()``, which leaves it unread."""
    is_hidden = given.kind == "whole" and kind != "average" and chance(draw, 15)
    verb = f"{'alias' if is_hidden else 'annotate'}({name}={code})"
    scope = given.scope if kind == "average" else given.scope.named(name, kind)
    changes: dict[str, Any] = {"scope": scope, "columns": given.columns if is_hidden else (*given.columns, name)}
    changes["wild"] = given.wild or (kind in {"text", "average"} and given.unique != ("id",) and not is_hidden)
    if given.unique != ("id",) and not is_hidden:
        changes["unique"] = (*given.unique, name)
    if given.mentions_windows(code):
        return given.then(verb, windows=(*given.windows, (name, over)), **changes)

    def find(outer: Row | None) -> list[Row]:
        rows = given.find(outer)
        return [row.with_(**{name: value}) for row, value in zip(rows, over(rows), strict=True)]

    return given.then(verb, find, **changes)


@step(weight=2)
def ordered_by(draw: Draw, given: Question, name: str) -> Question | None:
    """An order in which no two rows are equal, sometimes turned round."""
    if given.wild:
        return None
    keys = [*order_keys(draw, given.scope), *unique_keys(given.unique)]
    made = given.then(f"order_by({', '.join(code for code, _ in keys)})", order=tuple(key for _, key in keys))
    if made.cut:
        made = replace(made.settled(), find=given.rows)
    if chance(draw, 20):
        made = made.then("reverse()", order=tuple(key.turned() for key in made.order or ()))
    return made


@step(weight=2)
def sliced(draw: Draw, given: Question, name: str) -> Question | None:
    """A slice, of a slice too."""
    base = given if given.order is not None else ordered_by(draw, given, name)
    if base is None or base.wild:
        return None
    start, size = number(draw, 0, 3), number(draw, 0, 8)
    verb, end = f"[{start}:{start + size}]", start + size
    if chance(draw, 30):
        if not start:  # it cuts nothing off, and so changes nothing
            return replace(base, code=f"{base.code}[:]")
        verb, end = f"[{start}:]", 10**6
    made = base.then("", lambda outer: base.rows(outer)[start:end], windows=(), cut=True)
    return replace(made, code=f"{base.code}{verb}")


@step()
def first_of_each(draw: Draw, given: Question, name: str) -> Question | None:
    """``distinct(on)``: the first of the rows that are equal in some values."""
    if given.kind != "whole" or given.unique != ("id",) or given.wild:
        return None
    on = [field for field, kind in some(draw, [one for one in given.scope.fields() if one[1] != "text"], 1, 2)]

    def find(outer: Row | None) -> list[Row]:
        found: dict[Any, Row] = {}
        for row in ordered(given.rows(outer), given.order or [Key(lambda row: row["id"])]):
            found.setdefault(tuple(comparable(row[field]) for field in on), row)
        return list(found.values())

    return given.then(f"distinct({', '.join(map(repr, on))})", find, windows=())


def _has_text(given: Question) -> bool:
    """Whether equal rows may differ in texts, or may be unequal by the last digit of an average."""
    kinds = {**dict(given.scope.fields()), **dict(given.scope.names)}
    return any(kinds.get(name) in {"text", None} for name in given.columns)


@step(weight=2)
def united(draw: Draw, given: Question, name: str) -> Question | None:
    """Set operations with a queryset of the same kind of rows."""
    schema, scope = given.scope.schema, given.scope
    if given.wild or scope.depth == 0 or given.code.count(".union") > 1:
        return None
    plain = given.kind == "whole" and len(given.columns) == 1 and not scope.names
    if plain:
        other = question(draw, schema, 0, scope.table, 2)
        if other.columns != ("id",) or other.kind != "whole" or other.wild or other.scope.names:
            other = filtered(draw, everything(schema, scope.table, 0), name)
    elif given.windows or given.cut or "With(" in given.code or (given.kind != "whole" and _has_text(given)):
        return None
    else:
        other = filtered(draw, given, name)
    op = pick(draw, ["union", "union_all", "intersect", "except_"])
    columns = given.columns

    def find(outer: Row | None) -> list[Row]:
        mine, others = ([(tuple(comparable(row[one]) for one in columns), row) for row in side.rows(outer)] for side in (given, other))
        if op == "union_all":
            return [row for _, row in (*mine, *others)]
        theirs = {key for key, _ in others}
        kept = mine + others if op == "union" else [one for one in mine if (one[0] in theirs) is (op == "intersect")]
        return list(dict(kept).values())

    unique = given.unique if op != "union_all" and given.kind == "whole" else columns
    changes = {
        "order": None,
        "windows": (),
        "unique": unique,
        "cut": False,
        "repeats": op == "union_all",
        "wild": op == "union_all" and _has_text(given),
    }
    made = given.then(f"{op}({other.code})", find, **changes)
    named = {**dict(scope.names), **dict(scope.fields())}
    if given.kind != "whole":
        kept = tuple((one, named[one]) for one in columns if one in named and "__" not in one)
        return replace(made, scope=replace(scope, has_columns=False, names=kept))
    return replace(made, scope=replace(scope, names=tuple(one for one in scope.names if one[0] in columns)))


@step(weight=2)
def selected(draw: Draw, given: Question, name: str) -> Question | None:
    """``values()``, often of distinct rows."""
    if given.kind != "whole":
        return None
    fields = some(draw, [one for one in given.scope.fields() if one[1] != "text"], 1, 3)
    names = tuple(field for field, _ in fields)
    quoted = ", ".join(f'"{field}"' for field in names)
    made = given.then(f"values({quoted})", columns=names, kind="values", unique=names if given.cut else given.unique)
    made = replace(made, repeats=given.repeats or given.cut)
    if given.order is not None:
        made = replace(made, code=f"{given.code}.order_by().values({quoted})", order=None)
    if given.cut or chance(draw, 40):
        return made
    # Later conditions choose the rows that windows are computed of, and only then are equal rows left out: none is drawn.
    scope = replace(given.scope, has_columns=False, names=() if given.windows else tuple(fields))

    def find(outer: Row | None) -> list[Row]:
        return list({tuple(comparable(row[one]) for one in names): row for row in given.rows(outer)}.values())

    return made.then("distinct()", find, scope=scope, unique=names, repeats=False, windows=())


@step(weight=3)
def grouped(draw: Draw, given: Question, name: str) -> Question | None:
    """Groups with aggregates, and conditions on them."""
    if given.kind != "whole":
        return None
    given = given.settled()
    fields = some(draw, [one for one in given.scope.fields() if one[1] not in {"text", "average"}], 1, 2)
    keys = tuple(field for field, _ in fields)
    found = {f"{name}{letter}": aggregate(draw, given.scope) for letter in "abc"[: number(draw, 1, 3)]}
    quoted = ", ".join(f'"{field}"' for field in keys)
    ordered_off = ".order_by()" if given.order is not None else ""
    shown = ", ".join(f"{one}={made.code}" for one, made in found.items())

    def find(outer: Row | None) -> list[Row]:
        groups: dict[Any, list[Row]] = {}
        for row in given.rows(outer):
            groups.setdefault(tuple(comparable(row[one]) for one in keys), []).append(row)
        return [
            rows[0].with_(**{one: rows[0][one] for one in keys}, **{one: made.over(rows) for one, made in found.items()})
            for rows in groups.values()
        ]

    names = (*((one, kind) for one, kind in fields if "__" not in one), *((one, made.kind) for one, made in found.items()))
    scope = replace(given.scope, has_columns=False, names=tuple(one for one in names if one[1] != "average"))
    made = replace(
        given,
        code=f"{given.code}{ordered_off}.values({quoted}).annotate({shown})",
        find=find,
        scope=scope,
        columns=(*keys, *found),
        kind="groups",
        unique=keys,
        order=None,
        cut=False,
    )
    kinds = {one: aggregated.kind for one, aggregated in found.items() if aggregated.kind not in {"average", "bool"}}
    if not kinds or chance(draw, 60):
        return made
    one, kind = pick(draw, list(kinds.items()))
    least = literal(draw, kind)
    return made.then(
        f"having({one}__gte={least.code})",
        lambda outer: [row for row in find(outer) if compared("gte", row[one], least.value(row)) is True],
    )
