"""The locks of operations on MariaDB, where they differ from MySQL's; the tests try each algorithm on the server."""

from __future__ import annotations

from oxyde.migrations.lint import mysql
from oxyde.migrations.lint.declared import is_steady
from oxyde.migrations.lint.lock import TableLock
from oxyde.migrations.operations import AddColumn, AlterColumn, DropConstraint, Operation, RenameConstraint, RenameIndex
from oxyde.migrations.parts import Unique
from oxyde.migrations.state import State


def locks(operation: Operation, before: State) -> list[TableLock]:
    """Returns the locks of an operation."""
    match operation:
        case AddColumn(address, key=False, fill=None) if _is_instant(operation):
            return [mysql.instant(address)]
        case DropConstraint(address, kind) if kind is not Unique:
            return [mysql.instant(address)]
        case RenameIndex(address):
            return [mysql.instant(address)]
        case RenameConstraint(address, name) if isinstance(before.table(address).constraints[name], Unique):
            return [mysql.instant(address)]
        case AlterColumn(address, _, changes) if changes.keys() <= {"collation", "comment"}:
            return [mysql.in_place(address)]
        case _:
            return mysql.locks(operation, before)


def _is_instant(operation: AddColumn) -> bool:
    column = operation.column
    is_stored = column.generated is not None and column.stored
    return not column.auto and not is_stored and column.default is not None and is_steady(column.default)
