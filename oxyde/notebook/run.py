"""Runs the body of a cell: SQL with names from the notebook, or a queryset."""

from __future__ import annotations

import inspect
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from oxyde.db import execute, raw
from oxyde.db.placeholders import Placeholder, scan
from oxyde.db.route import Route
from oxyde.db.rows import Batch
from oxyde.db.sql_start import may_write, transaction_word, without_comments
from oxyde.db.steps import Call, Steps
from oxyde.db.transaction import blocking_atomic
from oxyde.exceptions import DatabaseError
from oxyde.models import Model, arrow
from oxyde.models.chain import Chain
from oxyde.notebook import errors, statement_kind
from oxyde.notebook.command import MagicLine, UsageError, variables
from oxyde.notebook.connection import route
from oxyde.notebook.result import Outcome, Preview, Result
from oxyde.schema.naming import meant

CELL: Final = "<%%oxyde>"
_READ_ONLY: Final = "25006"
"""The SQLSTATE with which servers refuse to write in a transaction that only reads."""


@dataclass(frozen=True)
class Wanted:
    """A statement that a cell asks for.

    Attributes:
        call: What is sent.
        where: The connection.
        stops: Whether it seems to change nothing, so that it may be stopped after its first rows.
        changes: Whether the footer shows how many rows it changed.
        counts: Whether the server counts all of them; of what the parts of a WITH change it counts the last part only.
        limited: Whether it is limited to one row more than are shown.
    """

    call: Call
    where: Route
    stops: bool
    changes: bool = False
    counts: bool = True
    limited: bool = False


def run(body: str, names: Mapping[str, Any], options: MagicLine) -> Result | Preview:
    """Runs SQL or a queryset expression, blocking; works inside a running event loop.

    Args:
        body: The SQL, or one Python expression that evaluates to a queryset.
        names: The variables that ``:names`` are bound from and that the expression sees.
        options: Those of the magic's line.

    Returns:
        All rows when the result is kept, else the first ones.

    Raises:
        UsageError: The body is neither, or a name is unknown; nothing was sent.
        OxydeError: The statement failed.
    """
    word = statement_kind.first(body, names)
    wanted = _queryset(body, names, options) if word is None else _sql(body, word, names, options)
    kept = options.kept
    started = time.perf_counter()
    taken = _collected(wanted, None if kept else options.rows + 1)
    done = Outcome(
        where=wanted.where.database.name,
        seconds=time.perf_counter() - started,
        rows=taken.rows,
        complete=taken.complete and not (wanted.limited and taken.rows > options.rows),
        changed=taken.affected if wanted.changes and (wanted.counts or taken.affected) else None,
    )
    if kept:
        return Result(taken.columns, taken.batches, done, shown=options.rows)
    rows = [row for batch in taken.batches for row in batch.values()][: options.rows]
    return Preview(taken.columns, rows, done.footer(done.counted(len(taken.columns), options.rows)))


def _collected(wanted: Wanted, enough: int | None) -> Collector:
    """Runs a statement and collects its rows: all without a number, else the first ones.

    A statement is stopped only in a read-only transaction: a view or an operator may call a function that writes, which the server
    refuses there. The statement is then run again to its end, so that its writes are complete.
    """
    stops = wanted.stops and enough is not None
    taken = Collector(enough, stops=stops)
    steps = _steps(replace(wanted.call, on_batch=taken, arrow=enough is None))
    if not stops or wanted.where.database.dialect == "sqlite":
        try:
            execute.run_blocking(steps, wanted.where)
        except _Enough:
            taken.complete = False
        return taken
    try:
        with blocking_atomic(using=wanted.where.database.name, read_only=True) as block:
            execute.run_blocking(steps, replace(wanted.where, block=block))
    except _Enough:
        taken.complete = False
    except DatabaseError as error:
        if error.sqlstate != _READ_ONLY:
            raise
        return _collected(replace(wanted, stops=False), enough)
    return taken


class _Enough(Exception):
    """Enough rows have arrived."""


class Collector:
    """Collects the batches of a statement, as they arrive.

    Attributes:
        batches: The batches that are kept.
        columns: The names of the columns.
        rows: How many rows arrived.
        affected: Rows inserted, updated or deleted.
        complete: Whether all rows arrived.
    """

    def __init__(self, enough: int | None, *, stops: bool) -> None:
        """Starts with nothing.

        Args:
            enough: The number of rows to keep; all if None.
            stops: Whether the statement may be stopped then; otherwise the remaining rows are counted.
        """
        self.batches: list[Batch] = []
        self.columns: list[str] = []
        self.rows = self.affected = 0
        self.complete = True
        self._enough, self._stops = enough, stops

    def __call__(self, batch: Batch) -> None:
        """Takes a batch."""
        if self._enough is None or self.rows < self._enough:
            self.batches.append(batch)
        self.columns = self.columns or batch.names
        self.rows += batch.rows
        self.affected = batch.affected
        if self._stops and self._enough is not None and self.rows >= self._enough and not batch.done:
            raise _Enough


def _steps(call: Call) -> Steps[None]:
    yield call


def _sql(body: str, word: str, names: Mapping[str, Any], options: MagicLine) -> Wanted:
    if (begins := transaction_word(body)) is not None:
        raise UsageError(raw.ALONE.format(word=begins, remedy="`with oxyde.sync.atomic():`"))
    where = route(options.on)
    sql = statement_kind.trimmed(body)
    dialect = where.database.dialect
    shape, values = raw.compile_raw(sql, _bound(sql, dialect, names), dialect)
    only_reads = statement_kind.only_reads(sql, dialect)
    changes = word in statement_kind.CHANGING or (word == "with" and not only_reads)
    stops = only_reads and where.block is None and not may_write(sql, dialect)  # stopping breaks a block, and undoes what a function wrote
    return Wanted(Call(shape, values), where, stops=stops, changes=changes, counts=word != "with")


def _bound(sql: str, dialect: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the variables for the ``:name`` placeholders of a statement.

    Raises:
        UsageError: A variable does not exist.
    """
    found: dict[str, Any] = {}
    for piece in scan(sql, dialect):
        if not isinstance(piece, Placeholder) or piece.name is None or piece.text != f":{piece.name}":
            continue
        if piece.name in names:
            found[piece.name] = names[piece.name]
        elif not piece.in_brackets:
            near = meant(piece.name, variables(names)) or "; set it in a cell before this one"
            message = f'{piece.text} has no variable named "{piece.name}"{near}'
            raise UsageError(message)
    return found


def _queryset(body: str, names: Mapping[str, Any], options: MagicLine) -> Wanted:
    chain = _evaluated(body, names)
    where = route(options.on or chain._home)
    kept = options.kept
    made = arrow.statement(chain if kept else chain.limit(options.rows + 1))
    return Wanted(Call(made.shape, made.values), where, stops=False, limited=not kept)  # its limit stops it


def _evaluated(body: str, names: Mapping[str, Any]) -> Chain[Any]:
    """Returns the queryset that a cell's expression evaluates to."""
    try:
        code = compile(without_comments(body).strip(), CELL, "eval")
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        near = meant(body.split(maxsplit=1)[0].lower(), statement_kind.KNOWN) if body.strip() else ""
        message = f"the cell is neither SQL, which begins with a word such as SELECT, nor one Python expression: {reason}{near}"
        raise UsageError(message) from None
    try:
        value = eval(code, dict(names))  # noqa: S307 - the cell is the user's own code
    except Exception as error:  # noqa: BLE001 - any error of the cell's code
        raise errors.inside(error, CELL) from None
    if isinstance(value, type) and issubclass(value, Model):
        value = value.objects
    if isinstance(value, Chain):
        return value
    if inspect.iscoroutine(value):
        value.close()
        raise UsageError("the cell's expression is a coroutine; leave the terminal verb out, %oxyde runs the queryset itself")
    message = f"the cell's expression is a value of type {type(value).__name__}; %oxyde runs SQL or a queryset"
    raise UsageError(message)
