"""Frames and Arrow streams on every backend: executed once, exact, bounded, and described before they run."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import oxyde
from oxyde import DecodeError, FieldError
from oxyde.db.route import Route
from oxyde.notebook.command import parse
from oxyde.notebook.result import Result
from oxyde.notebook.run import run
from tests.backends import Backend
from tests.cases import models
from tests.cases.models import Novelist, Team
from tests.tables import blocking_tables, statements

TYPES = {
    "id": pa.int64(),
    "name": pa.string(),
    "score": pa.float64(),
    "active": pa.bool_(),
    "balance": pa.decimal128(12, 2),
    "worth": pa.string(),
    "born": pa.date32(),
    "seen": pa.timestamp("us"),
    "joined": pa.timestamp("us", "UTC"),
    "wakes": pa.time64("us"),
    "span": pa.duration("us"),
    "photo": pa.binary(),
    "tags": pa.list_(pa.string()),
    "team_id": pa.int64(),
}


PLAIN = ("name", "email", "age", "score", "active", "balance", "born", "seen", "wakes", "span", "uid", "photo", "tags", "team_id")


@pytest.fixture(scope="module")
def people(backend_module: Backend) -> Iterator[Backend]:
    """The data set of the cases."""
    with oxyde.connect(backend_module.url), blocking_tables(*models.READ_ONLY):
        Team.objects.sync.bulk_create(models.teams())
        Novelist.objects.sync.bulk_create(models.authors())
        yield backend_module


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The shapes of the statements that start, noted where all of them do."""
    found: list[bytes] = []
    start = Route.start

    def noted(route: Any, call: Any, *arguments: Any, **keywords: Any) -> Any:
        found.append(call.shape)
        return start(route, call, *arguments, **keywords)

    monkeypatch.setattr(Route, "start", noted)
    return found


@pytest.fixture
def query(people: Backend) -> Any:
    """All authors, in order."""
    return Novelist.objects.order_by("id")


def test_the_schema_is_known_before(query: Any) -> None:
    """It executes nothing, is the result's, and is the same on every backend, for an empty result too."""
    with statements() as sent:
        described = pa.schema(query)
    assert sent == []
    found = pa.table(query)
    assert found.schema == described
    assert pa.table(query.filter(id=-1)).schema == described
    assert {name: described.field(name).type for name in TYPES} == TYPES
    assert described.field("uid").type == pa.uuid()
    assert pa.types.is_dictionary(described.field("mood").type)
    assert str(described.field("data").type).startswith("extension<arrow.json")
    assert not described.field("id").nullable
    assert described.field("born").nullable


def test_values_are_those_of_models(query: Any) -> None:
    """Both come from the same columns, and cannot disagree."""
    rows = pa.table(query).to_pylist()
    read = query.sync.all()
    assert len(rows) == len(read) == 4
    for row, one in zip(rows, read, strict=True):
        for name in (
            "name",
            "email",
            "age",
            "score",
            "active",
            "balance",
            "born",
            "seen",
            "wakes",
            "span",
            "uid",
            "photo",
            "tags",
            "team_id",
        ):
            assert row[name] == getattr(one, name), name
        assert (row["worth"] is None) == (one.worth is None)
        assert one.worth is None or Decimal(row["worth"]) == one.worth
        assert row["mood"] == (one.mood and one.mood.value)
        assert (row["joined"] and row["joined"].timestamp()) == (one.joined and one.joined.timestamp())


def scanned(rows: Any) -> int:
    """Counts the rows by a replacement scan of DuckDB, which finds the queryset by its name."""
    return duckdb.sql("SELECT count(*) FROM rows").fetchall()[0][0]


READERS = {
    "pyarrow": lambda query: pa.table(query).num_rows,
    "reader": lambda query: pa.RecordBatchReader.from_stream(query).read_all().num_rows,
    "polars": lambda query: pl.DataFrame(query).height,
    "duckdb": scanned,
    "sync arrow": lambda query: query.sync.to_arrow().num_rows,
    "sync polars": lambda query: query.sync.to_polars().height,
    "sync pandas": lambda query: len(query.sync.to_pandas()),
}


WRITERS = {
    "parquet": lambda query, folder: query.sync.to_parquet(folder / "rows.parquet"),
    "partitions": lambda query, folder: query.sync.to_parquet(folder / "rows", partition_by="name"),
    "csv": lambda query, folder: query.sync.to_csv(folder / "rows.csv"),
    "duckdb": lambda query, folder: query.sync.to_duckdb("contract_rows").fetchall() and 4,
}


@pytest.mark.parametrize("writer", WRITERS)
async def test_every_file_executes_once(query: Any, started: list[bytes], tmp_path: Path, writer: str) -> None:
    """Of every type that a model has."""
    assert WRITERS[writer](query, tmp_path) == 4
    assert len(started) == 1


async def test_files_hold_what_frames_hold(query: Any, tmp_path: Path) -> None:
    """Type for type, and value for value."""
    assert await query.to_parquet(tmp_path / "rows.parquet", row_group=3) == 4
    assert pq.read_table(tmp_path / "rows.parquet").equals(await query.to_arrow())
    assert await query.values("name", "team__name").to_csv(tmp_path / "rows.csv") == 4
    assert (tmp_path / "rows.csv").read_text().splitlines()[1] == '"Anna","Red"'
    relation = await query.values("name", "balance").to_duckdb("contract_rows")
    assert relation.fetchall() == await query.values_list("name", "balance").all()


def names(folder: Path) -> list[str]:
    """Returns what is in a folder."""
    return [path.name for path in folder.iterdir()]


async def test_a_file_that_is_refused(query: Any, started: list[bytes], tmp_path: Path) -> None:
    """Where it can be before anything is sent; the connection serves the next statement."""
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "kept").write_text("")
    with pytest.raises(FileExistsError, match="is not empty"):
        await query.to_parquet(tmp_path / "rows", partition_by="name")
    with pytest.raises(ValueError, match="delimiter"):
        await query.to_csv(tmp_path / "rows.csv", delimiter="")
    assert started == []
    with pytest.raises(FieldError, match="'nope', which is no column of the rows"):
        await query.to_parquet(tmp_path / "new", partition_by="nope")
    assert names(tmp_path) == ["rows"]
    assert await query.count() == 4


@pytest.mark.parametrize("reader", READERS)
async def test_every_frame_executes_once(query: Any, started: list[bytes], reader: str) -> None:
    """Whoever reads: one statement, inside a running loop as well."""
    assert READERS[reader](query) == 4
    assert len(started) == 1


async def test_awaited_frames_execute_once(query: Any, started: list[bytes]) -> None:
    """So do the awaited ones."""
    for frame in (query.to_arrow(), query.to_polars(), query.to_pandas()):
        assert len(await frame) == 4
    assert len(started) == 3


def test_polars(query: Any) -> None:
    """UUIDs and JSON are text, the rest has its own type."""
    frame = query.sync.to_polars()
    assert frame["uid"].to_list()[0] == str(uuid.UUID(int=1))
    assert frame.schema["data"] == pl.String
    assert frame.schema["seen"] == pl.Datetime("us")
    assert frame.schema["joined"] == pl.Datetime("us", "UTC")
    assert frame["span"].to_list()[0] == dt.timedelta(days=1, microseconds=1)


def test_pandas(query: Any) -> None:
    """The same columns and rows."""
    frame = query.sync.to_pandas()
    assert list(frame.columns) == list(query.sync.to_arrow().column_names)
    assert frame["name"].tolist() == ["Anna", "bob", "50%_off!", "ANNABEL"]


def test_chosen_columns(query: Any) -> None:
    """``values()`` chooses and names them, across relations too."""
    found = pa.table(query.values("name", "team__name"))
    assert found.to_pydict() == {"name": ["Anna", "bob", "50%_off!", "ANNABEL"], "team__name": ["Red", "Red", "Blue", None]}


def test_one_name_for_two_columns(query: Any) -> None:
    """A frame holds one of them, so that it is refused; as rows and as Arrow both are there."""
    result = run("SELECT 1 AS a, 2 AS a", {}, parse("kept <<"))
    assert isinstance(result, Result)
    for frame in (result.to_pandas, result.to_polars):
        with pytest.raises(DecodeError, match=r'two result columns are named "a".*rename one of them with AS') as caught:
            frame()
        assert caught.value.column == "a"
    assert result.rows() == [(1, 2)]
    assert result.to_arrow().column_names == ["a", "a"]
