"""The text of a migration file; the same operations make the same text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from oxyde.migrations.folder.calls import calls, factories
from oxyde.migrations.folder.layout import Group, laid_out, text
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    CreateEnumType,
    CreateIndex,
    CreateSchema,
    CreateTable,
    CreateView,
    DropEnumType,
    Inverse,
    Irreversible,
    Operation,
)
from oxyde.migrations.state import State

LONGEST: Final = 50
"""The most characters of a name beside its number."""
SHOWN: Final = 3
"""How many operations the description names."""


def source(operations: Sequence[Operation], back: Inverse, before: State, after: State, depends_on: str | None) -> str:
    """Returns the text of a migration.

    Args:
        operations: What it does.
        back: What undoes that, or why nothing does.
        before: The state before it.
        after: The state after it.
        depends_on: The migration before it.
    """
    used: set[str] = set()
    upgrade = _body(operations, before, used)
    if isinstance(back, Irreversible):
        reason = Group("raise NotImplementedError(", (("", text(back.reason)),), ")")
        downgrade = f"    {laid_out(reason, 4)}\n"
    else:
        downgrade = _body(back, after, used)
    imports = f"from oxyde.migrations import {', '.join(sorted(used))}\n\n" if used else ""
    depends = "None" if depends_on is None else text(depends_on)
    return (
        f'"""{described(operations)}"""\n\n{imports}depends_on = {depends}\n\n\n'
        f"def upgrade(ctx):\n{upgrade}\n\ndef downgrade(ctx):\n{downgrade}"
    )


def _body(operations: Sequence[Operation], state: State, used: set[str]) -> str:
    """Returns the lines of a function; adds the factories that they use."""
    lines: list[str] = []
    for operation in operations:
        if (lost := operation.loses(state)) is not None:
            lines.append(f"    # loses data: {plain(lost)}\n")
        groups = calls(operation, state)
        used.update(factories(groups))
        lines += [f"    {laid_out(group, 4)}\n" for group in groups]
        state = operation.apply(state)
    return "".join(lines) or "    pass\n"


def described(operations: Sequence[Operation]) -> str:
    """Returns the sentence that describes operations."""
    if not operations:
        return "Changes that are written by hand."
    lines = [plain(str(operation)) for operation in operations[:SHOWN]]
    lines[1:] = [line[0].lower() + line[1:] for line in lines[1:]]
    more = len(operations) - len(lines)
    lines += [f"{more} more"] if more else []
    return "; ".join(lines) + "."


def plain(line: str) -> str:
    """Returns a line without what would end or escape a docstring or comment."""
    return re.sub(r"[\"\\]|[^ -~\xa1-\U0010ffff]", "'", line)


def named(operations: Sequence[Operation], *, first: bool) -> str:
    """Returns a name that says what operations do, without number.

    Args:
        operations: The operations.
        first: Whether no migration is before it.
    """
    if not operations:
        return "by_hand"
    if first and all(not isinstance(operation, AddColumn) for operation in operations):
        return "initial"
    aside = (CreateSchema, CreateEnumType, DropEnumType)
    words = [_words(operation) for operation in operations if not isinstance(operation, aside)] or list(map(_words, operations))
    kept = words[:1]
    for word in words[1:]:
        if len("_".join([*kept, word])) > LONGEST or len(kept) == SHOWN:
            break
        kept.append(word)
    name = "_".join(kept)[:LONGEST].strip("_")
    return name if len(kept) == len(words) else f"{name}_and_more"


def _words(operation: Operation) -> str:
    """Returns an operation in a few words of a file name."""
    match operation:
        case CreateTable(table):
            said = f"create {table.name}"
        case CreateView((_, name), _):
            said = f"create {name}"
        case AddColumn((_, table), column):
            said = f"add {table} {column.name}"
        case AddConstraint(_, constraint):
            said = f"add {constraint.name}"
        case CreateIndex(_, index):
            said = f"create {index.name}"
        case _:
            said = str(operation).split(":")[0].split(" (")[0]
    return re.sub(r"\W+", "_", said.lower(), flags=re.ASCII).strip("_")
