"""Operations on enumeration types; where a database has none, on the columns that hold their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from oxyde.exceptions import MigrationError
from oxyde.migrations.operations.base import Inverse, Operation
from oxyde.migrations.parts import Column, shown
from oxyde.migrations.state import State
from oxyde.schema.naming import twice
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class CreateEnumType(Operation):
    """Creates an enumeration type.

    Attributes:
        address: The type.
        values: Its values, in order.
    """

    address: Address
    values: tuple[str, ...]

    def apply(self, state: State) -> State:
        """Returns the state with the type."""
        if self.address in state.enums:
            raise MigrationError(f"the enumeration type {shown(self.address)!r} is there already")
        _check(self.address, self.values)
        return replace(state, enums={**state.enums, self.address: self.values})

    def invert(self, before: State) -> Inverse:
        """Drops it."""
        del before
        return [DropEnumType(self.address)]

    def __str__(self) -> str:
        return f"Create enumeration type {shown(self.address)} ({', '.join(self.values)})"


@dataclass(frozen=True)
class DropEnumType(Operation):
    """Drops an enumeration type that no column has any more.

    Attributes:
        address: The type.
    """

    address: Address

    def apply(self, state: State) -> State:
        """Returns the state without the type."""
        state.values(self.address)
        if users := state.columns_of(self.address):
            table, column = users[0]
            raise MigrationError(f"{shown(table.address)}.{column.name} still is of the enumeration type {shown(self.address)!r}")
        return replace(state, enums={key: values for key, values in state.enums.items() if key != self.address})

    def invert(self, before: State) -> Inverse:
        """Creates it again."""
        return [CreateEnumType(self.address, before.values(self.address))]

    def __str__(self) -> str:
        return f"Drop enumeration type {shown(self.address)}"


@dataclass(frozen=True)
class RenameEnumType(Operation):
    """Renames an enumeration type; its columns follow.

    Attributes:
        address: The type.
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
        values = state.values(self.address)
        if self.new in state.enums:
            raise MigrationError(f"the enumeration type {shown(self.new)!r} is there already")
        change: dict[Address, dict[str, Column]] = {}
        for table, column in state.columns_of(self.address):
            change.setdefault(table.address, {})[column.name] = replace(column, type=replace(column.type, name=self.name))
        enums = {key: one for key, one in state.enums.items() if key != self.address}
        return replace(state.map_columns(change), enums={**enums, self.new: values})

    def invert(self, before: State) -> Inverse:
        """Renames it back."""
        del before
        return [RenameEnumType(self.new, self.address[1])]

    def __str__(self) -> str:
        return f"Rename enumeration type {shown(self.address)} to {self.name}"


@dataclass(frozen=True)
class AddEnumValue(Operation):
    """Adds a value to an enumeration type, as its last.

    Attributes:
        address: The type.
        value: The value.
    """

    address: Address
    value: str

    def apply(self, state: State) -> State:
        """Returns the state with the value."""
        values = (*state.values(self.address), self.value)
        _check(self.address, values)
        return replace(state, enums={**state.enums, self.address: values})

    def invert(self, before: State) -> Inverse:
        """Removes it; rows that have it by then make that fail."""
        return [AlterEnumType(self.address, before.values(self.address))]

    def __str__(self) -> str:
        return f"Add value {self.value} to enumeration type {shown(self.address)}"


@dataclass(frozen=True)
class AlterEnumType(Operation):
    """Gives an enumeration type other values, and the rows of its columns too.

    Attributes:
        address: The type.
        values: The new values, in order.
        map: What becomes of a value that goes: a new one, or None for NULL. One that no row has needs no entry.
    """

    address: Address
    values: tuple[str, ...]
    map: Mapping[str, str | None] = field(default_factory=dict)

    def apply(self, state: State) -> State:
        """Returns the state with the new values."""
        old = state.values(self.address)
        _check(self.address, self.values)
        for gone, to in self.map.items():
            if gone not in old or gone in self.values:
                raise MigrationError(f"{shown(self.address)}: {gone!r} is no value that goes; those are {_listed(old, self.values)}")
            if to is not None and to not in self.values:
                raise MigrationError(f"{shown(self.address)}: {gone!r} cannot become {to!r}, which is none of {', '.join(self.values)}")
        return replace(state, enums={**state.enums, self.address: self.values})

    def invert(self, before: State) -> Inverse:
        """Brings the old values back; rows whose values became one cannot be told apart any more."""
        old = before.values(self.address)
        back = {to: gone for gone, to in self.map.items() if to is not None and to not in old}
        return [AlterEnumType(self.address, old, back)]

    def loses(self, before: State) -> str | None:
        """What told rows apart that have one value now."""
        old = before.values(self.address)
        targets = list(self.map.values())
        merged = [gone for gone, to in self.map.items() if to is None or to in old or targets.count(to) > 1]
        return f"which rows were {' or '.join(merged)}" if merged else None

    def __str__(self) -> str:
        moves = "".join(f"; {gone} becomes {'NULL' if to is None else to}" for gone, to in self.map.items())
        return f"Change enumeration type {shown(self.address)} to ({', '.join(self.values)}){moves}"


def _check(address: Address, values: tuple[str, ...]) -> None:
    if not values:
        raise MigrationError(f"the enumeration type {shown(address)!r} has no values")
    if (repeated := twice(values)) is not None:
        raise MigrationError(f"the enumeration type {shown(address)!r} has the value {repeated!r} twice")


def _listed(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    return ", ".join(value for value in old if value not in new) or "none"
