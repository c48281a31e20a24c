"""The statements of operations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from oxyde.exceptions import UnsupportedError
from oxyde.ir import alter, expr, statement
from oxyde.ir.schema import address
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
    Execute,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RenameTable,
    StateOnly,
    ValidateConstraint,
)
from oxyde.migrations.parts import Check, Constraint, Exclude, Index, Unique
from oxyde.migrations.sql import described
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

_KINDS: dict[type[Constraint], str] = {Unique: "unique", Check: "check", Exclude: "exclude", ForeignKey: "foreign_key"}


@singledispatch
def statements(operation: Operation, before: State, later: State) -> list[Any]:
    """Returns the statements of an operation, for any database.

    Args:
        operation: The operation.
        before: The state before it.
        later: The state after the whole migration: what will be indexed has to be of a type that can be.

    Raises:
        UnsupportedError: No statement is written for it yet.
    """
    del before, later
    raise UnsupportedError(f"no SQL is written yet for {str(operation)!r}")


def _altered(table: Address, change: dict[str, Any]) -> list[Any]:
    return [alter.alter_table(address(table), change)]


def _enum(enum: Address, values: Sequence[str]) -> dict[str, Any]:
    return {**address(enum), "labels": list(values)}


def _view(view: Address, sql: str) -> dict[str, Any]:
    return {"table": address(view), "columns": [], "view": sql}


@statements.register
def _(operation: CreateTable, before: State, later: State) -> list[Any]:
    after = operation.apply(before)
    return [statement.create_tables([described.table(after.table(operation.table.address), after, later)], [])]


@statements.register
def _(operation: DropTable, before: State, later: State) -> list[Any]:
    return [statement.drop_tables([described.table(before.table(operation.address), before, later)], [])]


@statements.register
def _(operation: RenameTable, before: State, later: State) -> list[Any]:
    del before, later
    return _altered(operation.address, alter.rename(operation.name))


@statements.register
def _(operation: AlterKey, before: State, later: State) -> list[Any]:
    del later
    return _altered(operation.address, alter.key(before.table(operation.address).key, operation.columns))


@statements.register
def _(operation: CreateSchema, before: State, later: State) -> list[Any]:
    del before, later
    return [alter.create_schema(operation.name)]


@statements.register
def _(operation: CommentTable, before: State, later: State) -> list[Any]:
    del before, later
    return _altered(operation.address, alter.comment(operation.comment))


@statements.register
def _(operation: AddColumn, before: State, later: State) -> list[Any]:
    after = operation.apply(before)
    old, table = before.table(operation.address).key, after.table(operation.address)
    column = described.column(table.column(operation.column.name), table, after, later)
    added = _altered(operation.address, alter.add_column(column, key=operation.key and not old, fill=operation.fill))
    return [*added, *_altered(operation.address, alter.key(old, table.key))] if operation.key and old else added


@statements.register
def _(operation: DropColumn, before: State, later: State) -> list[Any]:
    del later
    old, new = before.table(operation.address).key, operation.apply(before).table(operation.address).key
    smaller = _altered(operation.address, alter.key(old, new)) if old != new and new else []
    return [*smaller, *_altered(operation.address, alter.drop_column(operation.name))]


@statements.register
def _(operation: RenameColumn, before: State, later: State) -> list[Any]:
    del before, later
    return _altered(operation.address, alter.rename_column(operation.name, operation.new))


@statements.register
def _(operation: AlterColumn, before: State, later: State) -> list[Any]:
    after = operation.apply(before)
    old, new = before.table(operation.address), after.table(operation.address)
    one = described.column(old.column(operation.name), old, before, before)
    other = described.column(new.column(operation.name), new, after, later)
    return _altered(operation.address, alter.alter_column(one, other, using=operation.using, fill=operation.fill))


@statements.register
def _(operation: CommentColumn, before: State, later: State) -> list[Any]:
    return statements(AlterColumn(operation.address, operation.name, {"comment": operation.comment}), before, later)


@statements.register
def _(operation: AddConstraint, before: State, later: State) -> list[Any]:
    del before, later
    return _altered(operation.address, alter.add_constraint(described.constraint(operation.constraint), not_valid=operation.not_valid))


@statements.register
def _(operation: ValidateConstraint, before: State, later: State) -> list[Any]:
    del before, later
    return _altered(operation.address, alter.validate_constraint(operation.name))


@statements.register
def _(operation: DropConstraint, before: State, later: State) -> list[Any]:
    del before, later
    return _altered(operation.address, alter.drop_constraint(operation.name, _KINDS[operation.kind]))


@statements.register
def _(operation: RenameConstraint, before: State, later: State) -> list[Any]:
    del later
    renamed = operation.apply(before).table(operation.address).constraint(operation.new)
    return _altered(operation.address, alter.rename_constraint(operation.name, described.constraint(renamed)))


@statements.register
def _(operation: CreateIndex, before: State, later: State) -> list[Any]:
    del later
    table = before.table(operation.address)
    index, key = described.index(operation.index, table), _search_key(operation.index, table)
    return _altered(operation.address, alter.create_index(index, concurrently=operation.concurrently, key=key))


@statements.register
def _(operation: DropIndex, before: State, later: State) -> list[Any]:
    del later
    index = before.table(operation.address).indexes.get(operation.name)
    fulltext = index is not None and index.is_fulltext
    return _altered(operation.address, alter.drop_index(operation.name, concurrently=operation.concurrently, fulltext=fulltext))


@statements.register
def _(operation: RenameIndex, before: State, later: State) -> list[Any]:
    del later
    table = operation.apply(before).table(operation.address)
    index = table.index(operation.new)
    change = alter.rename_index(operation.name, described.index(index, table), key=_search_key(index, table))
    return _altered(operation.address, change)


def _search_key(index: Index, table: Table) -> str | None:
    """Returns the int key of the table of a full-text index, by which SQLite finds its rows."""
    if not index.is_fulltext or len(table.key) != 1:
        return None
    column = table.columns[table.key[0]]
    return column.name if column.type.kind == "int" and column.db_type is None else None


@statements.register
def _(operation: CreateEnumType, before: State, later: State) -> list[Any]:
    del before, later
    return [statement.create_tables([], [_enum(operation.address, operation.values)])]


@statements.register
def _(operation: DropEnumType, before: State, later: State) -> list[Any]:
    del later
    return [statement.drop_tables([], [_enum(operation.address, before.values(operation.address))])]


def _relabelled(enum: Address, change: dict[str, Any], before: State, after: State, later: State) -> list[Any]:
    """Returns the change of an enumeration, with its columns as they are afterwards."""
    columns = [
        {"table": address(table.address), "column": described.column(column, table, after, later)}
        for table, column in after.columns_of(enum)
    ]
    return [alter.alter_enum(_enum(enum, before.values(enum)), change, columns)]


@statements.register
def _(operation: RenameEnumType, before: State, later: State) -> list[Any]:
    del later
    return [alter.alter_enum(_enum(operation.address, before.values(operation.address)), alter.rename_type(operation.name), [])]


@statements.register
def _(operation: AddEnumValue, before: State, later: State) -> list[Any]:
    return _relabelled(operation.address, alter.add_label(operation.value), before, operation.apply(before), later)


@statements.register
def _(operation: AlterEnumType, before: State, later: State) -> list[Any]:
    return _relabelled(operation.address, alter.relabel(operation.values, operation.map), before, operation.apply(before), later)


@statements.register
def _(operation: CreateView, before: State, later: State) -> list[Any]:
    del before, later
    return [statement.create_tables([_view(operation.address, operation.sql)], [])]


@statements.register
def _(operation: DropView, before: State, later: State) -> list[Any]:
    del later
    return [statement.drop_tables([_view(operation.address, before.views[operation.address])], [])]


@statements.register
def _(operation: Execute, before: State, later: State) -> list[Any]:
    del before, later
    if operation.params:
        raise UnsupportedError(f"no SQL is written yet for the parameters of {str(operation)!r}")
    return [statement.raw([expr.text(operation.sql)])]


@statements.register
def _(operation: StateOnly, before: State, later: State) -> list[Any]:
    del operation, before, later
    return []
