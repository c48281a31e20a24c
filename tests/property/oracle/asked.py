"""Runs querysets on a server and compares what they return with what the oracle says."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from oxyde import sync
from tests.property.oracle import nested
from tests.property.oracle.differences import DECIMAL_DIGITS, FLOAT_DIGITS
from tests.property.oracle.drawing import first_or, make_again
from tests.property.oracle.questions import Question
from tests.property.oracle.schemas import Schema
from tests.property.oracle.writes import Write

assert nested.BASES, "its kinds of questions are registered"


def built(question: Question) -> Any:
    """Returns the queryset that the text of a question makes."""
    return made(question.scope.schema, question.code)


def made(schema: Schema, code: str) -> Any:
    """Returns what a text makes of the models of a schema."""
    return eval(code, {**schema.module.__dict__, "first_or": first_or})


def same(found: Any, wanted: Any) -> bool:
    """Whether two values are equal; floats and averages of Decimals up to their last digits."""
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, float):
        return math.isclose(found, wanted, rel_tol=FLOAT_DIGITS, abs_tol=FLOAT_DIGITS)
    if isinstance(wanted, Decimal):
        return abs(found - wanted) <= max(abs(wanted) * Decimal(DECIMAL_DIGITS), Decimal(DECIMAL_DIGITS))
    return bool(found == wanted)


def _sortable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((value is not None, str(round(float(value), 3)) if isinstance(value, (float, Decimal)) else str(value)) for value in row)


def agree(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]], *, in_order: bool) -> bool:
    """Whether two lists of rows are equal, as multisets unless their order is total."""
    if len(found) != len(wanted):
        return False
    if not in_order:
        found, wanted = sorted(found, key=_sortable), sorted(wanted, key=_sortable)
    return all(same(*pair) for rows in zip(found, wanted, strict=True) for pair in zip(*rows, strict=True))


def check(question: Question) -> int:
    """Compares the rows of a queryset, their number and whether there are any, twice with different values; returns their number."""
    make_again(True)
    _check_rows(question)
    make_again(False)
    wanted = _check_rows(question)
    query = built(question)
    assert query.sync.count() == len(wanted), (question.code, "count", query.sync.count(), len(wanted))
    totals = [name for name, kind in question.scope.names if kind == "int" and name in question.columns]
    if totals and not question.wild:
        values = [row[question.columns.index(totals[0])] for row in wanted]
        total = sum(value for value in values if value is not None) if any(value is not None for value in values) else None
        assert query.sync.sum(totals[0]) == total, (question.code, "sum", totals[0], total)
    assert query.sync.exists() is bool(wanted), (question.code, "exists", bool(wanted))
    return len(wanted)


def _check_rows(question: Question) -> list[tuple[Any, ...]]:
    wanted, query = question.answers, built(question)
    found = query.values_list(*question.columns).sync.all() if question.kind == "whole" else read(query, question)
    assert agree(found, wanted, in_order=question.order is not None), (question.code, "found", found, "wanted", wanted)
    return wanted


def read(query: Any, question: Question) -> list[tuple[Any, ...]]:
    """Returns rows of values as tuples."""
    rows = query.sync.all()
    assert all(tuple(row) == question.columns for row in rows), (question.code, "columns", rows[:1], question.columns)
    return [tuple(row.values()) for row in rows]


def check_write(write: Write) -> int:
    """Compares a table after a change with what the oracle says, and takes the change back; returns the number of rows changed."""
    schema, table = write.question.scope.schema, write.question.scope.table
    names = [column.name for column in (*table.columns, *table.keys)]
    wanted = [tuple(row[name] for name in ("id", *names)) for row in sorted(write.after(), key=lambda row: row["id"])]
    count = len(write.question.rows())
    with sync.atomic() as block:
        changed = made(schema, write.code)
        found = schema.model(table).objects.order_by("id").values_list("id", *names).sync.all()
        block.set_rollback()
    assert changed == count, (write.code, "changed", changed, count)
    assert agree(found, wanted, in_order=True), (write.code, "found", found, "wanted", wanted)
    return count
