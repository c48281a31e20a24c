"""Unit tests of oxyde.inspect.stored."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oxyde.db.database import AsyncDatabase
from oxyde.db.execute import run_blocking
from oxyde.db.raw import execute_raw_blocking
from oxyde.db.route import Route, route
from oxyde.inspect.classes import classes
from oxyde.inspect.fitted import Fitted
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.inspect.stored import as_stored
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema.types import BOOL, DATE, DATETIME, FLOAT, INT, TEXT, decimal_of
from tests.unit.inspect.states import ident, made, state, word

COLUMNS = {
    "whole": ("INTEGER", Column("whole", INT, nullable=True)),
    "part": ("REAL", Column("part", FLOAT, nullable=True)),
    "short": ("VARCHAR(3)", Column("short", TEXT, nullable=True, length=3)),
    "price": ("NUMERIC(6, 2)", Column("price", decimal_of(6, 2), nullable=True)),
    "day": ("DATE", Column("day", DATE, nullable=True)),
    "at": ("DATETIME", Column("at", DATETIME, nullable=True)),
    "flag": ("BOOLEAN", Column("flag", BOOL, nullable=True)),
}
ODD = {
    "whole": ([1, "x", 2.5], "Any", "declared INTEGER, and holds integers and floats and texts"),
    "part": ([1.5, b"x"], "Any", "declared REAL, and holds floats and bytes"),
    "short": (["abcdef", "é"], "str", "declared VARCHAR(3), and holds longer texts"),
    "price": ([1.234, 5], "Any", "declared NUMERIC(6, 2), and holds integers and floats"),
    "day": (["soon", "2026-01-02"], "str", "declared DATE, and holds texts of other forms"),
    "at": ([1_700_000_000, 1_700_000_001], "int", "declared DATETIME, and holds integers"),
    "flag": (["yes"], "str", "declared BOOLEAN, and holds texts of other forms"),
}
GOOD: dict[str, list[Any]] = {
    "whole": [1, None],
    "part": [1, 2.5],
    "short": ["éßö", ""],
    "price": [1.25, 3],
    "day": ["2026-01-02"],
    "at": ["2026-01-02 03:04:05", "2026-01-02T03:04:05"],
    "flag": [0, 1],
}


@pytest.fixture
def where(tmp_path: Path) -> Iterator[Route]:
    """A file."""
    database = AsyncDatabase(f"sqlite:///{tmp_path / 'odd.db'}", name="odd", auto_register=False)
    yield route(client=database)
    database.disconnect_blocking()


def filled(where: Route, name: str, values: list[Any]) -> Fitted:
    """Returns a fitted state of a table whose one column has these values."""
    declared, column = COLUMNS[name]
    execute_raw_blocking(f'CREATE TABLE things (id INTEGER PRIMARY KEY, "{name}" {declared})', client=where.database)
    for value in values:
        execute_raw_blocking(f'INSERT INTO things ("{name}") VALUES (?)', [value], client=where.database)
    return run_blocking(as_stored(state(made("things", ident(), column)), {}), where)


def read(where: Route, of: Fitted, name: str) -> list[Any]:
    """Returns what the model reads."""
    model = classes(source(plan(of.state, "sqlite", remarks=of.remarks), "Models."), where.database)["Thing"]
    return [getattr(one, name) for one in model.objects.order_by("id").sync.all()]


@pytest.mark.parametrize("name", GOOD)
def test_a_column_that_holds_what_it_was_declared_as(where: Route, name: str) -> None:
    """It stays as it is."""
    of = filled(where, name, GOOD[name])
    assert of.state.tables[None, "things"].columns[name] == COLUMNS[name][1]
    assert not of.remarks
    assert len(read(where, of, name)) == len(GOOD[name])


@pytest.mark.parametrize("name", ODD)
def test_a_column_that_holds_something_else(where: Route, name: str) -> None:
    """It becomes what reads every value, keeps its declared type, and says so."""
    values, annotation, remark = ODD[name]
    of = filled(where, name, values)
    (one,) = plan(of.state, "sqlite", remarks=of.remarks).classes
    field = one.fields[1]
    assert field.annotation.removesuffix(" | None") == annotation
    assert field.keywords["db_type"] == COLUMNS[name][0]
    assert field.notes == (remark,)
    expected = [Decimal(str(value)) if name == "price" else value for value in values]
    assert read(where, of, name) == expected


def test_a_key_that_holds_null(where: Route) -> None:
    """SQLite allows it; the table has no key then."""
    execute_raw_blocking("CREATE TABLE things (name TEXT PRIMARY KEY)", client=where.database)
    execute_raw_blocking("INSERT INTO things VALUES (NULL), (NULL)", client=where.database)
    of = run_blocking(as_stored(state(made("things", word("name"), key=("name",))), {}), where)
    assert of.state.tables[None, "things"].key == ()
    assert of.remarks == {((None, "things"), "name"): "the key, and holds NULL"}


def test_views_and_odd_names(where: Route) -> None:
    """The columns of views are looked at too, and names with quotes, question marks and colons are names."""
    name = 'a "b"? :c'
    execute_raw_blocking('CREATE TABLE "t?" (id INTEGER PRIMARY KEY, "a ""b""? :c" DATE)', client=where.database)
    execute_raw_blocking('INSERT INTO "t?" ("a ""b""? :c") VALUES (7)', client=where.database)
    execute_raw_blocking('CREATE VIEW seen AS SELECT * FROM "t?"', client=where.database)
    column = Column(name, DATE, nullable=True)
    of = State(state(made("t?", ident(), column)).tables, views={(None, "seen"): 'SELECT * FROM "t?"'})
    found = run_blocking(as_stored(of, {(None, "seen"): [ident(), column]}), where)
    assert found.state.tables[None, "t?"].columns[name].type == INT
    assert found.views[None, "seen"][1].type == INT


def test_empty_tables(where: Route) -> None:
    """Nothing is changed."""
    of = filled(where, "day", [])
    assert of.state.tables[None, "things"].columns["day"].type == DATE
    assert not of.remarks
