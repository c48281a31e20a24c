"""Values of NumPy and pandas: taken where Python has one that equals them, refused by name where it has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pydantic import ValidationError

from oxyde import F, Field, Model
from oxyde.db.raw import compile_raw
from oxyde.exceptions import FieldError, FieldLookupValueError
from oxyde.queries.foreign_values import named, plain
from tests.tables import table

LATE = pd.Timestamp("2024-01-01 00:00:00.123456789")
FAR = pd.Timestamp(np.datetime64("20000-01-01", "s"))
LONG = pd.Timedelta("1s 1ns")
HALF = dt.datetime(2024, 1, 1, 0, 0, 0, 500_000)


class Reading(Model):
    """A value of each kind that other libraries have too."""

    id: int | None = Field(default=None, db_pk=True)
    at: dt.datetime | None = None
    seen: dt.datetime | None = Field(default=None, db_type="TIMESTAMPTZ")
    day: dt.date | None = None
    took: dt.timedelta | None = None
    n: int | None = None
    ok: bool | None = None
    x: float | None = None

    Meta = table()


COLUMNS = Reading.__table__.by_field


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (np.int64(3), 3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (np.str_("a"), "a"),
        (np.array(3), 3),
        (np.datetime64("2024-01-01"), dt.date(2024, 1, 1)),
        (np.datetime64("2024-01-01T00:00:00.5"), HALF),
        (np.datetime64("2024-01-01T00:00:00.5", "ns"), HALF),
        (np.timedelta64(3_000, "ns"), dt.timedelta(microseconds=3)),
        (np.array([1, 2]), [1, 2]),
        (np.array(["2024-01-01T00:00:00.5"], dtype="M8[ns]"), [HALF]),
        (pd.Series([1, 2]), [1, 2]),
        (pd.Series([True, False]), [True, False]),
        (pl.Series([1, None]), [1, None]),
        (5, 5),
        (None, None),
    ],
)
def test_exact_values(given: Any, wanted: Any) -> None:
    """They become Python's own."""
    found = plain(given)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    "given",
    [
        np.longdouble(1),
        np.complex128(1),
        np.datetime64("NaT"),
        np.datetime64("2024-01-01T00:00:00.000000001"),
        np.datetime64("20000-01-01"),
        np.timedelta64(1, "ns"),
        np.timedelta64(1),
        np.timedelta64(1, "Y"),
        np.array([[1]]),
        pd.DataFrame({"a": [1]}),
        pd.NA,
        pd.NaT,
    ],
)
def test_others_stay(given: Any) -> None:
    """What Python has no equal of is left as it is, so that an adapter refuses it."""
    assert plain(given) is given


def test_names() -> None:
    """A class of a library is not mistaken for Python's own."""
    assert named(np.bool_(True)) == "numpy.bool"
    assert named(True) == "bool"
    coroutine = Reading.objects.all()
    assert named(coroutine) == "coroutine; await it where a value is meant, and leave out .all() where a queryset is"
    coroutine.close()
    assert named(pd.NA) == "pandas.NAType, which marks a missing value; give None"


BAD: list[tuple[str, Any, str]] = [
    ("at", pd.NaT, "takes datetime, not a value that is not a time; give None"),
    ("seen", pd.NaT, "not a time; give None"),
    ("day", pd.NaT, "takes date, not a value that is not a time; give None"),
    ("took", pd.NaT, "give None"),
    ("at", LATE, r'takes datetime, not one with nanoseconds, which would be lost; round it first: \.round\("us"\)'),
    ("seen", LATE.tz_localize("UTC"), "nanoseconds"),
    ("day", LATE, "nanoseconds"),
    ("took", LONG, "takes timedelta, not one with nanoseconds"),
    ("at", FAR, "out of the range of Python's own class"),
    ("n", pd.NA, "takes int, not pandas.NAType, which marks a missing value; give None"),
    ("x", pd.NA, "give None"),
    ("n", np.bool_(True), "takes int, not numpy.bool"),
    ("ok", np.int64(1), "takes bool, not numpy.int64"),
    ("at", np.datetime64("NaT"), "takes datetime, not numpy.datetime64"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_refused_by_columns(name: str, value: Any, message: str) -> None:
    """The error names model and field, wherever the value is given."""
    message = rf"Reading\.{name} .*{message}"
    with pytest.raises(FieldError, match=message):
        COLUMNS[name].adapt(value)
    for lookup, given in ((name, value), (f"{name}__in", [value])):
        with pytest.raises(FieldLookupValueError, match=message):
            Reading.objects.filter(**{lookup: given})


def test_refused_by_expressions() -> None:
    """Arithmetic takes no moment that Python's class holds as another one either."""
    for value in (LONG, pd.NaT):
        with pytest.raises(FieldError, match="an expression takes plain values, not"):
            Reading.objects.filter(at__gt=F("at") + value)


@pytest.mark.parametrize(
    ("value", "message"), [(pd.NaT, "not a time; give None"), (LATE.floor("D") + LONG - pd.Timedelta("1s"), "nanosec")]
)
def test_dates_of_models(value: Any, message: str) -> None:
    """Pydantic's own date check fails on the one and cuts off the other."""
    with pytest.raises(ValidationError, match=rf"Reading\.day takes a date, not .*{message}"):
        Reading(day=value)
    assert Reading(day=pd.Timestamp("2024-01-01")).day == dt.date(2024, 1, 1)


@pytest.mark.parametrize("value", [pd.NaT, LATE, LONG, FAR, pd.NA, np.datetime64("NaT")])
def test_refused_by_raw_sql(value: Any) -> None:
    """The error names the placeholder."""
    for sql, given in (("SELECT :v", value), ("SELECT 1 WHERE 1 IN :v", [value]), ("SELECT 1 WHERE 1 IN :v", [1, value])):
        with pytest.raises(FieldError, match=r"^:v "):
            compile_raw(sql, {"v": given}, "postgres")


def test_raw_sql() -> None:
    """Scalars, arrays and Series are bound, inside JSON too."""
    assert compile_raw("SELECT :v", {"v": np.int64(3)}, "sqlite")[1] == (3,)
    for values in (np.array([1, 2]), pd.Series([1, 2]), pl.Series([1, 2])):
        assert compile_raw("SELECT 1 WHERE 1 IN :v", {"v": values}, "sqlite")[1] == (1, 2)
        assert compile_raw("SELECT :v", {"v": values}, "postgres")[1] == ([1, 2],)
        assert compile_raw("SELECT :v", {"v": values}, "sqlite")[1] == ("[1, 2]",)
    assert compile_raw("SELECT :v", {"v": {"a": [np.int64(1), np.bool_(True)]}}, "sqlite")[1] == ('{"a": [1, true]}',)
    with pytest.raises(FieldError, match=r"contains a value that JSON cannot represent: Object of type pandas\.Timestamp"):
        compile_raw("SELECT :v", {"v": {"a": LATE}}, "sqlite")


ONE: list[tuple[Callable[[Any], Any], list[Any]]] = [
    (lambda one: Reading.objects.filter(n=one), [1]),
    (lambda one: Reading.objects.filter(n__in=[one]), [[1]]),
    (lambda one: Reading.objects.filter(n__in=np.array([one])), [[1]]),
    (lambda one: Reading.objects.filter(n__between=np.array([one, one])), [1, 1]),
    (lambda one: Reading.objects.filter(x=one), [1]),
    (lambda one: Reading.objects.filter(day__year=one), [1]),
    (lambda one: Reading.objects.filter(n__gt=F("n") + one), [1]),
    (Reading.objects.limit, [1]),
    (Reading.objects.offset, [1]),
    (lambda one: Reading.objects[:one], [1]),
    (lambda one: Reading.objects[one], [1, 1]),
]


@pytest.mark.parametrize(("verb", "wanted"), ONE)
def test_queries(verb: Callable[[Any], Any], wanted: list[Any]) -> None:
    """An integer of NumPy is one wherever an int is."""
    _, values = verb(np.int64(1)).sql("postgres")
    assert values == wanted
    assert all(type(value) in {int, list} for value in values)


def test_queries_refuse() -> None:
    """A truth value is no number of rows."""
    for verb in (Reading.objects.limit, Reading.objects.offset, Reading.objects.__getitem__, lambda one: Reading.objects[:one]):
        with pytest.raises(TypeError, match=r"numpy\.bool"):
            verb(np.bool_(True))
    assert Reading.objects.filter(n__isnull=np.bool_(True)).sql("sqlite")[1] == []
