"""Laws of states: a difference leads from one to the other, there and back, and nothing differs from itself."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from oxyde.migrations.diff import diff
from oxyde.migrations.operations import Irreversible, inverted, replay
from oxyde.migrations.state import State
from tests.property.schemas import renames, states

MANY = settings(max_examples=20_000 if os.environ.get("OXYDE_LONG") else 2_000, deadline=None)


@MANY
@given(old=states(), new=states(), data=st.data())
def test_diff(old: State, new: State, data: st.DataObject) -> None:
    """``replay(diff(A, B), A) == B``, with any renames; undoing it leads back wherever it can be undone."""
    chosen = data.draw(renames(old, new))
    operations = diff(old, new, chosen)
    assert replay(operations, old) == new
    assert diff(old, new, chosen) == operations
    assert all("\n" not in str(operation) for operation in operations)
    undo = inverted(operations, old)
    if isinstance(undo, Irreversible):
        assert "takes no NULL and has no default" in undo.reason
    else:
        assert replay(undo, new) == old


@MANY
@given(states())
def test_nothing_differs(state: State) -> None:
    """``diff(S, S) == []``."""
    assert diff(state, state) == []
