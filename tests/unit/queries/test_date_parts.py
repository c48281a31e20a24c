"""Parts of dates and times as lookups."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.exceptions import FieldLookupError
from oxyde.queries.date_parts import PARTS
from tests.cases.models import Novelist
from tests.unit.queries.shapes import values_of, where_of

everyone = Novelist.objects
UTC = dt.timezone.utc


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_part_is_extracted(part: str) -> None:
    """A part is compared with its own type, by itself and with a lookup behind it."""
    value: Any = {"date": dt.date(2024, 1, 2), "time": dt.time(3, 4)}.get(part, 5)
    where = where_of(everyone.filter(**{f"seen__{part}__gte": value}))
    assert where["compare"]["left"]["extract"]["part"] == part
    assert values_of(everyone.filter(**{f"seen__{part}": value})) == [value]


@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_is_a_half_open_range(year: int, month: int) -> None:
    """``month=(y, m)`` is from the first day up to the first of the next month; the calendar's last month has no end."""
    last = calendar.monthrange(year, month)[1]
    start = dt.datetime(year, month, 1)
    end = [] if (year, month) == (9999, 12) else [start + dt.timedelta(days=last)]
    assert values_of(everyone.filter(seen__month=(year, month))) == [start, *end]
    assert values_of(everyone.filter(born__month=(year, month))) == [day.date() for day in (start, *end)]
    assert values_of(everyone.filter(joined__month=(year, month))) == [day.replace(tzinfo=UTC) for day in (start, *end)]


@given(st.dates())
def test_a_day_is_a_half_open_range(day: dt.date) -> None:
    """``day=(y, m, d)`` is from its midnight up to the next."""
    start = dt.datetime(day.year, day.month, day.day)
    end = [] if day == dt.date.max else [start + dt.timedelta(days=1)]
    assert values_of(everyone.filter(seen__day=(day.year, day.month, day.day))) == [start, *end]


def test_the_range_in_ir() -> None:
    """Start included, end not."""
    where = where_of(everyone.filter(born__month=(2024, 2)))
    assert [test["compare"]["op"] for test in where["and"]] == ["ge", "lt"]
    assert list(where_of(everyone.exclude(born__month=(2024, 2)))) == ["or"]


@pytest.mark.parametrize("name", ["born__hour", "born__date", "wakes__year", "wakes__date", "age__year", "span__hour", "seen__century"])
def test_parts_that_a_column_does_not_have(name: str) -> None:
    """A date has no hour, a time no year."""
    with pytest.raises(FieldLookupError, match=r"has no lookup"):
        everyone.filter(**{name: 1})
