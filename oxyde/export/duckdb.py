"""Rows as a table of DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde.export.exporter import ArrowSource, Exporter, require, require_distinct

if TYPE_CHECKING:
    import duckdb


def to_duckdb(name: str, connection: duckdb.DuckDBPyConnection | None = None) -> Exporter[duckdb.DuckDBPyRelation]:
    """Returns what reads a stream into a table of DuckDB, batch by batch, and returns the table as a relation.

    Args:
        name: The table, replaced where there is one.
        connection: Where; without it DuckDB's default one, in memory, which ``duckdb.sql()`` uses.

    Raises:
        ValueError: The name is no text or empty.
    """
    if not isinstance(name, str) or not name:
        message = f"to_duckdb() takes the name of a table, not {name!r}"
        raise ValueError(message)
    table = '"' + name.replace('"', '""') + '"'

    def read(source: ArrowSource) -> duckdb.DuckDBPyRelation:
        reader = require("pyarrow").RecordBatchReader.from_stream(source)
        require_distinct(reader.schema.names)
        target: Any = require("duckdb").default_connection() if connection is None else connection
        target.register(_ROWS, reader)
        try:
            target.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {_ROWS}")  # noqa: S608 - the name is quoted
        finally:
            target.unregister(_ROWS)
        relation: duckdb.DuckDBPyRelation = target.sql(f"FROM {table}")
        return relation

    return Exporter(("duckdb", "pyarrow"), read)


_ROWS = "oxyde_rows"
