"""The edits of tables."""

from __future__ import annotations

from dataclasses import replace

from oxyde.migrations.parts import Column
from oxyde.migrations.state import Table
from oxyde.schema.types import INT
from tests.property.walks.drawer import COLUMNS, MOST, NAMES
from tests.property.walks.part_edits import PartEdits
from tests.property.walks.values import NUMBER, SHORT
from tests.property.walks.world import SHOP


class TableEdits(PartEdits):
    """Edits tables."""

    def add_table(self) -> None:
        schema = SHOP if self.dialect == "postgres" and self.rng.random() < 0.2 else None
        taken = {*self.draft.new.tables, *self.draft.touched, *self.draft.tables}  # the last have another name now
        free = [name for name in NAMES if (schema, name) not in taken]
        if not free or len(self.draft.new.tables) >= MOST:
            return
        address = schema, self.rng.choice(free)
        draw = self.rng.random()
        if draw < 0.6:
            columns, key = [Column("id", INT, auto=True)], ("id",)
        elif draw < 0.75:
            columns, key = [SHORT.column("code")], ("code",)
        elif draw < 0.9:
            columns, key = [NUMBER.column("a"), SHORT.column("code")], ("a", "code")
        else:
            columns, key = [], ()
        names = self.rng.sample(COLUMNS, self.rng.randint(1, 4))
        columns += [self.drawn_column(name, schema) for name in names]
        self.draft.put(Table(address[1], schema, {column.name: column for column in columns}, key))
        self.draft.touched |= {("made", address), address}
        for _ in range(self.rng.randint(0, 3)):
            self.rng.choice([self.new_unique, self.new_check, self.new_index, self.new_key, self.new_key])(address)

    def drop_table(self) -> None:
        address = self.table()
        if address is None or len(self.draft.new.tables) < 3 or self.draft.pointing(address) or address in self.draft.tables.values():
            return
        self.draft.new = replace(self.draft.new, tables={key: one for key, one in self.draft.new.tables.items() if key != address})
        self.draft.columns.pop(address, None)
        self.draft.touched.add(address)

    def rename_table(self) -> None:
        address = self.table()
        if address is None or address in self.draft.tables.values():
            return
        schema = address[0]
        free = [name for name in NAMES if (schema, name) not in {*self.draft.new.tables, *self.draft.old.tables}]
        if not free:
            return
        new = schema, self.rng.choice(free)
        state = self.draft.new
        tables = {key: one for key, one in state.tables.items() if key != address}
        self.draft.new = replace(state, tables={**tables, new: replace(state.tables[address], name=new[1])}).retarget(address, new, {})
        self.draft.tables[address] = new
        self.draft.columns[new] = self.draft.columns.pop(address, {})
        self.draft.fills = {(new if place[0] == address else place[0], place[1]): sql for place, sql in self.draft.fills.items()}
        self.draft.touched |= {(new, part[1]) for part in self.draft.touched if isinstance(part, tuple) and part[0] == address}

    def comment(self) -> None:
        address = self.table()
        if address is not None:
            self.draft.put(replace(self.draft.new.tables[address], comment=self.rng.choice([None, "it's", "b\\"])))
