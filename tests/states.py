"""Instances as reading and writing leave them."""

from __future__ import annotations

from oxyde import Model
from oxyde.models.row_state import row_of, set_state, state_of


def mark_stored(instance: Model) -> None:
    """Notes that an instance is as its row is."""
    set_state(instance, row_of(type(instance).__table__, vars(instance), {}))


def is_stored(instance: Model) -> bool:
    """Whether an instance has a row and nothing was assigned since it was read or written."""
    return isinstance(state_of(instance), tuple)
