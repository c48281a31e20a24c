"""Fewer operations that do the same: each is joined with an earlier one where nothing between depends on either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from oxyde.exceptions import MigrationError
from oxyde.migrations.operations import (
    AddColumn,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    CreateEnumType,
    CreateSchema,
    CreateTable,
    Operation,
    replay,
)
from oxyde.migrations.parts import Column
from oxyde.migrations.squashing.joined import joined
from oxyde.migrations.squashing.touched import Touched, touched
from oxyde.migrations.state import State


def reduced(operations: Sequence[Operation], before: State) -> list[Operation]:
    """Returns fewer operations that lead to the same state and leave rows the same.

    Args:
        operations: The operations.
        before: The state before them.
    """
    row = _Row(before)
    left = _types_first(list(_spelled(operations, before)), before)[::-1]
    while left:
        row.add(left.pop())
        while (again := row.shortened()) is not None:
            left += again[::-1]
            if left:
                row.add(left.pop())
    return row.operations


def _spelled(operations: Sequence[Operation], state: State) -> Iterator[Operation]:
    """Yields operations that name enumerations only, each created by an operation of its own."""
    for operation in operations:
        plain, made = _without_values(operation, state)
        for one in (*made, plain):
            yield one
            state = one.apply(state)


def _without_values(operation: Operation, state: State) -> tuple[Operation, list[Operation]]:
    columns: list[Column] = []
    match operation:
        case CreateTable(table):
            schema, columns = table.schema, list(table.columns.values())
            plain: Operation = CreateTable(replace(table, columns={one.name: _bare(one) for one in columns}))
        case AddColumn((schema, _), column):
            columns, plain = [column], replace(operation, column=_bare(column))
        case AlterColumn((schema, _), _, changes) if "type" in changes:
            columns = [operation.after(state)]
            plain = replace(operation, changes={**changes, "type": _bare(columns[0]).type})
        case _:
            return operation, []
    wanted = {(schema, one.enum): one.type.labels for one in columns if one.enum is not None and one.type.labels}
    return plain, [CreateEnumType(enum, values) for enum, values in wanted.items() if enum not in state.enums]


def _bare(column: Column) -> Column:
    return replace(column, type=replace(column.type, labels=())) if column.enum is not None else column


def _types_first(operations: list[Operation], before: State) -> list[Operation]:
    """Returns operations with the creation of types and schemas as early as it can be, so that tables can be created with them."""
    place = 0
    for at in range(len(operations)):
        if isinstance(operations[at], (CreateEnumType, CreateSchema)):
            about = _all_touched(operations, before)
            to = at
            while to > place and not about[to - 1].meets(about[at]):
                to -= 1
            operations.insert(to, operations.pop(at))
            place = to + 1 if to == place else place
    return operations


def _all_touched(operations: Sequence[Operation], state: State) -> list[Touched]:
    found: list[Touched] = []
    for operation in operations:
        found.append(touched(operation, state))
        state = operation.apply(state)
    return found


class _Row:
    """Operations so far, what each is about, and the states between them."""

    def __init__(self, before: State) -> None:
        self.operations: list[Operation] = []
        self._about: list[Touched] = []
        self._states = [before]

    def add(self, operation: Operation) -> None:
        """Adds an operation after the others."""
        self._about.append(touched(operation, self._states[-1]))
        self._states.append(operation.apply(self._states[-1]))
        self.operations.append(operation)

    def shortened(self) -> list[Operation] | None:
        """Joins the last operation with an earlier one; returns what is to be added anew, or None where it cannot be joined."""
        if not self.operations:
            return None
        at, is_free = len(self.operations) - 1, True  # whether the last can stand at once after the one that is looked at
        for first in range(at - 1, -1, -1):
            if not self._about[first].meets(self._about[at]):
                continue
            can_go = not any(self._about[first].meets(between) for between in self._about[first + 1 : at])
            for is_early in ([True] if is_free else []) + ([False] if can_go else []):
                if (made := self._joined(first, is_early=is_early)) is not None:
                    del self.operations[first:], self._about[first:], self._states[first + 1 :]
                    return made
            is_free = self._only_adds(at)
        return None

    def _only_adds(self, at: int) -> bool:
        """Whether an operation adds values to an enumeration, which may be there earlier: what comes between does not use them."""
        match self.operations[at]:
            case AddEnumValue():
                return True
            case AlterEnumType(enum, values, changes):
                return not changes and set(self._states[at].values(enum)) <= set(values)
            case _:
                return False

    def _joined(self, first: int, *, is_early: bool) -> list[Operation] | None:
        """Returns what replaces the last operation, an earlier one and those between; None where that would lead elsewhere."""
        *between, last = self.operations[first + 1 :]
        state = self._states[first]
        try:
            one = joined(self.operations[first], last, state if is_early else replay(between, state))
            if one is None:
                return None
            made = [*one, *between] if is_early else [*between, *one]
            return made if replay(made, state) == self._states[-1] else None
        except MigrationError:
            return None
