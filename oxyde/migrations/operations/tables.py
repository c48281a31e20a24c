"""Operations on whole tables and on schemas."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oxyde.exceptions import MigrationError
from oxyde.migrations.operations.base import Inverse, Operation
from oxyde.migrations.parts import shown
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class CreateTable(Operation):
    """Creates a table with its constraints and indexes.

    Attributes:
        table: The table.
    """

    table: Table

    def apply(self, state: State) -> State:
        """Returns the state with the table."""
        table = self.table
        state.check_free(table.address)
        if not table.columns:
            raise MigrationError(f"{shown(table.address)} has no columns; a table needs at least one")
        bare = replace(table, constraints={}, indexes={})
        for name in table.key:
            bare.column(name)
        for part in (*table.constraints.values(), *table.indexes.values()):
            bare.check(part)
        return state.with_table(table)

    def invert(self, before: State) -> Inverse:
        """Drops it."""
        del before
        return [DropTable(self.table.address)]

    def __str__(self) -> str:
        return f"Create table {shown(self.table.address)}"


@dataclass(frozen=True)
class DropTable(Operation):
    """Drops a table with all its rows.

    Attributes:
        address: The table.
    """

    address: Address

    def apply(self, state: State) -> State:
        """Returns the state without the table."""
        return state.without_table(self.address)

    def invert(self, before: State) -> Inverse:
        """Creates it again, without its rows."""
        return [CreateTable(before.table(self.address))]

    def loses(self, before: State) -> str | None:
        """All its rows."""
        del before
        return f"the rows of {shown(self.address)}"

    def __str__(self) -> str:
        return f"Drop table {shown(self.address)}"


@dataclass(frozen=True)
class RenameTable(Operation):
    """Renames a table; foreign keys to it follow.

    Attributes:
        address: The table.
        name: Its new name.
    """

    address: Address
    name: str

    @property
    def new(self) -> Address:
        """The new address."""
        return self.address[0], self.name

    def apply(self, state: State) -> State:
        """Returns the state with the new name."""
        table = state.table(self.address)
        state.check_free(self.new)
        tables = {self.new if key == self.address else key: one for key, one in state.tables.items()}
        tables[self.new] = replace(table, name=self.name)
        return replace(state, tables=tables).retarget(self.address, self.new, {})

    def invert(self, before: State) -> Inverse:
        """Renames it back."""
        del before
        return [RenameTable(self.new, self.address[1])]

    def __str__(self) -> str:
        return f"Rename table {shown(self.address)} to {self.name}"


@dataclass(frozen=True)
class AlterKey(Operation):
    """Gives a table another primary key.

    Attributes:
        address: The table.
        columns: The columns of the new key; empty for none.
    """

    address: Address
    columns: tuple[str, ...]

    def apply(self, state: State) -> State:
        """Returns the state with the new key."""
        table = state.table(self.address)
        for name in self.columns:
            table.column(name)
        return state.with_table(replace(table, key=self.columns))

    def invert(self, before: State) -> Inverse:
        """Gives it the old one."""
        return [AlterKey(self.address, before.table(self.address).key)]

    def __str__(self) -> str:
        key = f"to ({', '.join(self.columns)})" if self.columns else "to none"
        return f"Change the primary key of {shown(self.address)} {key}"


@dataclass(frozen=True)
class CommentTable(Operation):
    """Sets or removes the comment of a table.

    Attributes:
        address: The table.
        comment: The comment; None for none.
    """

    address: Address
    comment: str | None

    def apply(self, state: State) -> State:
        """Returns the state with the comment."""
        return state.with_table(replace(state.table(self.address), comment=self.comment))

    def invert(self, before: State) -> Inverse:
        """Sets the old one."""
        return [CommentTable(self.address, before.table(self.address).comment)]

    def __str__(self) -> str:
        return f"{'Comment on' if self.comment is not None else 'Remove the comment of'} table {shown(self.address)}"


@dataclass(frozen=True)
class CreateSchema(Operation):
    """Creates a schema where it is not there yet. A state has no schemas of its own, only those of its tables.

    Attributes:
        name: The schema.
    """

    name: str

    def apply(self, state: State) -> State:
        """Returns the state as it is."""
        return state

    def invert(self, before: State) -> Inverse:
        """Leaves it: it may have been there before, and others may use it."""
        del before
        return []

    def __str__(self) -> str:
        return f"Create schema {self.name}"
