"""Random aggregates and windows, of the rows of a group, of related rows and of the rows around a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from tests.property.oracle.conditions import condition, looked_up
from tests.property.oracle.drawing import Draw, chance, number, pick, some
from tests.property.oracle.expressions import NUMBERS, SORTED, Expr, Scope, expression, field
from tests.property.oracle.logic import Key, Row, comparable, ordered

Over: TypeAlias = Callable[[list[Row]], Any]


@dataclass(frozen=True)
class Aggregate:
    """A value of many rows.

    Attributes:
        kind: What it is; an ``average`` of Decimals has as many digits as the server likes.
        code: Its Python text.
        over: Its value.
    """

    kind: str
    code: str
    over: Over


def _mean(values: list[Any]) -> Any:
    total = sum(values)
    return total / len(values)


OVER: Final[dict[str, Callable[[list[Any]], Any]]] = {"Sum": sum, "Avg": _mean, "Min": min, "Max": max, "BoolAnd": all, "BoolOr": any}
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "Count": ("int", "big", "word", "text", "bool", "decimal", "float", "date", "datetime", "uuid"),
    "Sum": NUMBERS,
    "Avg": NUMBERS,
    "Min": tuple(kind for kind in SORTED if kind != "bool"),
    "Max": tuple(kind for kind in SORTED if kind != "bool"),
    "BoolAnd": ("bool",),
    "BoolOr": ("bool",),
}


def _result(name: str, kind: str) -> str:
    if name == "Count":
        return "int"
    return {"decimal": "average"}.get(kind, "float") if name == "Avg" else kind


def _collected(name: str, code: str, inner: Expr, *, distinct: bool, test: Any) -> Aggregate:
    def over(rows: list[Row]) -> Any:
        values = [inner.value(row) for row in rows if test is None or test.holds(row) is True]
        values = [value for value in values if value is not None]
        if distinct:
            values = list({comparable(value): value for value in values}.values())
        return len(values) if name == "Count" else OVER[name](values) if values else None

    given = [code, "distinct=True" if distinct else "", f"filter={test.code}" if test else ""]
    return Aggregate(_result(name, inner.kind), f"{name}({', '.join(filter(None, given))})", over)


EVERY: Final = Expr("int", "", lambda _: 1)


def aggregate(draw: Draw, scope: Scope, *, windowed: bool = False) -> Aggregate:
    """Draws an aggregate of rows."""
    flat = replace(scope, depth=0)
    test = condition(draw, flat, 1) if chance(draw, 25) else None
    name = pick(draw, list(KINDS))
    if name == "Count" and chance(draw, 50):
        return _collected(name, "", EVERY, distinct=False, test=test)
    kind = pick(draw, KINDS[name])
    inner = expression(draw, flat, kind, 1)
    distinct = not windowed and name in {"Count", "Sum", "Avg"} and chance(draw, 25)
    return _collected(name, inner.code, inner, distinct=distinct, test=test)


def related_aggregate(draw: Draw, scope: Scope) -> Aggregate | None:
    """Draws an aggregate of the rows that a relation leads to."""
    if not scope.has_columns or not scope.table.many:
        return None
    relation = pick(draw, sorted(scope.table.many))
    there = Scope(scope.schema, scope.table.many[relation].target, depth=0)
    name = pick(draw, list(KINDS))
    fields = [] if name == "Count" and chance(draw, 50) else there.fields(*KINDS[name])
    path, kind = pick(draw, fields) if fields else ("", "int")
    inner = Expr(kind, path, (lambda row: row[path]) if path else lambda _: 1)
    test = None
    if chance(draw, 40):
        test = looked_up(draw, *pick(draw, there.fields()))
        test = replace(test, code=test.code.replace("Q(", f"Q({relation}__", 1))
    distinct = bool(path) and name in {"Count", "Sum", "Avg"} and chance(draw, 25)
    if not fields:
        name = "Count"
    made = _collected(name, f'"{relation}__{path}"' if path else f'"{relation}"', inner, distinct=distinct, test=test)
    return replace(made, over=lambda rows: [made.over(list(row.related(relation))) for row in rows])


def order_keys(draw: Draw, scope: Scope, *, least: int = 1) -> list[tuple[str, Key]]:
    """Draws what to sort by: names and expressions of kinds that sort alike everywhere."""
    found = []
    for name, kind in some(draw, scope.fields(*SORTED), least, 2):
        by = Expr(kind, f'F("{name}")', lambda row, name=name: row[name])
        if chance(draw, 25):
            by = expression(draw, replace(scope, depth=0, outer=None), kind, 1)
            if "F(" not in by.code and "Q(" not in by.code:  # a constant
                continue
        desc, nulls = chance(draw, 40), pick(draw, [None, None, "first", "last"])
        code = f"{by.code}.{'desc' if desc else 'asc'}({f'nulls_{nulls}=True' if nulls else ''})"
        if nulls is None and by.code == f'F("{name}")':
            code = f'"{"-" * desc}{name}"'
        found.append((code, Key(by.value, desc, nulls)))
    return found


def unique_keys(names: Sequence[str]) -> list[tuple[str, Key]]:
    """Returns what no two rows share, so that an order is total."""
    return [(f'"{name}"', Key(lambda row, name=name: row[name])) for name in names]


@dataclass(frozen=True)
class Windowed:
    """A window: its kind, its Python text, and its values of all rows."""

    kind: str
    code: str
    over: Callable[[list[Row]], list[Any]]


PLACES: Final = ("RowNumber", "Rank", "DenseRank", "Ntile", "Lag", "Lead", "FirstValue", "LastValue", "NthValue")


def window(draw: Draw, scope: Scope, unique: Sequence[str]) -> Windowed:
    """Draws a window; those to which the order of equal rows matters sort by a key, too."""
    fields = [name for name, kind in scope.fields() if kind not in {"text", "uuid"}]
    by = some(draw, fields, 0, 1)
    name = pick(draw, [*(["aggregate"] * 3 if scope.has_columns else []), *PLACES])
    keys = order_keys(draw, replace(scope, outer=None), least=0)
    frame: tuple[str, int | None, int | None] | None = None
    if name == "aggregate":
        frame = pick(draw, [None, ("rows", None, 0), ("rows", -1, 1), ("rows", None, None), ("rows", 0, 2), ("range", None, 0)])
    if name not in {"Rank", "DenseRank"} and (frame is None or frame[0] == "rows") and (name != "aggregate" or frame):
        keys += unique_keys(unique)
    if name in {"Rank", "DenseRank"} and not keys:
        keys = unique_keys(unique)
    if name == "aggregate":
        made = aggregate(draw, scope, windowed=True)
        kind, function, at = made.kind, made.code, _framed(made.over, frame)
    else:
        kind, function, at = _placed(draw, scope, name)
    given = [function, f"partition_by={by!r}" if by else "", f"order_by=[{', '.join(code for code, _ in keys)}]" if keys else ""]
    given.append(f"frame={frame!r}" if frame is not None and keys else "")
    if name == "aggregate" and not keys:
        at = _framed(made.over, None)

    def over(rows: list[Row]) -> list[Any]:
        answers: dict[int, Any] = {}
        parts: dict[Any, list[Row]] = {}
        for row in rows:
            parts.setdefault(tuple(comparable(row[one]) for one in by), []).append(row)
        for part in parts.values():
            rows_of = ordered(part, [key for _, key in keys])
            ranks = [tuple(comparable(key.value(row)) for _, key in keys) for row in rows_of]
            for place, row in enumerate(rows_of):
                answers[id(row)] = at(rows_of, ranks, place)
        return [answers[id(row)] for row in rows]

    return Windowed(kind, f"Window({', '.join(filter(None, given))})", over)


At: TypeAlias = Callable[[list[Row], list[Any], int], Any]


def _framed(over: Over, frame: tuple[str, int | None, int | None] | None) -> At:
    def at(rows: list[Row], ranks: list[Any], place: int) -> Any:
        if frame is None or frame[0] == "range":  # up to the last row that is equal in the order
            return over([row for row, rank in zip(rows, ranks, strict=True) if rank in ranks[: place + 1]])
        start = 0 if frame[1] is None else max(place + frame[1], 0)
        return over(rows[start : len(rows) if frame[2] is None else place + frame[2] + 1])

    return at


def _ntile(count: int, parts: int, place: int) -> int:
    size, more = divmod(count, parts)
    return place // (size + 1) + 1 if place < more * (size + 1) else (place - more) // size + 1


def _placed(draw: Draw, scope: Scope, name: str) -> tuple[str, str, At]:
    """Returns the kind, the text and the value of a window function."""
    if name == "RowNumber":
        return "int", "RowNumber()", lambda rows, ranks, place: place + 1
    if name == "Rank":
        return "int", "Rank()", lambda rows, ranks, place: ranks.index(ranks[place]) + 1
    if name == "DenseRank":
        return "int", "DenseRank()", lambda rows, ranks, place: len(set(ranks[: place + 1]))
    n = number(draw, 1, 3)
    if name == "Ntile":
        return "int", f"Ntile({n})", lambda rows, ranks, place: _ntile(len(rows), n, place)
    inner = field(draw, scope, *SORTED)
    assert inner is not None
    if name in {"Lag", "Lead"}:
        step = n if name == "Lead" else -n
        return (
            inner.kind,
            f"{name}({inner.code}, {n})",
            lambda rows, ranks, place: inner.value(rows[place + step]) if 0 <= place + step < len(rows) else None,
        )
    if name == "NthValue":
        return inner.kind, f"NthValue({inner.code}, {n})", lambda rows, ranks, place: inner.value(rows[n - 1]) if place + 1 >= n else None
    at: At = lambda rows, ranks, place: inner.value(rows[0 if name == "FirstValue" else place])  # noqa: E731 - one of many
    return inner.kind, f"{name}({inner.code})", at
