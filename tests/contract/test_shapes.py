"""Shapes of statements that no public verb sends yet: each runs on every server, from constructor to rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Field, Model, db
from oxyde.db.execute import run
from oxyde.db.route import route
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import UnsupportedError
from oxyde.ir import expr, query, statement, wire
from oxyde.queries import dml
from oxyde.queries.arithmetic import Arithmetic
from oxyde.queries.compile import Compiled
from oxyde.queries.dml import RowGroup
from oxyde.queries.paths import column_path
from oxyde.queries.term import Bound, reference
from oxyde.queries.upserts import Excluded, Meeting, upsert_many
from oxyde.schema import Column, Table
from oxyde.schema import types as kinds
from tests.tables import table, tables


class Stock(Model):
    """Is counted, priced and dated."""

    sku: str = Field(db_pk=True, max_length=40)
    n: int = 0
    price: Decimal = Field(default=Decimal(0), max_digits=30, decimal_places=10)
    ratio: float | None = None
    seen: dt.datetime | None = None
    note: str | None = None

    Meta = table("shape_stock")


class Badge(Model):
    """Has two unique keys."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(db_unique=True, max_length=40)
    n: int = 0

    Meta = table("shape_badge")


@pytest.fixture
async def stock(database: db.AsyncDatabase) -> AsyncIterator[db.AsyncDatabase]:
    """Two rows of stock."""
    async with tables(Stock, Badge):
        await Stock.objects.bulk_create([Stock(sku="a", n=1), Stock(sku="b", n=2, note="kept")])
        yield database


def column(model: type[Model], field: str) -> Column:
    """Returns a column by its field."""
    return model.__oxyde__.table().by_field[field]


def batch(table: Table, rows: list[dict[str, Any]]) -> RowGroup:
    """Returns rows as a batch of wire values."""
    fields = tuple(rows[0])
    return RowGroup(
        fields,
        list(range(len(rows))),
        tuple([None if row[name] is None else table.by_field[name].adapt(row[name]) for row in rows] for name in fields),
    )


async def send(made: Compiled) -> Any:
    """Runs a statement and returns its last batch."""

    def steps() -> Steps[Any]:
        return (yield Call(made.shape, made.values))

    return await run(steps(), route())


async def rows_of(node: dict[str, Any], *values: Any) -> list[tuple[Any, ...]]:
    """Runs a query that was put together by hand and returns its rows."""
    found: list[tuple[Any, ...]] = []

    def steps() -> Steps[Any]:
        return (yield Call(wire.pack(statement.query(node)), values, lambda batch: found.extend(batch.values())))

    await run(steps(), route())
    return found


def skus(**clauses: Any) -> dict[str, Any]:
    """Returns the body of a select of the keys."""
    outputs = [query.output(expr.column("shape_stock", "sku"), "sku", kinds.TEXT)]
    return query.select(query.from_table(Stock.__oxyde__.table(), "shape_stock"), outputs=outputs, **clauses)


def at_least(index: int) -> Any:
    """Returns a condition on the count with a parameter."""
    return expr.compare("ge", expr.column("shape_stock", "n"), expr.param(index, kinds.INT))


async def test_upsert_with_a_parameter(stock: db.AsyncDatabase) -> None:
    """SET reads the row that is there, the row that was to be inserted, and a value beside both."""
    table = Stock.__oxyde__.table()
    n = column(Stock, "n")
    there = reference(column_path(table, "n"))
    total = Arithmetic("add", Arithmetic("add", there, Excluded(n)), Bound(100, kinds.INT))
    rows = batch(
        table,
        [
            {"sku": "b", "n": 10, "price": Decimal(1)},
            {"sku": "c", "n": 20, "price": Decimal(1)},
            {"sku": "d", "n": 30, "price": Decimal(1)},
        ],
    )
    await send(upsert_many(table, rows, Meeting(table.key, ((n, total),))))
    assert await Stock.objects.order_by("sku").values_list("sku", "n", "note").all() == [
        ("a", 1, None),
        ("b", 112, "kept"),
        ("c", 20, None),
        ("d", 30, None),
    ]


async def test_upsert_of_many_rows(stock: db.AsyncDatabase) -> None:
    """More rows than one statement takes, with the parameter in each."""
    table = Stock.__oxyde__.table()
    n = column(Stock, "n")
    total = Arithmetic("add", Excluded(n), Bound(5, kinds.INT))
    rows = [{"sku": f"k{number:05}", "n": number, "price": Decimal(number)} for number in range(3_001)]
    for _ in range(2):
        await send(upsert_many(table, batch(table, rows), Meeting(table.key, ((n, total),))))
    assert await Stock.objects.filter(sku__startswith="k").count() == 3_001
    assert [(await Stock.objects.get(sku=sku)).n for sku in ("k00000", "k03000")] == [5, 3_005]


async def test_upsert_on_one_of_two_keys(stock: db.AsyncDatabase) -> None:
    """Where the server cannot tell the keys apart it is refused, unless the other one is new."""
    table = Badge.__oxyde__.table()
    code, n = column(Badge, "code"), column(Badge, "n")
    await Badge.objects.create(id=1, code="x", n=1)
    changes = ((n, Excluded(n)),)
    await send(upsert_many(table, batch(table, [{"code": "x", "n": 7}]), Meeting((code,), changes)))
    assert await Badge.objects.values_list("id", "n").all() == [(1, 7)]
    both = upsert_many(table, batch(table, [{"id": 2, "code": "x", "n": 8}]), Meeting((code,), changes))
    if stock.dialect in {"mysql", "mariadb"}:
        with pytest.raises(UnsupportedError, match="conflicts on one of several unique keys"):
            await send(both)
    else:
        await send(both)
        assert await Badge.objects.values_list("id", "n").all() == [(1, 8)]


async def test_bulk_values_as_a_table(stock: db.AsyncDatabase) -> None:
    """Each row of values changes the row of its key; the values arrive exactly."""
    table = Stock.__oxyde__.table()
    moment = dt.datetime(2024, 2, 29, 23, 59, 59, 999999)
    rows: list[dict[str, Any]] = [
        {"sku": "a", "n": -(2**63), "price": Decimal("12345678901234567890.0123456789"), "ratio": 0.1, "seen": moment, "note": "é\n'?"},
        {"sku": "b", "n": 2**63 - 1, "price": Decimal("0.1"), "ratio": None, "seen": None, "note": None},
        {"sku": "absent", "n": 0, "price": Decimal(0), "ratio": None, "seen": None, "note": None},
    ]
    done = await send(dml.update_rows(table, batch(table, rows)))
    assert done.affected == 2
    assert await Stock.objects.order_by("sku").values(*rows[0]).all() == rows[:2]


async def test_bulk_values_of_many_rows(stock: db.AsyncDatabase) -> None:
    """More rows than one statement takes, all or none."""
    table = Stock.__oxyde__.table()
    await Stock.objects.bulk_create({"sku": f"k{number:05}"} for number in range(2_500))
    rows = [{"sku": f"k{number:05}", "n": number, "note": "x" * (number % 50)} for number in range(2_500)]
    assert (await send(dml.update_rows(table, batch(table, rows)))).affected >= 2_499
    found = await Stock.objects.filter(sku__startswith="k").order_by("sku").values_list("n", "note").all()
    assert found == [(row["n"], row["note"]) for row in rows]


async def test_a_common_table_expression(stock: db.AsyncDatabase) -> None:
    """A query is named, and read from twice."""
    some = query.cte("some", query.query(skus(where=at_least(0))))
    outputs = [query.output(expr.column("one", "sku"), "sku", kinds.TEXT)]
    tie = expr.compare("eq", expr.column("one", "sku"), expr.column("other", "sku"))
    body = query.select(query.from_cte("some", "one"), outputs=outputs, joins=[query.join("inner", query.from_cte("some", "other"), tie)])
    assert await rows_of(query.query(body, ctes=[some]), 2) == [("b",)]


async def test_a_recursive_query(stock: db.AsyncDatabase) -> None:
    """It reads what it has found so far."""
    first = query.query(query.values([("n", kinds.INT)], [[expr.param(0, kinds.INT)]]))
    n = expr.column("counted", "n")
    more = query.select(
        query.from_cte("counted", "counted"),
        outputs=[query.output(expr.arithmetic("add", n, expr.integer(1), kinds.INT), "n", kinds.INT)],
        where=expr.compare("lt", n, expr.param(1, kinds.INT)),
    )
    counted = query.cte("counted", query.query(query.compound(first, [("union_all", query.query(more))])), recursive=True, columns=["n"])
    body = query.select(query.from_cte("counted", "counted"), outputs=[query.output(n, "n", kinds.INT)])
    assert await rows_of(query.query(body, ctes=[counted], order_by=[query.order(n, desc=True)]), 1, 4) == [(4,), (3,), (2,), (1,)]


@pytest.mark.parametrize(
    ("op", "expected"), [("union", ["b", "a"]), ("union_all", ["b", "b", "a"]), ("intersect", ["b"]), ("except", ["a"])]
)
async def test_compounds(stock: db.AsyncDatabase, op: str, expected: list[str]) -> None:
    """Rows of two queries, ordered by a result column; a member may have a slice of its own."""
    some = query.query(skus(where=at_least(0)), order_by=[query.order(expr.column("shape_stock", "sku"))], limit=expr.slot(1, kinds.INT))
    made = query.query(
        query.compound(query.query(skus()), [(op, some)]),
        order_by=[query.order(expr.result("sku"), desc=True)],
        limit=expr.slot(2, kinds.INT),
    )
    assert [sku for (sku,) in await rows_of(made, 2, 5, 3)] == expected


async def test_values(stock: db.AsyncDatabase) -> None:
    """Rows of expressions, NULL among them."""
    rows = [[expr.param(0, kinds.INT), expr.NULL], [expr.integer(2), expr.param(1, kinds.TEXT)]]
    body = query.values([("n", kinds.INT), ("name", kinds.TEXT)], rows)
    assert await rows_of(query.query(body, order_by=[query.order(expr.result("n"), desc=True)]), 1, "two") == [(2, "two"), (1, None)]


@pytest.mark.parametrize(("kind", "wait"), [("update", None), ("update", "nowait"), ("update", "skip_locked"), ("share", None)])
async def test_locks(stock: db.AsyncDatabase, kind: str, wait: str | None) -> None:
    """Rows are locked where the server can, and the rest says so."""
    made = query.query(skus(where=at_least(0)), lock=query.lock(kind, wait=wait))
    async with db.atomic():
        if stock.dialect != "sqlite":
            assert await rows_of(made, 2) == [("b",)]
            return
        with pytest.raises(UnsupportedError, match="row locks are not supported by sqlite"):
            await rows_of(made, 2)


async def test_one_row_for_each(stock: db.AsyncDatabase) -> None:
    """DISTINCT ON keeps the first of equal rows."""
    absent, sku = expr.is_null(expr.column("shape_stock", "ratio")), expr.column("shape_stock", "sku")
    made = query.query(skus(distinct_on=[absent]), order_by=[query.order(absent), query.order(sku, desc=True)])
    if stock.dialect == "postgres":
        assert await rows_of(made) == [("b",)]
        return
    with pytest.raises(UnsupportedError, match="DISTINCT ON queries"):
        await rows_of(made)


async def test_windows_and_patterns(stock: db.AsyncDatabase) -> None:
    """A frame of a window, and a column as the pattern of another."""
    sku, n = expr.column("shape_stock", "sku"), expr.column("shape_stock", "n")
    running = expr.window(
        expr.aggregate("sum", [n], kinds.INT, kinds.INT),
        order_by=[query.order(sku)],
        frame=expr.frame("rows", {"preceding": 1}, "current_row"),
    )
    before = expr.window("lag", args=[n, expr.param(0, kinds.INT)], order_by=[query.order(sku)])
    outputs = [query.output(running, "running", kinds.INT), query.output(before, "before", kinds.INT, nullable=True)]
    found = expr.match("contains", expr.column("shape_stock", "note"), expr.param(1, kinds.TEXT), fold=True)
    same = expr.either([expr.is_null(expr.column("shape_stock", "note")), expr.match("starts_with", sku, sku), found])
    body = query.select(query.from_table(Stock.__oxyde__.table(), "shape_stock"), outputs=outputs, where=same)
    assert await rows_of(query.query(body, order_by=[query.order(sku)]), 1, "KEP") == [(1, None), (3, 1)]
