"""Random updates and deletions: what they change, and what a table holds after them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.property.oracle.drawing import Draw, chance, pick, some
from tests.property.oracle.expressions import Expr, expression, literal
from tests.property.oracle.logic import Row
from tests.property.oracle.questions import Question, everything, filtered, question, sliced
from tests.property.oracle.schemas import Schema, Table


@dataclass(frozen=True)
class Write:
    """A change of some rows of a table.

    Attributes:
        question: The rows.
        code: Its Python text.
        after: The rows of the table after it.
    """

    question: Question
    code: str
    after: Callable[[], list[dict[str, Any]]]


def write(draw: Draw, schema: Schema) -> Write:
    """Draws an update of a table, or a deletion from one that no other refers to."""
    table = pick(draw, schema.tables)
    chosen = question(draw, schema, 1, table, 2) if chance(draw, 40) else everything(schema, table, 1)
    if chosen.kind != "whole" or chosen.repeats or len(chosen.columns) > 1:
        chosen = everything(schema, table, 1)
    chosen = filtered(draw, chosen, "") or chosen
    if chance(draw, 30):
        chosen = sliced(draw, chosen, "") or chosen
    if not table.referred and chance(draw, 40):
        return Write(chosen, f"{chosen.code}.sync.delete()", lambda: _changed(chosen, table, None))
    columns = some(draw, table.columns, 1, 3)
    values = {column.name: _fitting(draw, chosen, column.kind, nullable=column.nullable) for column in columns}
    shown = ", ".join(f"{name}={value.code}" for name, value in values.items())
    return Write(chosen, f"{chosen.code}.sync.update({shown})", lambda: _changed(chosen, table, values))


def _fitting(draw: Draw, chosen: Question, kind: str, *, nullable: bool) -> Expr:
    """Draws a value that a column can hold: not NULL where it takes none, and no longer than it is."""
    made = expression(draw, replace(chosen.scope, hops=0, names=()), kind, 0 if kind in {"decimal", "text", "word"} else 2)
    if nullable:
        return made
    other = literal(draw, kind)

    def known(row: Row) -> Any:
        value = made.value(row)
        return other.value(row) if value is None else value

    return Expr(kind, f"Coalesce({made.code}, {other.code})", known)


def _changed(chosen: Question, table: Table, values: dict[str, Expr] | None) -> list[dict[str, Any]]:
    rows = {row["id"]: row for row in chosen.rows()}
    kept = [row for row in table.rows if values is not None or row["id"] not in rows]
    if values is None:
        return kept
    return [{**row, **{name: value.value(rows[row["id"]]) for name, value in values.items()}} if row["id"] in rows else row for row in kept]
