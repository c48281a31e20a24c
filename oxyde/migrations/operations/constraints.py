"""Operations on constraints: unique, check, exclusion, foreign key."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oxyde.exceptions import MigrationError
from oxyde.migrations.operations.base import Inverse, Operation
from oxyde.migrations.parts import WORDS, Check, Constraint, shown
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class AddConstraint(Operation):
    """Adds a constraint.

    Attributes:
        address: The table.
        constraint: The constraint.
        not_valid: Without checking the rows that are there (PostgreSQL, checks and foreign keys).
    """

    address: Address
    constraint: Constraint
    not_valid: bool = False

    def apply(self, state: State) -> State:
        """Returns the state with the constraint."""
        table = state.table(self.address)
        table.check(self.constraint)
        return state.with_table(replace(table, constraints={**table.constraints, self.constraint.name: self.constraint}))

    def invert(self, before: State) -> Inverse:
        """Drops it."""
        del before
        return [DropConstraint(self.address, type(self.constraint), self.constraint.name)]

    def __str__(self) -> str:
        unchecked = ", unchecked for the rows that are there" if self.not_valid else ""
        return f"Add {WORDS[type(self.constraint)]} {self.constraint.name} to {shown(self.address)}{unchecked}"


@dataclass(frozen=True)
class DropConstraint(Operation):
    """Drops a constraint.

    Attributes:
        address: The table.
        kind: The class of the constraint.
        name: Its name.
    """

    address: Address
    kind: type[Constraint]
    name: str

    def apply(self, state: State) -> State:
        """Returns the state without the constraint."""
        table = state.table(self.address)
        there = table.constraint(self.name)
        if not isinstance(there, self.kind):
            raise MigrationError(f"{self.name!r} of {shown(self.address)} is a {WORDS[type(there)]}, not a {WORDS[self.kind]}")
        return state.with_table(replace(table, constraints={name: one for name, one in table.constraints.items() if name != self.name}))

    def invert(self, before: State) -> Inverse:
        """Adds it again."""
        return [AddConstraint(self.address, before.table(self.address).constraint(self.name))]

    def __str__(self) -> str:
        return f"Drop {WORDS[self.kind]} {self.name} of {shown(self.address)}"


@dataclass(frozen=True)
class RenameConstraint(Operation):
    """Renames a constraint.

    Attributes:
        address: The table.
        name: The constraint.
        new: Its new name.
    """

    address: Address
    name: str
    new: str

    def apply(self, state: State) -> State:
        """Returns the state with the new name."""
        table = state.table(self.address)
        renamed = replace(table.constraint(self.name), name=self.new)
        table.check(renamed)
        constraints = {name: one for name, one in table.constraints.items() if name != self.name}
        return state.with_table(replace(table, constraints={**constraints, self.new: renamed}))

    def invert(self, before: State) -> Inverse:
        """Renames it back."""
        del before
        return [RenameConstraint(self.address, self.new, self.name)]

    def __str__(self) -> str:
        return f"Rename constraint {self.name} of {shown(self.address)} to {self.new}"


@dataclass(frozen=True)
class ValidateConstraint(Operation):
    """Checks the rows that were there before a constraint that was added without checking them (PostgreSQL).

    Attributes:
        address: The table.
        name: The constraint.
    """

    address: Address
    name: str

    def apply(self, state: State) -> State:
        """Returns the same state."""
        there = state.table(self.address).constraint(self.name)
        if not isinstance(there, (Check, ForeignKey)):
            raise MigrationError(f"{self.name!r} of {shown(self.address)} is a {WORDS[type(there)]}; checks and foreign keys are validated")
        return state

    def invert(self, before: State) -> Inverse:
        """Does nothing: a constraint that holds for all rows may stay so."""
        del before
        return []

    def __str__(self) -> str:
        return f"Validate constraint {self.name} of {shown(self.address)}"
