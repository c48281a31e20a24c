"""The locks of operations on SQLite, which has one for the whole file, and makes a table anew for most changes of one."""

from __future__ import annotations

from typing import Final

from oxyde.migrations.lint.declared import is_literal
from oxyde.migrations.lint.lock import TableLock, Work
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameTable,
)
from oxyde.migrations.state import State
from oxyde.schema.relation import Address

SILENT: Final = frozenset({"length", "comment"})
"""What of a column SQLite does not know."""


def locks(operation: Operation, before: State) -> list[TableLock]:
    """Returns the locks of an operation."""
    match operation:
        case AddColumn(address):
            return [_lock(address, "copy" if is_rebuilt(operation) else "nothing")]
        case DropColumn(address, name):
            table = before.table(address)
            return [_lock(address, "copy" if name in table.key or table.parts_over(name) else "rewrite")]
        case AlterColumn(address, _, changes):
            return [] if changes.keys() <= SILENT and operation.fill is None else [_lock(address, "copy")]
        case AddConstraint(address) | DropConstraint(address) | RenameConstraint(address) | AlterKey(address):
            return [_lock(address, "copy")]
        case CreateIndex(address) | RenameIndex(address):
            return [_lock(address, "index")]
        case DropTable(address) | RenameTable(address) | RenameColumn(address) | DropIndex(address):
            return [_lock(address)]
        case AddEnumValue(address) | AlterEnumType(address):
            return [_lock(table, "copy") for table in dict.fromkeys(table.address for table, _ in before.columns_of(address))]
        case _:
            return []


def _lock(table: Address, work: Work = "nothing") -> TableLock:
    return TableLock(table, "the write lock of the file", "writes", work)


def is_rebuilt(operation: AddColumn) -> bool:
    """Returns whether a column cannot be added to the table as it is."""
    column = operation.column
    if operation.key or column.auto or (column.generated is not None and column.stored):
        return True
    if column.default is not None and not (
        is_literal(column.default) and not column.default.strip().lower().startswith(("now", "current"))
    ):
        return True
    return not column.nullable and column.generated is None and (column.default is None or operation.fill is not None)
