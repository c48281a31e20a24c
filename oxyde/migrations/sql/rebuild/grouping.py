"""Which operations of a migration a table is made anew for together: as many as can be, without changing what their order means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
    CreateEnumType,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    Operation,
    RenameConstraint,
    RenameIndex,
)
from oxyde.migrations.parts import Index
from oxyde.migrations.sql.rebuild.declaration import mentions
from oxyde.migrations.sql.rebuild.need import made_anew
from oxyde.migrations.sql.rebuild.rebuild import Rebuild
from oxyde.migrations.state import State
from oxyde.schema.relation import Address

ON_TABLES: Final = (
    AddColumn, DropColumn, AlterColumn, CommentColumn, AddConstraint, DropConstraint, RenameConstraint, AlterKey, CreateIndex, DropIndex,
    RenameIndex, CommentTable,
)  # fmt: skip
"""Operations on one table, which can be part of making it anew."""
APART: Final = (*ON_TABLES, CreateTable, CreateEnumType, AddEnumValue, AlterEnumType)
"""Operations that may change places with those on other tables."""


@dataclass
class _Group:
    """A table that will be made anew.

    Attributes:
        members: The operations, each with the state before it.
        after: The state after the last of them.
    """

    after: State
    members: list[tuple[Operation, State]] = field(default_factory=list)


def arranged(operations: Sequence[Operation], before: State) -> Iterator[tuple[Operation, State] | Rebuild]:
    """Yields operations, each with the state before it, and rebuilds of tables, in the order in which they are done.

    Args:
        operations: The operations.
        before: The state before them.
    """
    pending: dict[Address, _Group] = {}
    state = before
    for operation in operations:
        after = operation.apply(state)
        own = _table(operation)
        targets = made_anew(operation, state)
        if not targets and own in pending and _joins(operation, state):
            targets = (own,)
        others = [group for address, group in pending.items() if address not in targets]
        if (not targets and own in pending) or not all(_may_pass(operation, group) for group in others):
            yield from _made(pending)
            targets = made_anew(operation, state)
        for address in targets:
            group = pending.setdefault(address, _Group(after))
            group.members.append((operation, state))
            group.after = after
        if not targets:
            yield operation, state
        state = after
    yield from _made(pending)


def _made(pending: dict[Address, _Group]) -> Iterator[Rebuild]:
    for address, group in pending.items():
        yield Rebuild(address, tuple(group.members), group.after)
    pending.clear()


def _table(operation: Operation) -> Address | None:
    """Returns the one table that an operation is on."""
    if isinstance(operation, ON_TABLES):
        return operation.address
    return operation.table.address if isinstance(operation, CreateTable) else None


def _joins(operation: Operation, state: State) -> bool:
    """Whether an operation that SQLite could do by itself can be part of making its table anew."""
    match operation:
        case CreateIndex(_, index):
            return not index.is_fulltext
        case DropIndex(address, name) | RenameIndex(address, name):
            one: Index = state.table(address).index(name)
            return not one.is_fulltext
        case AddConstraint():
            return False
        case _:
            return isinstance(operation, ON_TABLES)


def _may_pass(operation: Operation, group: _Group) -> bool:
    """Whether an operation may be done before a group of another table that is said earlier."""
    return all(isinstance(one, APART) and not _reads(one) for one in (operation, *(member for member, _ in group.members)))


def _reads(operation: Operation) -> bool:
    """Whether an operation may read other tables."""
    match operation:
        case AddColumn(_, _, _, fill):
            return fill is not None and mentions(fill, "select")
        case AlterColumn(_, _, _, using, fill):
            return any(sql is not None and mentions(sql, "select") for sql in (using, fill))
        case _:
            return False
