"""What a migration sends: its operations as SQL texts, in order, which ``sqlmigrate`` shows and ``migrate`` runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oxyde.db.render import texts
from oxyde.exceptions import UnsupportedError
from oxyde.ir import wire
from oxyde.migrations.operations import CreateIndex, DropIndex, Execute, Operation, RequireManual, Run, replay
from oxyde.migrations.state import State
from oxyde.migrations.statements import statements

TRANSACTIONAL = frozenset({"postgres", "sqlite"})
"""The dialects whose DDL can be rolled back."""
ROWS = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "SELECT", "MERGE"})
"""The words that begin statements about rows, which every server can roll back; what else may commit by itself."""


@dataclass(frozen=True)
class Step:
    """An operation, with what is sent for it.

    Attributes:
        operation: The operation.
        before: The state before it.
        texts: The SQL statements; none where the database has nothing to do.
        alone: Whether it cannot run in the transaction of the others on a server that has transactional DDL.
    """

    operation: Operation
    before: State
    texts: Sequence[str]
    alone: bool = False


def script(operations: Sequence[Operation], before: State, dialect: str) -> list[Step]:
    """Returns the steps of operations.

    Args:
        operations: The operations.
        before: The state before them.
        dialect: postgres, mysql, mariadb or sqlite.

    Raises:
        UnsupportedError: The dialect cannot do an operation; names it.
    """
    later, steps, state = replay(operations, before), [], before
    for operation in operations:
        steps.append(Step(operation, state, _texts(operation, state, later, dialect), _is_alone(operation, dialect)))
        state = operation.apply(state)
    return steps


def changes_rows(text: str) -> bool:
    """Whether a statement is about rows, so that it can be rolled back on every server."""
    return text.split(maxsplit=1)[0].upper() in ROWS if text.strip() else True


def _is_alone(operation: Operation, dialect: str) -> bool:
    if isinstance(operation, Run):
        return operation.batch is not None
    return dialect == "postgres" and isinstance(operation, (CreateIndex, DropIndex)) and operation.concurrently


def _texts(operation: Operation, before: State, later: State, dialect: str) -> list[str]:
    if isinstance(operation, (Run, RequireManual)):
        return []
    if isinstance(operation, Execute):
        return [operation.sql]
    found: list[str] = []
    for statement in statements(operation, before, later):
        try:
            found += texts(wire.pack(statement), dialect)
        except UnsupportedError as error:  # noqa: PERF203 - few statements, each with its error
            raise UnsupportedError(f"{operation}: {error}") from error
    return found
