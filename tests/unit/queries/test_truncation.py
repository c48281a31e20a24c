"""``Trunc``: the units and zones, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oxyde import FieldError, Trunc
from tests.cases.models import Novelist

NAMES = Novelist.objects._state.names


def test_types() -> None:
    """A start has the type of the value; a zone may be named or given."""
    assert [Trunc(name, "month").resolve(NAMES).type.kind for name in ("born", "seen", "joined")] == ["date", "datetime", "datetime_tz"]
    assert repr(Trunc("joined", "day", tz=ZoneInfo("Europe/Paris"))) == "Trunc('joined', \"day\", tz='Europe/Paris')"
    assert repr(Trunc("seen", "day")) == "Trunc('seen', \"day\")"
    assert len(Trunc("joined", "day", tz=dt.timezone.utc).resolve(NAMES).parts) == 1
    assert len(Trunc("joined", "day", tz="Asia/Tokyo").resolve(NAMES).parts) == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("born", "moonth"), r'^Trunc\(\) takes the name of a unit, not "moonth"; did you mean "month"\?'),
        (("born", 3), r"^Trunc\(\) takes the name of a unit, not int; it takes year, quarter"),
        (("born", "hour"), r"^Trunc\(\) takes datetime, datetime_tz, and Novelist\.born is date"),
        (("wakes", "hour"), r"^Trunc\(\) takes datetime, datetime_tz, and Novelist\.wakes is time"),
        (("age", "year"), r"^Trunc\(\) takes date, datetime, datetime_tz, and Novelist\.age is int"),
        (("seen", "day", "Europe/Paris"), r"^Trunc\(tz=...\) takes aware datetimes, and Novelist\.seen is datetime"),
        (("joined", "day", "Europe/Pariss"), r'^Trunc\(\) knows no time zone "Europe/Pariss"'),
        (("joined", "day", "../x"), r'^Trunc\(\) knows no time zone "../x"'),
        (("joined", "day", "UTC+3"), r'^Trunc\(\) knows no time zone "UTC\+3"'),
        (("joined", "day", dt.timezone(dt.timedelta(hours=1))), r"^Trunc\(\) takes the name of a time zone, .* not timezone"),
    ],
)
def test_what_is_refused(args: tuple[Any, ...], message: str) -> None:
    """An unknown unit or zone, and a value that is in none."""
    with pytest.raises(FieldError, match=message):
        Trunc(*args[:2], tz=args[2] if len(args) > 2 else None).resolve(NAMES)
