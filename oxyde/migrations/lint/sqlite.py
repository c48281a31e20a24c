"""The locks of operations on SQLite, which has one for the whole file, and makes a table anew for most changes of one."""

from __future__ import annotations

from oxyde.migrations.lint.lock import TableLock, Work
from oxyde.migrations.operations import (
    AddColumn,
    CreateIndex,
    DropColumn,
    DropIndex,
    DropTable,
    Operation,
    RenameColumn,
    RenameIndex,
    RenameTable,
)
from oxyde.migrations.sql.rebuild import made_anew
from oxyde.migrations.state import State
from oxyde.schema.relation import Address


def locks(operation: Operation, before: State) -> list[TableLock]:
    """Returns the locks of an operation."""
    if anew := made_anew(operation, before):
        return [_lock(address, "copy") for address in anew]
    match operation:
        case DropColumn(address):
            return [_lock(address, "rewrite")]
        case CreateIndex(address) | RenameIndex(address):
            return [_lock(address, "index")]
        case AddColumn(address) | DropTable(address) | RenameTable(address) | RenameColumn(address) | DropIndex(address):
            return [_lock(address)]
        case _:
            return []


def _lock(table: Address, work: Work = "nothing") -> TableLock:
    return TableLock(table, "the write lock of the file", "writes", work)
