"""``raw()`` and ``sql()``: SQL of the application as a lazy query, on every backend and both faces."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from pydantic import BaseModel

import oxyde
from oxyde import Field, Model, db, raw, sql
from oxyde.exceptions import DatabaseError, DecodeError, FieldError, UnsupportedError
from tests.contract.test_streams import everything_is_back
from tests.tables import statements, table, tables


class RawThing(Model):
    """What SQL is about."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)
    made: dt.date | None = None

    Meta = table("raw_thing")


@dataclasses.dataclass
class Named:
    """A row."""

    id: int
    name: str


class Strict(BaseModel):
    """A row that must be dated."""

    made: dt.date


@pytest.fixture
async def things(database: db.AsyncDatabase) -> Any:
    """Three rows."""
    async with tables(RawThing):
        await RawThing.objects.bulk_create([{"name": name, "made": dt.date(2024, 1, day)} for day, name in enumerate("abc", start=1)])
        yield database


def template(*parts: Any) -> Any:
    """Returns what Python 3.14 makes of a template string: text and values in turn."""
    values = [part if isinstance(part, SimpleNamespace) and hasattr(part, "expression") else interpolation(part) for part in parts[1::2]]
    return SimpleNamespace(strings=tuple(parts[::2]), interpolations=tuple(values))


def interpolation(value: Any, conversion: str | None = None, format_spec: str = "") -> Any:
    """Returns a value of a template string."""
    return SimpleNamespace(value=value, expression="value", conversion=conversion, format_spec=format_spec)


async def test_it_is_lazy(things: db.AsyncDatabase) -> None:
    """Nothing is sent, and nothing checked against the server, before a terminal verb; it may run again."""
    with statements() as sent:
        query = raw("SELECT id, name FROM raw_thing WHERE id >= :least ORDER BY id", {"least": 2})
        typed = query.into(Named)
        assert repr(query).startswith("<RawQuery: SELECT id, name")
        assert "2" not in repr(query)
        assert sent == []
        assert await query.all() == [{"id": 2, "name": "b"}, {"id": 3, "name": "c"}]
        assert await typed.all() == [Named(2, "b"), Named(3, "c")]
        assert await typed.first() == Named(2, "b")
        assert len(sent) == 3
    assert await raw("SELECT id FROM raw_thing WHERE id = -1").first() is None
    assert query.sync.all() == oxyde.sync.raw("SELECT id, name FROM raw_thing WHERE id > 1 ORDER BY id").all()
    assert typed.sync.first() == Named(2, "b")
    assert await typed.using("default").first(client=things) == Named(2, "b")
    with pytest.raises(oxyde.ConnectionNotFound):
        await typed.using("nowhere").first()


async def test_rows_leave_as_frames(things: db.AsyncDatabase) -> None:
    """Arrow, Polars, pandas, and whatever takes an Arrow stream."""
    query = raw("SELECT id, name FROM raw_thing ORDER BY id")
    assert (await query.to_polars())["name"].to_list() == ["a", "b", "c"]
    assert (await query.to_arrow())["id"].to_pylist() == [1, 2, 3]
    assert list((await query.to_pandas())["name"]) == ["a", "b", "c"]
    assert pl.DataFrame(query)["id"].to_list() == query.sync.to_polars()["id"].to_list() == [1, 2, 3]


async def test_rows_stream(things: db.AsyncDatabase) -> None:
    """In batches, left early, inside a block, on both faces."""
    query = raw("SELECT a.id AS id, b.name AS name FROM raw_thing a, raw_thing b, raw_thing c ORDER BY a.id, b.id")
    assert [row async for row in query.into(Named).stream(4)] == await query.into(Named).all()
    assert list(query.sync.stream(5)) == await query.all()
    async with db.atomic():
        async for row in query.stream(1):
            assert row == {"id": 1, "name": "a"}
            break
        await RawThing.objects.create(name="after")
    with pytest.raises(ValueError, match="at least 1 row"):
        query.stream(0)
    assert await RawThing.objects.count() == 4
    await everything_is_back(things)


async def test_lists_are_bound(things: db.AsyncDatabase) -> None:
    """As the members of IN everywhere, as arrays where the server has them."""
    query = raw("SELECT name FROM raw_thing WHERE id IN :ids ORDER BY id", {"ids": [1, 3]})
    assert await query.all() == [{"name": "a"}, {"name": "c"}]
    if things.backend == "postgres":
        found = raw("SELECT name FROM raw_thing WHERE id = ANY(:ids) ORDER BY id", {"ids": [1, 3]})
        assert await found.all() == await query.all()


async def test_rows_that_do_not_fit(things: db.AsyncDatabase) -> None:
    """Names are compared with the first batch, values with each row."""
    with pytest.raises(FieldError, match="""Named requires 'name', which is not among the values; did you mean "nmae\""""):
        await raw("SELECT id, name AS nmae FROM raw_thing").into(Named).all()
    with pytest.raises(FieldError, match="Named has no field for the value 'more'"):
        await raw("SELECT id, name, 1 AS more FROM raw_thing").into(Named).first()
    with pytest.raises(DecodeError, match="a row is not valid for Strict: made"):
        await raw("SELECT NULL AS made FROM raw_thing").into(Strict).all()
    with pytest.raises(DecodeError, match="two result columns"):
        await raw("SELECT 1 AS a, 2 AS a").all()
    with pytest.raises(DatabaseError):
        await raw("SELECT * FROM raw_nothing").all()
    with pytest.raises(FieldError, match="no parameter is named 'b'"):
        await raw("SELECT :b", {"a": 1}).all()
    with pytest.raises(UnsupportedError, match="atomic"):
        await raw("BEGIN").all()


async def test_templates(things: db.AsyncDatabase) -> None:
    """Their values are bound, lists too, and a template inside one is part of it."""
    condition = template("id >", 1, "AND name <> ", "c'; DROP TABLE raw_thing --", "")
    query = sql(template("SELECT id, name FROM raw_thing WHERE ", condition, " AND id IN ", [1, 2, 3], "ORDER BY id"))
    assert await query.into(Named).all() == [Named(2, "b"), Named(3, "c")]
    assert query.sync.first() == {"id": 2, "name": "b"}
    assert await RawThing.objects.count() == 3
    with pytest.raises(FieldError, match="no placeholder uses"):  # inside quotes no value is bound
        await sql(template("SELECT '", 1, "' FROM raw_thing")).all()
    clash = sql(template("SELECT :t0, ", 1, ""))
    with pytest.raises(FieldError, match=":t0"):
        await clash.all()


def test_what_sql_takes() -> None:
    """Template strings alone, without formats."""
    with pytest.raises(TypeError, match=r"give text and values to raw\(sql, params\)"):
        sql("SELECT 1")
    with pytest.raises(TypeError, match="not int"):
        sql(3)
    for wrong in (interpolation(1, conversion="r"), interpolation(1, format_spec=">5")):
        with pytest.raises(FieldError, match="has a conversion or a format"):
            sql(template("SELECT ", wrong, ""))


async def test_what_raw_takes() -> None:
    """Text, with a dict or a list."""
    with pytest.raises(TypeError, match=r"template string goes to oxyde.sql\(\)"):
        raw(template("SELECT 1"))
    with pytest.raises(TypeError, match="a dict or a list, not str"):
        raw("SELECT :a", "a")
    with pytest.raises(TypeError, match="a Pydantic model, a dataclass or a TypedDict"):
        raw("SELECT 1").into(int)
    with pytest.raises(TypeError, match=r"raw\(\) is lazy"):
        await raw("SELECT 1")  # type: ignore[misc] # what it refuses
