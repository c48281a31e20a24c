"""The edits of walks: what somebody changes in the models, as far as the rows allow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from oxyde.migrations.operations import RenameColumn
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.state import Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address
from oxyde.schema.types import INT, TEXT, enum_of
from tests.property.walks.draft import is_key
from tests.property.walks.drawer import Drawer
from tests.property.walks.values import LONGER, NUMBER, SHORT, Kind, conversion, kind_of, literal
from tests.property.walks.world import SHOP

NAMES: Final = ["posts", "users", "order", 'we"ird %s', "Größe", "tags"]
COLUMNS: Final = ["title", "body", "select", "Länge", 'a"b', "n%s", "camelCase", "size", "kind"]
LABELS: Final = ["draft", "live", "gone", "it's", "Größe"]
MOST: Final = 4
"""Tables at once."""


class Editor(Drawer):
    """Edits one state."""

    def edit(self) -> None:
        """Makes one edit, if the one that was drawn can be made."""
        chosen = self.rng.choice(EDITS)
        before = self.draft.new
        chosen(self)
        if self.draft.new != before:
            self.draft.log.append(chosen.__name__)

    # Tables

    def add_table(self) -> None:
        schema = SHOP if self.dialect == "postgres" and self.rng.random() < 0.2 else None
        free = [name for name in NAMES if (schema, name) not in self.draft.new.tables and (schema, name) not in self.draft.touched]
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

    # Columns

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
        numbers = [name for name in numbers if not self.is_pointing(address, name)]
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
        if is_unique(table, name) and (column.default is not None or not column.nullable):
            return  # all rows would get one value on the way back
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
            is_pointing = any(column.name in key.columns for key in self.draft.new.tables[address].foreign_keys)
            unique = any(column.name in getattr(part, "columns", ()) for part in self.draft.new.tables[address].parts_over(column.name))
            if (is_pointing or unique or is_unique(self.draft.new.tables[address], column.name)) and self.has_null(address, column.name):
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
        elif self.takes_default(kind):
            self.draft.alter(address, replace(column, default=self.filling(kind)))
        self.draft.touched.add((address, column.name))

    def comment_column(self) -> None:
        found = self.column(lambda _, column: not (column.auto and self.dialect == "sqlite"))  # refused there, which is a fault
        if found is not None:
            self.draft.alter(found[0], replace(found[1], comment=self.rng.choice([None, "it's", "b\\"])))
            self.draft.touched.add((found[0], found[1].name))

    # Parts

    def indexable(self, address: Address) -> list[str]:
        """Returns the columns that can be in an index."""
        columns = self.draft.new.tables[address].columns.values()
        made = ("made", address) in self.draft.touched
        short = [one for one in columns if one.type.kind not in {"json", "bytes", "array"} and (one.type != TEXT or one.length is not None)]
        return [one.name for one in short if made or self.draft.is_free(address, one.name)]

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
        found = [one for one in found if one.generated is None and not self.is_pointing(address, one.name)]
        if found:
            column = self.rng.choice(found)
            name = self.quoted(column.name)
            self.draft.add(address, Check(self.named("ck"), fits[column.type.kind].format(name, name)))

    def is_pointing(self, address: Address, column: str) -> bool:
        """Whether a column is in a foreign key; MariaDB lets neither checks nor expressions read what a key may change."""
        return any(column in key.columns for key in self.draft.new.tables[address].foreign_keys)

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

    # Enumerations and views

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
        limited = [column for table, column in columns if is_unique(table, column.name) or column.name in table.key]
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


def _back(old: Column, new: Column, dialect: str, text: str) -> str | None:
    convert = conversion(old, new, dialect)
    return None if convert is None else convert(text)


def is_unique(table: Table, column: str) -> bool:
    """Whether a constraint or index of a table tells rows apart by a column."""
    unique = [part.columns for part in table.constraints.values() if isinstance(part, Unique)]
    return any(column in columns for columns in (*unique, *(index.parts for index in table.indexes.values() if index.unique)))


EDITS: Final[list[Callable[[Editor], None]]] = [
    Editor.add_table,
    Editor.add_table,
    Editor.drop_table,
    Editor.rename_table,
    Editor.comment,
    *[Editor.add_column] * 3,
    *[Editor.drop_column] * 2,
    *[Editor.rename_column] * 2,
    *[Editor.retype] * 4,
    *[Editor.widen] * 2,
    *[Editor.null] * 2,
    Editor.default,
    Editor.comment_column,
    *[Editor.add_part] * 4,
    *[Editor.drop_part] * 2,
    Editor.rename_part,
    *[Editor.change_key] * 2,
    Editor.add_enum,
    *[Editor.change_enum] * 2,
    Editor.rename_enum,
    Editor.view,
]
