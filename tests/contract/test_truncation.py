"""``Trunc``, on every backend, beside the same computed in Python."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from pydantic import AwareDatetime

from oxyde import Count, F, Field, Model, Trunc, UnsupportedError
from tests.backends import Backend
from tests.tables import table, tables

UTC = dt.timezone.utc
UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")


class TruncEvent(Model):
    """Happens at a moment."""

    id: int | None = Field(default=None, db_pk=True)
    day: dt.date
    moment: dt.datetime
    instant: AwareDatetime
    maybe: dt.date | None = None

    Meta = table("trunc_event")


def start(moment: dt.datetime, unit: str) -> dt.datetime:
    """Returns the start of a unit by the calendar."""
    day = moment.date()
    days = {
        "year": day.replace(month=1, day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "month": day.replace(day=1),
        "week": day - dt.timedelta(days=day.weekday()),
        "day": day,
    }
    if unit in days:
        return dt.datetime.combine(days[unit], dt.time(), moment.tzinfo)
    zeros = {"hour": {"minute": 0, "second": 0}, "minute": {"second": 0}, "second": {}}[unit]
    return moment.replace(**zeros, microsecond=0)  # type: ignore[arg-type] # parts of a time


@pytest.fixture
async def events(database: Backend) -> AsyncIterator[list[TruncEvent]]:
    """Moments at random, and at the ends of years, weeks and the calendar."""
    rng = random.Random(7)
    moments = [dt.datetime(1900, 1, 1) + dt.timedelta(microseconds=rng.randrange(2 * 10**17 // 32)) for _ in range(60)]
    moments += [dt.datetime(2024, month, 28, 23, 59, 59, 999999) for month in range(1, 13)]
    moments += [dt.datetime(2020, 12, 31) + dt.timedelta(days=day) for day in range(8)]
    moments += [dt.datetime(1, 1, 1), dt.datetime(1, 3, 31, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)]
    async with tables(TruncEvent):
        made = [
            TruncEvent(id=key, day=moment.date(), moment=moment, instant=moment.replace(tzinfo=UTC))
            for key, moment in enumerate(moments, 1)
        ]
        await TruncEvent.objects.bulk_create(made)
        yield made


@pytest.mark.parametrize("unit", UNITS)
async def test_starts(events: list[TruncEvent], unit: str) -> None:
    """The start of a unit is that of the calendar, of naive and aware moments and of days; NULL stays NULL."""
    shown = TruncEvent.objects.annotate(a=Trunc("moment", unit), b=Trunc("instant", unit, tz="UTC")).order_by("id")
    for event, found in zip(events, await shown.values_list("a", "b").all(), strict=True):
        assert found == (start(event.moment, unit), start(event.instant, unit))
    assert await TruncEvent.objects.filter(moment=Trunc("moment", unit)).count() == sum(
        event.moment == start(event.moment, unit) for event in events
    )
    if unit in UNITS[:5]:
        days = TruncEvent.objects.annotate(a=Trunc("day", unit), b=Trunc("maybe", unit)).order_by("id").values_list("a", "b")
        assert await days.all() == [(start(event.moment, unit).date(), None) for event in events]


async def test_groups(events: list[TruncEvent]) -> None:
    """Rows are grouped by the start of their month, and ordered by it."""
    months = TruncEvent.objects.annotate(month=Trunc(F("moment"), "month")).values("month").annotate(n=Count()).order_by("-month")
    wanted: dict[dt.datetime, int] = {}
    for event in events:
        wanted[start(event.moment, "month")] = wanted.get(start(event.moment, "month"), 0) + 1
    assert await months.values_list("month", "n").all() == sorted(wanted.items(), reverse=True)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("zone", ZONES)
async def test_zones(events: list[TruncEvent], database: Backend, unit: str, zone: str) -> None:
    """In a time zone the start is the moment at which it came there, on PostgreSQL; elsewhere it is refused."""
    query = TruncEvent.objects.filter(day__year__gt=1970, day__year__lt=2030).annotate(a=Trunc("instant", unit, tz=ZoneInfo(zone)))
    if database.dialect != "postgres":
        with pytest.raises(UnsupportedError, match=r"in time zones are not supported by"):
            await query.all()
        return
    for event in await query.all():
        there = event.instant.astimezone(ZoneInfo(zone))
        wanted = start(there, unit)
        assert event.a == wanted.astimezone(UTC), (event.instant, zone)
