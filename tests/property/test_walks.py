"""Walks from state to state on every server: rows survive each step and its way back, and the database is as if made afresh."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from shutil import rmtree

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from oxyde.exceptions import IntegrityError, MigrationError
from oxyde.migrations import sync as blocking
from oxyde.migrations.files import load
from oxyde.migrations.make import Made, Models
from oxyde.migrations.operations import Irreversible, inverted
from oxyde.migrations.state import State, Table
from tests.backends import Backend
from tests.property.walks.draft import Draft
from tests.property.walks.edits import Editor, is_unique
from tests.property.walks.laws import All, Change, equal, same
from tests.property.walks.values import kind_of
from tests.property.walks.world import World, world

STEPS = 8
ROWS = 3
"""Rows that each table gets after each step."""
WALKS = {"sqlite": 12, "postgres": 6}
"""How many walks are taken where not all are; servers whose changes each wait for the disk get the fewest."""
FEWEST = 3
ALL = 150


class Walk:
    """One walk."""

    def __init__(self, seed: int, world: World, folder: Path, counts: Counter[str]) -> None:
        self.rng = Random(seed)
        self.world = world
        self.folder = folder
        self.counts = counts
        self.state = State()
        self.names = count(1)
        self.log: list[str] = []
        rmtree(folder, ignore_errors=True)
        world.walked.clear()

    def run(self) -> None:
        """Walks."""
        for number in range(STEPS):
            made, draft = self.drawn(first=number == 0)
            made.write()
            self.log += [f"--- {made.path.name}: {' '.join(draft.log)}", made.text]
            self.step(made, draft)
            self.state = draft.new
            self.fill()
            self.counts["steps"] += 1

    def drawn(self, *, first: bool) -> tuple[Made, Draft]:
        """Draws edits until the state is another that the server can have."""
        while True:
            draft = Draft(self.state, self.state)
            editor = Editor(self.rng, draft, self.world.walked, lambda word: f"{word}_{next(self.names)}")
            for _ in range(self.rng.randint(1, 3) + first * 4):
                (editor.add_table if first and self.rng.random() < 0.6 else editor.edit)()
            made = Models(self.folder, load(self.folder), (), self.state, draft.new, self.world.dialect).make(draft.answers)
            if made is None:
                continue
            assert isinstance(made, Made), made
            return made, draft

    def rows(self, state: State) -> All:
        """Returns the rows of all tables."""
        return {address: self.world.walked.rows(table) for address, table in state.tables.items()}

    def migrate(self, target: str | None = None) -> None:
        """Migrates."""
        assert len(blocking.migrate(self.folder, target, "walked")) == 1

    def step(self, made: Made, draft: Draft) -> None:
        """Goes there, back and there again."""
        change = Change(draft, self.world.dialect)
        there, rows = self.world.walked.read(), self.rows(draft.old)
        self.migrate()
        found, moved = self.world.walked.read(), self.rows(draft.new)
        equal(found, self.world.made_afresh(draft.new))
        change.check(rows, moved)
        names = [migration.name for migration in load(self.folder)]
        target = names[-2] if len(names) > 1 else "zero"
        if isinstance(inverted(made.operations, draft.old), Irreversible):
            with pytest.raises(MigrationError, match="cannot be undone"):
                self.migrate(target)
            self.counts["irreversible"] += 1
        else:
            self.migrate(target)
            equal(self.world.walked.read(), there)
            change.back().check(moved, self.rows(draft.old))
            self.migrate()
        equal(self.world.walked.read(), found)
        same(moved, self.rows(draft.new), draft.new)

    def fill(self) -> None:
        """Gives each table more rows."""
        for table in self.state.tables.values():
            for _ in range(ROWS):
                self.insert(table)
            self.counts["tables"] += 1
            self.counts["with rows"] += bool(self.world.walked.rows(table))

    def insert(self, table: Table) -> None:
        """Adds a row, unless it has what another one has."""
        keys = {key.columns[0]: key for key in table.foreign_keys}
        values = []
        for name, column in table.columns.items():
            if column.auto or column.generated is not None:
                continue
            kind = kind_of(column, self.state, table.schema)
            known = kind.values
            if name in keys:
                target = self.state.tables[keys[name].target]
                texts = [row[keys[name].target_columns[0]] for row in self.world.walked.rows(target)]
                known = tuple(text for text in texts if text is not None)
            if not known and not column.nullable:
                return
            is_null = not known or (column.nullable and self.rng.random() < 0.25)
            values.append((name, kind, None if is_null else self.rng.choice(known)))
        try:
            self.world.walked.insert(table, values)
        except IntegrityError:
            taken = any(is_unique(table, name) or name in table.key for name, _, _ in values)
            assert taken, "a row that has to fit was refused"


@pytest.fixture
def the_world(backend: Backend, tmp_path: Path) -> Iterator[World]:
    """Two databases."""
    with world(backend, tmp_path) as made:
        yield made


@pytest.mark.timeout(3_600)
def test_walks(the_world: World, tmp_path: Path) -> None:
    """Walks of eight steps."""
    counts: Counter[str] = Counter()

    walks = ALL if os.environ.get("OXYDE_LONG") else WALKS.get(the_world.dialect, FEWEST)

    @settings(max_examples=walks, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def walked(seed: int) -> None:
        walk = Walk(seed, the_world, tmp_path / "migrations", counts)
        try:
            walk.run()
        except BaseException:
            print("\n".join(walk.log))
            raise

    walked()
    assert counts["with rows"] > 0.8 * counts["tables"]
