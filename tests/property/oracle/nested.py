"""Random querysets inside others: ``Exists``, ``Subquery``, ``in``, common table expressions and trees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.property.oracle.aggregates import unique_keys
from tests.property.oracle.conditions import Condition, condition, leaf
from tests.property.oracle.drawing import Draw, chance, pick
from tests.property.oracle.expressions import Expr, Scope, gives
from tests.property.oracle.logic import Row, among, ordered
from tests.property.oracle.questions import BASES, Question, everything, filtered, question


def _correlated(draw: Draw, scope: Scope) -> Question | None:
    """Draws rows that belong to the row around, or stand in some relation to it."""
    outer = replace(scope, outer=None)
    table = pick(draw, scope.schema.tables)
    every = base = everything(scope.schema, table, 0, outer)
    ties = [name for name, parent in table.parents.items() if parent.table is scope.table]
    if ties and outer.has_columns and chance(draw, 70):
        name = pick(draw, ties)
        key = table.parents[name].column

        def find(around: Row | None) -> list[Row]:
            return [row for row in every.find(around) if around is not None and row[key] == around["id"]]

        base = base.then(f'filter({name}=OuterRef("id"))', find)
        return filtered(draw, base, "") if chance(draw, 50) else base
    return filtered(draw, base, "")


@leaf(weight=2)
def exists(draw: Draw, scope: Scope) -> Condition | None:
    """Whether a subquery has rows."""
    inner = _correlated(draw, scope) if scope.depth and scope.outer is None else None
    return inner and Condition(f"Q(Exists({inner.code}))", lambda row: bool(inner.rows(row)))


@leaf(weight=2)
def among_rows(draw: Draw, scope: Scope) -> Condition | None:
    """Whether a value is among those of a queryset."""
    if not scope.depth:
        return None
    inner = question(draw, scope.schema, scope.depth - 1, most=2)
    if inner.kind != "whole":
        return None
    name, kind = pick(draw, scope.fields())
    columns = [one for one, other in inner.scope.fields() if other == kind]
    if not columns:
        return None
    column = pick(draw, columns)
    return Condition(f'Q({name}__in={inner.code}.values("{column}"))', lambda row: among(row[name], [one[column] for one in inner.rows()]))


@gives("int", "word", "decimal", "float", "date", "datetime", "uuid", "big", "bool")
def value_of_row(draw: Draw, scope: Scope, kind: str, depth: int) -> Expr | None:
    """The value of the first row of a subquery."""
    inner = _correlated(draw, scope) if scope.depth and scope.outer is None else None
    fields = inner.scope.fields(kind) if inner is not None else []
    if inner is None or not fields:
        return None
    column, (code, key) = pick(draw, fields)[0], unique_keys(["id"])[0]

    def value(row: Row) -> Any:
        found = ordered(inner.rows(row), [key])
        return found[0][column] if found else None

    return Expr(kind, f'Subquery({inner.code}.order_by({code}).values("{column}")[:1])', value)


def _named(draw: Draw, scope: Scope) -> Question:
    """The rows of a common table expression, or those whose key is among them."""
    inner = question(draw, scope.schema, 1, scope.table, 2)
    if chance(draw, 50) and inner.kind == "whole":
        base = everything(scope.schema, scope.table, scope.depth)
        return replace(
            base,
            code=f'(lambda c: {base.code}.with_(c).filter(id__in=c.values("id")))(With("cte", {inner.code}))',
            find=lambda outer: [row for row in base.find(outer) if among(row["id"], [one["id"] for one in inner.rows()]) is True],
        )
    named = {**dict(inner.scope.fields()), **dict(inner.scope.names)}
    scope = inner.scope
    if inner.kind != "whole":
        names = tuple((one, named[one]) for one in inner.columns if one in named and "__" not in one)
        scope = replace(scope, has_columns=False, names=names)
        inner = replace(inner, unique=inner.columns, wild=inner.wild or len(names) < len(inner.columns) or "text" in dict(names).values())
    else:
        scope = replace(scope, names=tuple(one for one in scope.names if one[0] in inner.columns))
    return replace(
        inner,
        code=f'(lambda c: c.query().with_(c))(With("cte", {inner.code}))',
        find=inner.rows,
        scope=replace(scope, depth=2),
        windows=(),
        order=None,
        cut=False,
    )


def _tree(draw: Draw, scope: Scope) -> Question | None:
    """The rows below some rows, and how deep."""
    parent = scope.table.parents.get("up")
    if parent is None or parent.table is not scope.table:
        return None
    base = everything(scope.schema, scope.table, scope.depth)
    test = condition(draw, replace(scope, depth=0), 1)

    def find(outer: Row | None) -> list[Row]:
        found = last = [row.with_(depth=0) for row in base.find(outer) if test.holds(row) is True]
        while last:
            last = [row.with_(depth=one["depth"] + 1) for one in last for row in base.find(outer) if row["up_id"] == one["id"]]
            found = found + last
        return found

    code = (
        f'(lambda c: c.query().with_(c))(With("tree", {base.code}.filter({test.code}).annotate(depth=Value(0)), '
        f'recursive=lambda c: c.join({base.code}, up_id="id").annotate(depth=c.col("depth") + 1)))'
    )
    names = ("id", "depth")
    return replace(base, code=code, find=find, scope=scope.named("depth", "int"), columns=names, unique=names)


BASES.extend([_named, _tree])
