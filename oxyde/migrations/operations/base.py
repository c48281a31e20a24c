"""What every operation of a migration can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from oxyde.migrations.state import State


@dataclass(frozen=True)
class Irreversible:
    """Why an operation cannot be undone.

    Attributes:
        reason: A sentence that says why, and what to do about it where something can be done.
    """

    reason: str


Inverse: TypeAlias = "Sequence[Operation] | Irreversible"


class Operation(ABC):
    """One step of a migration, as a value. Its text is one line for people."""

    @abstractmethod
    def apply(self, state: State) -> State:
        """Returns the state after it.

        Raises:
            MigrationError: It does not fit the state: a name that is not there, or is there already.
        """

    @abstractmethod
    def invert(self, before: State) -> Inverse:
        """Returns the operations that undo it, in order, or why there are none.

        Args:
            before: The state before it.
        """

    @abstractmethod
    def __str__(self) -> str:
        """Returns one line for people."""

    def loses(self, before: State) -> str | None:
        """Returns which data is lost, in a few words; None where none is.

        Args:
            before: The state before it.
        """
        del before
        return None


def replay(operations: Sequence[Operation], state: State) -> State:
    """Returns the state after some operations."""
    for operation in operations:
        state = operation.apply(state)
    return state


def inverted(operations: Sequence[Operation], before: State) -> Inverse:
    """Returns what undoes some operations, the last first, or why the last that cannot be undone cannot."""
    steps: list[Sequence[Operation]] = []
    for operation in operations:
        undo = operation.invert(before)
        if isinstance(undo, Irreversible):
            return undo
        steps.append(undo)
        before = operation.apply(before)
    return [operation for step in reversed(steps) for operation in step]
