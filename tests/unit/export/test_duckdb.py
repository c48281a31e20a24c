"""Rows become a table of DuckDB, whatever its name; a table there is replaced, or stays as it is."""

from __future__ import annotations

import datetime as dt
import uuid

import duckdb
import pyarrow as pa
import pytest

from oxyde import export
from oxyde.exceptions import DecodeError
from tests.unit.export.source import IDS, Broken, Source, more


def test_every_value() -> None:
    with duckdb.connect() as connection:
        relation = export.to_duckdb("rows", connection)(Source(more()))
        assert relation.columns == more().column_names
        found = connection.execute("SELECT * FROM rows").fetchall()
        assert [row[0] for row in found] == [2**53 + 1, None, 3]
        assert [row[1] if row[1] is None else uuid.UUID(str(row[1])) for row in found] == IDS
        assert found[0][3] == [1, 2]
        assert found[1][7] == dt.timedelta(days=1, seconds=2, milliseconds=500)
        assert connection.execute("SHOW TABLES").fetchall() == [("rows",)]


def test_the_default_connection() -> None:
    export.to_duckdb("unit_default")(Source(pa.table({"a": [1, 2]})))
    try:
        assert duckdb.sql("SELECT sum(a) FROM unit_default").fetchall() == [(3,)]
    finally:
        duckdb.sql("DROP TABLE unit_default")


@pytest.mark.parametrize("name", ["select", 'a"b', "a.b", "x; DROP TABLE y", "é 1"])
def test_names(name: str) -> None:
    """Nothing in a name is SQL."""
    with duckdb.connect() as connection:
        relation = export.to_duckdb(name, connection)(Source(pa.table({"a": [1]})))
        assert relation.fetchall() == [(1,)]
        assert connection.execute("SHOW TABLES").fetchall() == [(name,)]


def test_a_table_is_replaced_by_a_whole_one_only() -> None:
    with duckdb.connect() as connection:
        for value in (1, 2):
            export.to_duckdb("rows", connection)(Source(pa.table({"a": [value]})))
        with pytest.raises(Exception, match="the server is gone"):
            export.to_duckdb("rows", connection)(Broken())
        assert connection.execute("SELECT * FROM rows").fetchall() == [(2,)]


def test_what_is_refused() -> None:
    for name in ("", None, 3):
        with pytest.raises(ValueError, match="takes the name of a table"):
            export.to_duckdb(name)  # type: ignore[arg-type] # planted
    with pytest.raises(DecodeError, match='"a"'):
        export.to_duckdb("rows")(Source(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])))
