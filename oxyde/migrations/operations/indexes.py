"""Operations on indexes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oxyde.migrations.operations.base import Inverse, Operation
from oxyde.migrations.parts import Index, shown
from oxyde.migrations.state import State
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class CreateIndex(Operation):
    """Creates an index.

    Attributes:
        address: The table.
        index: The index.
        concurrently: Without keeping writers out, and outside a transaction (PostgreSQL).
    """

    address: Address
    index: Index
    concurrently: bool = False

    def apply(self, state: State) -> State:
        """Returns the state with the index."""
        table = state.table(self.address)
        table.check(self.index)
        return state.with_table(replace(table, indexes={**table.indexes, self.index.name: self.index}))

    def invert(self, before: State) -> Inverse:
        """Drops it."""
        del before
        return [DropIndex(self.address, self.index.name, concurrently=self.concurrently)]

    def __str__(self) -> str:
        unique = "unique " if self.index.unique else ""
        return f"Create {unique}index {self.index.name} on {shown(self.address)} ({', '.join(self.index.parts)})"


@dataclass(frozen=True)
class DropIndex(Operation):
    """Drops an index.

    Attributes:
        address: The table.
        name: The index.
        concurrently: Without keeping readers and writers out, and outside a transaction (PostgreSQL).
    """

    address: Address
    name: str
    concurrently: bool = False

    def apply(self, state: State) -> State:
        """Returns the state without the index."""
        table = state.table(self.address)
        table.index(self.name)
        return state.with_table(replace(table, indexes={name: one for name, one in table.indexes.items() if name != self.name}))

    def invert(self, before: State) -> Inverse:
        """Creates it again."""
        return [CreateIndex(self.address, before.table(self.address).index(self.name), concurrently=self.concurrently)]

    def __str__(self) -> str:
        return f"Drop index {self.name} of {shown(self.address)}"


@dataclass(frozen=True)
class RenameIndex(Operation):
    """Renames an index.

    Attributes:
        address: The table.
        name: The index.
        new: Its new name.
    """

    address: Address
    name: str
    new: str

    def apply(self, state: State) -> State:
        """Returns the state with the new name."""
        table = state.table(self.address)
        renamed = replace(table.index(self.name), name=self.new)
        table.check(renamed)
        indexes = {name: one for name, one in table.indexes.items() if name != self.name}
        return state.with_table(replace(table, indexes={**indexes, self.new: renamed}))

    def invert(self, before: State) -> Inverse:
        """Renames it back."""
        del before
        return [RenameIndex(self.address, self.new, self.name)]

    def __str__(self) -> str:
        return f"Rename index {self.name} of {shown(self.address)} to {self.new}"
