"""Operations on the columns of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations.operations.base import Inverse, Irreversible, Operation
from oxyde.migrations.operations.constraints import AddConstraint
from oxyde.migrations.operations.conversions import loses
from oxyde.migrations.operations.indexes import CreateIndex
from oxyde.migrations.operations.tables import AlterKey
from oxyde.migrations.parts import Column, Index, shown, with_column_renamed
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class AddColumn(Operation):
    """Adds a column.

    Attributes:
        address: The table.
        column: The column.
        key: Whether it joins the primary key, as its last column.
        fill: SQL whose value the rows that are there get; it may name other columns.
    """

    address: Address
    column: Column
    key: bool = False
    fill: str | None = None

    def apply(self, state: State) -> State:
        """Returns the state with the column."""
        table = state.table(self.address)
        if self.column.name in table.columns:
            raise MigrationError(f"{shown(self.address)} has a column {self.column.name!r} already")
        if self.fill is not None and self.column.generated is not None:
            raise MigrationError(f"{shown(self.address)}.{self.column.name} is computed, so that no row is given a value; leave out fill=")
        columns = {**table.columns, self.column.name: self.column}
        return state.with_table(replace(table, columns=columns, key=(*table.key, self.column.name) if self.key else table.key))

    def invert(self, before: State) -> Inverse:
        """Drops it, out of the key first."""
        old = before.table(self.address).key
        smaller = [AlterKey(self.address, old)] if self.key and old else []
        return [*smaller, DropColumn(self.address, self.column.name, self.fill)]

    def __str__(self) -> str:
        filled = f", filled with {self.fill}" if self.fill is not None else ""
        return f"Add column {shown(self.address)}.{self.column.name} {described(self.column)}{filled}"


@dataclass(frozen=True)
class DropColumn(Operation):
    """Drops a column, the constraints and indexes over it, and its place in the primary key.

    Attributes:
        address: The table.
        name: The column.
        fill: SQL whose value the rows get when the column comes back.
    """

    address: Address
    name: str
    fill: str | None = None

    def apply(self, state: State) -> State:
        """Returns the state without the column."""
        table = state.table(self.address)
        table.column(self.name)
        if len(table.columns) == 1:
            raise MigrationError(f"{self.name!r} is the only column of {shown(self.address)}; drop the table")
        gone = [part.name for part in table.parts_over(self.name) if not isinstance(part, Index)]
        lost = [part.name for part in table.parts_over(self.name) if isinstance(part, Index)]
        return state.with_table(
            replace(
                table,
                columns={name: column for name, column in table.columns.items() if name != self.name},
                key=tuple(name for name in table.key if name != self.name),
                constraints={name: one for name, one in table.constraints.items() if name not in gone},
                indexes={name: one for name, one in table.indexes.items() if name not in lost},
            )
        )

    def invert(self, before: State) -> Inverse:
        """Adds it again, with what was over it; its values are gone."""
        table = before.table(self.address)
        column = table.column(self.name)
        at_end = table.key[-1:] == (self.name,)
        fill = self.fill
        if not (column.nullable or column.auto or column.generated is not None or column.default is not None or fill is not None):
            place = f"{shown(self.address)}.{self.name}"
            return Irreversible(
                f"{place} takes no NULL and has no default, so that rows could not get it back; say what they get: "
                f"ctx.drop_column({self.address[1]!r}, {self.name!r}, fill=...), which makemigrations --fill {place}=... writes"
            )
        again: list[Operation] = [AddColumn(self.address, column, key=at_end, fill=fill)]
        if self.name in table.key and not at_end:
            again.append(AlterKey(self.address, table.key))
        again += [
            CreateIndex(self.address, part) if isinstance(part, Index) else AddConstraint(self.address, part)
            for part in table.parts_over(self.name)
        ]
        return again

    def loses(self, before: State) -> str | None:
        """Its values, unless the database computes them."""
        column = before.table(self.address).column(self.name)
        return None if column.generated is not None else f"the values of {shown(self.address)}.{self.name}"

    def __str__(self) -> str:
        return f"Drop column {shown(self.address)}.{self.name}"


@dataclass(frozen=True)
class RenameColumn(Operation):
    """Renames a column; the key, constraints, indexes and foreign keys over it follow.

    Attributes:
        address: The table.
        name: The column.
        new: Its new name.
    """

    address: Address
    name: str
    new: str

    def apply(self, state: State) -> State:
        """Returns the state with the new name; SQL text in it stays as it is written."""
        table = state.table(self.address)
        column = table.column(self.name)
        if self.new in table.columns:
            raise MigrationError(f"{shown(self.address)} has a column {self.new!r} already")
        renamed = replace(column, name=self.new)
        columns = {self.new if name == self.name else name: one for name, one in table.columns.items()}
        constraints = {name: with_column_renamed(one, self.name, self.new) for name, one in table.constraints.items()}
        indexes = {name: with_column_renamed(one, self.name, self.new) for name, one in table.indexes.items()}
        made = Table(
            table.name,
            table.schema,
            {**columns, self.new: renamed},
            tuple(self.new if name == self.name else name for name in table.key),
            {name: one for name, one in constraints.items() if not isinstance(one, Index)},
            {name: one for name, one in indexes.items() if isinstance(one, Index)},
            table.comment,
        )
        return state.with_table(made).retarget(self.address, self.address, {self.name: self.new})

    def invert(self, before: State) -> Inverse:
        """Renames it back."""
        del before
        return [RenameColumn(self.address, self.new, self.name)]

    def __str__(self) -> str:
        return f"Rename column {shown(self.address)}.{self.name} to {self.new}"


@dataclass(frozen=True)
class AlterColumn(Operation):
    """Changes what a column is; its values are converted.

    Attributes:
        address: The table.
        name: The column.
        changes: What changes: attributes of ``Column`` and their new values, by name.
        using: The SQL expression that converts the values, instead of the server's own conversion.
        fill: SQL whose value replaces NULL in a column that takes no NULL any more.
    """

    address: Address
    name: str
    changes: Mapping[str, Any]
    using: str | None = None
    fill: str | None = None

    def after(self, before: State) -> Column:
        """Returns the column after the change."""
        return replace(before.table(self.address).column(self.name), **self.changes)

    def apply(self, state: State) -> State:
        """Returns the state with the column changed."""
        table = state.table(self.address)
        return state.with_table(replace(table, columns={**table.columns, self.name: self.after(state)}))

    def invert(self, before: State) -> Inverse:
        """Changes back what changed; a conversion that was written out has no known reverse."""
        column = before.table(self.address).column(self.name)
        if self.using is not None:
            place = f"{shown(self.address)}.{self.name}"
            return Irreversible(f"the reverse of USING {self.using} for {place} is not known; write it in downgrade()")
        return [AlterColumn(self.address, self.name, {name: getattr(column, name) for name in self.changes})]

    def loses(self, before: State) -> str | None:
        """What the conversion may lose."""
        column, after = before.table(self.address).column(self.name), self.after(before)
        if not loses(column, after):
            return None
        return f"what {after.type_name} cannot hold of {shown(self.address)}.{self.name} ({column.type_name})"

    def __str__(self) -> str:
        parts = [_change(name, value, self.changes) for name, value in self.changes.items()]
        using = [f"using {self.using}"] if self.using is not None else []
        filled = [f"NULL becomes {self.fill}"] if self.fill is not None else []
        return f"Change column {shown(self.address)}.{self.name}: {', '.join([*filter(None, parts), *using, *filled])}"


@dataclass(frozen=True)
class CommentColumn(Operation):
    """Sets or removes the comment of a column.

    Attributes:
        address: The table.
        name: The column.
        comment: The comment; None for none.
    """

    address: Address
    name: str
    comment: str | None

    def apply(self, state: State) -> State:
        """Returns the state with the comment."""
        return AlterColumn(self.address, self.name, {"comment": self.comment}).apply(state)

    def invert(self, before: State) -> Inverse:
        """Sets the old one."""
        return [CommentColumn(self.address, self.name, before.table(self.address).column(self.name).comment)]

    def __str__(self) -> str:
        word = "Comment on" if self.comment is not None else "Remove the comment of"
        return f"{word} column {shown(self.address)}.{self.name}"


def described(column: Column) -> str:
    """Returns the type of a column and what else matters at a glance."""
    words = [column.type_name, *([] if column.nullable else ["NOT NULL"])]
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if column.generated is not None:
        words.append(f"AS ({column.generated})")
    return " ".join(words)


def _change(name: str, value: Any, changes: Mapping[str, Any]) -> str:
    match name:
        case "type":
            known = {key: part for key, part in changes.items() if key in {"length", "db_type"}}
            return f"to {Column('', value, **known).type_name}"
        case "length" | "db_type" if "type" in changes:
            return ""
        case "length":
            return f"to at most {value} characters" if value is not None else "to text of any length"
        case "nullable":
            return "NULL" if value else "NOT NULL"
        case "auto":
            return "counted by the server" if value else "not counted by the server"
        case _:
            return f"{name} {value}" if value is not None else f"no {name}"
