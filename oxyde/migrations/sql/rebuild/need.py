"""What SQLite cannot do to a table that is there: the table is made anew."""

from __future__ import annotations

from typing import Final

from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    DropColumn,
    DropConstraint,
    Operation,
    RenameConstraint,
)
from oxyde.migrations.parts import Index
from oxyde.migrations.state import State
from oxyde.schema.relation import Address

SILENT: Final = frozenset({"length", "comment"})
"""What of a column SQLite does not know."""


def made_anew(operation: Operation, before: State) -> tuple[Address, ...]:
    """Returns the tables that are made anew for an operation.

    Args:
        operation: The operation.
        before: The state before it.
    """
    match operation:
        case AddColumn(address):
            return (address,) if _cannot_be_added(operation) else ()
        case DropColumn(address, name):
            table = before.table(address)
            held = [one for one in table.parts_over(name) if not isinstance(one, Index) or one.is_fulltext]
            return (address,) if name in table.key or held else ()
        case AlterColumn(address, name, changes):
            column = before.table(address).column(name)
            differs = any(getattr(column, word) != value for word, value in changes.items() if word not in SILENT)
            return (address,) if differs or operation.using is not None or operation.fill is not None else ()
        case AlterKey(address, columns):
            return (address,) if before.table(address).key != columns else ()
        case AddConstraint(not_valid=True):
            return ()  # which SQLite does not have
        case AddConstraint(address) | DropConstraint(address) | RenameConstraint(address):
            return (address,)
        case AddEnumValue(enum) | AlterEnumType(enum):
            return tuple(dict.fromkeys(table.address for table, _ in before.columns_of(enum)))
        case _:
            return ()


def _cannot_be_added(operation: AddColumn) -> bool:
    column = operation.column
    if operation.key or column.auto or (column.generated is not None and column.stored):
        return True
    if column.generated is not None:
        return False
    default = None if column.default is None or column.default.strip().upper() == "NULL" else column.default
    if default is not None and not _is_constant(default):
        return True
    return not column.nullable and (default is None or operation.fill is not None)


def _is_constant(default: str) -> bool:
    bare = default.strip()
    return not bare.startswith("(") and not bare.upper().startswith("CURRENT_")
