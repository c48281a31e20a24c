"""``load()``: rows of frames and files, all or none, with one clear error for each thing that is wrong."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import AwareDatetime, ValidationError, model_validator
from typing_extensions import Self

from oxyde import AsyncDatabase, Field, FieldError, FieldValueError, Model, UniqueViolationError, atomic, db


class Grade(str, enum.Enum):
    """How good something is."""

    FINE = "fine"
    POOR = "poor"


class Mill(Model):
    """Where sacks are from."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20, db_unique=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "load_mill"


class Sack(Model):
    """A row of many types, with everything that is filled in."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(max_length=20)
    count: int = Field(default=5, ge=0)
    weight: float | None = None
    price: Decimal | None = Field(default=None, max_digits=12, decimal_places=2)
    ground: dt.date | None = None
    sealed: dt.datetime | None = None
    sold: AwareDatetime | None = None
    opens: dt.time | None = None
    keeps: dt.timedelta | None = None
    uid: uuid.UUID | None = None
    photo: bytes | None = None
    grade: Grade | None = None
    tags: list[str] | None = None
    data: dict[str, Any] | None = None
    mill: Mill | None = Field(default=None, db_on_delete="CASCADE")
    double: int | None = Field(default=None, db_generated="count * 2", db_stored=True)
    loaded: dt.datetime | None = Field(default=None, auto_now_add=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "load_sack"


class Span(Model):
    """A row whose validator sees two fields."""

    id: int | None = Field(default=None, db_pk=True)
    low: int
    high: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self

    class Meta:
        """Its table."""

        is_table = True
        table_name = "load_span"


MODELS: list[type[Model]] = [Mill, Sack, Span]
FULL: dict[str, Any] = {
    "code": ["a", "b", "ä'\""],
    "count": [1, 2, 3],
    "weight": [0.1, None, -1.5],
    "price": [Decimal("1.50"), Decimal("-2.25"), None],
    "ground": [dt.date(2024, 2, 29), None, dt.date(1, 1, 1)],
    "sealed": [dt.datetime(2024, 1, 2, 3, 4, 5, 6), None, None],
    "sold": [dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc), None, None],
    "opens": [dt.time(1, 2, 3, 4), None, None],
    "keeps": [dt.timedelta(days=-1, microseconds=7), None, None],
    "uid": [str(uuid.UUID(int=7)), None, None],
    "photo": [b"\x00\xff", b"", None],
    "grade": ["fine", "poor", None],
    "tags": [["x", "y"], [], None],
    "data": ['{"a": [1.5]}', None, "{}"],
}


@pytest.fixture
async def mill(database: AsyncDatabase) -> AsyncIterator[Mill]:
    """Tables without rows, but for a mill."""
    await db.drop_tables(models=MODELS, if_exists=True)
    await db.create_tables(models=MODELS)
    yield await Mill.objects.create(name="old")
    await db.drop_tables(models=MODELS)


def table(**columns: Any) -> pa.Table:
    """Returns an Arrow table."""
    return pa.table(columns)


async def test_every_type(mill: Mill) -> None:
    """Values are exact, keys are made, defaults and times are filled in."""
    assert await Sack.objects.load(pa.table({**FULL, "mill": [mill.id, None, mill.id]})) == 3
    rows = await Sack.objects.order_by("id").all()
    for name, wanted in FULL.items():
        found = [getattr(row, name) for row in rows]
        special = {"uid": [uuid.UUID(int=7), None, None], "data": [{"a": [1.5]}, None, {}], "grade": [Grade.FINE, Grade.POOR, None]}
        assert found == special.get(name, wanted), name
    assert [row.mill_id for row in rows] == [mill.id, None, mill.id]
    assert [row.double for row in rows] == [2, 4, 6]
    assert rows[0].loaded is not None
    assert await Sack.objects.load(table(code=["d"])) == 1
    last = await Sack.objects.latest("id")
    assert (last.count, last.weight, last.mill_id) == (5, None, None)


async def test_every_source(mill: Mill, tmp_path: Path) -> None:
    """Arrow, polars, pandas, streams, querysets, Parquet and CSV; blocking too."""
    arrow = table(code=["a", "b"], count=[1, 2], weight=[0.5, None])
    pa.parquet = __import__("pyarrow.parquet").parquet
    pa.parquet.write_table(arrow, tmp_path / "s.parquet")
    (tmp_path / "s.csv").write_text('code,count,weight\n"a",1,0.5\n"b",2,\n', encoding="utf-8")
    sources: list[Any] = [
        arrow,
        arrow.to_batches()[0],
        arrow.to_reader(),
        pl.from_arrow(arrow),
        pd.DataFrame({"code": ["a", "b"], "count": [1, 2], "weight": [0.5, float("nan")]}),
        tmp_path / "s.parquet",
        str(tmp_path / "s.csv"),
    ]
    for source in sources:
        assert await Sack.objects.load(source) == 2, source
        assert await Sack.objects.order_by("id").values_list("code", "count", "weight").all() == [("a", 1, 0.5), ("b", 2, None)]
        await Sack.objects.delete()
    assert Sack.objects.sync.load(arrow, batch_size=1) == 2
    assert await Sack.objects.load(table(code=pa.array([], pa.string()))) == 0


async def test_csv_files(mill: Mill, tmp_path: Path) -> None:
    """What ``to_csv()`` wrote; an empty text is none, NULL has no quotes."""
    plain = {name: FULL[name] for name in ("code", "count", "weight", "price", "ground", "sealed", "sold", "opens", "uid", "grade")}
    await Sack.objects.load(pa.table(plain))
    before = await Sack.objects.order_by("id").values(*plain).all()
    await Sack.objects.order_by("id").values(*plain).to_csv(tmp_path / "all.csv")
    await Sack.objects.delete()
    assert await Sack.objects.load(tmp_path / "all.csv") == 3
    assert await Sack.objects.order_by("id").values(*plain).all() == before
    (tmp_path / "bad.csv").write_text("code,count\nx,1\ny,many\nz,-1\n", encoding="utf-8")
    with pytest.raises(ValidationError) as refused:
        await Sack.objects.load(tmp_path / "bad.csv")
    assert [line["loc"] for line in refused.value.errors()] == [(1, "count"), (2, "count")]
    with pytest.raises(ValueError, match=r"load\(\) knows files by their ending"):
        await Sack.objects.load(tmp_path / "rows.xlsx")
    with pytest.raises(FileNotFoundError):
        await Sack.objects.load(tmp_path / "none.csv")


async def test_rows_that_are_not_valid(mill: Mill) -> None:
    """All of a batch are named, by row and field, and nothing is stored, rows of earlier batches neither."""
    count = [1] * 40
    count[30] = count[35] = -1
    code: list[str | None] = ["x"] * 40
    code[35], code[36] = "y" * 21, None
    with pytest.raises(ValidationError) as refused:
        await Sack.objects.load(table(code=code, count=count), batch_size=10)
    lines = refused.value.errors()
    assert [(line["loc"], line["type"]) for line in lines] == [
        ((30, "count"), "greater_than_equal"),
        ((35, "code"), "string_too_long"),
        ((35, "count"), "greater_than_equal"),
        ((36, "code"), "string_type"),
    ]
    assert refused.value.__notes__ == ["4 values in 3 rows of load() are not valid, rows 30, 35, 36, counted from 0; nothing is stored"]
    assert await Sack.objects.count() == 0
    await Span.objects.load(table(low=[1, 2], high=[1, 5]))
    with pytest.raises(ValidationError) as crossing:
        await Span.objects.load(table(low=[1, 9, 8], high=[2, 3, 4]))
    assert [line["loc"] for line in crossing.value.errors()] == [(1,), (2,)]
    assert await Span.objects.count() == 2


async def test_what_the_database_refuses(mill: Mill) -> None:
    """Undoes all rows; and so does the block around it."""
    with pytest.raises(UniqueViolationError):
        await Mill.objects.load(table(name=["a", "b", "c", "old"]), batch_size=1)
    assert await Mill.objects.count() == 1
    async with atomic() as block:
        await Mill.objects.load(table(name=["a", "b"]))
        block.set_rollback()
    assert await Mill.objects.count() == 1


async def test_keys_that_are_given(mill: Mill) -> None:
    """The next key comes after them; keys that are missing are made."""
    await Mill.objects.load(table(id=[50, 60], name=["a", "b"]))
    assert (await Mill.objects.create(name="c")).id == 61
    await Mill.objects.load(table(id=pa.array([None, 70], pa.int64()), name=["d", "e"]))
    assert (await Mill.objects.get(name="d")).id not in {None, 70}


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"count": [1]}, FieldError, r"load\(\) of Sack needs columns for code"),
        ({"code": ["a"], "cuont": [1]}, FieldError, 'Sack has no field "cuont"; did you mean "count"'),
        ({"code": ["a"], "double": [1]}, FieldError, r"Sack\.double is computed by the database"),
        ({"code": ["a"], "mill": [1], "mill_id": [1]}, FieldError, r"Sack\.mill_id is given by two columns"),
        ({"code": [1]}, FieldValueError, r"Sack\.code takes text, and its column is of type int64"),
        ({"code": ["a"], "count": ["1"]}, FieldValueError, r"Sack\.count takes int, and its column is of type string; convert the text"),
        ({"code": ["a", "b"], "count": [1.0, None]}, FieldValueError, r'type double; pandas makes floats of ints.*astype\("Int64"\)'),
        ({"code": ["a"], "price": [0.1]}, FieldValueError, r"Sack\.price takes decimal.*floats are not exact"),
        ({"code": ["a"], "sold": [dt.datetime(2024, 1, 1)]}, FieldValueError, r"takes datetime_tz.*say which zone"),
        ({"code": ["a"], "sealed": pa.array([1], pa.timestamp("ns"))}, FieldValueError, r"Sack\.sealed cannot take a value.*exactly"),
        ({"code": ["a"], "data": ["{"]}, FieldValueError, r"Sack\.data takes JSON"),
        ({"code": ["a"], "mill_id": ["x"]}, FieldValueError, r"Sack\.mill_id takes int, and its column is of type string"),
    ],
)
async def test_columns_that_do_not_fit(mill: Mill, columns: dict[str, Any], error: type[Exception], message: str) -> None:
    """One clear error each, before anything is stored."""
    with pytest.raises(error, match=message):
        await Sack.objects.load(pa.table(columns))
    assert await Sack.objects.count() == 0


async def test_what_is_no_frame(mill: Mill) -> None:
    """Names what is taken instead."""
    for wrong in ([{"code": "a"}], 5, None):
        with pytest.raises(TypeError, match=r"load\(\) takes an Arrow table or stream.*bulk_create\(\) takes instances"):
            await Sack.objects.load(wrong)
    with pytest.raises(ValueError, match="batch_size takes an int"):
        await Sack.objects.load(table(code=["a"]), batch_size=0)


async def test_a_load_that_waits_is_cancelled(database: AsyncDatabase, mill: Mill) -> None:
    """On the server, too; the connection works afterwards, and nothing is stored."""
    if database.backend == "sqlite":
        return  # a writer waits before it begins, for at most the busy timeout
    held, leave = asyncio.Event(), asyncio.Event()

    async def holder() -> None:
        async with atomic():
            await Mill.objects.create(name="taken")
            held.set()
            await leave.wait()

    holding = asyncio.create_task(holder())
    await held.wait()
    loading = asyncio.create_task(Mill.objects.load(table(name=["a", "taken", "b"])))
    await asyncio.sleep(0.3)
    assert not loading.done()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    leave.set()
    await holding
    assert sorted(await Mill.objects.values_list("name", flat=True).all()) == ["old", "taken"]
    assert await Mill.objects.load(table(name=["a", "b"])) == 2


async def test_a_failed_load_breaks_its_block_only(database: AsyncDatabase, mill: Mill) -> None:
    """The connection works afterwards."""
    for _ in range(3):
        with pytest.raises(UniqueViolationError):
            async with atomic():
                await Mill.objects.create(name="first")
                await Mill.objects.load(table(name=["a", "old", "b"]))
        assert await Mill.objects.count() == 1
    assert await Mill.objects.load(table(name=["a", "b"])) == 2
