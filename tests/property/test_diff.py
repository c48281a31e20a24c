"""Laws of states: a difference leads from one to the other, there and back, and nothing differs from itself."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxyde.migrations.changes.diff import diff
from oxyde.migrations.folder.context import Context
from oxyde.migrations.folder.writing import source
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


@given(states())
def test_nothing_differs(state: State) -> None:
    """``diff(S, S) == []``."""
    assert diff(state, state) == []


@given(old=states(), new=states(), data=st.data())
def test_files(old: State, new: State, data: st.DataObject) -> None:
    """What is written is what is read: forward and back."""
    operations = diff(old, new, data.draw(renames(old, new)))
    back = inverted(operations, old)
    text = source(operations, back, old, new, "0001_before")
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["depends_on"] == "0001_before"
    ctx = Context("postgres", old)
    names["upgrade"](ctx)
    assert ctx.state == new
    assert source(ctx.operations, back, old, new, "0001_before") == text
    back_ctx = Context("postgres", new)
    if isinstance(back, Irreversible):
        with pytest.raises(NotImplementedError):
            names["downgrade"](back_ctx)
    else:
        names["downgrade"](back_ctx)
        assert back_ctx.state == old
