"""Expressions: everything that has a value inside a statement; mirrors ``native/ir/src/expr.rs``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from oxyde.schema.declared import bare
from oxyde.schema.types import ColumnType

Node: TypeAlias = "dict[str, Any] | str"

NULL = "null"
KEPT = frozenset({"int", "float", "decimal", "datetime", "datetime_tz", "time", "duration", "uuid"})
"""Types that a table may keep in a form which its server does not compare as what they mean."""
MOMENTS = frozenset({"DATE", "DATETIME", "TIMESTAMP"})
"""Types of MySQL whose values may be read as texts: 0000-00-00 is no date."""
PLAIN = frozenset({"bool", "int", "float", "text"})


def kept(kind: ColumnType, db_type: str | None) -> str | None:
    """The declared type of a column, where it may keep values in another form than its server's own."""
    is_kept = kind.kind in KEPT or (kind.kind == "text" and db_type is not None and bare(db_type).upper() in MOMENTS)
    return db_type if is_kept else None


def column(table: str, name: str, kind: ColumnType | None = None, db_type: str | None = None) -> Node:
    """A column of a source, by the source's alias and the column's name in the database.

    ``kind`` is what it holds; of plain types it stays out of the shape, because no server treats them in a way of its own. ``db_type``
    is the type that the table declares, where the field says so: what is no such thing to the server may be kept as text there.
    """
    inner: dict[str, Any] = {"table": table, "name": name}
    if kind is not None and (declared := kept(kind, db_type)) is not None:
        inner |= {"type": kind.wire(), "db_type": declared}
    elif kind is not None and kind.kind not in PLAIN:
        inner["type"] = kind.wire()
    return {"column": inner}


def excluded(name: str, kind: ColumnType) -> Node:
    """A column of the row that met a conflict, as it was to be inserted."""
    inner: dict[str, Any] = {"name": name}
    if kind.kind not in PLAIN:
        inner["type"] = kind.wire()
    return {"excluded": inner}


def slot(index: int, kind: ColumnType, *, uncast: bool = False) -> dict[str, Any]:
    """The inside of a parameter: which value, of which type."""
    inner: dict[str, Any] = {"index": index, "type": kind.wire()}
    if uncast:
        inner["uncast"] = True
    return inner


def param(index: int, kind: ColumnType, *, uncast: bool = False) -> Node:
    """A value that travels beside the shape."""
    return {"param": slot(index, kind, uncast=uncast)}


def text(sql: str) -> Node:
    """A piece of SQL that the application wrote."""
    return {"text": sql}


def raw(pieces: Sequence[Node]) -> Node:
    """SQL that the application wrote: texts and params in turn."""
    return {"raw": list(pieces)}


def boolean(value: bool) -> Node:
    """A truth value that belongs to the shape."""
    return {"bool": value}


def integer(value: int) -> Node:
    """A number that belongs to the shape."""
    return {"int": value}


def compare(op: str, left: Node, right: Node) -> Node:
    """A comparison: eq, ne, lt, le, gt or ge."""
    return {"compare": {"op": op, "left": left, "right": right}}


def both(members: list[Node]) -> Node:
    """All of them; one member is itself, none is true."""
    return _joined("and", members, empty=True)


def either(members: list[Node]) -> Node:
    """Any of them; one member is itself, none is false."""
    return _joined("or", members, empty=False)


def odd(members: list[Node]) -> Node:
    """An odd number of them."""
    return _joined("xor", members, empty=False)


def _joined(op: str, members: list[Node], *, empty: bool) -> Node:
    if not members:
        return boolean(empty)
    if len(members) == 1:
        return members[0]
    flat: list[Node] = []
    for member in members:
        same = isinstance(member, dict) and op in member
        flat += member[op] if same else [member]  # type: ignore[index] # it is a dict then
    return {op: flat}


def negation(inner: Node) -> Node:
    """NOT; unknown stays unknown."""
    return {"not": inner}


def is_null(inner: Node) -> Node:
    """IS NULL."""
    return {"is_null": inner}


def is_not_null(inner: Node) -> Node:
    """IS NOT NULL."""
    return {"is_not_null": inner}


def is_not_true(inner: Node) -> Node:
    """False or unknown."""
    return {"is_not_true": inner}


def among(inner: Node, members: dict[str, Any], size: int, *, padded: bool = False) -> Node:
    """Membership in a list parameter; ``size`` is its length rounded up, so that few texts serve all lengths.

    ``padded`` asks for one placeholder per member where a server would read the list less exactly otherwise.
    """
    parts: dict[str, Any] = {"expr": inner, "list": members, "size": size}
    if padded:
        parts["padded"] = True
    return {"in": parts}


def among_select(inner: Node, query: dict[str, Any]) -> Node:
    """Membership in the rows of a query of one column."""
    return {"in_select": {"expr": inner, "query": query}}


def exists(query: dict[str, Any]) -> Node:
    """Whether a query has a row."""
    return {"exists": query}


def subquery(query: dict[str, Any]) -> Node:
    """The value of a query of one column and at most one row."""
    return {"subquery": query}


def between(inner: Node, low: Node, high: Node) -> Node:
    """From low to high, both ends included."""
    return {"between": {"expr": inner, "low": low, "high": high}}


def match(kind: str, inner: Node, pattern: Node, *, fold: bool = False) -> Node:
    """Text search with plain characters: exact, contains, starts_with or ends_with; ``fold`` ignores case."""
    parts: dict[str, Any] = {"kind": kind, "expr": inner, "pattern": pattern}
    if fold:
        parts["fold"] = True
    return {"match": parts}


def regex(inner: Node, pattern: Node, *, fold: bool = False) -> Node:
    """A regular expression in the server's own syntax."""
    parts: dict[str, Any] = {"expr": inner, "pattern": pattern}
    if fold:
        parts["fold"] = True
    return {"regex": parts}


def search(inner: Node, words: Node, index: dict[str, Any] | None = None) -> Node:
    """A full-text search; ``index`` is what a server needs that keeps the index in a table of its own."""
    parts: dict[str, Any] = {"expr": inner, "words": words}
    if index is not None:
        parts["index"] = index
    return {"search": parts}


def arithmetic(op: str, left: Node, right: Node, kind: ColumnType) -> Node:
    """Arithmetic: add, subtract, multiply, divide, floor_divide or modulo; ``kind`` is the type of the result."""
    return {"arithmetic": {"op": op, "left": left, "right": right, "type": kind.wire()}}


def negative(inner: Node) -> Node:
    """The number with the other sign."""
    return {"negate": inner}


def call(function: str, args: list[Node], kind: ColumnType) -> Node:
    """A function of a row's values; ``kind`` is the type of the result."""
    return {"call": {"function": function, "args": args, "type": kind.wire()}}


def extract(part: str, inner: Node, of: ColumnType) -> Node:
    """A part of a date or time; ``of`` is the type of what it is taken from."""
    return {"extract": {"part": part, "expr": inner, "of": of.wire()}}


def truncate(unit: str, inner: Node, of: ColumnType, zone: Node | None = None) -> Node:
    """The start of the unit that a date or datetime is in: in UTC, or in a zone by its name."""
    parts: dict[str, Any] = {"unit": unit, "expr": inner, "of": of.wire()}
    if zone is not None:
        parts["zone"] = zone
    return {"truncate": parts}


def cast(inner: Node, kind: ColumnType, of: ColumnType | None = None) -> Node:
    """A value as another type; ``of`` is what it is, where the result must be the same on all servers."""
    parts: dict[str, Any] = {"expr": inner, "type": kind.wire()}
    if of is not None:
        parts["of"] = of.wire()
    return {"cast": parts}


def case(whens: Sequence[tuple[Node, Node]], kind: ColumnType, otherwise: Node | None = None) -> Node:
    """The value of the first condition that is true, else ``otherwise`` (NULL without one)."""
    parts: dict[str, Any] = {"whens": [{"condition": condition, "value": value} for condition, value in whens], "type": kind.wire()}
    if otherwise is not None:
        parts["otherwise"] = otherwise
    return {"case": parts}


def unless_null(inner: Node, value: Node, kind: ColumnType) -> Node:
    """A value where another one is not NULL, else NULL."""
    return case([(is_not_null(inner), value)], kind)


def result(name: str, kind: ColumnType | None = None) -> Node:
    """A result column by its name, for the order of a compound."""
    return column("", name, kind)


def aggregate(
    function: str,
    args: Sequence[Node],
    kind: ColumnType,
    of: ColumnType,
    *,
    distinct: bool = False,
    where: Node | None = None,
    order_by: Sequence[dict[str, Any]] = (),
) -> Node:
    """A function over the rows of a group: count, sum, avg, min or max.

    Args:
        function: Which.
        args: What it is taken of; nothing for the number of rows.
        kind: The type of the result.
        of: The type of the first argument; any where there is none.
        distinct: Equal values count once.
        where: Only rows that fulfil a condition count.
        order_by: The order in which it meets the rows, where that matters.
    """
    parts: dict[str, Any] = {"function": function, "type": kind.wire(), "of": of.wire()}
    if args:
        parts["args"] = list(args)
    if distinct:
        parts["distinct"] = True
    if where is not None:
        parts["filter"] = where
    if order_by:
        parts["order_by"] = list(order_by)
    return {"aggregate": parts}


def window(
    function: str | Node,
    *,
    args: Sequence[Node] = (),
    partition_by: Sequence[Node] = (),
    order_by: Sequence[dict[str, Any]] = (),
    frame: dict[str, Any] | None = None,
) -> Node:
    """A function over the rows around a row.

    Args:
        function: The name of a window function (row_number, rank, lag, ...), or an aggregate.
        args: The arguments of the window function; an aggregate has its own.
        partition_by: What makes rows one partition.
        order_by: The order of the rows in a partition.
        frame: Which rows of the partition it sees.
    """
    parts: dict[str, Any] = {"args": list(args), "partition_by": list(partition_by), "order_by": list(order_by)}
    described = {name: value for name, value in parts.items() if value}
    if frame is not None:
        described["frame"] = frame
    return {"window": {"function": function, **described}}


def frame(unit: str, start: str | dict[str, int], end: str | dict[str, int]) -> dict[str, Any]:
    """A frame of rows, range or groups; a bound is a word (current_row), or ``{"preceding": 3}``."""
    return {"unit": unit, "start": start, "end": end}
