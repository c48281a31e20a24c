"""A state of a database's schema as a value: tables, enumerations and views by their names in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from oxyde.exceptions import MigrationError
from oxyde.migrations.parts import WORDS, Column, Constraint, Index, Part, columns_of, shown
from oxyde.schema import ForeignKey
from oxyde.schema.naming import meant
from oxyde.schema.relation import Address

T = TypeVar("T")


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: Its name.
        schema: The database schema it is in; the server's default when None.
        columns: By name, in the order they were made, which makes no difference.
        key: The columns of the primary key.
        constraints: By name.
        indexes: By name.
        comment: Its comment.
    """

    name: str
    schema: str | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    indexes: Mapping[str, Index] = field(default_factory=dict)
    comment: str | None = None

    @property
    def address(self) -> Address:
        """Schema and name."""
        return self.schema, self.name

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The foreign keys among the constraints."""
        return tuple(one for one in self.constraints.values() if isinstance(one, ForeignKey))

    def column(self, name: str) -> Column:
        """Returns a column.

        Raises:
            MigrationError: There is none of that name.
        """
        return _get(self.columns, name, f"{shown(self.address)} has no column")

    def constraint(self, name: str) -> Constraint:
        """Returns a constraint.

        Raises:
            MigrationError: There is none of that name.
        """
        return _get(self.constraints, name, f"{shown(self.address)} has no constraint")

    def index(self, name: str) -> Index:
        """Returns an index.

        Raises:
            MigrationError: There is none of that name.
        """
        return _get(self.indexes, name, f"{shown(self.address)} has no index")

    def check(self, part: Part) -> None:
        """Raises MigrationError for a constraint or index over what is no column, or whose name is taken.

        Part of an index may be an SQL expression, but a single word is none.
        """
        over = columns_of(part)
        if isinstance(part, Index):
            over = (*(one for one in part.parts if one.isidentifier()), *part.include)
            if wrong := [one for one in part.desc if one not in part.parts]:
                raise MigrationError(f"index {part.name!r} has {wrong[0]!r} in descending order, which is no part of it")
        for name in over:
            self.column(name)
        if part.name in (self.indexes if isinstance(part, Index) else self.constraints):
            raise MigrationError(f"the {WORDS[type(part)]} {part.name!r} of {shown(self.address)} is there already")

    @property
    def parts(self) -> list[Part]:
        """The constraints and the indexes."""
        return [*self.constraints.values(), *self.indexes.values()]

    def parts_over(self, column: str) -> list[Part]:
        """Returns the constraints and indexes over a column; what SQL expressions say is not looked at."""
        return [part for part in self.parts if column in columns_of(part)]


@dataclass(frozen=True)
class State:
    """All that migrations manage, at one point of their history.

    Two states are equal when the same things exist; the order in which they were made makes no difference.

    Attributes:
        tables: By schema and name.
        enums: The values of the enumeration types, in order. The columns of tables name their type only.
        views: The SELECT of each view.
    """

    tables: Mapping[Address, Table] = field(default_factory=dict)
    enums: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    views: Mapping[Address, str] = field(default_factory=dict)

    def table(self, address: Address) -> Table:
        """Returns a table.

        Raises:
            MigrationError: There is none of that name.
        """
        return _get(self.tables, address, "there is no table", shown)

    def values(self, enum: Address) -> tuple[str, ...]:
        """Returns the values of an enumeration type.

        Raises:
            MigrationError: There is none of that name.
        """
        return _get(self.enums, enum, "there is no enumeration type", shown)

    def with_table(self, table: Table) -> State:
        """Returns a state with a table added, or replaced.

        Values of an enumeration that a column gives beside its name make the type where it is not there yet.

        Raises:
            MigrationError: The type has other values.
        """
        state, columns = self, {}
        for name, column in table.columns.items():
            state, columns[name] = state._typed(table.schema, column)
        return replace(state, tables={**state.tables, table.address: replace(table, columns=columns)})

    def _typed(self, schema: str | None, column: Column) -> tuple[State, Column]:
        """Returns a state that knows the enumeration of a column, and the column with its name alone."""
        enum, given = column.enum, column.type.labels
        if enum is None or not given:
            if enum is not None:
                self.values((schema, enum))
            return self, column
        plain = replace(column, type=replace(column.type, labels=()))
        known = self.enums.get((schema, enum))
        if known is None:
            return replace(self, enums={**self.enums, (schema, enum): given}), plain
        if known != given:
            said, has = ", ".join(given), ", ".join(known)
            raise MigrationError(f"column {column.name!r} gives the values {said} for {shown((schema, enum))}, which has {has}")
        return self, plain

    def without_table(self, address: Address) -> State:
        """Returns a state without a table.

        Raises:
            MigrationError: There is none of that name.
        """
        self.table(address)
        return replace(self, tables={key: table for key, table in self.tables.items() if key != address})

    def check_free(self, address: Address) -> None:
        """Raises MigrationError where a table or view has that name."""
        for kind, there in (("table", self.tables), ("view", self.views)):
            if address in there:
                raise MigrationError(f"the {kind} {shown(address)!r} is there already")

    def columns_of(self, enum: Address) -> list[tuple[Table, Column]]:
        """Returns the columns of an enumeration type, and their tables."""
        schema, name = enum
        tables = [table for table in self.tables.values() if table.schema == schema]
        return [(table, column) for table in tables for column in table.columns.values() if column.enum == name]

    def map_columns(self, change: Mapping[Address, Mapping[str, Column]]) -> State:
        """Returns a state with columns replaced, by table and name."""
        tables = {
            address: replace(table, columns={**table.columns, **change[address]}) if address in change else table
            for address, table in self.tables.items()
        }
        return replace(self, tables=tables)

    def retarget(self, address: Address, new: Address, columns: Mapping[str, str]) -> State:
        """Returns a state whose foreign keys to a table follow its new name and the new names of its columns."""
        tables: dict[Address, Table] = {}
        for place, table in self.tables.items():
            constraints: dict[str, Constraint] = {}
            for name, one in table.constraints.items():
                if isinstance(one, ForeignKey) and one.target == address:
                    to = tuple(columns.get(column, column) for column in one.target_columns)
                    constraints[name] = replace(one, target=new, target_columns=to)
                else:
                    constraints[name] = one
            tables[place] = replace(table, constraints=constraints)
        return replace(self, tables=tables)


def _get(there: Mapping[Any, T], name: Any, message: str, show: Any = str) -> T:
    if name not in there:
        raise MigrationError(f"{message} {show(name)!r}{meant(show(name), map(show, there))}")
    return there[name]
