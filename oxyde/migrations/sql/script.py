"""What a migration sends: its operations as SQL texts, in order, which ``sqlmigrate`` shows and ``migrate`` runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oxyde.db.render import texts
from oxyde.db.sql_start import first_tokens
from oxyde.exceptions import MigrationError, UnsupportedError
from oxyde.ir import wire
from oxyde.migrations.operations import (
    CreateIndex,
    DropColumn,
    DropIndex,
    Execute,
    Operation,
    RenameColumn,
    RenameTable,
    RequireManual,
    Run,
    replay,
)
from oxyde.migrations.sql.beside import DIALECTS, with_indexes
from oxyde.migrations.sql.rebuild import Rebuild, arranged
from oxyde.migrations.sql.recomputed import recomputed
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State

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
        rebuild: The table that SQLite makes anew for it and for the operations before it that send nothing. Its statements depend on what
            the table is by then; the texts are those for a table that is as the migrations made it.
    """

    operation: Operation
    before: State
    texts: Sequence[str]
    alone: bool = False
    rebuild: Rebuild | None = None

    @property
    def units(self) -> Sequence[str]:
        """What is noted as done by itself: each statement, or all that make a table anew; of a function on the rows what says it."""
        if isinstance(self.operation, Run):
            return [self.operation.label]
        return self.texts if self.rebuild is None else [";\n".join(self.texts)]

    def told(self, warn: Callable[[str], Any], *, keep_extra: bool) -> Step:
        """Returns it with what was said of tables that are made anew; see ``Rebuild``."""
        return self if self.rebuild is None else replace(self, rebuild=replace(self.rebuild, warn=warn, keep_extra=keep_extra))

    def before_later(self, later: State | None) -> Step:
        """Returns it with the state after later migrations that are applied already; see ``Rebuild``."""
        return self if self.rebuild is None else replace(self, rebuild=replace(self.rebuild, later=later))


def script(operations: Sequence[Operation], before: State, dialect: str) -> list[Step]:
    """Returns the steps of operations.

    Args:
        operations: The operations.
        before: The state before them.
        dialect: postgres, mysql, mariadb or sqlite.

    Raises:
        UnsupportedError: The dialect cannot do an operation; names it.
    """
    later = replay(operations, before)
    if dialect == "sqlite":
        return [step for part in arranged(operations, before) for step in _on_sqlite(part, later)]
    steps, state = [], before
    for operation in operations:
        steps.append(Step(operation, state, _texts(operation, state, later, dialect), _is_alone(operation, dialect)))
        state = operation.apply(state)
    return steps


def _on_sqlite(part: tuple[Operation, State] | Rebuild, later: State) -> Iterator[Step]:
    if isinstance(part, Rebuild):
        *first, (operation, before) = part.members
        yield from (Step(one, state, ()) for one, state in first)
        try:
            yield Step(operation, before, part.texts, rebuild=part) if part.is_needed else Step(operation, before, ())
        except (MigrationError, UnsupportedError) as error:
            raise type(error)(f"{operation}: {error}") from error
        return
    operation, before = part
    dropped, made = _searches_of(operation, before)
    dropped += _indexes_over(operation, before) if isinstance(operation, DropColumn) else []
    texts = [text for one in dropped for text in _texts(one, before, later, "sqlite")]
    texts += _texts(operation, before, later, "sqlite")
    after = operation.apply(before) if made else before
    texts += [text for one in made for text in _texts(one, after, later, "sqlite")]
    yield Step(operation, before, texts, _is_alone(operation, "sqlite"))


def _searches_of(operation: Operation, before: State) -> tuple[list[DropIndex], list[CreateIndex]]:
    """Returns what makes full-text indexes anew, which name their table and its columns and do not follow new names."""
    if not isinstance(operation, (RenameTable, RenameColumn)):
        return [], []
    table = before.table(operation.address)
    names = [
        one.name
        for one in table.indexes.values()
        if one.is_fulltext and (isinstance(operation, RenameTable) or operation.name in one.parts)
    ]
    new = operation.apply(before).table(operation.new if isinstance(operation, RenameTable) else operation.address)
    return [DropIndex(table.address, name) for name in names], [CreateIndex(new.address, new.index(name)) for name in names]


def _indexes_over(operation: DropColumn, before: State) -> list[DropIndex]:
    """Returns what drops the indexes of a column first, which SQLite does not do by itself."""
    table = before.table(operation.address)
    return [DropIndex(table.address, part.name) for part in table.parts_over(operation.name) if part.name in table.indexes]


def changes_rows(text: str, dialect: str | None = None) -> bool:
    """Whether a statement is about rows, so that it can be rolled back on every server."""
    word, _, _ = first_tokens(text, dialect)
    return word.upper() in ROWS if word else True


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
    written = with_indexes if dialect in DIALECTS else recomputed if dialect == "postgres" else statements
    for statement in written(operation, before, later):
        try:
            found += texts(wire.pack(statement), dialect)
        except UnsupportedError as error:  # noqa: PERF203 - few statements, each with its error
            raise UnsupportedError(f"{operation}: {error}") from error
    return found
