"""SQLite files that other tools wrote, in spellings of their own: what is read is what the file holds, and is found as that."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import AwareDatetime

import oxyde
from oxyde import DecodeError, Field, FieldError, Model, db
from tests.tables import table

UTC = dt.timezone.utc
EAST, WEST = dt.timezone(dt.timedelta(hours=14)), dt.timezone(-dt.timedelta(hours=11, minutes=30))

MOMENTS = [
    dt.datetime(2024, 5, 1, 12),
    dt.datetime(2024, 5, 1, 12, 0, 0, 1),
    dt.datetime(2024, 5, 1, 11, 59, 59, 999_999),
    dt.datetime(2024, 5, 1),
    dt.datetime(2024, 4, 30, 23, 30),
    dt.datetime(2024, 5, 2, 0, 30, 15, 500_000),
    dt.datetime(1999, 12, 31, 23, 59, 59),
    dt.datetime(2024, 5, 1, 12),
]
KEYS = [uuid.UUID(int=0xA0EEBC999C0B4EF8BB6D6BB9BD380A00 + number % 6) for number in range(8)]
PRICES = [Decimal(text) for text in ("9.50", "10.25", "100000", "0.00000015", "-3", "12345678901234567890.125", "9.5", "0")]


class Visit(Model):
    """A row as any tool may have written it."""

    id: int = Field(db_pk=True)
    at: dt.datetime
    tz: AwareDatetime
    clock: dt.time
    key: uuid.UUID
    price: Decimal

    Meta = table("visit")


@dataclass(frozen=True)
class Writer:
    """How a tool declares and spells values: facts, found in files that it wrote."""

    types: tuple[str, str, str, str, str]
    at: Callable[[dt.datetime], Any]
    tz: Callable[[dt.datetime], Any]
    clock: Callable[[dt.time], Any]
    key: Callable[[uuid.UUID], Any]
    price: Callable[[Decimal], Any]


def micros(value: dt.datetime | dt.time) -> str:
    """Six digits, always."""
    return value.strftime("%H:%M:%S.%f") if isinstance(value, dt.time) else value.strftime("%Y-%m-%d %H:%M:%S.%f")


WRITERS = {
    "sqlite3": Writer(
        ("timestamp", "timestamp", "time", "blob", "text"),
        lambda value: value.isoformat(" "),
        lambda value: value.isoformat(" "),
        lambda value: value.isoformat(),
        lambda value: value.bytes,
        str,
    ),
    "sqlalchemy": Writer(("DATETIME", "DATETIME", "TIME", "CHAR(32)", "TEXT"), micros, micros, micros, lambda value: value.hex, str),
    "django": Writer(
        ("datetime", "datetime", "time", "char(32)", "text"),
        str,
        lambda value: str(value.replace(tzinfo=None)),
        str,
        lambda value: value.hex,
        lambda value: f"{value:f}",
    ),
    "peewee": Writer(("DATETIME", "DATETIME", "TIME", "TEXT", "TEXT"), str, str, str, lambda value: value.hex, str),
    "tortoise": Writer(
        ("TIMESTAMP", "TIMESTAMP", "TIME", "CHAR(36)", "VARCHAR(40)"),
        lambda value: value.isoformat(" "),
        lambda value: value.isoformat(" "),
        lambda value: value.isoformat(),
        str,
        str,
    ),
    "javascript": Writer(
        ("TEXT", "TEXT", "TEXT", "TEXT", "TEXT"),
        lambda value: value.isoformat("T"),
        lambda value: value.astimezone(UTC).isoformat("T").replace("+00:00", "Z"),
        lambda value: value.isoformat("minutes") if not (value.second or value.microsecond) else value.isoformat(),
        lambda value: str(value).upper(),
        str,
    ),
    "sequelize": Writer(
        ("DATETIME", "DATETIME", "TIME", "UUID", "TEXT"),
        lambda value: value.isoformat(" "),
        lambda value: micros(value.astimezone(WEST)) + " -11:30",
        lambda value: value.isoformat(),
        lambda value: value.hex.upper(),
        lambda value: f"{value:E}",
    ),
    "travellers": Writer(
        ("", "", "", "", ""),
        lambda value: value.isoformat("T").removesuffix("T00:00:00"),
        lambda value: value.astimezone(EAST).isoformat("T"),
        lambda value: micros(value).rstrip("0") + "0",
        lambda value: value.bytes,
        str,
    ),
}


def rows(spelt: list[Writer]) -> list[tuple[Any, ...]]:
    """Returns the rows of the table, each as its writer spells it."""
    return [
        (number + 1, one.at(at), one.tz(at.replace(tzinfo=UTC)), one.clock(at.time()), one.key(key), one.price(price))
        for number, (one, at, key, price) in enumerate(zip(spelt, MOMENTS, KEYS, PRICES, strict=True))
    ]


@pytest.fixture(params=[*WRITERS, "mixed", "mixed turned", "pandas"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of each writer's, and files where each row is of another one."""
    path, name = tmp_path / "foreign.db", request.param
    with closing(sqlite3.connect(path)) as connection:
        if name == "pandas":
            naive = pd.Series(MOMENTS)
            aware = naive.dt.tz_localize("UTC")
            columns = {"id": range(1, 9), "at": naive, "tz": aware, "clock": [at.time() for at in MOMENTS]}
            frame = pd.DataFrame({**columns, "key": [key.hex for key in KEYS], "price": [f"{price:f}" for price in PRICES]})
            frame.to_sql("visit", connection, index=False)
        else:
            everyone = list(WRITERS.values())
            mixed = everyone if name == "mixed" else everyone[::-1]
            spelt = [WRITERS[name]] * 8 if name in WRITERS else mixed
            at, tz, clock, key, price = WRITERS[name].types if name in WRITERS else ("DATETIME", "TIMESTAMPTZ", "TIME", "BLOB", "TEXT")
            connection.execute(f"CREATE TABLE visit (id INTEGER PRIMARY KEY, at {at}, tz {tz}, clock {clock}, key {key}, price {price})")
            connection.executemany("INSERT INTO visit VALUES (?, ?, ?, ?, ?, ?)", rows(spelt))
            for column in ("at", "tz", "clock", "key", "price"):
                connection.execute(f"CREATE INDEX ix_{column} ON visit ({column})")
        connection.commit()
    return path


EXPECTED = {
    "at": MOMENTS,
    "tz": [at.replace(tzinfo=UTC) for at in MOMENTS],
    "clock": [at.time() for at in MOMENTS],
    "key": KEYS,
    "price": PRICES,
}


def test_what_is_read_is_found(file: Path) -> None:
    """Every value is what the writer meant; comparisons, orders, extremes and groups are Python's; no byte of the rows changes."""
    with oxyde.connect(f"sqlite:///{file}"):
        query = Visit.objects.sync
        read = query.order_by("id").all()
        for field, values in EXPECTED.items():
            assert [getattr(row, field) for row in read] == values, field
            others = [*values, *(min(values) + step for step in steps(field)), *(max(values) + step for step in steps(field))]
            for value in others:
                found = {
                    name: query.filter(**{f"{field}{lookup}": argument}).count()
                    for name, lookup, argument in (
                        ("eq", "", value),
                        ("lt", "__lt", value),
                        ("le", "__lte", value),
                        ("gt", "__gt", value),
                        ("ge", "__gte", value),
                        ("in", "__in", [value, values[1]]),
                        ("between", "__between", (value, max(values))),
                    )
                }
                assert found == {
                    "eq": sum(one == value for one in values),
                    "lt": sum(one < value for one in values),
                    "le": sum(one <= value for one in values),
                    "gt": sum(one > value for one in values),
                    "ge": sum(one >= value for one in values),
                    "in": sum(one in {value, values[1]} for one in values),
                    "between": sum(value <= one <= max(values) for one in values),
                }, (field, value)
                assert query.exclude(**{field: value}).count() == len(values) - found["eq"]
            ordered = sorted(values)
            assert [getattr(row, field) for row in query.order_by(field, "id").all()] == ordered
            assert [getattr(row, field) for row in query.order_by(f"-{field}").limit(3).all()] == ordered[::-1][:3]
            if field != "key":
                assert (query.min(field), query.max(field)) == (ordered[0], ordered[-1])
            assert sorted(query.values(field).distinct().all(), key=lambda row: row[field]) == [{field: one} for one in sorted(set(values))]
            assert query.filter(**{f"{field}__in": Visit.objects.filter(id=1).values(field)}).count() == values.count(values[0])
            joined = query.values(field).union(Visit.objects.values(field)).all()
            assert sorted(row[field] for row in joined) == sorted(set(values))


def steps(field: str) -> list[Any]:
    """Returns differences to values that no row has."""
    return {"at": [dt.timedelta(seconds=1)], "tz": [dt.timedelta(seconds=1)], "price": [Decimal("0.001")]}.get(field, [])


def test_parts_are_found(file: Path) -> None:
    """Parts of moments are those of what is read, in UTC."""
    with oxyde.connect(f"sqlite:///{file}"):
        query = Visit.objects.sync
        for field, values in list(EXPECTED.items())[:3]:
            for part in ("hour", "minute", "second") if field == "clock" else ("year", "month", "day", "hour", "minute", "second"):
                for one in values:
                    wanted = getattr(one, part)
                    assert query.filter(**{f"{field}__{part}": wanted}).count() == sum(getattr(other, part) == wanted for other in values)
            if field != "clock":
                assert query.filter(**{f"{field}__date": dt.date(2024, 5, 1)}).count() == 5
                assert query.filter(**{f"{field}__day": (2024, 5, 1)}).count() == 5
                assert query.filter(**{f"{field}__month": (2024, 5)}).count() == 6
                assert query.filter(**{f"{field}__time": dt.time(12)}).count() == 2


def test_moments_are_reckoned_with(file: Path) -> None:
    """A moment moved by a timedelta is the moment that is read, moved."""
    day = dt.timedelta(days=1, microseconds=1)
    with oxyde.connect(f"sqlite:///{file}"):
        for field in ("at", "tz"):
            moved = Visit.objects.sync.annotate(later=oxyde.F(field) + day).order_by("id").values("later").all()
            assert [row["later"] for row in moved] == [value + day for value in EXPECTED[field]]


async def test_rows_are_saved_by_their_keys(tmp_path: Path) -> None:
    """A row whose key is spelt in any way is refreshed, saved and deleted by it."""

    class Keyed(Model):
        """A row with a UUID for its key."""

        key: uuid.UUID = Field(db_pk=True)
        name: str

        Meta = table("foreign_named")

    path = tmp_path / "keys.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE foreign_named (key BLOB PRIMARY KEY, name TEXT)")
        spelt = [(one.key(uuid.UUID(int=number)), name) for number, (name, one) in enumerate(WRITERS.items(), start=1)]
        connection.executemany("INSERT INTO foreign_named VALUES (?, ?)", spelt)
        connection.commit()
    async with db.connect(f"sqlite:///{path}"):
        for row in await Keyed.objects.all():
            row.name += "!"
            await row.save()
            await row.refresh()
            assert row.name.endswith("!")
            assert (await Keyed.objects.get(pk=row.key)).name == row.name
            await row.delete()
        assert await Keyed.objects.count() == 0


def test_bytes_stay(file: Path) -> None:
    """Reading leaves the rows of a file as they are."""
    before = file.read_bytes()[100:]
    with oxyde.connect(f"sqlite:///{file}"):
        Visit.objects.sync.filter(at__gte=MOMENTS[0]).order_by("tz").all()
    assert file.read_bytes()[100:] == before


def test_an_index_serves(tmp_path: Path) -> None:
    """Equality, ranges and lists search the index of a column."""
    path = tmp_path / "plan.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE visit (id INTEGER PRIMARY KEY, at DATETIME, tz TIMESTAMPTZ, clock TIME, key CHAR(36), price TEXT)")
        for column in ("at", "tz", "clock", "key"):
            connection.execute(f"CREATE INDEX ix_{column} ON visit ({column})")
        connection.commit()
    with oxyde.connect(f"sqlite:///{path}"):
        query = Visit.objects
        for field in ("at", "tz", "clock", "key"):
            value = EXPECTED[field][0]
            asked = [query.filter(**{field: value}), query.filter(**{f"{field}__in": [value]})]
            if field != "key":
                asked += [
                    query.filter(**{f"{field}__gte": value}),
                    query.filter(**{f"{field}__lt": value}),
                    query.filter(**{f"{field}__between": (value, value)}),
                ]
            for one in asked:
                sql = one.sql()[0]
                plan = oxyde.sync.execute_raw("EXPLAIN QUERY PLAN " + sql.replace("?", "'2024-05-01'"))
                assert f"SEARCH visit USING INDEX ix_{field}" in plan[0]["detail"], (sql, plan)


@pytest.mark.parametrize(
    ("column", "stored"),
    [
        ("at", "2024-05-01 24:00:00"),
        ("at", "2024-05-01T12:00:00Z"),
        ("at", "01/05/2024"),
        ("at", 1_714_564_800),
        ("tz", "2024-05-01 12:00:00+24:00"),
        ("clock", "noon"),
        ("key", "A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("price", "1,5"),
        ("price", "NaN"),
    ],
)
def test_what_cannot_be_found_is_not_read(tmp_path: Path, column: str, stored: Any) -> None:
    """A spelling that no comparison understands is refused, and the error names the column."""
    path = tmp_path / "odd.db"
    good = dict(zip(("at", "tz", "clock", "key", "price"), rows(list(WRITERS.values()))[0][1:], strict=True))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE visit (id INTEGER PRIMARY KEY, at, tz, clock, key, price)")
        connection.execute("INSERT INTO visit VALUES (1, :at, :tz, :clock, :key, :price)", {**good, column: stored})
        connection.commit()
    with oxyde.connect(f"sqlite:///{path}"), pytest.raises((DecodeError, FieldError), match=column):
        Visit.objects.sync.all()
