"""Statements: one constructor for each kind of thing that a server is asked to do; mirrors ``native/ir/src/statement.rs``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from oxyde.ir.expr import Node, kept
from oxyde.ir.query import table_ref, without_defaults
from oxyde.schema import Column, Table
from oxyde.schema.declared import cast_to


def query(query: dict[str, Any]) -> Node:
    """A query as a statement."""
    return {"query": query}


def key_columns(table: Table) -> list[dict[str, Any]]:
    """The primary key, as statements that must find a row again name it."""
    return [
        without_defaults(
            {"name": column.name, "type": column.type.wire(), "auto": column.auto, "db_type": kept(column.type, column.db_type)}
        )
        for column in table.key
    ]


def given_columns(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Columns that values are given for, one list for each or one expression."""
    return [without_defaults({"name": column.name, "type": column.type.wire(), "db_type": column.db_type}) for column in columns]


def from_rows(columns: Sequence[Column], alias: str) -> dict[str, Any]:
    """Bulk values as a table, the source of an UPDATE: the values beside the shape are one list for each column."""
    return {"rows": {"columns": given_columns(columns), "alias": alias}}


def assigned(assignments: Sequence[tuple[Column, Node, bool]]) -> list[dict[str, Any]]:
    """New values of columns; an assignment is a column, its value, and whether the server computes that."""
    return [
        without_defaults(
            {
                "column": column.name,
                "value": value,
                "type": column.type.wire() if computed else None,
                "db_type": _made_of_text(column) if computed else kept(column.type, column.db_type),
                "length": _characters(column) if computed and "excluded" not in value else None,
            }
        )
        for column, value, computed in assignments
    ]


def _made_of_text(column: Column) -> str | None:
    """Returns what a computed text is cast to on its way into a column."""
    return cast_to(column.db_type) if column.type.kind in {"text", "enum"} else None


def _characters(column: Column) -> int | None:
    """Returns how long a computed text may be; what meets a conflict was given, and is checked already."""
    return column.length if column.type.kind == "text" and column.db_type is None else None


NOTHING: Final = {"action": "nothing"}
"""Rows that meet any unique key are left out."""


def skip(target: Sequence[Column], *, others: bool = False) -> dict[str, Any]:
    """A conflict that leaves the row alone that is there; ``others``: rows may meet other unique keys, too, which are an error."""
    return {**without_defaults({"others": others}), "target": [column.name for column in target], **NOTHING}


def upsert(
    target: Sequence[Column],
    alias: str,
    assignments: Sequence[tuple[Column, Node, bool]],
    *,
    where: Node | None = None,
    others: bool = False,
) -> dict[str, Any]:
    """A conflict that changes the row that is there.

    Args:
        target: The columns of the unique key.
        alias: What expressions call the row that is there; the row that was to be inserted is ``expr.excluded``.
        assignments: The new values.
        where: Only rows that fulfil it are changed.
        others: Rows may meet other unique keys, too.
    """
    action = {**without_defaults({"where": where}), "alias": alias, "set": assigned(assignments)}
    return {**without_defaults({"others": others}), "target": [column.name for column in target], "action": {"update": action}}


def insert(
    table: Table,
    columns: Sequence[Column],
    *,
    row: Sequence[Node] | None,
    returning: Sequence[dict[str, Any]] = (),
    conflict: dict[str, Any] | None = None,
    outcomes: str | None = None,
    copy: bool = False,
) -> Node:
    """An INSERT of one row of expressions, or (``row`` None) of as many rows as the lists beside the shape have.

    ``conflict`` is NOTHING, ``skip`` or an ``upsert``: what happens to rows that meet a unique key; without it they are an error.
    ``outcomes`` is the alias of the table in ``returning``: every row is returned, as it is afterwards, with what became of it.
    ``copy``: many rows may be sent in the server's own form for them.
    """
    parts = {
        "table": table_ref(table),
        "columns": given_columns(columns),
        "rows": "many" if row is None else {"one": list(row)},
        "key": key_columns(table),
        "returning": list(returning),
        "conflict": conflict,
        "outcomes": outcomes,
        "copy": copy,
    }
    return {"insert": without_defaults(parts)}


def update(
    table: Table,
    alias: str,
    assignments: Sequence[tuple[Column, Node, bool]],
    *,
    source: dict[str, Any] | None = None,
    where: Node | None = None,
    rows: dict[str, Any] | None = None,
    returning: Sequence[dict[str, Any]] = (),
) -> Node:
    """An UPDATE of the rows that fulfil a condition, or of those whose keys a query (``rows``) yields.

    An assignment is a column, its new value, and whether the server computes that. ``source`` are other rows that assignments and
    condition read, tied to the table's by the condition.
    """
    parts = {
        "table": table_ref(table),
        "alias": alias,
        "set": assigned(assignments),
        "from": source,
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
    """CREATE TABLE and all that belongs to it; tables are in an order that satisfies their foreign keys where there is one."""
    parts = {"enums": list(enums), "if_not_exists": if_not_exists}
    return {"create_tables": {**without_defaults(parts), "tables": list(tables)}}


def drop_tables(tables: Sequence[dict[str, Any]], enums: Sequence[dict[str, Any]], *, if_exists: bool = False) -> Node:
    """DROP TABLE, in the reverse order."""
    parts = {"enums": list(enums), "if_exists": if_exists}
    return {"drop_tables": {**without_defaults(parts), "tables": list(tables)}}
