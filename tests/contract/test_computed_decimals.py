"""Decimals that the server computes and stores: exactly, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Case, F, Field, Floor, Model, Proposed, Round, Subquery, Value, When, db
from oxyde.exceptions import DataError, FieldValueError
from tests.tables import table, tables


class Tariff(Model):
    """Has decimals of few and of many digits, and one of any number."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20, db_unique=True)
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    exact: Decimal | None = Field(default=None, max_digits=30, decimal_places=10)
    free: Decimal | None = None

    Meta = table("computed_tariff")


@pytest.fixture
async def tariff(database: db.AsyncDatabase) -> AsyncIterator[Tariff]:
    """One row with values, and one of NULLs."""
    async with tables(Tariff):
        one = await Tariff.objects.create(name="one", price=Decimal("19.99"), exact=Decimal(7), free=Decimal("0.5"))
        await Tariff.objects.create(name="none")
        yield one


LOSING: dict[str, dict[str, Any]] = {
    "sum": {"price": F("exact") + F("price") + Decimal("0.001")},
    "difference": {"price": F("price") - F("exact") / 10000},
    "product": {"price": F("price") * Decimal("1.1")},
    "quotient": {"price": F("price") / 2},
    "negative quotient": {"exact": F("exact") / -3},
    "of another field": {"price": F("exact") + F("free") / 100},
    "of any digits": {"price": F("free") * F("free") * F("free")},
    "rounded to too many digits": {"price": Round(F("price") / 7, 3)},
    "either": {"price": Case(When(name="one", then=F("exact") / 1000), default=F("price"))},
    "other columns": {"name": Value("two"), "exact": F("exact") + 1, "price": F("price") * Decimal("0.5")},
}


@pytest.mark.parametrize("change", LOSING.values(), ids=LOSING.keys())
async def test_what_would_be_rounded_is_refused(tariff: Tariff, change: dict[str, Any]) -> None:
    """The error names the column and the remedy, and every row stays as it was."""
    before = await Tariff.objects.order_by("id").all()
    column, places = ("exact", 10) if set(change) == {"exact"} else ("price", 2)
    with pytest.raises(DataError, match=rf"more than {places} digits after the point, those of {column}; Round\(\.\.\., {places}\)"):
        await Tariff.objects.update(**change)
    with pytest.raises(DataError, match=rf"those of {column}; Round"):
        await Tariff.objects.filter(name="one").update(returning=True, **change)
    assert await Tariff.objects.order_by("id").all() == before


EXACT: dict[str, tuple[Any, str]] = {
    "sum": (F("price") + Decimal("0.010"), "20.00"),
    "product": (F("price") * Decimal(100), "1999.00"),
    "product of more digits": (F("exact") * Decimal("1.50"), "10.50"),
    "quotient": (F("exact") / 4, "1.75"),
    "negative": (-F("exact") / 4, "-1.75"),
    "of any digits": (F("free") * F("free"), "0.25"),
    "rounded": (Round(F("price") * Decimal("1.19"), 2), "23.79"),
    "rounded to fewer digits": (Round("price", 1), "20.00"),
    "floor": (Floor(F("price") / 3), "6.00"),
    "zero": (F("price") * Decimal("0.0000"), "0.00"),
}


@pytest.mark.parametrize(("term", "stored"), EXACT.values(), ids=EXACT.keys())
async def test_what_is_exact_is_stored(tariff: Tariff, term: Any, stored: str) -> None:
    """However many digits it might have had; NULL stays NULL."""
    assert await Tariff.objects.update(price=term) == 2
    assert await Tariff.objects.order_by("id").values_list("price", flat=True).all() == [Decimal(stored), None]
    await tariff.refresh()
    assert str(tariff.price) == stored


async def test_every_verb_refuses(tariff: Tariff) -> None:
    """Those that add to the value, and those that meet a row."""
    part = Tariff.objects.filter(name="one").annotate(part=F("price") / 8).values("part")[:1]
    with pytest.raises(DataError, match="those of price"):
        await Tariff.objects.update(price=Subquery(part))
    row = {"name": "one", "price": Decimal("1.50")}
    with pytest.raises(DataError, match="those of price"):
        await Tariff.objects.upsert([row], on=["name"], update={"price": F("price") * Proposed("price")})
    await Tariff.objects.filter(name="one").update(price=Decimal("2.50"))
    await Tariff.objects.upsert([row], on=["name"], update={"price": F("price") * 2 + Proposed("price")})
    with pytest.raises(DataError, match="those of price"):
        await Tariff.objects.order_by("id").limit(1).update(price=F("price") / 16)
    assert await Tariff.objects.order_by("id").values_list("price", flat=True).all() == [Decimal("6.50"), None]


@pytest.mark.parametrize("term", [F("price") + Decimal("0.001"), Decimal("0.001") - F("price"), F("id") - Decimal("1.005")])
async def test_what_is_exact_for_no_row_is_refused_before(term: Any) -> None:
    """As plain values and ``increment()`` are; nothing is sent, and there is no database."""
    with pytest.raises(FieldValueError, match=r"^Tariff\.price is decimal\(8, 2\), .* for no row; round it: Round\(\.\.\., 2\)$") as caught:
        await Tariff.objects.update(price=term)
    assert caught.value.column == "price"
