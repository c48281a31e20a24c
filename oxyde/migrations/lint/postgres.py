"""The locks of operations on PostgreSQL, as its manual says for ALTER TABLE and the tests see in pg_locks."""

from __future__ import annotations

from typing import Final

from oxyde.migrations.lint.declared import declared, is_steady
from oxyde.migrations.lint.lock import TableLock, Work
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    DropView,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    ValidateConstraint,
)
from oxyde.migrations.parts import Check, Column
from oxyde.migrations.sql.recomputed import is_recomputed
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

_BINARY: Final = frozenset({"text", "varchar", "citext"})
"""Types whose values are stored alike."""


def locks(operation: Operation, before: State) -> list[TableLock]:
    """Returns the locks of an operation."""
    match operation:
        case CreateTable(table):
            return [_writers(key.target) for key in table.foreign_keys]
        case DropTable(address):
            return [exclusive(address), *(exclusive(key.target) for key in before.table(address).foreign_keys)]
        case RenameTable(address) | RenameColumn(address) | RenameConstraint(address):
            return [exclusive(address)]
        case DropColumn(address, name):
            keys = [part for part in before.table(address).parts_over(name) if isinstance(part, ForeignKey)]
            return [exclusive(address), *(exclusive(key.target) for key in keys)]
        case DropView(address):
            return [exclusive(address)]
        case AlterKey(address):
            return [exclusive(address, "index")]
        case AddColumn():
            return [exclusive(operation.address, _added(operation))]
        case AlterColumn():
            return _altered(operation, before)
        case CommentColumn(address) | CommentTable(address):
            return [TableLock(address, "SHARE UPDATE EXCLUSIVE", "schema changes")]
        case AddConstraint(address, ForeignKey() as key, not_valid):
            return [_writers(address, "nothing" if not_valid else "scan"), *([_writers(key.target)] if key.target != address else [])]
        case AddConstraint(address, Check(), not_valid):
            return [exclusive(address, "nothing" if not_valid else "scan")]
        case AddConstraint(address):
            return [exclusive(address, "index")]
        case ValidateConstraint(address, name):
            there = before.table(address).constraints[name]
            shared = TableLock(address, "SHARE UPDATE EXCLUSIVE", "schema changes", "scan")
            return [shared, *([TableLock(there.target, "ROW SHARE", "schema changes")] if isinstance(there, ForeignKey) else [])]
        case DropConstraint(address, _, name):
            there = before.table(address).constraints[name]
            return [exclusive(address), *([exclusive(there.target)] if isinstance(there, ForeignKey) else [])]
        case CreateIndex(address, _, concurrently):
            mode = "SHARE UPDATE EXCLUSIVE" if concurrently else "SHARE"
            return [TableLock(address, mode, "schema changes" if concurrently else "writes", "index")]
        case DropIndex(address, _, concurrently):
            return [TableLock(address, "SHARE UPDATE EXCLUSIVE", "schema changes") if concurrently else exclusive(address)]
        case AlterEnumType(address):
            return [exclusive(table, "rewrite") for table in dict.fromkeys(table.address for table, _ in before.columns_of(address))]
        case _:
            return []


def exclusive(table: Address, work: Work = "nothing") -> TableLock:
    """Returns the lock that keeps everybody out."""
    return TableLock(table, "ACCESS EXCLUSIVE", "reads and writes", work)


def _writers(table: Address, work: Work = "nothing") -> TableLock:
    return TableLock(table, "SHARE ROW EXCLUSIVE", "writes", work)


def _added(operation: AddColumn) -> Work:
    column = operation.column
    counts = column.auto or column.identity is not None
    if counts or (column.generated is not None and column.stored) or (column.default is not None and not is_steady(column.default)):
        return "rewrite"
    if operation.fill is not None:
        return "update"
    return "index" if operation.key else "nothing"


def _altered(operation: AlterColumn, before: State) -> list[TableLock]:
    old, new = before.table(operation.address).column(operation.name), operation.after(before)
    if operation.changes.keys() == {"comment"}:
        return [TableLock(operation.address, "SHARE UPDATE EXCLUSIVE", "schema changes")]
    if operation.using is not None or not is_kept(old, new) or is_recomputed(old, new):
        return [exclusive(operation.address, "rewrite")]
    if operation.fill is not None:
        return [exclusive(operation.address, "update")]
    if old.nullable and not new.nullable:
        return [exclusive(operation.address, "scan")]
    return [exclusive(operation.address)]


def is_kept(old: Column, new: Column) -> bool:
    """Returns whether the stored values of a column stay as they are when its type changes."""
    one, other = declared(old), declared(new)
    if one == other:
        return True
    if one.word in _BINARY and other.word in _BINARY:
        return other.size is None or (one.size is not None and one.size <= other.size)
    if one.word == other.word == "numeric":
        return other.size is None or (one.size is not None and one.size <= other.size and (one.scale or 0) == (other.scale or 0))
    return False
