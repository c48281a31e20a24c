"""What is open about a change: renames, what rows get, what becomes of values, what may be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.changes.answers import Answers
from oxyde.migrations.changes.candidates import Candidate, unmatched
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.literals import literal
from oxyde.migrations.operations import AddColumn, AlterColumn, AlterEnumType, DropColumn, Operation
from oxyde.migrations.parts import Column, shown
from oxyde.migrations.state import State
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Question:
    """An open question.

    Attributes:
        text: The question.
        flag: The flag that answers it.
        kind: Whether the answer is yes or no, or a text: SQL, or a value.
        answered: Returns the answers with a reply: a bool, or the text.
    """

    text: str
    flag: str
    kind: Literal["yes or no", "text"]
    answered: Callable[[Answers, Any], Answers]

    def __str__(self) -> str:
        return f"{self.text} Answer with {self.flag}"


def about_rename(pair: Candidate) -> Question:
    """Returns the question whether a pair is one thing."""
    word = {"table": "table", "column": "column", "enum": "enumeration type"}[pair.kind]
    one, other = (pair.old, pair.new) if pair.columns is None else ((*pair.new, pair.columns[0]), (*pair.new, pair.columns[1]))

    def answered(answers: Answers, reply: bool) -> Answers:
        return answers.renamed(pair) if reply else replace(answers, refused=answers.refused | {pair})

    text = f"Was the {word} {dotted.join(one)} renamed to {dotted.join(other)}?"
    return Question(text, f"{pair.flag}, or --no-rename", "yes or no", answered)


def about_loss(what: str, answers: Answers) -> list[Question]:
    """Returns the question whether something may be lost; none where that was answered."""
    if answers.yes or what in answers.confirmed:
        return []

    def answered(answers: Answers, reply: bool) -> Answers:
        if not reply:
            raise MigrationError(f"{what}; nothing was written")
        return replace(answers, confirmed=answers.confirmed | {what})

    return [Question(f"{what}. Is that meant?", "--yes", "yes or no", answered)]


def replaced_columns(old: State, new: State, renames: Renames) -> Iterator[str]:
    """Yields what is lost where columns go and others come that no rename can connect."""
    for address, table in new.tables.items():
        before = old.tables.get(renames.before(address))
        if before is not None and (before.address in renames.tables or before.address == address):
            gone, added = unmatched(before, table, renames.columns.get(address, {}))
            if gone and added:
                several = "values are" if len(gone) == 1 else "values of each are"
                yield f"{shown(address)}: {', '.join(gone)} would be dropped, whose {several} lost, and {', '.join(added)} added"


def completed(
    operations: Sequence[Operation],
    before: State,
    answers: Answers,
    initials: Mapping[tuple[Address, str], Any],
    dialect: str,
) -> tuple[list[Operation], list[Question]]:
    """Returns operations with what rows and values become, and what is open about that.

    Args:
        operations: The operations.
        before: The state before them.
        answers: What the operator said.
        initials: The wire values of the defaults of the models, by table and column.
        dialect: postgres, mysql, mariadb or sqlite.

    Raises:
        MigrationError: An answer is about what does not change.
    """
    made: list[Operation] = []
    questions: list[Question] = []
    used: set[object] = set()
    state = before
    for operation in operations:
        done = operation
        match operation:
            case AddColumn(address, column) if _needs_fill(column):
                fill, asked = _fill(address, column, answers, initials, dialect)
                done, questions = replace(operation, fill=fill), [*questions, *asked]
                used.add((address, column.name))
            case AlterColumn(address, name, changes):
                after = operation.after(state)
                if changes.get("nullable") is False:
                    fill, asked = _fill(address, after, answers, initials, dialect)
                    done, questions = replace(operation, fill=fill), [*questions, *asked]
                    used.add((address, name))
                if (lost := operation.loses(state)) is not None:
                    questions += about_loss(f"The change loses {lost}", answers)
            case DropColumn(address, name):
                done = replace(operation, fill=answers.fills.get((address, name)))
                used.add((address, name))
            case AlterEnumType(enum, values):
                chosen = answers.maps.get(enum, {})
                used |= {(enum, value) for value in chosen}
                done = replace(operation, map=dict(chosen))
                questions += _values(enum, values, state, chosen)
            case _:
                pass
        made.append(done)
        state = done.apply(state)
    _check_used(answers, used)
    return made, questions


def _check_used(answers: Answers, used: set[object]) -> None:
    for (table, column), sql in answers.fills.items():
        if (table, column) not in used:
            raise MigrationError(f"--fill {dotted.join((*table, column))}={sql}: no row of it has to be filled")
    for enum, values in answers.maps.items():
        for value in values:
            if (enum, value) not in used:
                raise MigrationError(f"--map: {value!r} of {shown(enum)} stays, or was none of its values")


def _needs_fill(column: Column) -> bool:
    by_itself = column.auto or column.default is not None or column.generated is not None or column.identity is not None
    return not column.nullable and not by_itself


def _fill(
    address: Address, column: Column, answers: Answers, initials: Mapping[tuple[Address, str], Any], dialect: str
) -> tuple[str | None, list[Question]]:
    """Returns what the rows of a column get that takes no NULL, or the question: its default, that of the model, or what was said."""
    place = address, column.name
    if place in answers.fills:
        return answers.fills[place], []
    if column.default is not None:
        return column.default, []
    if (initial := initials.get(place)) is not None and (sql := literal(initial, dialect)) is not None:
        return sql, []

    def answered(answers: Answers, reply: str) -> Answers:
        return answers.filled(*place, reply)

    name = dotted.join((*address, column.name))
    return None, [Question(f"{name} takes no NULL; which SQL do the rows that are there get?", f"--fill {name}=SQL", "text", answered)]


def _values(enum: Address, values: tuple[str, ...], state: State, chosen: Mapping[str, str | None]) -> list[Question]:
    """Returns the questions what becomes of the values of a type that go, where columns hold them."""
    users = state.columns_of(enum)
    gone = [value for value in state.values(enum) if value not in values and value not in chosen] if users else []
    return [_about_value(enum, (*users[0][0].address, users[0][1].name), value, values) for value in gone]


def _about_value(enum: Address, column: tuple[str | None, ...], value: str, values: tuple[str, ...]) -> Question:
    def answered(answers: Answers, reply: str) -> Answers:
        return answers.mapped(enum, value, None if reply == "NULL" else reply)

    name = dotted.join((*column, value))
    text = f"{dotted.join(column)} loses the value {value!r}; which of {', '.join(values)} or NULL do its rows get?"
    return Question(text, f"--map {name}=VALUE", "text", answered)
