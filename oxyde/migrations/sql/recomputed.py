"""What PostgreSQL needs to compute a column otherwise: it is dropped and added again, with what was over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oxyde.exceptions import UnsupportedError
from oxyde.migrations.operations import AlterColumn, DropColumn, Irreversible, Operation
from oxyde.migrations.parts import Check, Column, Exclude, Index, has_text, shown
from oxyde.migrations.sql.rebuild.declaration import mentions
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State, Table


def recomputed(operation: Operation, before: State, later: State) -> list[Any]:
    """Returns the statements of an operation on PostgreSQL, which cannot give a column another expression.

    Args:
        operation: The operation.
        before: The state before it.
        later: The state after the whole migration.

    Raises:
        UnsupportedError: No statement is written for it, or a part whose SQL names the column would be lost.
    """
    if not isinstance(operation, AlterColumn):
        return statements(operation, before, later)
    table = before.table(operation.address)
    if not is_recomputed(table.column(operation.name), operation.after(before)):
        return statements(operation, before, later)
    for part in _with_text(table, operation.name):
        raise UnsupportedError(
            f"{operation}: PostgreSQL computes {shown(table.address)}.{operation.name} otherwise only when it is dropped and added again, "
            f"and {part} names it; drop that before, and add it again after"
        )
    gone = DropColumn(operation.address, operation.name)
    back = gone.invert(operation.apply(before))
    made: list[Any] = []
    state = before
    for one in (gone, *([] if isinstance(back, Irreversible) else back)):  # rows get a column back that is computed
        made += statements(one, state, later)
        state = one.apply(state)
    return made


def is_recomputed(old: Column, new: Column) -> bool:
    """Whether a column is computed, and was not, or otherwise."""
    return new.generated is not None and (new.generated, new.stored) != (old.generated, old.stored)


def _with_text(table: Table, column: str) -> Iterator[str]:
    """Yields the names of what the server would drop along with a column, because its SQL names it."""
    for part in (*table.constraints.values(), *table.indexes.values()):
        if not has_text(part, table.columns):
            continue
        match part:
            case Check(name, sql):
                texts = [sql]
            case Exclude(name, elements, _, where):
                texts = [*(expression for expression, _ in elements), where or ""]
            case Index(name, parts):
                texts = [*(one for one in parts if one not in table.columns), part.where or ""]
            case _:
                continue
        if any(mentions(text, column) for text in texts):
            yield name
