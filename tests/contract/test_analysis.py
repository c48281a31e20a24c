"""The two large queries of ``docs/analysis.md``: the same rows as SQL written by hand, on every backend."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import oxyde
from oxyde import Coalesce, Count, Extract, F, FirstValue, Min, OuterRef, Round, Subquery, Sum, Value, Window, With, db, execute_raw
from oxyde.cli.demo.load import rows
from oxyde.cli.demo.models import Airline, Flight
from tests.backends import Backend

MONTH = {"sqlite": "CAST(strftime('%m', time_hour) AS INTEGER)", "postgres": "CAST(EXTRACT(month FROM time_hour) AS integer)"}
DAY = {"postgres": "CAST(time_hour AS date)"}
CALENDAR = {
    "sqlite": "SELECT '2013-11-01' UNION ALL SELECT date(day, '+1 day') FROM calendar WHERE day < '2013-11-30'",
    "postgres": "SELECT DATE '2013-11-01' UNION ALL SELECT day + 1 FROM calendar WHERE day < DATE '2013-11-30'",
    "mysql": "SELECT DATE '2013-11-01' UNION ALL SELECT day + INTERVAL 1 DAY FROM calendar WHERE day < DATE '2013-11-30'",
}
RETENTION = """
    WITH earliest AS (
        SELECT tailnum, MIN({month}) AS cohort FROM flights WHERE dest = 'HNL' AND tailnum IS NOT NULL GROUP BY tailnum
    ), seen AS (
        SELECT cohort, {month} - cohort AS age, COUNT(DISTINCT flights.tailnum) AS planes
        FROM flights JOIN earliest ON earliest.tailnum = flights.tailnum WHERE dest = 'HNL' GROUP BY cohort, {month} - cohort
    )
    SELECT cohort, age, planes, ROUND(planes * 100.0 / FIRST_VALUE(planes) OVER (PARTITION BY cohort ORDER BY age), 1) AS percent
    FROM seen ORDER BY cohort, age
"""
RUNNING = """
    WITH RECURSIVE calendar(day) AS ({calendar}), daily AS (
        SELECT {day} AS day, COUNT(*) AS n FROM flights WHERE dest = 'HNL' AND carrier = 'HA' GROUP BY {day}
    )
    SELECT calendar.day AS day, COALESCE(n, 0) AS n, SUM(COALESCE(n, 0)) OVER (ORDER BY calendar.day) AS total
    FROM calendar LEFT JOIN daily ON daily.day = calendar.day ORDER BY calendar.day
"""


@pytest.fixture(scope="module")
def flights_server(backend_module: Backend) -> Iterator[Backend]:
    """A backend with the flights to Honolulu, and some to elsewhere."""
    chosen = [row for at, row in enumerate(rows(Flight)) if row["dest"] == "HNL" or at % 500 == 0]
    with oxyde.connect(backend_module.url, "flights") as connection:
        oxyde.sync.create_tables(connection, models=[Airline, Flight])
        Airline.objects.sync.bulk_create(list(rows(Airline)), using="flights")
        Flight.objects.sync.bulk_create(chosen, using="flights")
    yield backend_module
    with oxyde.connect(backend_module.url, "flights") as connection:
        oxyde.sync.drop_tables(connection, models=[Airline, Flight])


@pytest.fixture
async def flights(flights_server: Backend) -> AsyncIterator[Backend]:
    """A connection named default to it."""
    async with db.connect(flights_server.url):
        yield flights_server


def by_hand(template: str, backend: Backend) -> str:
    """Returns SQL in the server's own words."""
    family = "mysql" if backend.dialect in {"mysql", "mariadb"} else backend.dialect
    words = {"month": MONTH.get(family, "MONTH(time_hour)"), "day": DAY.get(family, "DATE(time_hour)"), "calendar": CALENDAR[family]}
    return template.format(**words)


async def test_retention_of_cohorts(flights: Backend) -> None:
    """A named query, a join with it, groups, and a window over them."""
    honolulu = Flight.objects.filter(dest="HNL").exclude(tailnum=None)
    first = With("first", honolulu.values("tailnum").annotate(cohort=Min(Extract("time_hour", "month"))))
    age = Extract("time_hour", "month") - first.col("cohort")
    flown = first.join(honolulu, tailnum="tailnum").with_(first).annotate(cohort=first.col("cohort"), age=age)
    retention = flown.values("cohort", "age").annotate(planes=Count("tailnum", distinct=True))
    size = Window(FirstValue("planes"), partition_by="cohort", order_by="age")
    retention = retention.annotate(size=size).annotate(percent=Round(F("planes") * 100.0 / F("size"), 1)).order_by("cohort", "age")
    found = await retention.values_list("cohort", "age", "planes", "percent").all()
    wanted: list[dict[str, Any]] = await execute_raw(by_hand(RETENTION, flights))
    assert len(found) > 20
    assert found == [(row["cohort"], row["age"], row["planes"], float(row["percent"])) for row in wanted]


async def test_running_totals_over_a_calendar(flights: Backend) -> None:
    """A recursive query of days, a subquery of each, and a window."""
    start, end = dt.datetime(2013, 11, 1), dt.datetime(2013, 11, 30)
    calendar = With(
        "calendar",
        Flight.objects.annotate(at=Value(start)).values("at")[:1],
        recursive=lambda days: days.query().filter(at__lt=end).annotate(next=F("at") + dt.timedelta(days=1)).values("next"),
    )
    daily = Flight.objects.filter(dest="HNL", airline="HA", time_hour__date=OuterRef("day"))
    days = calendar.query().with_(calendar).annotate(day=Extract("at", "date"))
    days = days.annotate(flights=Coalesce(Subquery(daily.values("dest").annotate(n=Count()).values("n")[:1]), 0))
    days = days.annotate(total=Window(Sum("flights"), order_by="day")).order_by("day")
    found = await days.values_list("day", "flights", "total").all()
    wanted: list[dict[str, Any]] = await execute_raw(by_hand(RUNNING, flights))
    assert (len(found), {row[1] for row in found}) == (30, {0, 1})
    assert [(str(day), *counted) for day, *counted in found] == [(str(row["day"]), row["n"], int(row["total"])) for row in wanted]
