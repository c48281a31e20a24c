"""The locks of operations on MySQL: the algorithm that InnoDB chooses, as the manual's chapter on online DDL says."""

from __future__ import annotations

from oxyde.migrations.lint.declared import Declared, declared, is_literal
from oxyde.migrations.lint.lock import TableLock, Work
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
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
from oxyde.migrations.parts import Check, Column, columns_of
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

LONG = 255
"""The most bytes of a VARCHAR whose length takes one byte; a longer one is stored otherwise."""
BYTES = 4
"""The most bytes of a character."""


def locks(operation: Operation, before: State) -> list[TableLock]:
    """Returns the locks of an operation."""
    match operation:
        case DropTable(address) | CommentTable(address) | CommentColumn(address) | RenameTable(address) | RenameColumn(address):
            return [instant(address)]
        case DropColumn(address, name):
            is_indexed = any(not isinstance(part, Check) for part in before.table(address).parts_over(name))
            is_key = name in before.table(address).key
            return [in_place(address, "rewrite") if is_key else in_place(address) if is_indexed else instant(address)]
        case AlterKey(address, columns):
            return [in_place(address, "rewrite") if columns else copy(address)]
        case AddColumn():
            return [_added(operation)]
        case AlterColumn():
            return [altered(operation, before)]
        case AddConstraint(address, Check()):
            return [copy(address)]
        case AddConstraint(address, ForeignKey() as key):
            return [copy(address), *([instant(key.target)] if key.target != address else [])]
        case AddConstraint(address):
            return [in_place(address, "index")]
        case RenameConstraint(address, name) if isinstance(before.table(address).constraints[name], (Check, ForeignKey)):
            return [copy(address)]
        case CreateIndex(address, index):
            return [shared(address) if (index.method or "").lower() in {"fulltext", "spatial"} else in_place(address, "index")]
        case DropIndex(address) | RenameIndex(address) | DropConstraint(address) | RenameConstraint(address):
            return [in_place(address)]
        case AddEnumValue(address):
            return [instant(table) for table in _tables_of(address, before)]
        case AlterEnumType(address, values):
            old = before.values(address)
            lock = instant if values[: len(old)] == old else copy
            return [lock(table) for table in _tables_of(address, before)]
        case _:
            return []


def instant(table: Address) -> TableLock:
    """Returns the lock of what changes the description of the table alone."""
    return TableLock(table, "ALGORITHM=INSTANT", "schema changes")


def in_place(table: Address, work: Work = "nothing") -> TableLock:
    """Returns the lock of what lets others read and write."""
    return TableLock(table, "ALGORITHM=INPLACE, LOCK=NONE", "schema changes", work)


def shared(table: Address) -> TableLock:
    """Returns the lock of a full-text or spatial index."""
    return TableLock(table, "ALGORITHM=INPLACE, LOCK=SHARED", "writes", "index")


def copy(table: Address) -> TableLock:
    """Returns the lock of what makes a copy of the table, which readers alone can use meanwhile."""
    return TableLock(table, "ALGORITHM=COPY, LOCK=SHARED", "writes", "copy")


def _tables_of(enum: Address, before: State) -> list[Address]:
    return list(dict.fromkeys(table.address for table, _ in before.columns_of(enum)))


def _added(operation: AddColumn) -> TableLock:
    column, table = operation.column, operation.address
    if (column.generated is not None and column.stored) or (column.default is not None and not is_literal(column.default)):
        return copy(table)
    if column.auto:
        return TableLock(table, "ALGORITHM=INPLACE, LOCK=SHARED", "writes", "rewrite")
    if operation.key:
        return in_place(table, "rewrite")
    if operation.fill is not None:
        return TableLock(table, "row locks", "writes", "update")
    return instant(table)


def altered(operation: AlterColumn, before: State) -> TableLock:
    """Returns the lock of a change of a column."""
    table = before.table(operation.address)
    old, new = table.column(operation.name), operation.after(before)
    if not _is_kept(type_of(old, table), type_of(new, table)) or (old.generated, old.stored) != (new.generated, new.stored):
        return copy(table.address)
    if old.auto != new.auto:
        return copy(table.address)
    if old.collation != new.collation:
        return copy(table.address)
    if old.nullable != new.nullable:
        return in_place(table.address, "rewrite")
    return instant(table.address)


def type_of(column: Column, table: Table) -> Declared:
    """Returns the type of a column, on MySQL's terms: text without a length is VARCHAR(255) where it is indexed, else LONGTEXT."""
    found = declared(column)
    if column.db_type is not None or found.word != "text":
        return found
    parts = [*table.constraints.values(), *table.indexes.values()]
    is_indexed = column.name in table.key or any(column.name in columns_of(part) for part in parts)
    return Declared("varchar", LONG) if is_indexed else Declared("longtext")


def _is_kept(old: Declared, new: Declared) -> bool:
    """Returns whether the stored values stay as they are: those of a VARCHAR that grows, as long as its length takes as many bytes."""
    if old == new:
        return True
    if old.word != "varchar" or new.word != "varchar" or old.size is None or new.size is None or new.size < old.size:
        return False
    return (old.size * BYTES > LONG) == (new.size * BYTES > LONG)
