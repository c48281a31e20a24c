"""A walk from state to state: drawn edits, the migration that makes them, its way back, and more rows after each step."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path
from random import Random
from shutil import rmtree

import pytest

from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.exceptions import IntegrityError, MigrationError
from oxyde.migrations.changes.make import Made, Models
from oxyde.migrations.folder.files import Migration, read
from oxyde.migrations.operations import Irreversible, inverted
from oxyde.migrations.running.history import ZERO, History
from oxyde.migrations.running.options import Options
from oxyde.migrations.running.runner import apply
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address
from tests.property.walks.draft import Draft, is_unique
from tests.property.walks.edits import Editor
from tests.property.walks.laws import All, Change, equal, same
from tests.property.walks.values import kind_of
from tests.property.walks.world import Rows, World

STEPS = 8
ROWS = 3
"""Rows that each table gets after each step."""


class Walk:
    """One walk."""

    def __init__(self, seed: int, world: World, folder: Path, counts: Counter[str]) -> None:
        self.rng = Random(seed)
        self.world = world
        self.folder = folder
        self.counts = counts
        self.state = State()
        self.migrations: list[Migration] = []
        self.names = count(1)
        self.log: list[str] = []
        rmtree(folder, ignore_errors=True)
        world.walked.clear()
        self.found = world.walked.read()
        self.known: dict[Address, Rows] = {}

    def run(self) -> None:
        """Walks."""
        for number in range(STEPS):
            made, draft = self.drawn(first=number == 0)
            made.write()
            self.migrations.append(read(made.path))
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
            made = Models(self.folder, self.migrations, (), self.state, draft.new, self.world.dialect).make(draft.answers)
            if made is None:
                continue
            assert isinstance(made, Made), made
            return made, draft

    def rows(self, state: State) -> All:
        """Returns the rows of all tables."""
        return {address: self.world.walked.rows(table) for address, table in state.tables.items()}

    def forward(self) -> None:
        """Applies the newest migration."""
        self.migrate()

    def migrate(self, target: str | None = None) -> None:
        """Migrates; only this process does, so that no lock is needed."""
        history = History(self.migrations, self.world.dialect)
        assert len(run_blocking(apply(history, Options(target)), route(self.world.walked.alias))) == 1

    def step(self, made: Made, draft: Draft) -> None:
        """Goes there, back and there again."""
        change = Change(draft, self.world.dialect)
        there, rows = self.found, {address: self.known[address] for address in draft.old.tables}
        self.forward()
        self.found, moved = self.world.walked.read(), self.rows(draft.new)
        equal(self.found, self.world.made_afresh(draft.new))
        change.check(rows, moved)
        target = self.migrations[-2].name if len(self.migrations) > 1 else ZERO
        if isinstance(inverted(made.operations, draft.old), Irreversible):
            with pytest.raises(MigrationError, match="cannot be undone"):
                self.migrate(target)
            self.counts["irreversible"] += 1
        else:
            self.migrate(target)
            equal(self.world.walked.read(), there)
            change.back().check(moved, self.rows(draft.old))
            self.migrate()
        equal(self.world.walked.read(), self.found)
        same(moved, self.rows(draft.new), draft.new)
        self.known = dict(moved)

    def fill(self) -> None:
        """Gives each table more rows."""
        for address, table in self.state.tables.items():
            points_to_itself = any(key.target == address for key in table.foreign_keys)
            for _ in range(ROWS):
                self.insert(table)
                if points_to_itself:
                    self.known[address] = self.world.walked.rows(table)
            self.known[address] = self.world.walked.rows(table)
            self.counts["tables"] += 1
            self.counts["with rows"] += bool(self.known[address])

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
                texts = [row[keys[name].target_columns[0]] for row in self.known[keys[name].target]]
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
