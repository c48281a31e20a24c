"""Computed Decimals on every backend: sums and the like keep the digits of their column, in frames as in models and JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from oxyde import (
    Abs,
    Avg,
    Case,
    Cast,
    Coalesce,
    Count,
    DecodeError,
    F,
    Field,
    Greatest,
    Least,
    Max,
    Min,
    Model,
    NullIf,
    Sum,
    Value,
    When,
    Window,
    With,
    db,
    execute_raw,
)
from tests.backends import Backend
from tests.tables import table, tables

LARGEST = Decimal("999999.99")
MAXIMUM = 2**63 - 1


class DigitShop(Model):
    """Has sales."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=5)
    sales: list[DigitSale] = Field(default=[], db_reverse_fk="shop")

    Meta = table("digit_shop")


class DigitSale(Model):
    """A row with Decimals of different digits."""

    id: int | None = Field(default=None, db_pk=True)
    shop: DigitShop
    kind: str = Field(max_length=5)
    pieces: int
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    rate: Decimal = Field(default=Decimal(1), max_digits=6, decimal_places=4)
    weight: Decimal = Field(default=Decimal(0), max_digits=30, decimal_places=3)
    full: Decimal = Field(default=Decimal(0), max_digits=36, decimal_places=0)
    loose: Decimal = Decimal(0)

    Meta = table("digit_sale")


ROWS: list[dict[str, Any]] = [
    {"kind": "a", "pieces": 2, "price": "1.10", "rate": "1.5000", "weight": "0.125", "full": 10**36 - 1, "loose": "0.50"},
    {"kind": "a", "pieces": 3, "price": "-2.60", "weight": "9" * 27 + ".999"},
    {"kind": "b", "pieces": -2, "price": None},
    {"kind": "c", "pieces": MAXIMUM, "price": LARGEST, "rate": "-99.9999"},
    {"kind": "c", "pieces": MAXIMUM, "price": LARGEST, "weight": "-" + "9" * 27 + ".999"},
    {"kind": "d", "pieces": 1, "price": "0.00"},
]


@pytest.fixture
async def sales(backend: Backend) -> AsyncIterator[Backend]:
    """Two shops and their sales."""
    await db.init(default=backend.url)
    try:
        async with tables(DigitShop, DigitSale):
            await DigitShop.objects.bulk_create([{"id": 1, "name": "x"}, {"id": 2, "name": "y"}, {"id": 3, "name": "z"}])
            for row in ROWS:
                await DigitSale.objects.create(shop_id=1 + (row["kind"] == "c"), **row)
            yield backend
    finally:
        await db.close()


async def same_everywhere(query: Any, types: dict[str, tuple[int, int]], *rows: tuple[str | None, ...]) -> None:
    """Asserts the digits of values that are computed, in Arrow, and the values with their zeros in frames, dicts and JSON."""
    found = await query.to_arrow()
    assert {name: (found.schema.field(name).type.precision, found.schema.field(name).type.scale) for name in types} == types
    assert all(pa.types.is_decimal128(found.schema.field(name).type) for name in types)
    wanted = [dict(zip(types, row, strict=True)) for row in rows]
    shown = [{name: None if row[name] is None else str(row[name]) for name in types} for row in found.to_pylist()]
    assert shown == wanted
    dicts = await query.all()
    assert [{name: None if row[name] is None else str(row[name]) for name in types} for row in dicts] == wanted
    assert [{name: row[name] for name in types} for row in json.loads(await query.json())] == wanted
    frame = await query.to_polars()
    assert {name: frame.schema[name] for name in types} == {name: pl.Decimal(*digits) for name, digits in types.items()}


async def test_sums_of_groups(sales: Backend) -> None:
    """A sum has the digits of all rows before the point; NULLs do not count, and a group of NULLs has none."""
    query = DigitSale.objects.values("kind").annotate(
        total=Sum("price"),
        turnover=Sum(F("price") * F("pieces")),
        rated=Sum(F("price") * F("rate")),
        heavy=Sum("weight"),
        apart=Sum("price", distinct=True),
        some=Sum("price", filter=F("pieces") > 2),
        least=Min("price"),
    )
    await same_everywhere(
        query.order_by("kind"),
        {"total": (27, 2), "turnover": (38, 2), "rated": (35, 6), "heavy": (38, 3), "apart": (27, 2), "some": (27, 2), "least": (8, 2)},
        ("-1.50", "-5.60", "-0.950000", "1000000000000000000000000000.124", "-1.50", "-2.60", "-2.60"),
        (None, None, None, "0.000", None, None, None),
        (
            "1999999.98",
            str(2 * LARGEST * MAXIMUM),
            str(LARGEST * Decimal("-99.9999") + LARGEST * Decimal("1.0000")),
            "-999999999999999999999999999.999",
            "999999.99",
            "1999999.98",
            "999999.99",
        ),
        ("0.00", "0.00", "0.000000", "0.000", "0.00", None, "0.00"),
    )


async def test_digits_that_are_not_known(sales: Backend) -> None:
    """What may have more digits than frames have, and averages and quotients, have any number of digits."""
    query = DigitSale.objects.values("kind").annotate(
        whole=Sum("full"), any=Sum("loose"), mean=Avg("price"), share=Sum(F("price") / 3), open=Cast(Sum("price"), Decimal)
    )
    found = await query.order_by("kind").to_arrow()
    assert {name: str(found.schema.field(name).type) for name in ("whole", "any", "mean", "share", "open")} == dict.fromkeys(
        ("whole", "any", "mean", "share", "open"), "string"
    )
    assert [Decimal(text) for text in found["whole"].to_pylist()] == [10**36 - 1, 0, 0, 0]
    assert [text and Decimal(text) for text in found["open"].to_pylist()] == [Decimal("-1.5"), None, 2 * LARGEST, 0]


async def test_values_of_a_row(sales: Backend) -> None:
    """Sums, differences and products have the digits of both sides; what is one of several values those of the longest."""
    names = {"plus": (16, 4), "minus": (22, 2), "times": (27, 2), "most": (16, 4), "least": (16, 4), "first": (21, 2), "either": (21, 2)}
    names |= {"size": (16, 2), "other": (16, 2), "turned": (22, 2), "running": (27, 2)}
    query = DigitSale.objects.annotate(
        plus=F("price") + F("rate"),
        minus=1 - F("price"),
        times=F("price") * F("pieces"),
        most=Greatest("price", "rate"),
        least=Least("price", "rate"),
        first=Coalesce("price", 0),
        either=Case(When(pieces=2, then="price"), default=0),
        size=Abs("price"),
        other=NullIf("price", F("price") - F("price")),
        turned=-F("price"),
        running=Window(Sum("price"), order_by="id"),
    )
    await same_everywhere(
        query.filter(kind__in=["a", "b", "d"]).order_by("id").values(*names),
        names,
        ("2.6000", "-0.10", "2.20", "1.5000", "1.1000", "1.10", "1.10", "1.10", "1.10", "-1.10", "1.10"),
        ("-1.6000", "3.60", "-7.80", "1.0000", "-2.6000", "-2.60", "0.00", "2.60", "-2.60", "2.60", "-1.50"),
        (None, None, None, None, None, "0.00", "0.00", None, None, None, "-1.50"),
        ("1.0000", "1.00", "0.00", "1.0000", "0.0000", "0.00", "0.00", "0.00", None, "0.00", "-1.50"),
    )
    assert str(await DigitSale.objects.filter(kind="a").sum("price")) == "-1.50"
    whole = await query.get(kind="d")
    assert [str(whole.plus), str(whole.times), str(whole.first)] == ["1.0000", "0.00", "0.00"]


async def test_related_rows(sales: Backend) -> None:
    """Of related rows, too, and of none."""
    query = DigitShop.objects.annotate(total=Sum("sales__price"), known=Coalesce(Sum("sales__price"), 0)).order_by("id")
    await same_everywhere(
        query.values("total", "known"),
        {"total": (27, 2), "known": (27, 2)},
        ("-1.50", "-1.50"),
        ("1999999.98", "1999999.98"),
        (None, "0.00"),
    )


async def test_queries_over_queries(sales: Backend) -> None:
    """Unions, common table expressions and conditions on groups compare and sort computed Decimals as numbers."""
    total = DigitSale.objects.values("kind").annotate(total=Sum("price"))
    rated = DigitSale.objects.values("kind").annotate(total=Sum(F("price") * F("rate")))
    loose = DigitSale.objects.values("kind").annotate(total=Sum("loose"))
    of_one = total.filter(kind="a")
    both = of_one.union_all(rated.filter(kind="a"))
    await same_everywhere(both.order_by("total"), {"total": (35, 6)}, ("-1.500000",), ("-0.950000",))
    await same_everywhere(of_one.union(total.filter(kind="d")).order_by("total"), {"total": (27, 2)}, ("-1.50",), ("0.00",))
    again = of_one.union(DigitSale.objects.filter(kind="a").values("kind").annotate(total=Sum(F("price") * 1)))
    assert await again.count() == 1
    mixed = await both.union_all(loose.filter(kind="d")).order_by("-total").values_list("total", flat=True).all()
    assert mixed == [Decimal(0), Decimal("-0.95"), Decimal("-1.5")]
    groups = With("digit_groups", total)
    query = groups.query().with_(groups)
    await same_everywhere(query.filter(total__lt=Decimal("0.001")).order_by("total"), {"total": (27, 2)}, ("-1.50",), ("0.00",))
    assert [row["kind"] for row in await query.filter(total__gt=Decimal("-1.5001")).order_by("-total").all()] == ["c", "d", "a"]
    assert await total.having(total=Decimal("-1.500")).values_list("kind", flat=True).all() == ["a"]
    assert await total.having(total__in=[Decimal("-1.5"), Decimal("0.001")]).values_list("kind", flat=True).all() == ["a"]
    nested = DigitSale.objects.filter(price__in=total.filter(kind="d").values("total"))
    assert await nested.values_list("kind", flat=True).all() == ["d"]
    assert await query.aggregate(n=Count("total"), most=Max("total"), all=Sum("total")) == {
        "n": 3,
        "most": 2 * LARGEST,
        "all": 2 * LARGEST - Decimal("1.5"),
    }


@pytest.mark.parametrize("start", [F("price") + 0, Cast("price", Decimal), Value(Decimal("1.1")), F("loose") + Decimal("0.6")])
async def test_recursive_queries(sales: Backend, start: Any) -> None:
    """Rows that follow may have more digits than the first."""
    first = DigitSale.objects.filter(kind="a", pieces=2).annotate(n=Value(1), grown=start).values("n", "grown")
    steps = With(
        "digit_steps",
        first,
        recursive=lambda cte: (
            cte.query().filter(n__lt=3).annotate(m=F("n") + 1, more=F("grown") * Value(Decimal("1.5"))).values("m", "more")
        ),
    )
    found = await steps.query().with_(steps).order_by("n").values_list("grown", flat=True).all()
    assert found == [Decimal("1.1"), Decimal("1.65"), Decimal("2.475")]


async def test_what_does_not_fit_is_refused(sales: Backend) -> None:
    """A table that holds more than its model says: a sum is exact or an error."""
    kind = "TEXT" if sales.dialect == "sqlite" else "NUMERIC(60, 5)"
    await execute_raw("DROP TABLE digit_sale")
    await execute_raw(
        f"CREATE TABLE digit_sale (id BIGINT, shop_id BIGINT, kind VARCHAR(5), pieces BIGINT, price {kind}, rate {kind}, weight {kind})"
    )
    await execute_raw(f"INSERT INTO digit_sale VALUES (1, 1, 'a', 1, '1.234', '0', '{'9' * 36}.1'), (2, 1, 'b', 1, '1.500', '0', '1')")
    query = DigitSale.objects.values("kind").order_by("kind")
    for one in (query.annotate(total=Sum("price")), query.annotate(total=Sum("weight")), query.annotate(total=Sum(F("price") * 2))):
        for read in (one.all, one.to_arrow, one.json):
            with pytest.raises(DecodeError, match="total"):
                await read()
    assert str((await query.annotate(total=Sum("price")).filter(kind="b").get())["total"]) == "1.50"
    opened = await query.annotate(total=Cast(Sum("price"), Decimal), heavy=Cast(Sum("weight"), Decimal)).first()
    assert opened == {"kind": "a", "total": Decimal("1.234"), "heavy": Decimal("9" * 36 + ".1")}
