"""Rows found by many keys of several columns, of every type that a key may have, on every backend."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import oxyde
from oxyde import Field, Model, Q
from tests.tables import table, tables

COUNT = 40


class ManyKeysSize(enum.Enum):
    """A type of keys."""

    SMALL = "small"
    LARGE = "large"


class ManyKeysPlain(Model):
    """Has a key of two fields."""

    country: str = Field(db_pk=True, max_length=2)
    number: int = Field(db_pk=True)

    Meta = table("many_keys_plain")


VALUES: list[tuple[str, type, Any, Callable[[int], Any]]] = [
    ("text", str, Field(db_pk=True, max_length=20), lambda n: f"Ü{n} "),
    ("integer", int, Field(db_pk=True), lambda n: n - 2**62),
    ("truth", bool, Field(db_pk=True), lambda n: n % 2 == 0),
    ("number", float, Field(db_pk=True), lambda n: n / 3),
    ("short", Decimal, Field(db_pk=True, max_digits=10, decimal_places=2), lambda n: Decimal(n) / 4),
    ("long", Decimal, Field(db_pk=True, max_digits=30, decimal_places=10), lambda n: Decimal(10) ** 18 + Decimal(n) / 1024),
    ("day", dt.date, Field(db_pk=True), lambda n: dt.date(2024, 2, 1) + dt.timedelta(n)),
    ("moment", dt.datetime, Field(db_pk=True), lambda n: dt.datetime(2024, 2, 1) + dt.timedelta(microseconds=n * 500_000)),
    ("clock", dt.time, Field(db_pk=True), lambda n: dt.time(n % 24, n, 0, n)),
    ("span", dt.timedelta, Field(db_pk=True), lambda n: dt.timedelta(microseconds=n)),
    ("mark", uuid.UUID, Field(db_pk=True), lambda n: uuid.UUID(int=n << 100)),
    ("size", ManyKeysSize, Field(db_pk=True), lambda n: list(ManyKeysSize)[n % 2]),
]


@pytest.mark.parametrize(("name", "annotation", "field", "value"), VALUES, ids=[name for name, *_ in VALUES])
async def test_every_type(database: oxyde.AsyncDatabase, name: str, annotation: type, field: Any, value: Callable[[int], Any]) -> None:
    """Exactly those rows are found whose whole key is in the list, and the others by its negation."""
    called = f"ManyKeys{name.title()}"
    home = {"__module__": __name__, "__qualname__": f"{called}.Meta"}
    meta = type("Meta", (), {"is_table": True, "table_name": f"many_keys_{name}", **home})
    fields = {"__annotations__": {"first": annotation, "second": int}, "first": field, "second": Field(db_pk=True)}
    keyed: Any = type(called, (Model,), {"__module__": __name__, "__qualname__": called, "Meta": meta, **fields})
    async with tables(keyed):
        rows = [(value(n), n) for n in range(COUNT)]
        await keyed.objects.bulk_create([{"first": first, "second": second} for first, second in rows])
        wanted = [row for row in rows if row[1] % 4 != 3] + [(value(1), COUNT), (value(COUNT - 1), -1)]
        found = keyed.objects.filter(pk__in=wanted).order_by("second").values_list("first", "second")
        assert await found.all() == wanted[:-2]
        others = keyed.objects.exclude(pk__in=wanted).order_by("second").values_list("second", flat=True)
        assert await others.all() == [n for n in range(COUNT) if n % 4 == 3]
        mixed = [Q(pk=row) for row in wanted[:-1]] + [Q(second=3)]
        either = mixed[0]
        for one in mixed[1:]:
            either |= one
        assert await keyed.objects.filter(either).count() == len(wanted) - 1
        assert await keyed.objects.filter(pk__in=wanted).delete() == len(wanted) - 2


async def test_thousands(database: oxyde.AsyncDatabase) -> None:
    """The time does not grow with the square of their number."""
    async with tables(ManyKeysPlain):
        await ManyKeysPlain.objects.bulk_create([{"country": "de", "number": n} for n in range(5)])
        keys = [("de", n) for n in range(1, 8_000)]
        assert await ManyKeysPlain.objects.filter(pk__in=keys).count() == 4
