"""What a database calls the constraints that another tool made, which the migrations call otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from oxyde.db.steps import Steps
from oxyde.migrations import live
from oxyde.migrations.parts import Index, Part, Unique
from oxyde.migrations.running.history import Task
from oxyde.migrations.sql.script import Step
from oxyde.migrations.state import Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

_QUOTED: Final = r'(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`)'
_VERBS: Final = "DROP CONSTRAINT|RENAME CONSTRAINT|VALIDATE CONSTRAINT|DROP FOREIGN KEY|DROP INDEX|RENAME INDEX"
_NAMED: Final = re.compile(rf"^(ALTER TABLE (?:{_QUOTED}\.)?{_QUOTED} (?:{_VERBS}) |DROP INDEX )({_QUOTED})")


def as_there(step: Step, text: str, dialect: str) -> Steps[str]:
    """Returns a statement with the name that the database has for the unique constraint or foreign key that it changes.

    ``migrate --fake-initial`` takes over a database whose constraints another tool named, and ``check --db`` counts them as equal. One that
    is there under its name in the migrations is meant by that name.

    Args:
        step: The step that sends the statement.
        text: The statement.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    match = _NAMED.match(text)
    address: Address | None = getattr(step.operation, "address", None)
    if match is None or address is None or dialect == "sqlite" or address not in step.before.tables:
        return text
    start, quoted = match.groups()
    quote = quoted[0]
    name, table = quoted[1:-1].replace(quote * 2, quote), step.before.table(address)
    wanted = table.constraints.get(name)
    if not isinstance(wanted, (Unique, ForeignKey)):
        return text
    there = (yield from live.read(dialect, schemas={address[0]}, tables={address[1]})).tables.get(address)
    if there is None:
        return text
    is_index = isinstance(wanted, ForeignKey) and " INDEX " in start  # the one that MySQL gave the key
    parts: Mapping[str, Part] = there.indexes if is_index else there.constraints
    found = None if name in parts or name in there.constraints else _under_another_name(wanted, parts, table, is_index=is_index)
    if found is None:
        return text
    return f"{start}{quote}{found.replace(quote, quote * 2)}{quote}{text[match.end() :]}"


def named_as_there(tasks: Sequence[Task], dialect: str) -> Steps[list[Task]]:
    """Returns tasks with the statements that ``as_there`` would send, as far as the database tells before any of them has run.

    Args:
        tasks: In order.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    found, used = [], set[str]()
    for task in tasks:
        steps = []
        for step in task.steps:
            texts = []
            for text in step.texts:
                sent = yield from as_there(step, text, dialect)
                texts.append(text if sent in used else sent)  # one that is dropped and added again has its new name afterwards
                used |= {sent} - {text}
            steps.append(replace(step, texts=texts))
        found.append(replace(task, steps=steps))
    return found


def _under_another_name(wanted: Unique | ForeignKey, parts: Mapping[str, Part], table: Table, *, is_index: bool) -> str | None:
    """Returns the name of the one part that is what is wanted and that the migrations do not know; None where it is none, or several."""
    known = {part.name for part in table.parts}
    found = [name for name, part in parts.items() if name not in known and _is_it(wanted, part, is_index=is_index)]
    return found[0] if len(found) == 1 else None


def _is_it(wanted: Unique | ForeignKey, part: Part, *, is_index: bool) -> bool:
    match part:
        case Index():
            return is_index and not part.unique and part.parts == wanted.columns
        case Unique():
            return isinstance(wanted, Unique) and part.columns == wanted.columns
        case ForeignKey():
            return isinstance(wanted, ForeignKey) and _ends(part) == _ends(wanted)
        case _:
            return False


def _ends(key: ForeignKey) -> tuple[object, ...]:
    return key.columns, key.target, key.target_columns
