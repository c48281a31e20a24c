"""Laws of reading a database: one that was made of a state has that state, and each edit that it can see is named."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.comparing.drifting import Drift, drifted
from oxyde.migrations.comparing.projection import projection
from oxyde.migrations.operations import replay
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address
from tests.backends import Backend
from tests.property.test_walks import Walk
from tests.property.walks.draft import Draft
from tests.property.walks.edits import Editor
from tests.property.walks.world import World, world

STATES = {"sqlite": 20, "postgres": 4}
"""How many states are drawn where not all are; servers whose changes each wait for the disk get the fewest."""
FEWEST = 2
ALL = 300
EDITS = 4
"""How many edits of each state are compared."""
OLDER = {"sqlite": "text", "postgres": "decimal"}
"""What older tools chose for several types, so that a column that becomes another of them counts as equal."""
Place = tuple[Address, "str | None"]


class Drawn(Walk):
    """A state in a database with rows, and edits of it."""

    def begin(self) -> None:
        """Draws the state, makes it, and fills its tables."""
        while not self.state.tables:
            draft = Draft(State(), State())
            editor = self.editor(draft)
            for _ in range(self.rng.randint(3, 6)):
                (editor.add_table if self.rng.random() < 0.8 else editor.edit)()
            self.state = draft.new
        self.world.walked.make(self.state)
        if self.rng.random() < 0.5:  # tables that were edited have what new ones have not, such as generated columns
            draft = Draft(self.state, self.state)
            editor = self.editor(draft)
            for _ in range(EDITS * 2):
                editor.edit()
            self.world.walked.clear()
            self.state = draft.new
            self.world.walked.make(self.state)
        self.known = self.rows(self.state)
        for _ in range(2):
            self.fill()

    def editor(self, draft: Draft) -> Editor:
        """Returns what edits a state."""
        return Editor(self.rng, draft, self.world.walked, lambda word: f"{word}_{next(self.names)}")

    def edited(self) -> Draft:
        """Draws an edit."""
        while True:
            draft = Draft(self.state, self.state)
            self.editor(draft).edit()
            if draft.new != self.state:
                return draft

    def drift(self, state: State) -> Drift:
        """Compares the database with a state."""
        found = run_blocking(drifted(state), route(self.world.walked.alias))
        assert not found.refused
        return found


def differing(old: State, new: State, *, has_types: bool) -> set[Place]:
    """Returns the tables, and of those that stay the columns, in which two states differ; a table where it is a part of it.

    Args:
        old: What a database shows of a state.
        new: What it shows of another one.
        has_types: Whether enumerations are types of their own, not the values of a column.
    """
    places: set[Place] = {(view, None) for view in new.views if old.views.get(view) != new.views[view]}
    places |= {(address, None) for address in new.tables if address not in old.tables}
    if has_types:
        places |= {(enum, None) for enum in new.enums if old.enums.get(enum) != new.enums[enum]}
        old, new = replace(old, enums={}), replace(new, enums={})
    for address in old.tables.keys() & new.tables.keys():
        places |= {(address, what) for what in _in_table(old, old.tables[address], new, new.tables[address])}
    return places


def _in_table(old: State, one: Table, new: State, other: Table) -> Iterator[str | None]:
    """Yields the columns that differ, and None for the table itself."""
    if (one.key, one.constraints, one.indexes, one.comment) != (other.key, other.constraints, other.indexes, other.comment):
        yield None
    for name in {*one.columns, *other.columns}:
        if _shown(old, one, name) != _shown(new, other, name):
            yield name


def _shown(state: State, table: Table, name: str) -> Any:
    """Returns a column with the values of its enumeration, which differ where those of the type do."""
    column = table.columns.get(name)
    return column, None if column is None else state.enums.get((table.schema, column.enum or ""))


@pytest.fixture
def the_world(backend: Backend, tmp_path: Path) -> Iterator[World]:
    """Two databases, of which one is used."""
    with world(backend, tmp_path) as made:
        yield made


@pytest.mark.timeout(3_600)
def test_a_database_has_the_state_it_was_made_of(the_world: World, tmp_path: Path) -> None:
    """Nothing differs and nothing is refused; of another state exactly what was edited differs, and the operations lead there."""
    counts: Counter[str] = Counter()
    states = ALL if os.environ.get("OXYDE_LONG") else STATES.get(the_world.dialect, FEWEST)

    @settings(max_examples=states, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def compared(seed: int) -> None:
        drawn = Drawn(seed, the_world, tmp_path / "migrations", counts)
        drawn.begin()
        found = drawn.drift(drawn.state)
        assert [*map(str, found.differences), *map(str, found.tolerated)] == []
        assert found.hidden == projection(drawn.state, the_world.dialect).hidden
        assert (found.unmanaged, found.operations) == ((), ())
        for _ in range(EDITS):
            one_edit(drawn)

    compared()
    assert counts["seen"] > 0.5 * counts["edits"]


def one_edit(drawn: Drawn) -> None:
    """Draws an edit of the state, and compares the database with it."""
    dialect, draft = drawn.world.dialect, drawn.edited()
    old, new = projection(draft.old, dialect).state, projection(draft.new, dialect).state
    found, wanted = drawn.drift(draft.new), differing(old, new, has_types=dialect == "postgres")
    named = {(one.address, one.column) for one in (*found.differences, *found.tolerated)}
    assert named == wanted, (draft.log, [*map(str, found.differences), *map(str, found.tolerated)], diff(draft.old, draft.new))
    assert [str(one) for one in found.tolerated if one.database != OLDER.get(dialect)] == []
    looked_at = {None, *(schema for schema, _ in (*new.tables, *new.views, *new.enums))}
    gone = {*old.tables, *old.views} - {*new.tables, *new.views}
    assert set(found.unmanaged) == {address for address in gone if address[0] in looked_at}
    assert replay(found.operations, found.before).tables == draft.new.tables
    drawn.counts["edits"] += 1
    drawn.counts["seen"] += bool(wanted or found.unmanaged)
