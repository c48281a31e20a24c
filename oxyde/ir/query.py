"""Queries: one constructor for each part of everything that yields rows; mirrors ``native/ir/src/query.rs``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oxyde.ir.expr import Node
from oxyde.schema import Table
from oxyde.schema.types import ColumnType


def without_defaults(parts: dict[str, Any]) -> dict[str, Any]:
    """Leaves out what the wire leaves out: None, False and empty lists."""
    return {name: value for name, value in parts.items() if value is not None and value is not False and value != []}


def table_ref(table: Table) -> dict[str, Any]:
    """A table by its name in the database; one that we do not make may be a view."""
    return without_defaults({"schema": table.schema, "name": table.name, "view": not table.managed})


def from_table(table: Table, alias: str) -> dict[str, Any]:
    """Rows of a table."""
    return {"table": {"table": table_ref(table), "alias": alias}}


def from_query(inner: dict[str, Any], alias: str) -> dict[str, Any]:
    """Rows of another query, a derived table."""
    return {"query": {"query": inner, "alias": alias}}


def from_cte(name: str, alias: str) -> dict[str, Any]:
    """Rows of a common table expression."""
    return {"cte": {"name": name, "alias": alias}}


def output(expr: Node, name: str, kind: ColumnType, *, nullable: bool = False) -> dict[str, Any]:
    """A result column: what it is, what it is called, what it holds."""
    return without_defaults({"expr": expr, "name": name, "type": kind.wire(), "nullable": nullable})


def join(kind: str, source: dict[str, Any], on: Node) -> dict[str, Any]:
    """A join: inner or left."""
    return {"kind": kind, "source": source, "on": on}


def order(expr: Node, *, desc: bool = False, nulls: str | None = None, indexed: bool = False) -> dict[str, Any]:
    """An order; ``nulls`` is first, last, or where the server puts them.

    ``indexed`` says that it is a column of the first source that an index serves and that is never NULL.
    """
    return without_defaults({"expr": expr, "desc": desc, "nulls": nulls, "indexed": indexed})


def select(
    source: dict[str, Any],
    *,
    outputs: Sequence[dict[str, Any]] = (),
    joins: Sequence[dict[str, Any]] = (),
    where: Node | None = None,
    group_by: Sequence[Node] = (),
    having: Node | None = None,
    distinct: bool = False,
    distinct_on: Sequence[Node] = (),
) -> dict[str, Any]:
    """A SELECT, the body of a query.

    Args:
        source: What it selects from.
        outputs: The result columns; none only inside EXISTS.
        joins: What is joined to the source.
        where: Which rows.
        group_by: What makes rows one group.
        having: Which groups.
        distinct: Equal rows appear once.
        distinct_on: Of the rows that are equal in these expressions, only the first appears.
    """
    parts = {
        "outputs": list(outputs),
        "from": source,
        "joins": list(joins),
        "where": where,
        "group_by": list(group_by),
        "having": having,
        "distinct": {"on": list(distinct_on)} if distinct_on else distinct,
    }
    return {"select": without_defaults(parts)}


def compound(first: dict[str, Any], others: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The rows of several queries as the body of one, each joined to those before: union, union_all, intersect or except."""
    return {"compound": {"first": first, "others": [{"op": op, "query": one} for op, one in others]}}


def values(columns: Sequence[tuple[str, ColumnType]], rows: Sequence[Sequence[Node]]) -> dict[str, Any]:
    """Rows of expressions as the body of a query."""
    described = [{"name": name, "type": kind.wire(), "nullable": True} for name, kind in columns]
    return {"values": {"columns": described, "rows": [list(row) for row in rows]}}


def cte(name: str, inner: dict[str, Any], *, recursive: bool = False, columns: Sequence[str] = ()) -> dict[str, Any]:
    """A common table expression; a recursive one is a union whose right side reads the name."""
    return {**without_defaults({"recursive": recursive, "columns": list(columns)}), "name": name, "query": inner}


def lock(kind: str, *, wait: str | None = None, of: Sequence[str] = (), optional: bool = False) -> dict[str, Any]:
    """A lock on the rows that a query reads, until the transaction ends.

    Args:
        kind: ``update``, ``share`` or ``present``.
        wait: ``nowait`` or ``skip_locked``; without it the statement waits for rows that are locked.
        of: The aliases of the tables whose rows are locked; without them all tables.
        optional: Leave it out where the dialect has no such lock.
    """
    return {"kind": kind, **without_defaults({"wait": wait, "of": list(of), "optional": optional})}


def query(
    body: dict[str, Any],
    *,
    ctes: Sequence[dict[str, Any]] = (),
    order_by: Sequence[dict[str, Any]] = (),
    limit: dict[str, Any] | None = None,
    offset: dict[str, Any] | None = None,
    lock: dict[str, Any] | None = None,
    point: bool = False,
) -> dict[str, Any]:
    """A query, for use inside other nodes.

    Args:
        body: A select, compound or values.
        ctes: Common table expressions that the body may read.
        order_by: The order; over a compound, result columns by name (``expr.result``).
        limit: How many rows at most, as a slot.
        offset: How many rows are skipped, as a slot.
        lock: A lock on the rows.
        point: A unique key picks at most one row.
    """
    parts = {"with": list(ctes), "order_by": list(order_by), "limit": limit, "offset": offset, "lock": lock, "point": point}
    return {**without_defaults(parts), "body": body}
