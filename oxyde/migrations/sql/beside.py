"""What MySQL and MariaDB need beside an operation: indexes for foreign keys, and types that can be indexed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from oxyde.ir import alter
from oxyde.ir.schema import address as described_address
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterKey,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropIndex,
    Operation,
    RenameConstraint,
)
from oxyde.migrations.parts import Column, Index, Part, Unique, columns_of
from oxyde.migrations.sql import described
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey

DIALECTS: Final = frozenset({"mysql", "mariadb"})
_ABOUT_INDEXES: Final = (AddColumn, AddConstraint, AlterKey, CreateIndex, DropColumn, DropConstraint, DropIndex)


def with_indexes(operation: Operation, before: State, later: State) -> list[Any]:
    """Returns the statements of an operation on MySQL or MariaDB.

    A foreign key has an index there, which the server makes where none begins with its columns, and which is left when the key goes. It
    refuses to drop the last one, so that the key is dropped before, and added again. Text without a length is of another type once it is
    in an index. A column that is dropped takes along what is over it alone, and the rest is dropped before.

    Args:
        operation: The operation.
        before: The state before it.
        later: The state after the whole migration.

    Raises:
        UnsupportedError: No statement is written for it yet.
    """
    if isinstance(operation, RenameConstraint):
        key = before.table(operation.address).constraint(operation.name)
        if isinstance(key, ForeignKey):
            gone = DropConstraint(operation.address, ForeignKey, operation.name)
            added = AddConstraint(operation.address, replace(key, name=operation.new))
            return [*with_indexes(gone, before, later), *with_indexes(added, gone.apply(before), later)]
    if not isinstance(operation, _ABOUT_INDEXES):
        return statements(operation, before, later)
    if isinstance(operation, DropColumn) and (part := _over_several(operation, before)) is not None:
        less: Operation = (
            DropIndex(operation.address, part.name) if isinstance(part, Index) else DropConstraint(operation.address, type(part), part.name)
        )
        return [*with_indexes(less, before, later), *with_indexes(operation, less.apply(before), later)]
    after = operation.apply(before)
    old, new = before.table(operation.address), after.table(operation.address)
    first, last = _types(old, new, before, after, later)
    for key in old.foreign_keys:
        gone = DropConstraint(old.address, ForeignKey, key.name)
        if key.name not in new.constraints:
            if not _is_indexed(old, key) and not any(other.columns == key.columns for other in new.foreign_keys):
                last = [*statements(DropIndex(old.address, key.name), before, later), *last]
        elif _is_indexed(old, key) and not _is_indexed(new, key):
            first += statements(gone, before, later)
            last += statements(AddConstraint(old.address, key), gone.apply(after), later)
    return [*first, *statements(operation, before, later), *last]


def _over_several(operation: DropColumn, before: State) -> Part | None:
    """Returns a foreign key over the column, or what is over another one, too: the server would refuse, or make it smaller."""
    parts = sorted(before.table(operation.address).parts_over(operation.name), key=lambda one: not isinstance(one, ForeignKey))
    return next((part for part in parts if isinstance(part, ForeignKey) or len(columns_of(part)) > 1), None)


def _types(old: Table, new: Table, before: State, after: State, later: State) -> tuple[list[Any], list[Any]]:
    """Returns the changes of types that come before an operation, and those that come after it."""
    first: list[Any] = []
    last: list[Any] = []
    for name, column in new.columns.items():
        if name in old.columns and _depends_on_indexes(column):
            one = described.column(old.columns[name], old, before, before)
            other = described.column(column, new, after, later)
            if one.get("indexed") != other.get("indexed"):
                change = alter.alter_table(described_address(new.address), alter.alter_column(one, other))
                (first if other.get("indexed") else last).append(change)
    return first, last


def _depends_on_indexes(column: Column) -> bool:
    return column.type.kind in {"text", "bytes"} and column.db_type is None and (column.length is None or column.type.kind == "bytes")


def _is_indexed(table: Table, key: ForeignKey) -> bool:
    """Whether a declared index begins with the columns of a foreign key."""
    return any(columns[: len(key.columns)] == key.columns for columns in _indexes(table))


def _indexes(table: Table) -> Iterator[tuple[str, ...]]:
    yield table.key
    yield from (one.columns for one in table.constraints.values() if isinstance(one, Unique))
    yield from (one.parts for one in table.indexes.values() if one.method is None or one.method.lower() == "btree")
