"""The edits of constraints, indexes and keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address
from oxyde.schema.types import TEXT
from tests.property.walks.draft import is_key
from tests.property.walks.drawer import COLUMNS, Drawer
from tests.property.walks.values import is_short


class PartEdits(Drawer):
    """Edits the parts of tables."""

    def indexable(self, address: Address) -> list[str]:
        """Returns the columns that can be in an index."""
        columns = self.draft.new.tables[address].columns.values()
        made = ("made", address) in self.draft.touched
        return [one.name for one in columns if is_short(one) and (made or self.draft.is_free(address, one.name))]

    def new_unique(self, address: Address) -> None:
        names = self.indexable(address)
        columns = tuple(self.rng.sample(names, min(len(names), self.rng.randint(1, 2))))
        if columns and (("made", address) in self.draft.touched or self.is_distinct(address, columns)):
            if self.rng.random() < 0.5:
                deferrable = self.dialect == "postgres" and len(columns) > 1 and self.rng.random() < 0.4  # no key may point to it
                self.draft.add(address, Unique(self.named("uq"), columns, deferrable=deferrable))
            else:
                self.draft.add(address, Index(self.named("ix"), columns, unique=True))
            self.draft.touched |= {(address, name) for name in columns}

    def new_check(self, address: Address) -> None:
        fits = {"int": "{} <> -7", "text": "{} <> 'never'", "bool": "{} = {}"}
        found = [one for one in self.draft.new.tables[address].columns.values() if one.type.kind in fits and not one.auto]
        found = [one for one in found if one.generated is None and not self.draft.is_pointing(address, one.name)]
        if found:
            column = self.rng.choice(found)
            name = self.quoted(column.name)
            self.draft.add(address, Check(self.named("ck"), fits[column.type.kind].format(name, name)))

    def new_index(self, address: Address) -> None:
        names = self.indexable(address)
        if not names:
            return
        parts = tuple(self.rng.sample(names, min(len(names), self.rng.randint(1, 2))))
        index = Index(self.named("ix"), parts, desc=parts[:1] if self.rng.random() < 0.3 else ())
        columns = self.draft.new.tables[address].columns
        texts = [name for name in names if columns[name].type == TEXT]
        if self.dialect in {"postgres", "sqlite"} and self.rng.random() < 0.3:
            index = replace(index, where=f"{self.quoted(parts[0])} IS NOT NULL")
        if self.dialect in {"postgres", "sqlite"} and texts and self.rng.random() < 0.3:
            index = replace(index, parts=(*parts, f"lower({self.quoted(texts[0])})"))
        if self.dialect == "postgres" and self.rng.random() < 0.2 and len(names) > 1:
            index = replace(index, include=tuple(name for name in names if name not in parts)[:1])
        self.draft.add(address, index)
        self.draft.touched |= {(address, name) for name in parts}

    def new_key(self, address: Address) -> None:
        """Adds a column that points to another table, or to its own, with the foreign key."""
        targets = [
            (table, column)
            for table in sorted(self.draft.new.tables.values(), key=lambda one: str(one.address))
            for column in table.columns.values()
            if is_key(table, column.name)
            and column.type.kind in {"int", "text", "uuid"}
            and column.generated is None
            and (table.address == address or self.draft.is_free(table.address, column.name))
        ]
        there = self.draft.new.tables[address].columns
        before = self.draft.before(address)
        free = [name for name in COLUMNS if name not in there and (before is None or name not in before.columns)]
        if not targets or not free:
            return
        table, to = self.rng.choice(targets)
        name = self.rng.choice(free)
        self.draft.alter(address, Column(name, to.type, nullable=True, length=to.length, db_type=to.db_type))
        actions: list[Any] = ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"]
        on_delete, on_update = self.rng.choice(actions), self.rng.choice(["CASCADE", "NO ACTION"])
        key = ForeignKey(self.named("fk"), (name,), table.address, (to.name,), on_delete, on_update)
        self.draft.add(address, key)
        self.draft.touched |= {(address, name), (table.address, to.name)}

    def add_part(self) -> None:
        address = self.table()
        if address is not None:
            self.rng.choice([self.new_unique, self.new_check, self.new_index, self.new_key])(address)

    def drop_part(self) -> None:
        address = self.table()
        if address is None:
            return
        table = self.draft.new.tables[address]
        before = self.draft.before(address)
        assert before is not None
        pointed = {name for _, key in self.draft.pointing(address) for name in key.target_columns}
        parts = [
            part
            for part in (*table.constraints.values(), *table.indexes.values())
            if not (isinstance(part, Unique) and pointed & set(part.columns)) and part.name in {*before.constraints, *before.indexes}
        ]
        if parts:
            self.draft.remove(address, self.rng.choice(parts).name)

    def rename_part(self) -> None:
        address = self.table()
        if address is None:
            return
        table = self.draft.new.tables[address]
        parts = [*table.constraints.values(), *table.indexes.values()]
        if parts:
            part = self.rng.choice(parts)
            self.draft.remove(address, part.name)
            self.draft.add(address, replace(part, name=self.named(part.name[:2])))

    def change_key(self) -> None:
        address = self.table()
        if address is None or self.draft.pointing(address):
            return
        table = self.draft.new.tables[address]
        if any(table.columns[name].auto for name in table.key):
            return
        names = [name for name in self.indexable(address) if not table.columns[name].nullable and table.columns[name].generated is None]
        key = tuple(self.rng.sample(names, min(len(names), self.rng.randint(0, 2))))
        if not key or self.is_distinct(address, key):
            self.draft.put(replace(table, key=key))
            self.draft.touched |= {(address, name) for name in {*key, *table.key}}
