"""Statements: one constructor for each kind of thing that a server is asked to do; mirrors ``native/ir/src/statement.rs``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oxyde.ir.expr import Node
from oxyde.ir.query import table_ref, without_defaults
from oxyde.schema import Column, Table


def query(query: dict[str, Any]) -> Node:
    """A query as a statement."""
    return {"query": query}


def key_columns(table: Table) -> list[dict[str, Any]]:
    """The primary key, as statements that must find a row again name it."""
    return [without_defaults({"name": column.name, "type": column.type.wire(), "auto": column.auto}) for column in table.key]


def insert(
    table: Table,
    columns: Sequence[Column],
    *,
    row: Sequence[Node] | None,
    returning: Sequence[dict[str, Any]] = (),
    ignore_conflicts: bool = False,
) -> Node:
    """An INSERT of one row of expressions, or (``row`` None) of as many rows as the lists beside the shape have."""
    parts = {
        "table": table_ref(table),
        "columns": [without_defaults({"name": column.name, "type": column.type.wire(), "db_type": column.db_type}) for column in columns],
        "rows": "many" if row is None else {"one": list(row)},
        "key": key_columns(table),
        "returning": list(returning),
        "ignore_conflicts": ignore_conflicts,
    }
    return {"insert": without_defaults(parts)}


def update(
    table: Table,
    alias: str,
    assignments: Sequence[tuple[Column, Node, bool]],
    *,
    where: Node | None = None,
    rows: dict[str, Any] | None = None,
    returning: Sequence[dict[str, Any]] = (),
) -> Node:
    """An UPDATE of the rows that fulfil a condition, or of those whose keys a query (``rows``) yields.

    An assignment is a column, its new value, and whether the server computes that.
    """
    parts = {
        "table": table_ref(table),
        "alias": alias,
        "set": [
            without_defaults({"column": column.name, "value": value, "type": column.type.wire() if computed else None})
            for column, value, computed in assignments
        ],
        "where": where,
        "rows": rows,
        "returning": list(returning),
    }
    return {"update": {**without_defaults(parts), "key": key_columns(table)}}


def delete(
    table: Table,
    alias: str,
    *,
    where: Node | None = None,
    rows: dict[str, Any] | None = None,
    returning: Sequence[dict[str, Any]] = (),
) -> Node:
    """A DELETE, which picks its rows as an UPDATE does."""
    parts = {"table": table_ref(table), "alias": alias, "where": where, "rows": rows, "returning": list(returning)}
    return {"delete": {**without_defaults(parts), "key": key_columns(table)}}


def explain(statement: Node, *, analyze: bool = False, json: bool = False) -> Node:
    """How the server would run a statement; ``analyze`` runs it."""
    return {"explain": without_defaults({"statement": statement, "analyze": analyze, "json": json})}


def raw(pieces: Sequence[Node]) -> Node:
    """SQL text of the application, params between its pieces."""
    return {"raw": {"pieces": list(pieces)}}


def create_tables(tables: Sequence[dict[str, Any]], enums: Sequence[dict[str, Any]], *, if_not_exists: bool = False) -> Node:
    """CREATE TABLE and all that belongs to it; tables stand in an order that satisfies their foreign keys where there is one."""
    parts = {"enums": list(enums), "if_not_exists": if_not_exists}
    return {"create_tables": {**without_defaults(parts), "tables": list(tables)}}


def drop_tables(tables: Sequence[dict[str, Any]], enums: Sequence[dict[str, Any]], *, if_exists: bool = False) -> Node:
    """DROP TABLE, in the reverse order."""
    parts = {"enums": list(enums), "if_exists": if_exists}
    return {"drop_tables": {**without_defaults(parts), "tables": list(tables)}}
