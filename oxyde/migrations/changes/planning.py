"""The change from migrations to models: its operations, and what is open about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from oxyde import schema
from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.adoption import adopted
from oxyde.migrations.changes.answers import Answers
from oxyde.migrations.changes.candidates import Candidate, candidates
from oxyde.migrations.changes.diff import after_renames, diff
from oxyde.migrations.changes.questions import Question, about_loss, about_rename, completed, replaced_columns
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.operations import Operation, RenameConstraint, RenameIndex
from oxyde.migrations.state import State


@dataclass(frozen=True)
class Plan:
    """A change.

    Attributes:
        operations: What it does.
        questions: What is open; empty when it can be written.
    """

    operations: Sequence[Operation]
    questions: Sequence[Question]


def plan(old: State, new: State, tables: Sequence[schema.Table], answers: Answers, dialect: str) -> Plan:
    """Returns the change from the state of the files to that of the models.

    Args:
        old: The state of the files.
        new: The state of the models.
        tables: The tables of the models, which know older names and defaults.
        answers: What the operator said.
        dialect: postgres, mysql, mariadb or sqlite.

    Raises:
        MigrationError: An answer is about what is not there.
    """
    renames = hinted(old, new, tables, answers.renames)
    pairs = [] if answers.no_rename else [pair for pair in candidates(old, new, renames) if pair not in answers.refused]
    initials = {(table.address, column.name): column.initial for table in tables for column in table.columns}
    wanted = adopted(after_renames(old, new, renames), new, initials, dialect)
    operations = diff(old, wanted, renames)
    _check_parts(operations, answers)
    if pairs:
        either = _whatever_was_renamed(pairs, answers, lambda answers: plan(old, new, tables, answers, dialect))
        return Plan(operations, [*map(about_rename, pairs), *either])
    made, questions = completed(operations, old, answers, initials, dialect)
    losses = [question for lost in replaced_columns(old, wanted, renames) for question in about_loss(lost, answers)]
    return Plan(made, [*losses, *questions])


def _whatever_was_renamed(pairs: Sequence[Candidate], answers: Answers, planned: Callable[[Answers], Plan]) -> list[Question]:
    """Returns what is open too, whether pairs were renamed or not, so that all flags of a command can be given at once."""
    renamed = answers
    for pair in pairs:
        renamed = renamed.renamed(pair)
    try:
        kept, changed = planned(replace(answers, no_rename=True)), planned(renamed)
    except MigrationError:  # an answer that fits one of them only
        return []
    flags = {question.flag for question in changed.questions}
    return [question for question in kept.questions if question.flag in flags]


def hinted(old: State, new: State, tables: Sequence[schema.Table], known: Renames) -> Renames:
    """Returns the renames that are known, with those that ``Meta.was`` and ``db_was`` say and that have not been made yet."""
    found = dict(known.tables)
    for table in tables:
        was = (table.schema, table.was or "")
        if was in old.tables and was not in new.tables and table.address in new.tables and table.address not in old.tables:
            found.setdefault(was, table.address)
    renames = replace(known, tables=found)
    columns = {address: dict(pairs) for address, pairs in known.columns.items()}
    for table in tables:
        before, after = old.tables.get(renames.before(table.address)), new.tables.get(table.address)
        if before is None or after is None:
            continue
        for column in table.columns:
            was_there = column.was is not None and column.was in before.columns and column.was not in after.columns
            if was_there and column.name not in before.columns:
                columns.setdefault(table.address, {}).setdefault(str(column.was), column.name)
    return replace(renames, columns=columns)


def _check_parts(operations: Sequence[Operation], answers: Answers) -> None:
    """Refuses renames of constraints and indexes that are none: they have to be the same but for the name."""
    for (kind, old), new in answers.parts.items():
        wanted = RenameIndex if kind == "index" else RenameConstraint
        if not any(isinstance(one, wanted) and (one.name, one.new) == (old, new) for one in operations):
            raise MigrationError(f"--rename {kind}:{old}={new}: there are no two of those names that are the same but for the name")
