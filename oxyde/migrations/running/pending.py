"""What ``migrate --plan`` shows: what would be done, with the locks that it takes, what it loses, and its lints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.migrations import live
from oxyde.migrations.lint import Lint, TableLock, lints, locks, of_operations
from oxyde.migrations.operations import Operation, RenameTable
from oxyde.migrations.parts import shown, written
from oxyde.migrations.running.constraint_names import named_as_there
from oxyde.migrations.running.history import Task
from oxyde.migrations.sql.script import Step
from oxyde.migrations.state import State
from oxyde.schema.relation import Address

COUNTED: Final = 100_001
"""How far the rows of a table are counted: lints ask whether there are more than 100,000."""


@dataclass(frozen=True)
class Pending:
    """A migration that would be applied, or undone.

    Attributes:
        task: What would be done.
        locks: Of each step, on tables that the database has.
        lints: What is unsafe about it while the application runs.
    """

    task: Task
    locks: Sequence[Sequence[TableLock]]
    lints: Sequence[Lint]

    @property
    def steps(self) -> Iterable[tuple[Step, str | None, Sequence[TableLock]]]:
        """The steps, each with what it loses and its locks."""
        return [(step, step.operation.loses(step.before), taken) for step, taken in zip(self.task.steps, self.locks, strict=True)]


def pending(tasks: Sequence[Task], dialect: str) -> Steps[list[Pending]]:
    """Looks at the database that tasks are for, and returns what they would do to it; nothing is changed.

    Tables that the tasks make themselves are locked too, and nobody can wait for them: they have no locks and no lints here.

    Args:
        tasks: In order.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    counts = yield from _counts({address for task in tasks for address in _tables(task)}, dialect)
    found = []
    for task in (yield from named_as_there(tasks, dialect)):
        unsafe, taken = _lints(task, dialect, counts), []
        for step in task.steps:
            sent = locks(step.operation, step.before, dialect) if step.texts else []  # one may be part of another's rebuild
            taken.append([lock for lock in sent if lock.table in counts])
            _follow(step.operation, counts)
        found.append(Pending(task, taken, unsafe))
    return found


def _tables(task: Task) -> Iterable[Address]:
    return [address for step in task.steps for address in step.before.tables]


def _counts(wanted: set[Address], dialect: str) -> Steps[dict[Address, int]]:
    """Counts the rows of the tables that are there."""
    schemas = {schema for schema, _ in wanted}
    there: State = (yield from live.read(dialect, schemas=schemas, tables={name for _, name in wanted})) if wanted else State()
    counts: dict[Address, int] = {}
    for address in there.tables.keys() & wanted:
        sql = f"SELECT COUNT(*) AS n FROM (SELECT 1 FROM {written(address, dialect)} LIMIT {COUNTED}) AS counted"  # noqa: S608 - the name is quoted
        (row,) = yield from query(sql, {}, dialect)
        counts[address] = row["n"]
    return counts


def _lints(task: Task, dialect: str, counts: dict[Address, int]) -> list[Lint]:
    if not task.steps:
        return []
    before = task.steps[0].before
    if task.backwards:
        return of_operations([step.operation for step in task.steps], before, dialect, counts)
    return lints(task.migration, before, dialect, counts)


def _follow(operation: Operation, counts: dict[Address, int]) -> None:
    """Keeps the counts of a table that is renamed."""
    if isinstance(operation, RenameTable) and operation.address in counts:
        counts[operation.new] = counts.pop(operation.address)


def as_rows(found: Sequence[Pending]) -> list[dict[str, object]]:
    """Returns what is shown as objects for JSON, one for each step, and one for a migration that is only recorded."""
    return [row for one in found for row in (_rows(one) if not one.task.faked else [_row(one.task, None, None, (), (), ())])]


def _rows(one: Pending) -> Iterator[dict[str, object]]:
    for step, lost, taken in one.steps:
        named = [str(lint) for lint in one.lints if lint.operation == step.operation]
        yield _row(one.task, str(step.operation), lost, taken, named, step.texts)


def _row(
    task: Task, operation: str | None, lost: str | None, taken: Iterable[TableLock], lints: Sequence[str], texts: Sequence[str]
) -> dict[str, object]:
    return {
        "migration": task.name,
        "backwards": task.backwards,
        "recorded": task.faked,
        "operation": operation,
        "loses": lost,
        "locks": [{"table": shown(lock.table), "mode": lock.mode, "blocks": lock.blocks, "work": lock.work} for lock in taken],
        "lints": list(lints),
        "sql": list(texts),
    }
