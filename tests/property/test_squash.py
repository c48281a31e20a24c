"""Laws of squashing: fewer operations lead to the same state, and what is written is what was meant."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oxyde.migrations.changes.diff import diff
from oxyde.migrations.folder.context import Context
from oxyde.migrations.operations import Execute, Operation, replay
from oxyde.migrations.squashing.copied import Copies
from oxyde.migrations.squashing.reduced import reduced
from oxyde.migrations.squashing.written import Said, Writer, body
from oxyde.migrations.state import State
from tests.property.schemas import renames, states

MANY = settings(max_examples=5_000 if os.environ.get("OXYDE_LONG") else 40, deadline=None)
SQL = st.sampled_from(["UPDATE posts SET title = 1", "INSERT INTO users VALUES (1)", "SELECT anything()"])


@st.composite
def histories(draw: st.DrawFn) -> tuple[State, list[Operation]]:
    """Draws a state and operations that lead through others, with SQL between."""
    first = state = draw(st.one_of(st.just(State()), states()))
    operations: list[Operation] = []
    for _ in range(draw(st.integers(1, 3))):
        following = draw(states())
        operations += diff(state, following, draw(renames(state, following)))
        operations += [Execute(draw(SQL))] if draw(st.booleans()) else []
        state = following
    return first, operations


@MANY
@given(histories())
def test_squash(history: tuple[State, list[Operation]]) -> None:
    """The same state, the same SQL in the same order, no more operations, and nothing left to join; the text says the same."""
    before, operations = history
    left = reduced(operations, before)
    after = replay(operations, before)
    assert replay(left, before) == after
    assert [one for one in left if isinstance(one, Execute)] == [one for one in operations if isinstance(one, Execute)]
    assert len(left) <= len(operations)
    assert len(reduced(left, before)) == len(left)
    names: dict[str, Any] = {}
    writer = Writer(Copies())
    text = body({"postgres": Said(left, before)}, writer)
    exec(f"from oxyde.migrations import *\ndef upgrade(ctx):\n{text}", names)
    ctx = Context("postgres", before)
    names["upgrade"](ctx)
    assert ctx.state == after
