"""The operations that lead from one state to another: sorted, the same every time, each after what it depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.ordering import aside, by_name, renames_in_order, tables_in_order, views_in_order
from oxyde.migrations.changes.renames import Renames, check
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
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Part, Unique, has_text, shown, with_columns_renamed
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address


def diff(old: State, new: State, renames: Renames | None = None) -> list[Operation]:
    """Returns the operations that lead from a state to another.

    Args:
        old: The state before.
        new: The state after.
        renames: What is the same under another name; everything else of another name is dropped, and made.

    Raises:
        MigrationError: A rename names what is not there, or what is kept, or a table would have no columns any more.
    """
    steps = _Steps(old, new)
    steps.rename(renames or Renames())
    steps.drop()
    steps.change()
    steps.make()
    return steps.operations


def after_renames(old: State, new: State, renames: Renames) -> State:
    """Returns the state after what the difference begins with: what is in the way is dropped, and renames are made.

    Raises:
        MigrationError: A rename names what is not there, or what is kept.
    """
    steps = _Steps(old, new)
    steps.rename(renames)
    return steps.state


class _Steps:
    """The operations found so far, and the state after them, which is compared with the new one.

    Attributes:
        state: The state after the operations.
        new: The state to arrive at.
        operations: The operations.
    """

    def __init__(self, old: State, new: State) -> None:
        self.state = old
        self.new = new
        self.operations: list[Operation] = []

    def add(self, *operations: Operation) -> None:
        """Adds operations."""
        for operation in operations:
            self.state = operation.apply(self.state)
            self.operations.append(operation)

    @property
    def kept(self) -> list[Address]:
        """The tables that are in both states by now."""
        return sorted(self.state.tables.keys() & self.new.tables.keys(), key=by_name)

    def rename(self, renames: Renames) -> None:
        """Drops views that do not stay, tables that go, and then renames types, tables and columns."""
        gone = [view for view, sql in self.state.views.items() if self.new.views.get(view) != sql]
        self.add(*(DropView(view) for view in reversed(views_in_order(self.state, gone))))
        check(self.state, self.new, renames)
        self._drop_tables([address for address in self.state.tables if renames.tables.get(address, address) not in self.new.tables])
        self._drop_tables([address for address in renames.tables.values() if address in self.state.tables.keys() - renames.tables.keys()])
        self.add(*(RenameEnumType(old, new[1]) for old, new in sorted(renames.enums.items(), key=lambda pair: by_name(pair[0]))))
        for old, new in renames_in_order(renames.tables, self._table_aside):
            self.add(RenameTable(old, new[1]))
        for address, columns in sorted(renames.columns.items(), key=lambda pair: by_name(pair[0])):
            self._drop_texts(address, columns)
            table = self.state.table(address)
            left = {name: new for name, new in columns.items() if name in table.columns}
            for name in [name for name in left.values() if name in table.columns.keys() - left.keys()]:
                self._drop_column(address, name)
            for old_name, new_name in renames_in_order(left, partial(aside, taken={*table.columns, *columns.values()})):
                self.add(RenameColumn(address, old_name, new_name))

    def _drop_texts(self, address: Address, columns: Mapping[str, str]) -> None:
        """Drops what goes or is made anew, and whose SQL text may name a column that is renamed: on the way back it would not fit."""
        table, wanted = self.state.table(address), self.new.table(address)
        for column in table.columns.values():
            after = wanted.columns.get(columns.get(column.name, column.name))
            if column.generated is not None and (after is None or after.generated not in {None, column.generated}):
                self._drop_column(address, column.name)
        for part in self.state.table(address).parts:
            there = wanted.indexes if isinstance(part, Index) else wanted.constraints
            if has_text(part, table.columns) and there.get(part.name) != with_columns_renamed(part, columns):
                self._drop_part(address, part)

    def _table_aside(self, address: Address) -> Address:
        return address[0], aside(address[1], (name for _, name in {**self.state.tables, **self.new.tables, **self.state.views}))

    def _drop_tables(self, addresses: Iterable[Address]) -> None:
        """Drops tables, those that point to others first; foreign keys that are left to them go before."""
        going = tables_in_order(self.state.table(address) for address in addresses)
        order = {table.address: place for place, table in enumerate(reversed(going))}
        for address in sorted(self.state.tables, key=by_name):
            for key in self.state.table(address).foreign_keys:
                # A table that goes later still points to one that goes now.
                if key.target != address and key.target in order and order.get(address, len(order)) > order[key.target]:
                    self.add(DropConstraint(address, ForeignKey, key.name))
        self.add(*(DropTable(table.address) for table in reversed(going)))

    def drop(self) -> None:
        """Renames constraints and indexes that are the same under another name; drops what goes or is made anew, then columns."""
        moved = {address: _retyped(self.state.table(address), self.new.table(address)) for address in self.kept}
        for address in self.kept:
            self._rename_parts(address, self.state.table(address).constraints, self.new.table(address).constraints)
            self._rename_parts(address, self.state.table(address).indexes, self.new.table(address).indexes)
        for address in self.kept:
            wanted = self.new.table(address)
            for key in self.state.table(address).foreign_keys:
                on_moved = moved[address] & {*key.columns} or moved.get(key.target, set()) & {*key.target_columns}
                if on_moved or wanted.constraints.get(key.name) != key:
                    self.add(DropConstraint(address, ForeignKey, key.name))
        for address in self.kept:
            table, wanted = self.state.table(address), self.new.table(address)
            for index in table.indexes.values():
                if wanted.indexes.get(index.name) != index:
                    self.add(DropIndex(address, index.name))
            for constraint in table.constraints.values():
                if wanted.constraints.get(constraint.name) != constraint and not isinstance(constraint, ForeignKey):
                    self.add(DropConstraint(address, type(constraint), constraint.name))
        for address in self.kept:
            table, wanted = self.state.table(address), self.new.table(address)
            gone = [name for name in table.columns if name not in wanted.columns]
            if len(gone) == len(table.columns):  # a table is never without columns
                if not wanted.columns:
                    raise MigrationError(f"{shown(address)} would be left without columns; drop the table, or keep a column")
                self._add_column(address, wanted.columns[min(wanted.columns)])
            for name in gone:
                self._drop_column(address, name)

    def _rename_parts(self, address: Address, old: Mapping[str, Part], new: Mapping[str, Part]) -> None:
        """Renames constraints or indexes whose definition a new one has that is not there by name."""
        added = {name: part for name, part in sorted(new.items()) if name not in old}
        for name, part in sorted(old.items()):
            same = next((other for other, made in added.items() if replace(part, name=other) == made), None)
            if name not in new and same is not None:
                del added[same]
                self.add(RenameIndex(address, name, same) if isinstance(part, Index) else RenameConstraint(address, name, same))

    def _drop_column(self, address: Address, name: str) -> None:
        """Drops a column; what is over it first, and its place in a key of several columns."""
        table = self.state.table(address)
        for other in sorted(self.state.tables, key=by_name):
            for key in self.state.table(other).foreign_keys:
                if key.target == address and name in key.target_columns:
                    self.add(DropConstraint(other, ForeignKey, key.name))
        for part in self.state.table(address).parts_over(name):
            self._drop_part(address, part)
        if name in table.key and len(table.key) > 1:
            self.add(AlterKey(address, tuple(column for column in table.key if column != name)))
        self.add(DropColumn(address, name))

    def _drop_part(self, address: Address, part: Part) -> None:
        self.add(DropIndex(address, part.name) if isinstance(part, Index) else DropConstraint(address, type(part), part.name))

    def change(self) -> None:
        """Makes schemas and types, and changes the columns, keys, constraints and indexes of tables that stay."""
        schemas = {schema for schema, _ in (*self.state.tables, *self.state.views, *self.state.enums)}
        wanted = {schema for schema, _ in (*self.new.tables, *self.new.views, *self.new.enums)}
        self.add(*(CreateSchema(schema) for schema in sorted(schema for schema in wanted - schemas if schema is not None)))
        for enum, values in sorted(self.new.enums.items(), key=lambda pair: by_name(pair[0])):
            before = self.state.enums.get(enum)
            self.add(*([CreateEnumType(enum, values)] if before is None else _changed_values(enum, before, values)))
        for address in self.kept:
            for name, column in self.new.table(address).columns.items():
                there = self.state.table(address).columns.get(name)
                if there is None:
                    self._add_column(address, column)
                else:
                    self._change_column(address, there, column)
        for address in self.kept:
            self._finish(address)

    def _add_column(self, address: Address, column: Column) -> None:
        key = self.new.table(address).key == (*self.state.table(address).key, column.name)
        enum = (address[0], column.enum or "")
        if column.enum is not None and enum not in self.state.enums:
            self.add(CreateEnumType(enum, self.new.values(enum)))
        self.add(AddColumn(address, column, key=key))

    def _change_column(self, address: Address, old: Column, new: Column) -> None:
        names = [attribute.name for attribute in fields(Column) if attribute.name != "comment"]
        changes = {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}
        if changes:
            self.add(AlterColumn(address, new.name, changes))
        if old.comment != new.comment:
            self.add(CommentColumn(address, new.name, new.comment))

    def _finish(self, address: Address) -> None:
        """Changes all else of a table that stays, but for its foreign keys."""
        wanted = self.new.table(address)
        if self.state.table(address).key != wanted.key:
            self.add(AlterKey(address, wanted.key))
        if self.state.table(address).comment != wanted.comment:
            self.add(CommentTable(address, wanted.comment))
        for constraint in _sorted(wanted.constraints):
            if constraint.name not in self.state.table(address).constraints and not isinstance(constraint, ForeignKey):
                self.add(AddConstraint(address, constraint))
        for name, index in sorted(wanted.indexes.items()):
            if name not in self.state.table(address).indexes:
                self.add(CreateIndex(address, index))

    def make(self) -> None:
        """Makes tables, then the foreign keys of those that were there and those in cycles, then views; drops types last."""
        for table in tables_in_order(table for address, table in self.new.tables.items() if address not in self.state.tables):
            there = {*self.state.tables, table.address}
            early = {
                name: one
                for name, one in table.constraints.items()
                if not isinstance(one, ForeignKey) or one.target in there or one.target not in self.new.tables
            }
            self.add(CreateTable(replace(table, constraints=early)))
        for address in self.kept:
            for constraint in _sorted(self.new.table(address).constraints):
                if constraint.name not in self.state.table(address).constraints:
                    self.add(AddConstraint(address, constraint))
        made = [view for view in self.new.views if view not in self.state.views]
        self.add(*(CreateView(view, self.new.views[view]) for view in views_in_order(self.new, made)))
        self.add(*(DropEnumType(enum) for enum in sorted(self.state.enums.keys() - self.new.enums.keys(), key=by_name)))


_KINDS: tuple[type, ...] = (Unique, Check, Exclude, ForeignKey)


def _sorted(constraints: Mapping[str, Constraint]) -> list[Constraint]:
    return sorted(constraints.values(), key=lambda one: (_KINDS.index(type(one)), one.name))


def _changed_values(enum: Address, old: tuple[str, ...], new: tuple[str, ...]) -> list[Operation]:
    """Returns what gives a type other values; those that come after all others are added one by one."""
    if new[: len(old)] == old:
        return [AddEnumValue(enum, value) for value in new[len(old) :]]
    return [AlterEnumType(enum, new)]


def _retyped(old: Table, new: Table) -> set[str]:
    """Returns the columns whose type changes, so that no foreign key can stay on them."""

    def type_of(column: Column) -> Any:
        return column.type, column.length, column.db_type, column.collation

    both = old.columns.keys() & new.columns.keys()
    return {name for name in both if type_of(old.columns[name]) != type_of(new.columns[name])}
