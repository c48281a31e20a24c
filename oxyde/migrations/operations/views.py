"""Operations on views."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oxyde.exceptions import MigrationError
from oxyde.migrations.operations.base import Inverse, Operation
from oxyde.migrations.parts import shown
from oxyde.migrations.state import State
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class CreateView(Operation):
    """Creates a view.

    Attributes:
        address: The view.
        sql: Its SELECT.
    """

    address: Address
    sql: str

    def apply(self, state: State) -> State:
        """Returns the state with the view."""
        state.check_free(self.address)
        return replace(state, views={**state.views, self.address: self.sql})

    def invert(self, before: State) -> Inverse:
        """Drops it."""
        del before
        return [DropView(self.address)]

    def __str__(self) -> str:
        return f"Create view {shown(self.address)}"


@dataclass(frozen=True)
class DropView(Operation):
    """Drops a view.

    Attributes:
        address: The view.
    """

    address: Address

    def apply(self, state: State) -> State:
        """Returns the state without the view."""
        _there(state, self.address)
        return replace(state, views={key: sql for key, sql in state.views.items() if key != self.address})

    def invert(self, before: State) -> Inverse:
        """Creates it again."""
        return [CreateView(self.address, _there(before, self.address))]

    def __str__(self) -> str:
        return f"Drop view {shown(self.address)}"


def _there(state: State, address: Address) -> str:
    if address not in state.views:
        raise MigrationError(f"there is no view {shown(address)!r}")
    return state.views[address]
