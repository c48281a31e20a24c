"""Values of NumPy and pandas on every backend: exactly stored and found, or refused; never another value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from oxyde import Field, FieldError, FieldLookupValueError, Model, db, execute_raw
from tests.tables import table, tables


class Sample(Model):
    """Moments and numbers."""

    id: int | None = Field(default=None, db_pk=True)
    at: dt.datetime | None = None
    day: dt.date | None = None
    took: dt.timedelta | None = None
    n: int | None = None
    ok: bool | None = None

    Meta = table("foreign_sample")


LATE: list[tuple[str, Any]] = [
    ("at", pd.NaT),
    ("at", pd.Timestamp("2024-01-01 00:00:00.123456789")),
    ("day", pd.NaT),
    ("took", pd.Timedelta("1s 1ns")),
    ("n", pd.NA),
]


@pytest.mark.parametrize(("name", "value"), LATE)
async def test_refused(database: db.AsyncDatabase, name: str, value: Any) -> None:
    """Whichever verb is given them, nothing is written."""
    async with tables(Sample):
        for write in (
            Sample.objects.create,
            lambda **values: Sample.objects.bulk_create([values]),
            lambda **values: Sample(**values).save(),
            Sample.objects.update,
        ):
            with pytest.raises((FieldError, ValidationError)) as caught:
                await write(**{name: value})
            assert name in str(caught.value)
        with pytest.raises(FieldLookupValueError, match=f"Sample.{name}"):
            await Sample.objects.filter(**{name: value}).all()
        with pytest.raises(FieldError, match=":v "):
            await execute_raw(f"INSERT INTO foreign_sample ({name}) VALUES (:v)", {"v": value})
        assert await Sample.objects.count() == 0


async def test_exact(database: db.AsyncDatabase) -> None:
    """What Python has an equal of goes in and is found."""
    at = pd.Timestamp("2024-01-01 10:00:00.123456")
    async with tables(Sample):
        await Sample.objects.create(at=at, took=pd.Timedelta("1s 1us"), n=np.int64(3), ok=np.bool_(True))
        (row,) = await Sample.objects.filter(at=at, took=pd.Timedelta("1s 1us"), n=np.int64(3), ok=np.bool_(True)).all()
        assert (row.at, row.took, row.n, row.ok) == (at.to_pydatetime(), dt.timedelta(seconds=1, microseconds=1), 3, True)
        assert await Sample.objects.filter(n__in=[np.int64(3)]).limit(np.int64(1)).count() == 1
        assert await Sample.objects.filter(at=np.datetime64(at)).count() == 1
        for ids in (np.array([3, 4]), pd.Series([3, 4])):
            assert len(await execute_raw("SELECT id FROM foreign_sample WHERE n IN :ids", {"ids": ids})) == 1
        (found,) = await execute_raw("SELECT count(*) AS n FROM foreign_sample WHERE n = :n", {"n": np.int64(3)})
        assert found == {"n": 1}
        assert await Sample.objects.update(n=np.int64(4)) == 1
