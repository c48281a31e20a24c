"""Runs the body of a cell: SQL with names from the notebook, or a queryset."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from oxyde import _native
from oxyde.db import execute, raw
from oxyde.db.steps import Call
from oxyde.models.queryset import QuerySet
from oxyde.notebook.command import Options, UsageError, is_sql
from oxyde.notebook.result import Preview, Result, footer


def run(body: str, names: Mapping[str, Any], options: Options) -> Result | Preview:
    """Runs SQL or a queryset expression, blocking; works inside a running event loop.

    Args:
        body: The SQL, or one Python expression that gives a queryset.
        names: The variables that ``:names`` are bound from and that the expression sees.
        options: What the magic's line said.

    Returns:
        All rows when the result is kept, else the first ones.

    Raises:
        UsageError: The body is neither, or a name is unknown.
        OxydeError: The statement failed.
    """
    where = execute.route(using=options.on)
    call = _statement(body, names) if is_sql(body) else _queryset(body, names)
    started = time.perf_counter()
    alias = where.database.name
    if options.target is not None:
        batches = _all(where, call)
        return Result(batches, where=alias, seconds=time.perf_counter() - started, shown=options.rows)
    batches, complete = _first(where, call, options.rows + 1)
    seconds = time.perf_counter() - started
    rows = [row for batch in batches for row in batch.values()]
    last = batches[-1]
    line = footer(
        len(rows),
        options.rows,
        complete=complete,
        affected=last.affected,
        columns=len(last.names),
        where=alias,
        seconds=seconds,
    )
    return Preview(last.names, rows[: options.rows], line)


def _statement(sql: str, names: Mapping[str, Any]) -> Call:
    statement = raw.parse(sql.strip().rstrip(";"))
    values = {name: names[name] for name in statement.names if name in names}
    return raw.call(sql.strip().rstrip(";"), values)


def _queryset(body: str, names: Mapping[str, Any]) -> Call:
    try:
        value = eval(body.strip(), dict(names))  # noqa: S307 - the cell is the user's own code
    except SyntaxError as error:
        message = f"the cell is neither SQL nor one Python expression: {error.msg}"
        raise UsageError(message) from None
    query = value.objects.query() if isinstance(value, type) and hasattr(value, "objects") else value
    if not isinstance(query, QuerySet):
        message = f"the cell's expression gives a {type(value).__name__}; %oxyde runs SQL or a queryset"
        raise UsageError(message)
    return query.call()


def _all(where: execute.Route, call: Call) -> list[_native.Batch]:
    operation = where.start(call, None, arrow=True)
    batches: list[_native.Batch] = []
    try:
        while not batches or not batches[-1].done:
            batches.append(operation.wait())
    except BaseException:
        operation.cancel()
        raise
    return batches


def _first(where: execute.Route, call: Call, rows: int) -> tuple[list[_native.Batch], bool]:
    """Returns batches of at least so many rows, and whether they are all there is; the rest is cancelled on the server."""
    operation = where.start(call, None)
    batches: list[_native.Batch] = []
    try:
        while not batches or (not batches[-1].done and sum(batch.rows for batch in batches) < rows):
            batches.append(operation.wait())
    finally:
        if not batches or not batches[-1].done:
            operation.cancel()
    return batches, batches[-1].done
