"""Rows of a view whose columns are computed: SQLite knows no declared type of them, and they are read and found as the model says."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from pydantic import AwareDatetime

import oxyde
from oxyde import Field, Model
from tests.backends import Backend


class Stay(Model):
    """A value of each type."""

    id: int = Field(db_pk=True)
    day: dt.date
    at: dt.datetime
    tz: AwareDatetime
    clock: dt.time
    price: Decimal = Field(max_digits=6, decimal_places=2)
    wide: Decimal = Field(max_digits=30, decimal_places=10)
    done: bool
    code: uuid.UUID
    ratio: float
    took: dt.timedelta
    photo: bytes

    class Meta:
        """Its table."""

        is_table = True
        table_name = "compound_stay"


class StayView(Stay):
    """The same out of a view."""

    class Meta:
        """A view of several selects."""

        is_table = True
        table_name = "compound_stay_view"
        managed = False


class StayGuest(Model):
    """Refers to a row of the view."""

    id: int = Field(db_pk=True)
    stay: StayView | None = None

    class Meta:
        """Its table, made by hand."""

        is_table = True
        table_name = "compound_stay_guest"
        managed = False


VALUES: Final[dict[str, Any]] = {
    "day": dt.date(2020, 1, 31),
    "at": dt.datetime(2020, 1, 31, 2, 3, 4, 5),
    "tz": dt.datetime(2020, 1, 31, 2, 3, 4, tzinfo=dt.timezone.utc),
    "clock": dt.time(1, 2, 3),
    "price": Decimal("1.50"),
    "wide": Decimal("12345678901234567890.5"),
    "done": True,
    "code": uuid.UUID(int=5),
    "ratio": 0.5,
    "took": dt.timedelta(seconds=1),
    "photo": b"x",
}


@pytest.fixture(params=["first", "second", "both", "no compound"])
def view(backend: Backend, request: pytest.FixtureRequest) -> Iterator[None]:
    """Two rows in a view, with the computed columns in either select."""
    plain, computed = ", ".join(VALUES), ", ".join(f"coalesce({name}, NULL) AS {name}" for name in VALUES)
    first, second = {"first": (computed, plain), "second": (plain, computed)}.get(request.param, (computed, computed))
    with oxyde.connect(backend.url, "default"):
        raw = oxyde.sync.execute_raw
        oxyde.sync.create_tables(models=Stay)
        for key in (1, 2):
            Stay.objects.sync.create(id=key, **VALUES)
        one = f"SELECT id, {first} FROM compound_stay"
        several = f"{one} WHERE id < 2 UNION ALL SELECT id, {second} FROM compound_stay WHERE id >= 2"
        raw(f"CREATE VIEW compound_stay_view AS {one if request.param == 'no compound' else several}")
        raw("CREATE TABLE compound_stay_guest (id bigint PRIMARY KEY, stay_id bigint)")
        raw("INSERT INTO compound_stay_guest VALUES (1, 1), (2, 2), (3, NULL)")
        yield
        raw("DROP TABLE compound_stay_guest")
        raw("DROP VIEW compound_stay_view")
        oxyde.sync.drop_tables(models=Stay)


def test_values_are_of_their_types(view: None) -> None:
    """By themselves, joined, and selected across the relation."""
    rows: list[Any] = StayView.objects.sync.order_by("id").all()
    joined: list[Any] = [guest.stay for guest in StayGuest.objects.sync.join("stay").order_by("id").all()]
    assert joined[2] is None
    for row in (*rows, *joined[:2]):
        assert {name: getattr(row, name) for name in VALUES} == VALUES
    paths = [f"stay__{name}" for name in VALUES]
    assert StayGuest.objects.sync.filter(id=2).values(*paths).get() == dict(zip(paths, VALUES.values(), strict=True))


def test_values_are_found(view: None) -> None:
    """By equality, in lists and ranges, from there and across the relation."""
    query = StayView.objects.sync
    for name, value in VALUES.items():
        for lookups in ({name: value}, {f"{name}__in": [value]}):
            assert query.filter(**lookups).count() == 2, lookups
        assert StayGuest.objects.sync.filter(**{f"stay__{name}": value}).count() == 2
        if name in {"done", "code", "photo"}:
            continue
        assert query.filter(**{f"{name}__lte": value}).count() == query.filter(**{f"{name}__between": (value, value)}).count() == 2, name
        assert query.filter(**{f"{name}__lt": value}).count() == query.filter(**{f"{name}__gt": value}).count() == 0, name
        assert query.max(name) == query.min(name) == value
