"""Two operations, one after the other, as one or none that do the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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
    CreateSchema,
    CreateTable,
    CreateView,
    DropColumn,
    DropConstraint,
    DropEnumType,
    DropIndex,
    DropTable,
    DropView,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RenameTable,
)
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State

OF_TABLES: Final = (
    AddColumn,
    DropColumn,
    RenameColumn,
    AlterColumn,
    CommentColumn,
    AddConstraint,
    DropConstraint,
    RenameConstraint,
    CreateIndex,
    DropIndex,
    RenameIndex,
    AlterKey,
    CommentTable,
)
PLAIN: Final = {"comment", "default", "nullable"}
"""The changes of a column that convert no values."""


def joined(first: Operation, second: Operation, before: State) -> list[Operation] | None:
    """Returns what does the same as two operations, shorter; None where nothing is known.

    Args:
        first: The one.
        second: The one after it.
        before: The state before the first.
    """
    for rule in _RULES:
        found = rule(first, second, before)
        if found is not None:
            return found
    return None


def _created(first: Operation, second: Operation, before: State) -> list[Operation] | None:
    """A table that was just created has no rows: it is created as it is afterwards."""
    if not isinstance(first, CreateTable):
        return None
    match second:
        case DropTable(address) if address == first.table.address:
            return []
        case RenameTable(address) if address == first.table.address:
            return [CreateTable(second.apply(first.apply(before)).table(second.new))]
        case _ if isinstance(second, OF_TABLES) and second.address == first.table.address:
            return [CreateTable(second.apply(first.apply(before)).table(second.address))]
        case _:
            return None


def _dropped(first: Operation, second: Operation, _: State) -> list[Operation] | None:
    """What is dropped need not be changed before."""
    match first, second:
        case RenameTable(), DropTable(address) if address == first.new:
            return [DropTable(first.address)]
        case _, DropTable(address) if isinstance(first, OF_TABLES) and first.address == address:
            return [second]
        case AlterColumn(address, name) | CommentColumn(address, name), DropColumn(where, gone) if (address, name) == (where, gone):
            return [second]
        case RenameColumn(address, name, new), DropColumn(where, gone) if (address, new) == (where, gone):
            return [replace(second, name=name)]
        case RenameConstraint(address, name, new), DropConstraint(where, _, gone) if (address, new) == (where, gone):
            return [replace(second, name=name)]
        case RenameIndex(address, name, new), DropIndex(where, gone) if (address, new) == (where, gone):
            return [replace(second, name=name)]
        case RenameEnumType() | AddEnumValue() | AlterEnumType(), DropEnumType(enum):
            was = first.new if isinstance(first, RenameEnumType) else first.address
            return [DropEnumType(first.address)] if was == enum else None
        case _:
            return None


def _undone(first: Operation, second: Operation, before: State) -> list[Operation] | None:
    """What is made and dropped, or dropped and made again as it was, need not be; tables and columns have rows and are not made again."""
    match first, second:
        case AddColumn(address, column), DropColumn(where, gone) if (address, column.name) == (where, gone):
            return []
        case AddConstraint(address, made), DropConstraint(where, _, gone) if (address, made.name) == (where, gone):
            return []
        case CreateIndex(address, made), DropIndex(where, gone) if (address, made.name) == (where, gone):
            return []
        case CreateEnumType(enum), DropEnumType(gone) if enum == gone:
            return []
        case CreateView(view), DropView(gone) if view == gone:
            return []
        case DropConstraint(address, _, name), AddConstraint(where, again) if (address, name) == (where, again.name):
            return [] if before.table(address).constraint(name) == again else None
        case DropIndex(address, name), CreateIndex(where, again) if (address, name) == (where, again.name):
            return [] if before.table(address).index(name) == again else None
        case DropView(view), CreateView(again, sql) if view == again:
            return [] if before.views.get(view) == sql else None
        case _:
            return None


def _renamed(first: Operation, second: Operation, _: State) -> list[Operation] | None:
    """What is made and renamed is made with the name; what is renamed twice is renamed once, or not."""
    match first, second:
        case AddColumn(address, column), RenameColumn(where, name, new) if (address, column.name) == (where, name):
            return [replace(first, column=replace(column, name=new))]
        case AddConstraint(address, made), RenameConstraint(where, name, new) if (address, made.name) == (where, name):
            return [replace(first, constraint=replace(made, name=new))]
        case CreateIndex(address, made), RenameIndex(where, name, new) if (address, made.name) == (where, name):
            return [replace(first, index=replace(made, name=new))]
        case CreateEnumType(enum), RenameEnumType(where, name) if enum == where:
            return [replace(first, address=(enum[0], name))]
        case (RenameTable() | RenameEnumType(), RenameTable(where, new) | RenameEnumType(where, new)) if type(first) is type(second):
            if first.new != where:
                return None
            return [] if first.address[1] == new else [replace(first, name=new)]
        case (
            RenameColumn() | RenameConstraint() | RenameIndex(),
            RenameColumn(where, again, new) | RenameConstraint(where, again, new) | RenameIndex(where, again, new),
        ) if type(first) is type(second) and (first.address, first.new) == (where, again):
            return [] if first.name == new else [replace(first, new=new)]
        case _:
            return None


def _settled(first: Operation, second: Operation, before: State) -> list[Operation] | None:
    """What is set twice is set once."""
    match first, second:
        case (CommentTable(address), CommentTable(where)) | (AlterKey(address), AlterKey(where)) if address == where:
            return [second]
        case CommentColumn(address, name), CommentColumn(where, again) if (address, name) == (where, again):
            return [second]
        case CreateSchema(name), CreateSchema(again) if name == again:
            return [first]
        case CreateEnumType(enum), AddEnumValue(where) | AlterEnumType(where) if enum == where:
            return [CreateEnumType(enum, second.apply(first.apply(before)).values(enum))]
        case AlterColumn(address, name), AlterColumn(where, again) if (address, name) == (where, again):
            return _altered(first, second, before)
        case _:
            return None


def _altered(first: AlterColumn, second: AlterColumn, before: State) -> list[Operation] | None:
    """Two changes of a column are one where no value is converted or filled in between."""
    if not first.changes.keys() | second.changes.keys() <= PLAIN or first.fill is not None or first.using is not None or second.using:
        return None
    column = before.table(first.address).column(first.name)
    changes = {name: value for name, value in {**first.changes, **second.changes}.items() if getattr(column, name) != value}
    return [replace(second, changes=changes)] if changes else []


def _added(first: Operation, second: Operation, _: State) -> list[Operation] | None:
    """A column that is added and changed is added as it is afterwards, if the rows that are there get the same value."""
    match first, second:
        case AddColumn(address, column), CommentColumn(where, name, comment) if (address, column.name) == (where, name):
            return [replace(first, column=replace(column, comment=comment))]
        case AddColumn(address, column), AlterColumn(where, name) if (address, column.name) == (where, name):
            after = replace(column, **second.changes)
            if second.using is not None or not second.changes.keys() <= PLAIN:
                return None
            fill = _filled(first, second, after)
            return None if fill is _UNKNOWN else [AddColumn(address, after, first.key, fill)]
        case _:
            return None


_UNKNOWN: Final = "?"


def _filled(first: AddColumn, second: AlterColumn, after: Column) -> str | None:
    """Returns the ``fill`` of the column as it is afterwards that gives rows what they had after both."""
    value = first.fill or first.column.default
    if second.fill is not None and first.column.nullable:
        if value is not None:  # which may be NULL in some rows
            return _UNKNOWN
        value = second.fill
    if value is None:
        return None if after.default is None else _UNKNOWN
    return None if value == after.default else value


_RULES: Final[tuple[Callable[[Operation, Operation, State], list[Operation] | None], ...]] = (
    _created,
    _dropped,
    _undone,
    _renamed,
    _settled,
    _added,
)
