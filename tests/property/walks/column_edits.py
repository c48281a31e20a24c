"""The edits of columns."""

from __future__ import annotations

from dataclasses import replace

from oxyde.migrations.operations import RenameColumn
from oxyde.migrations.parts import Column
from oxyde.migrations.state import Table
from oxyde.schema.types import INT, TEXT
from tests.property.walks.drawer import COLUMNS
from tests.property.walks.part_edits import PartEdits
from tests.property.walks.values import LONGER, SHORT, conversion, is_short, kind_of


class ColumnEdits(PartEdits):
    """Edits columns."""

    def add_column(self) -> None:
        address = self.table()
        if address is None:
            return
        table, before = self.draft.new.tables[address], self.draft.before(address)
        assert before is not None
        free = [name for name in COLUMNS if name not in table.columns and name not in before.columns]
        if not free:
            return
        column = self.drawn_column(self.rng.choice(free), address[0])
        numbers = [name for name, one in table.columns.items() if one.type == INT and one.generated is None and not one.auto]
        numbers = [name for name in numbers if not self.draft.is_pointing(address, name)]
        if self.rng.random() < 0.15 and numbers:
            sql = f"CASE WHEN {self.quoted(self.rng.choice(numbers))} > 0 THEN 1 ELSE 0 END"
            column = Column(column.name, INT, nullable=True, generated=sql, stored=self.dialect != "sqlite")
        elif not column.nullable and column.default is None:
            self.draft.fills[address, column.name] = self.filling(kind_of(column, self.draft.new, address[0]))
        self.draft.alter(address, column)
        self.draft.touched.add((address, column.name))

    def drop_column(self) -> None:
        found = self.column(lambda table, column: column.name not in table.key and len(table.columns) > 2)
        if found is None:
            return
        address, column = found
        name = column.name
        table = self.draft.new.tables[address]
        if self.draft.mention(address, self.quoted(name)) or name in self.draft.columns.get(address, {}).values():
            return
        if (self.draft.is_unique(address, name) or self.draft.is_pointing(address, name)) and (
            column.default is not None or not column.nullable
        ):
            return  # all rows would get one value on the way back, which may be the key of none
        if self.is_pointed_to(address, name):
            return  # rows would point to none on the way back
        for part in table.parts_over(name):
            self.draft.remove(address, part.name)
        for other, key in self.draft.pointing(address, name):
            self.draft.remove(other, key.name)
        table = self.draft.new.tables[address]
        self.draft.put(replace(table, columns={key: one for key, one in table.columns.items() if key != name}))
        needed = not (column.nullable or column.default is not None or column.generated is not None)
        if needed and self.rng.random() < 0.7:
            self.draft.fills[address, name] = self.filling(kind_of(column, self.draft.old, address[0]))
        self.draft.touched.add((address, name))

    def rename_column(self) -> None:
        found = self.column(lambda _, __: True)
        if found is None:
            return
        address, column = found
        table, before = self.draft.new.tables[address], self.draft.before(address)
        assert before is not None
        free = [name for name in COLUMNS if name not in table.columns and name not in before.columns]
        if not free or column.name in self.draft.columns.get(address, {}).values():
            return
        old, new = column.name, self.rng.choice(free)
        self.draft.new = RenameColumn(address, old, new).apply(self.draft.new)
        self.draft.rewrite(address, self.quoted(old), self.quoted(new))
        self.draft.columns.setdefault(address, {})[old] = new
        self.draft.touched |= {(address, old), (address, new)}

    def retype(self) -> None:
        found = self.column(self.is_loose)
        if found is None:
            return
        address, column = found
        kind = self.kind(address[0])
        if self.draft.new.tables[address].parts_over(column.name) and not is_short(kind):
            return
        new = replace(column, type=kind.type, length=kind.length, db_type=kind.db_type, default=None)
        convert = conversion(column, new, self.dialect)
        if (new.type, new.length, new.db_type) == (column.type, column.length, column.db_type) or convert is None:
            return
        made = [convert(text) for text in self.texts(address, column.name)]
        fits = all(text is not None for text in made) and (kind.type.kind != "enum" or all(text in kind.values for text in made))
        back = [None if text is None else _back(new, column, self.dialect, text) for text in made]
        if fits and None not in back:
            self.draft.alter(address, new)
            self.draft.touched.add((address, column.name))

    def is_loose(self, table: Table, column: Column) -> bool:
        """Whether nothing else depends on the type of a column."""
        keys = {name for key in table.foreign_keys for name in key.columns}
        pointed = self.draft.pointing(table.address, column.name)
        named = self.draft.mention(table.address, self.quoted(column.name))
        return not (named or pointed or column.auto or column.generated is not None or column.name in keys or column.name in table.key)

    def widen(self) -> None:
        """Makes a text and all foreign keys to it longer."""
        found = self.column(lambda _, column: (column.type, column.length) == (TEXT, SHORT.length))
        if found is None or self.draft.mention(found[0], self.quoted(found[1].name)):
            return
        address, column = found
        if any(column.name in key.columns for key in self.draft.new.tables[address].foreign_keys):
            return
        for other, key in [(address, None), *self.draft.pointing(address, column.name)]:
            name = column.name if key is None else key.columns[0]
            if (other, name) in self.draft.touched and key is not None and ("made", other) not in self.draft.touched:
                return
        for other, key in self.draft.pointing(address, column.name):
            self.draft.alter(other, replace(self.draft.new.tables[other].columns[key.columns[0]], length=LONGER.length))
            self.draft.touched.add((other, key.columns[0]))
        self.draft.alter(address, replace(column, length=LONGER.length))
        self.draft.touched.add((address, column.name))

    def null(self) -> None:
        found = self.column(lambda table, column: column.name not in table.key and not column.auto and column.generated is None)
        if found is None:
            return
        address, column = found
        if column.nullable:
            held = self.draft.is_pointing(address, column.name) or self.draft.is_unique(address, column.name)
            if held and self.has_null(address, column.name):
                return
            if any(key.on_delete == "SET NULL" and column.name in key.columns for key in self.draft.new.tables[address].foreign_keys):
                return
            self.draft.fills[address, column.name] = self.filling(kind_of(column, self.draft.new, address[0]))
        self.draft.alter(address, replace(column, nullable=not column.nullable))
        self.draft.touched.add((address, column.name))

    def default(self) -> None:
        found = self.column(lambda _, column: not column.auto and column.generated is None)
        if found is None:
            return
        address, column = found
        kind = kind_of(column, self.draft.new, address[0])
        if column.default is not None:
            self.draft.alter(address, replace(column, default=None))
        elif is_short(kind):
            self.draft.alter(address, replace(column, default=self.filling(kind)))
        self.draft.touched.add((address, column.name))

    def comment_column(self) -> None:
        found = self.column(lambda *_: True)
        if found is not None:
            self.draft.alter(found[0], replace(found[1], comment=self.rng.choice([None, "it's", "b\\"])))
            self.draft.touched.add((found[0], found[1].name))


def _back(old: Column, new: Column, dialect: str, text: str) -> str | None:
    convert = conversion(old, new, dialect)
    return None if convert is None else convert(text)
