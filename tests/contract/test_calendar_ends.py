"""Moments moved past the ends of the calendar are refused on every backend, in selects, conditions and updates; none becomes NULL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from pydantic import AwareDatetime

import oxyde
from oxyde import DataError, DecodeError, F, Field, Model, Value
from tests.backends import Backend

STEP = dt.timedelta(microseconds=1)
FIRST, LAST = dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)


class CalendarEnd(Model):
    """Moments and how far they are moved."""

    id: int = Field(db_pk=True)
    at: dt.datetime | None = None
    tz: AwareDatetime | None = None
    by: dt.timedelta | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "calendar_end"


@pytest.fixture
def moments(backend: Backend) -> Iterator[Backend]:
    """A connection with the first moment, the last one, one between, and none."""
    with oxyde.connect(backend.url, "default"):
        oxyde.sync.create_tables(models=CalendarEnd)
        given = [(FIRST, -STEP), (LAST, STEP), (dt.datetime(2000, 2, 28, 23, 59, 59, 999999), STEP), (None, STEP), (FIRST, None)]
        for key, (at, by) in enumerate(given, 1):
            CalendarEnd.objects.sync.create(id=key, at=at, tz=at and at.replace(tzinfo=dt.timezone.utc), by=by)
        yield backend
        oxyde.sync.drop_tables(models=CalendarEnd)


def test_moments_past_the_ends_are_refused(moments: Backend) -> None:
    """One within is moved, and NULL stays NULL."""
    query = CalendarEnd.objects.sync
    for made in (F("at") + F("by"), F("tz") + F("by")):
        for key in (1, 2):
            with pytest.raises((DataError, DecodeError)):
                query.filter(id=key).annotate(x=made).values("x").get()
        for key in (4, 5):
            assert query.filter(id=key).annotate(x=made).values("x").get() == {"x": None}
    assert query.filter(id=3).annotate(x=F("at") + F("by")).values("x").get() == {"x": dt.datetime(2000, 2, 29)}
    with pytest.raises((DataError, DecodeError)):
        query.filter(id=3).annotate(x=Value(LAST) + F("by")).values("x").get()
    for key, moved in ((1, F("at") - STEP), (2, F("at") + STEP)):
        with pytest.raises(DataError):
            query.filter(id=key).update(at=moved)


def test_no_condition_takes_them_for_others(moments: Backend) -> None:
    """PostgreSQL's calendar goes on, so that the comparison is right there; the others refuse it."""
    later = CalendarEnd.objects.sync.filter(F("at") < F("at") + F("by"))
    if moments.dialect == "postgres":
        assert later.filter(id__in=[1, 2]).values_list("id", flat=True).all() == [2]
    else:
        for key in (1, 2):
            with pytest.raises(DataError):
                later.filter(id=key).count()
    assert later.filter(id=3).count() == 1
    assert later.filter(id__gte=4).count() == 0
