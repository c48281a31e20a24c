"""Groups of rows and aggregates over paths, on every backend: what is grouped, what is refused, and that none multiply."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Avg, Count, F, Field, FieldError, Max, Min, Model, Q, Sum, With
from tests.backends import Backend
from tests.tables import statements, table, tables


class GroupShop(Model):
    """Has sales and visits."""

    id: int | None = Field(default=None, db_pk=True)
    city: str = Field(max_length=20)
    rate: int = 1
    sales: list[GroupSale] = Field(default=[], db_reverse_fk="shop")
    visits: list[GroupVisit] = Field(default=[], db_reverse_fk="shop")

    Meta = table("group_shop")


class GroupSale(Model):
    """Is made in a shop, or on the road."""

    id: int | None = Field(default=None, db_pk=True)
    kind: str | None = Field(default=None, max_length=20)
    amount: Decimal = Field(max_digits=10, decimal_places=2)
    pieces: int = 0
    took: dt.timedelta | None = None
    shop: GroupShop | None = None
    returns: list[GroupReturn] = Field(default=[], db_reverse_fk="sale")

    Meta = table("group_sale")


class GroupVisit(Model):
    """Is of a shop."""

    id: int | None = Field(default=None, db_pk=True)
    guests: int
    shop: GroupShop

    Meta = table("group_visit")


class GroupReturn(Model):
    """Undoes a sale."""

    id: int | None = Field(default=None, db_pk=True)
    paid: bool
    sale: GroupSale

    Meta = table("group_return")


@pytest.fixture
async def shops(database: Backend) -> AsyncIterator[Backend]:
    """Three shops in two cities; sales, one of them on the road; visits; returns."""
    async with tables(GroupShop, GroupSale, GroupVisit, GroupReturn):
        await GroupShop.objects.bulk_create([{"id": 1, "city": "Bonn", "rate": 2}, {"id": 2, "city": "Bonn"}, {"id": 3, "city": "Ulm"}])
        sales = [(1, "a", "1.10", 2, 1), (2, "a", "2.20", 3, 1), (3, "b", "3.30", 0, 2), (4, None, "4.40", 5, None)]
        await GroupSale.objects.bulk_create(
            [
                {
                    "id": key,
                    "kind": kind,
                    "amount": Decimal(amount),
                    "pieces": pieces,
                    "shop_id": shop,
                    "took": dt.timedelta(hours=30 * key),
                }
                for key, kind, amount, pieces, shop in sales
            ]
        )
        visits = [{"id": key, "guests": guests, "shop_id": shop} for key, guests, shop in [(1, 10, 1), (2, 20, 1), (3, 30, 1), (4, 5, 2)]]
        await GroupVisit.objects.bulk_create(visits)
        returns = [{"id": key, "paid": paid, "sale_id": sale} for key, paid, sale in [(1, True, 1), (2, False, 1), (3, True, 2)]]
        await GroupReturn.objects.bulk_create(returns)
        yield database


async def test_groups(shops: Backend) -> None:
    """NULL is a group of its own; sums keep their type; conditions on fields come before groups, on aggregates after."""
    kinds = GroupSale.objects.values("kind").annotate(n=Count(), total=Sum("amount"), spent=Sum("took"), mean=Avg("pieces"))
    found = {row["kind"]: row for row in await kinds.all()}
    assert found["a"] == {"kind": "a", "n": 2, "total": Decimal("3.30"), "spent": dt.timedelta(hours=90), "mean": 2.5}
    assert found[None] == {"kind": None, "n": 1, "total": Decimal("4.40"), "spent": dt.timedelta(hours=120), "mean": 5.0}
    assert isinstance(found["a"]["mean"], float)
    assert await kinds.filter(n__gt=1, mean__gt=2.4).values_list("kind", flat=True).all() == ["a"]
    assert await kinds.filter(amount__gt=2).order_by("-total").values_list("total", flat=True).all() == [
        Decimal("4.40"),
        Decimal("3.30"),
        Decimal("2.20"),
    ]
    assert await kinds.having(Q(n=2) | Q(total__gt=4)).count() == 2
    assert await kinds.having(Sum("pieces") > 4, Max("id") < 4).values_list("kind", flat=True).all() == ["a"]
    assert await kinds.exclude(n=1).values_list("kind", flat=True).all() == ["a"]
    assert await kinds.filter(spent__gt=dt.timedelta(hours=90)).values_list("kind", flat=True).all() == [None]


async def test_what_follows_a_grouped_query(shops: Backend) -> None:
    """Its groups are counted, summed, sliced, reversed, united, compared with, and read as frames."""
    kinds = GroupSale.objects.values("kind").annotate(n=Count(), total=Sum("amount"))
    assert (await kinds.count(), await kinds.exists(), await kinds.having(n=7).exists()) == (3, True, False)
    assert (await kinds.sum("n"), await kinds.max("total"), await kinds.filter(n=1).sum("total")) == (4, Decimal("4.40"), Decimal("7.70"))
    assert await kinds.aggregate(groups=Count(), most=Max("n"), mean=Avg("n")) == {"groups": 3, "most": 2, "mean": 4 / 3}
    ordered = kinds.order_by("-total", "kind")
    assert [row["n"] for row in await ordered[:2].filter(n=1).all()] == [1]
    assert await ordered.first() == {"kind": None, "total": Decimal("4.40"), "n": 1}
    assert (await kinds.first() or {}).keys() == {"kind", "n", "total"}
    assert (await kinds.filter(kind__isnull=False).last() or {})["kind"] == "b"
    both = kinds.filter(n=2).values("n").union_all(kinds.filter(n=1).values("n"))
    assert sorted(row["n"] for row in await both.all()) == [1, 1, 2]
    many = kinds.filter(n=2).values("kind")
    assert await GroupSale.objects.filter(kind__in=many).count() == 2
    cte = With("busy", kinds)
    assert await GroupSale.objects.with_(cte).filter(kind__in=cte.query().filter(n__gt=1).values("kind")).count() == 2
    frame = await kinds.filter(kind__isnull=False).order_by("kind").values("kind", "n").to_polars()
    assert frame.rows() == [("a", 2), ("b", 1)]
    assert await kinds.values("n").distinct().order_by("n").values_list("n", flat=True).all() == [1, 2]
    assert await GroupSale.objects.filter(id=0).values("kind").annotate(n=Count()).all() == []
    assert await GroupSale.objects.filter(id=0).aggregate(n=Count(), total=Sum("amount")) == {"n": 0, "total": None}


async def test_computed_groups(shops: Backend) -> None:
    """Rows are grouped by what is computed of each, by paths, and by the number of related rows."""
    odd = GroupSale.objects.annotate(odd=F("pieces") % 2).values("odd").annotate(n=Count(), most=Max("pieces")).order_by("odd")
    assert await odd.values_list("odd", "n", "most").all() == [(0, 2, 2), (1, 2, 5)]
    assert await GroupSale.objects.annotate(odd=F("pieces") % 2, n=Count()).group_by("odd").values_list("odd", "n").order_by(
        "-odd"
    ).all() == [
        (1, 2),
        (0, 2),
    ]
    cities = GroupSale.objects.filter(shop__isnull=False).values("shop__city").annotate(n=Count(), most=Max("pieces"))
    assert await cities.values_list("shop__city", "n", "most").all() == [("Bonn", 3, 3)]
    sizes = GroupShop.objects.annotate(n=Count("sales")).values("n").annotate(shops=Count()).order_by("n")
    assert await sizes.values_list("n", "shops").all() == [(0, 1), (1, 1), (2, 1)]


async def test_several_paths(shops: Backend) -> None:
    """Several aggregates over paths never multiply, in one statement; without rows a number is 0 and all else None."""
    query = GroupShop.objects.annotate(
        sold=Count("sales"),
        pieces=Sum("sales__pieces"),
        guests=Sum("visits__guests"),
        seen=Count("visits"),
        undone=Count("sales__returns", filter=Q(sales__returns__paid=True)),
        rated=Sum(F("sales__pieces") * F("rate")),
        kinds=Count("sales__kind", distinct=True),
    ).order_by("id")
    with statements() as sent:
        rows: list[Any] = await query.all()
    assert len(sent) == 1
    assert [(row.sold, row.pieces, row.guests, row.seen, row.undone, row.rated, row.kinds) for row in rows] == [
        (2, 5, 60, 3, 2, 10, 1),
        (1, 0, 5, 1, 0, 0, 1),
        (0, None, None, 0, 0, None, 0),
    ]
    assert await query.filter(sold__gt=0, guests__lt=50).values_list("id", flat=True).all() == [2]
    assert await query.filter(sales__kind="a").values_list("id", "sold", "seen").all() == [(1, 2, 3)]
    assert await query.order_by("-guests", "id").exclude(sold=0).values_list("id", flat=True).all() == [1, 2]
    assert await query.exclude(pieces=5).values_list("id", flat=True).all() == [2, 3]
    assert (await query.count(), await query.sum("sold"), await query.filter(sold=0).exists()) == (3, 3, True)
    assert await GroupShop.objects.filter(Count("visits") > 2).values_list("id", flat=True).all() == [1]
    assert await GroupShop.objects.order_by(Max("sales__amount").desc(nulls_last=True)).values_list("id", flat=True).all() == [2, 1, 3]


async def test_rows_on_the_way(shops: Backend) -> None:
    """A path that leaves the way of an aggregate is about the row that each belongs to, in conditions and in values."""

    async def found(aggregate: Any) -> list[Any]:
        return await GroupShop.objects.annotate(found=aggregate).order_by("id").values_list("found", flat=True).all()

    for condition, numbers in (
        (Q(sales__pieces__gt=2), [1, 0, 0]),
        (Q(sales__pieces=2, sales__returns__paid=True), [1, 0, 0]),
        (Q(sales__pieces=3) & ~Q(sales__returns__paid=True), [0, 0, 0]),
        (~Q(sales__pieces=3), [2, 0, 0]),
        (~Q(sales__took__gt=dt.timedelta(hours=30)) | Q(city="Ulm"), [2, 0, 0]),
        (Q(sales__shop__visits__guests=10), [3, 0, 0]),
        (Q(sales__shop__visits__guests=5), [0, 0, 0]),
        (F("sales__pieces") < 3, [2, 0, 0]),
    ):
        assert await found(Count("sales__returns", filter=condition)) == numbers, condition
    assert await found(Sum(F("sales__pieces") * F("sales__returns__id"))) == [15, None, None]
    assert await found(Sum(F("sales__pieces") + F("rate") * F("sales__returns__id"), filter=Q(sales__kind="a"))) == [19, None, None]


async def test_paths_in_groups(shops: Backend) -> None:
    """In a group, what is aggregated of each row is taken together."""
    cities = GroupShop.objects.values("city").annotate(
        shops=Count(), sold=Count("sales"), guests=Sum("visits__guests"), dear=Max("sales__amount"), cheap=Min("sales__amount")
    )
    assert await cities.order_by("city").values_list("city", "shops", "sold", "guests", "dear", "cheap").all() == [
        ("Bonn", 2, 3, 65, Decimal("3.30"), Decimal("1.10")),
        ("Ulm", 1, 0, None, None, None),
    ]
    assert await GroupShop.objects.aggregate(n=Count(), sold=Count("sales"), mean=Avg(Count("sales"))) == {"n": 3, "sold": 3, "mean": 1.0}
    assert await GroupShop.objects.filter(id=0).aggregate(sold=Count("sales"), dear=Max("sales__amount")) == {"sold": 0, "dear": None}


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: GroupSale.objects.values("kind").annotate(n=Count()).order_by("amount").sql(),
        FieldError,
        "GroupSale.amount is neither grouped",
    ),
    (lambda: GroupSale.objects.values("kind", "id").group_by("kind").sql(), FieldError, "GroupSale.id is neither grouped nor aggregated"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Count()).annotate(m=F("id") + 1).sql(), FieldError, "GroupSale.id is neither"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Count()).having(id=1).sql(), FieldError, "GroupSale.id is neither grouped"),
    (lambda: GroupSale.objects.annotate(n=Count()).sql(), FieldError, "an aggregate needs rows to be one group"),
    (lambda: GroupSale.objects.filter(Count() > 1).sql(), FieldError, r"filter\(\) chooses rows before they are aggregated"),
    (lambda: GroupSale.objects.having(kind="a"), FieldError, r"having\(\) chooses groups"),
    (lambda: GroupSale.objects.group_by("kin"), FieldError, 'did you mean "kind"'),
    (GroupSale.objects.group_by, ValueError, r"group_by\(\) takes at least one field"),
    (lambda: GroupSale.objects.group_by(F("kind") + 1), TypeError, r"group_by\(\) takes names of fields and annotations, not Combined"),
    (lambda: GroupSale.objects.group_by("kind").sql(), TypeError, r"group_by\(\) needs values\(\)"),
    (lambda: GroupSale.objects.group_by("kind").union(GroupSale.objects), TypeError, r"group_by\(\) needs values\(\) before union\(\)"),
    (lambda: With("crowd", GroupSale.objects.group_by("kind")), TypeError, r"group_by\(\) needs values\(\) in With"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Sum(Count())), FieldError, r"Sum\(\) is over rows"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Count()).group_by("n"), FieldError, '"n" is computed of a group'),
    (lambda: GroupSale.objects.values("kind").annotate(n=Sum("kind")), FieldError, r"GroupSale.kind is text and has no sum\(\)"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Sum("amont")), FieldError, 'did you mean "amount"'),
    (lambda: GroupSale.objects.values("kind").annotate(n=Count(distinct=True)), FieldError, "needs what is counted"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Count(filter={"a": 1})), TypeError, "Count takes a condition as filter"),
    (lambda: GroupShop.objects.values("city").annotate(n=Avg("sales__amount")), FieldError, "query the related rows themselves"),
    (lambda: GroupShop.objects.annotate(n=Sum(F("sales__pieces") + F("visits__guests"))), FieldError, "lead to different rows"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    """Each says what is wrong and what to write; nothing is repaired silently, and nothing needs a connection."""
    with pytest.raises(error, match=message):
        call()


REFUSED_WHEN_RUN: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: GroupSale.objects.sync.aggregate(n=F("id")), FieldError, "takes what is computed of all rows"),
    (GroupSale.objects.sync.aggregate, TypeError, "takes at least one aggregate"),
    (lambda: GroupSale.objects.sync.aggregate(n="id"), TypeError, r"takes an aggregate such as Count\(\)"),
    (lambda: GroupSale.objects.values("kind").annotate(n=Count()).sync.update(pieces=1), FieldError, "these are groups of rows"),
    (GroupSale.objects.values("kind").annotate(n=Count()).sync.delete, FieldError, "these are groups of rows"),
]


async def test_refusals_of_terminals(shops: Backend) -> None:
    """Nothing is sent."""
    with statements() as sent:
        for call, error, message in REFUSED_WHEN_RUN:
            with pytest.raises(error, match=message):
                call()
    assert sent == []
