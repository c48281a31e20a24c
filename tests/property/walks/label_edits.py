"""The edits of enumerations and views."""

from __future__ import annotations

from dataclasses import replace

from oxyde.schema.types import enum_of
from tests.property.walks.drawer import LABELS, Drawer
from tests.property.walks.values import Kind, literal


class LabelEdits(Drawer):
    """Edits enumerations and views."""

    def add_enum(self) -> None:
        address = None, self.rng.choice(["status", "Mood"])
        if address not in {*self.draft.new.enums, *self.draft.old.enums}:
            values = tuple(self.rng.sample(LABELS, self.rng.randint(1, 3)))
            self.draft.new = replace(self.draft.new, enums={**self.draft.new.enums, address: values})
            self.draft.touched.add(("enum", address))

    def change_enum(self) -> None:
        enums = sorted((enum for enum in self.draft.new.enums if ("enum", enum) not in self.draft.touched), key=str)
        users = [part for part in self.draft.touched if isinstance(part, tuple)]
        if not enums:
            return
        enum = self.rng.choice(enums)
        old = self.draft.new.enums[enum]
        columns = [(table, column) for table, column in self.draft.new.columns_of(enum)]
        if any((table.address, column.name) in users or table.address in users for table, column in columns):
            return
        values = tuple(self.rng.sample(LABELS, self.rng.randint(1, 4)))
        if self.rng.random() < 0.4:
            values = (*old, *(label for label in values if label not in old))
        gone = [label for label in old if label not in values]
        named = [text for table, column in columns for text in (column.default,) if text is not None]
        limited = [column for table, column in columns if self.draft.is_unique(table.address, column.name) or column.name in table.key]
        if values == old or any(literal(Kind(enum_of("", ())), label, self.dialect) in named for label in gone) or (limited and gone):
            return
        if columns:
            self.draft.maps[enum] = {label: self.rng.choice(values) for label in gone}
        self.draft.new = replace(self.draft.new, enums={**self.draft.new.enums, enum: values})
        self.draft.touched |= {("enum", enum), *((table.address, column.name) for table, column in columns)}

    def rename_enum(self) -> None:
        enums = sorted((enum for enum in self.draft.new.enums if ("enum", enum) not in self.draft.touched), key=str)
        free = [(None, name) for name in ("state", "Laune", "status") if (None, name) not in {*self.draft.new.enums, *self.draft.old.enums}]
        if not enums or not free:
            return
        old, new = self.rng.choice(enums), self.rng.choice(free)
        for table, column in self.draft.new.columns_of(old):
            self.draft.alter(table.address, replace(column, type=enum_of(new[1], ())))
        there = {key: values for key, values in self.draft.new.enums.items() if key != old}
        self.draft.new = replace(self.draft.new, enums={**there, new: self.draft.new.enums[old]})
        self.draft.enums[old] = new
        self.draft.touched |= {("enum", old), ("enum", new)}

    def view(self) -> None:
        address = None, self.rng.choice(["top", "live posts"])
        views = dict(self.draft.new.views)
        if address in views:
            del views[address]
        else:
            views[address] = self.rng.choice(["SELECT 1 AS x", "SELECT 'it''s' AS y, 2 AS z"])
        self.draft.new = replace(self.draft.new, views=views)
