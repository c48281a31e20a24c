"""``load()``: rows of frames and files, all or none, with one clear error for each thing that is wrong."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import random
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import AwareDatetime, ValidationError, field_validator, model_validator
from typing_extensions import Self

from oxyde import AsyncDatabase, Field, FieldError, FieldValueError, Model, UniqueViolationError, atomic, db
from tests.tables import tables


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


async def test_categories(mill: Mill) -> None:
    """Are loaded as their values, in whatever form a library keeps them."""
    assert mill
    codes = pl.Series(["no", "a", "b", "a"], dtype=pl.Categorical)[1:]
    grades = pl.Series(["fine", None, "poor"], dtype=pl.Enum(["fine", "poor"]))
    tags = pl.Series([["x", "y"], None, []], dtype=pl.List(pl.Categorical))
    assert await Sack.objects.load(pl.DataFrame({"code": codes, "grade": grades, "tags": tags})) == 3
    sealed = pa.array([1_000, None, 1_000], pa.timestamp("ns")).dictionary_encode()
    chunks = pa.chunked_array([pa.array(["c"]).dictionary_encode(), pa.array(["d", "c"]).dictionary_encode()])
    assert await Sack.objects.load(pa.table({"code": chunks, "sealed": sealed})) == 3
    rows = await Sack.objects.order_by("id").values_list("code", "grade", "tags", "sealed").all()
    assert rows[:3] == [("a", Grade.FINE, ["x", "y"], None), ("b", None, None, None), ("a", Grade.POOR, [], None)]
    moment = dt.datetime(1970, 1, 1, 0, 0, 0, 1)
    assert rows[3:] == [("c", None, None, moment), ("d", None, None, None), ("c", None, None, moment)]


async def test_an_int_that_no_float_holds(mill: Mill) -> None:
    """Is refused rather than rounded."""
    assert mill
    with pytest.raises(FieldValueError, match=r"Sack\.weight cannot take a value of its column exactly: it has an int that no float holds"):
        await Sack.objects.load(pa.table({"code": ["a"], "weight": [2**53 + 1]}))
    assert await Sack.objects.load(pa.table({"code": ["a"], "weight": [2**60]})) == 1
    assert (await Sack.objects.get()).weight == 2.0**60


class Grain(Model):
    """A row whose columns go to the core as Arrow arrays."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    note: str | None = None
    size: int | None = None
    share: float
    dry: bool | None = None
    cost: Decimal | None = Field(default=None, max_digits=12, decimal_places=2)
    cut: dt.date | None = None
    seen: dt.datetime | None = None
    sold: AwareDatetime | None = None
    at: dt.time | None = None
    lasts: dt.timedelta | None = None
    uid: uuid.UUID | None = None
    raw: bytes | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "load_grain"


def unchanged(value: Any) -> Any:
    """A rule of the application, which every value has to pass."""
    return value


class CheckedGrain(Grain):
    """The same, but values become Python's, because a rule sees each."""

    @field_validator("*")
    @classmethod
    def _seen(cls, value: Any) -> Any:
        return unchanged(value)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "load_checked_grain"


def grains(count: int) -> pa.Table:
    """Returns rows of exact types, with NULLs between."""
    chance = random.Random(count)

    def some(make: Callable[[], Any], kind: pa.DataType) -> pa.Array:
        return pa.array([make() if chance.random() < 0.8 else None for _ in range(count)], kind)

    day = dt.datetime(1970, 1, 1)
    return table(
        name=[chance.choice(["", "ä'\"", "x" * 300, "\\N", "a\tb\n"]) for _ in range(count)],
        note=some(lambda: chance.choice(["", "é\\", "NULL"]), pa.large_string()),
        size=some(lambda: chance.choice([0, -(2**63), 2**63 - 1, 7]), pa.int64()),
        share=[chance.choice([0.1, -0.0, 1e300, 5e-324]) for _ in range(count)],
        dry=some(lambda: chance.random() < 0.5, pa.bool_()),
        cost=some(lambda: Decimal(chance.randrange(-(10**12) + 1, 10**12)) / 100, pa.decimal128(12, 2)),
        cut=some(lambda: dt.date.fromordinal(chance.choice([1, 3_652_059, 719_163])), pa.date32()),
        seen=some(lambda: day + dt.timedelta(microseconds=chance.randrange(-(10**15), 10**15)), pa.timestamp("us")),
        sold=some(lambda: day + dt.timedelta(microseconds=chance.randrange(10**15)), pa.timestamp("us", "Europe/Berlin")),
        at=some(lambda: dt.time(chance.randrange(24), 59, 59, chance.randrange(10**6)), pa.time64("us")),
        lasts=some(lambda: dt.timedelta(microseconds=chance.randrange(-(10**14), 10**14)), pa.duration("us")),
        uid=some(lambda: chance.randbytes(16), pa.binary(16)),
        raw=some(lambda: chance.randbytes(chance.randrange(4)), pa.binary()),
    )


@pytest.mark.parametrize("count", [1, 7, 500])
async def test_arrays_are_stored_as_their_values_are(database: AsyncDatabase, count: int) -> None:
    """Whether columns go to the core as they came, or value by value through rules."""
    given = grains(count)
    async with tables(Grain, CheckedGrain):
        assert await Grain.objects.load(given, batch_size=200) == count
        assert await CheckedGrain.objects.load(given, batch_size=200) == count
        names = given.column_names
        found = await Grain.objects.order_by("id").values_list(*names).all()
        assert found == await CheckedGrain.objects.order_by("id").values_list(*names).all()
        assert [row[2] for row in found] == given["size"].to_pylist()
        sliced = given.slice(count // 2)
        assert await Grain.objects.load(sliced) == len(sliced)
        assert (await Grain.objects.order_by("id").values_list(*names).all())[count:] == found[count // 2 :]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"seen": pa.array([None, 2**62], pa.timestamp("us"))}, "seen.*outside of Python's range"),
        ({"cut": pa.array([None, 10**7], pa.date32())}, "cut.*outside of Python's range"),
        ({"name": pa.array(["a", "b"]).cast(pa.binary()).view(pa.string())}, None),
        ({"name": pa.array([b"a", b"\xff"]).view(pa.string())}, "name.*not UTF-8"),
        ({"name": pa.array(["a", None])}, "name"),
        ({"cost": pa.array([Decimal("1.234"), None], pa.decimal128(12, 3))}, "cost"),
    ],
)
async def test_arrays_that_do_not_fit(database: AsyncDatabase, column: dict[str, Any], message: str | None) -> None:
    """An array holds what its field cannot: one error that names the field, and nothing is stored."""
    given = pa.table({"name": ["a", "b"], "share": [1.0, 2.0], **column})
    async with tables(Grain):
        if message is None:
            assert await Grain.objects.load(given) == 2
            return
        with pytest.raises((FieldValueError, ValidationError), match=message):
            await Grain.objects.load(given)
        assert await Grain.objects.count() == 0


async def test_the_event_loop_goes_on_while_values_are_validated(database: AsyncDatabase) -> None:
    """A rule that takes long runs on another thread."""
    threads: set[int] = set()

    def noted(value: Any) -> Any:
        threads.add(threading.get_ident())
        return value

    async with tables(CheckedGrain):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys.modules[__name__], "unchanged", noted)
            await CheckedGrain.objects.load(grains(5))
            assert threads
            assert threading.get_ident() not in threads
            threads.clear()
            CheckedGrain.objects.sync.load(grains(5))
            assert threads == {threading.get_ident()}
