"""The calls of ``ctx`` that say operations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.folder.layout import Group, Null, call
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
    ValidateConstraint,
)
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Unique
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

_WORDS: dict[type, str] = {ForeignKey: "foreign_key", Unique: "unique", Exclude: "exclude", Check: "check"}


@singledispatch
def calls(operation: Operation, before: State) -> list[Group]:
    """Returns the calls that say an operation, nearly always one.

    Args:
        operation: The operation.
        before: The state before it.

    Raises:
        MigrationError: Only the application can write it: SQL, a function.
    """
    del before
    raise MigrationError(f"no file can be written for {str(operation)!r}")


def _ctx(method: str, address: Address, *arguments: Any, **keywords: Any) -> list[Group]:
    return [call(f"ctx.{method}", (address[1], *arguments), {**keywords, "schema": address[0]})]


def column(column: Column, *, key: bool = False) -> Group:
    """Returns the call of ``column()``."""
    keywords = {**_type(column), **{name: getattr(column, name) for name in ("db_type", "default", "generated", "comment", "collation")}}
    flags = {name: True for name in ("nullable", "auto", "stored") if getattr(column, name)}
    return call("column", (column.name, column.type.kind), {**keywords, **flags, "key": True if key else None, "identity": column.identity})


def _type(column: Column) -> dict[str, Any]:
    """Returns the parameters of a type as keywords."""
    kind = column.type
    digits = kind.item if kind.item is not None else kind
    if digits.kind == "array":
        raise MigrationError(f"column {column.name!r}: no file can say an array of arrays")
    return {
        "length": column.length,
        "item": None if kind.item is None else kind.item.kind,
        "name": kind.name,
        "values": list(kind.labels) or None,
        "precision": digits.precision,
        "scale": digits.scale,
    }


def part(part: Constraint | Index) -> Group:
    """Returns the call of the factory of a constraint or index."""
    match part:
        case ForeignKey():
            targets = [dotted.join((*part.target, name)) for name in part.target_columns]
            columns: Any = list(part.columns)
            several = len(columns) > 1
            on_update = None if part.on_update == "CASCADE" else part.on_update
            keywords: Any = {"on_delete": part.on_delete, "on_update": on_update, "deferrable": part.deferrable or None}
            return call("foreign_key", (part.name, columns if several else columns[0], targets if several else targets[0]), keywords)
        case Unique():
            return call("unique", (part.name, *part.columns), {"deferrable": part.deferrable or None})
        case Check():
            return call("check", (part.name, part.sql))
        case Exclude():
            return call("exclude", (part.name, list(part.elements)), {"method": part.method, "where": part.where})
        case Index():
            keywords = {"unique": part.unique or None, "method": part.method, "where": part.where}
            return call(
                "index", (part.name, *part.parts), {**keywords, "include": list(part.include) or None, "desc": list(part.desc) or None}
            )


@calls.register
def _(operation: CreateTable, before: State) -> list[Group]:
    del before
    table = operation.table
    columns = [column(one, key=one.name in table.key) for one in table.columns.values()]
    kinds = [ForeignKey, Unique, Exclude, Index, Check]
    parts = sorted((*table.constraints.values(), *table.indexes.values()), key=lambda one: kinds.index(type(one)))
    made = _ctx("create_table", table.address, *columns, *map(part, parts), comment=table.comment)
    if table.key == tuple(name for name in table.columns if name in table.key):
        return made
    return [*made, *_ctx("alter_key", table.address, *table.key)]


@calls.register
def _(operation: DropTable, before: State) -> list[Group]:
    del before
    return _ctx("drop_table", operation.address)


@calls.register
def _(operation: RenameTable, before: State) -> list[Group]:
    del before
    return _ctx("rename_table", operation.address, operation.name)


@calls.register
def _(operation: AlterKey, before: State) -> list[Group]:
    del before
    return _ctx("alter_key", operation.address, *operation.columns)


@calls.register
def _(operation: CommentTable, before: State) -> list[Group]:
    del before
    return _ctx("comment_table", operation.address, operation.comment if operation.comment is not None else Null())


@calls.register
def _(operation: CreateSchema, before: State) -> list[Group]:
    del before
    return [call("ctx.create_schema", (operation.name,))]


@calls.register
def _(operation: AddColumn, before: State) -> list[Group]:
    del before
    return _ctx("add_column", operation.address, column(operation.column, key=operation.key), fill=operation.fill)


@calls.register
def _(operation: DropColumn, before: State) -> list[Group]:
    del before
    return _ctx("drop_column", operation.address, operation.name, fill=operation.fill)


@calls.register
def _(operation: RenameColumn, before: State) -> list[Group]:
    del before
    return _ctx("rename_column", operation.address, operation.name, operation.new)


@calls.register
def _(operation: AlterColumn, before: State) -> list[Group]:
    after, changes = operation.after(before), dict(operation.changes)
    keywords: dict[str, Any] = {}
    if "type" in changes:  # a type is named whole
        keywords = {"type": after.type.kind, **_type(after), "db_type": after.db_type}
        changes = {name: value for name, value in changes.items() if name not in {"type", "length", "db_type"}}
    keywords |= {name: Null() if value is None else value for name, value in changes.items()}
    return _ctx("alter_column", operation.address, operation.name, **keywords, using=operation.using, fill=operation.fill)


@calls.register
def _(operation: CommentColumn, before: State) -> list[Group]:
    del before
    return _ctx("comment_column", operation.address, operation.name, operation.comment if operation.comment is not None else Null())


@calls.register
def _(operation: AddConstraint, before: State) -> list[Group]:
    del before
    add = f"add_{_WORDS[type(operation.constraint)]}"
    return _ctx(add, operation.address, part(operation.constraint), not_valid=operation.not_valid or None)


@calls.register
def _(operation: ValidateConstraint, before: State) -> list[Group]:
    del before
    return _ctx("validate_constraint", operation.address, operation.name)


@calls.register
def _(operation: DropConstraint, before: State) -> list[Group]:
    del before
    return _ctx(f"drop_{_WORDS[operation.kind]}", operation.address, operation.name)


@calls.register
def _(operation: RenameConstraint, before: State) -> list[Group]:
    del before
    return _ctx("rename_constraint", operation.address, operation.name, operation.new)


@calls.register
def _(operation: CreateIndex, before: State) -> list[Group]:
    del before
    return _ctx("create_index", operation.address, part(operation.index), concurrently=operation.concurrently or None)


@calls.register
def _(operation: DropIndex, before: State) -> list[Group]:
    del before
    return _ctx("drop_index", operation.address, operation.name, concurrently=operation.concurrently or None)


@calls.register
def _(operation: RenameIndex, before: State) -> list[Group]:
    del before
    return _ctx("rename_index", operation.address, operation.name, operation.new)


@calls.register
def _(operation: CreateEnumType, before: State) -> list[Group]:
    del before
    return _ctx("create_enum_type", operation.address, list(operation.values))


@calls.register
def _(operation: DropEnumType, before: State) -> list[Group]:
    del before
    return _ctx("drop_enum_type", operation.address)


@calls.register
def _(operation: RenameEnumType, before: State) -> list[Group]:
    del before
    return _ctx("rename_enum_type", operation.address, operation.name)


@calls.register
def _(operation: AddEnumValue, before: State) -> list[Group]:
    del before
    return _ctx("add_enum_value", operation.address, operation.value)


@calls.register
def _(operation: AlterEnumType, before: State) -> list[Group]:
    del before
    moves = {value: Null() if to is None else to for value, to in operation.map.items()}
    return _ctx("alter_enum_type", operation.address, list(operation.values), map=moves or None)


@calls.register
def _(operation: CreateView, before: State) -> list[Group]:
    del before
    return _ctx("create_view", operation.address, operation.sql)


@calls.register
def _(operation: DropView, before: State) -> list[Group]:
    del before
    return _ctx("drop_view", operation.address)


def factories(groups: list[Group]) -> Iterator[str]:
    """Yields the names of the factories that calls use."""
    for group in groups:
        for _, inner in group.parts:
            if isinstance(inner, Group) and inner.head[:-1].isidentifier():
                yield inner.head.removesuffix("(")
