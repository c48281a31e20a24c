"""What walks draw: tables, columns and values that an edit may be about, as far as the rows allow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from oxyde.migrations.parts import Column
from oxyde.migrations.state import Table
from oxyde.schema.relation import Address
from oxyde.schema.types import enum_of
from tests.property.walks.draft import Draft
from tests.property.walks.values import Kind, is_short, kinds, literal
from tests.property.walks.world import Database

NAMES: Final = ["posts", "users", "order", 'we"ird %s', "Größe", "tags"]
COLUMNS: Final = ["title", "body", "select", "Länge", 'a"b', "n%s", "camelCase", "size", "kind"]
LABELS: Final = ["draft", "live", "gone", "it's", "Größe"]
MOST: Final = 4
"""Tables at once."""


class Drawer:
    """Draws what of a state is edited.

    Attributes:
        rng: Draws.
        draft: The state.
        database: The rows that have to fit.
        dialect: Its dialect.
    """

    def __init__(self, rng: Random, draft: Draft, database: Database, fresh_name: Callable[[str], str]) -> None:
        self.rng = rng
        self.draft = draft
        self.database = database
        self.dialect = database.dialect
        self.named = fresh_name

    def table(self) -> Address | None:
        """Draws a table that was there before."""
        there = sorted((address for address in self.draft.new.tables if self.draft.before(address) is not None), key=str)
        there = [address for address in there if address not in self.draft.touched]
        return self.rng.choice(there) if there else None

    def column(self, fits: Callable[[Table, Column], bool]) -> tuple[Address, Column] | None:
        """Draws a column that was there before and was not edited."""
        found = [
            (address, column)
            for address, table in sorted(self.draft.new.tables.items(), key=str)
            for column in table.columns.values()
            if address not in self.draft.touched and self.draft.is_free(address, column.name) and fits(table, column)
        ]
        return self.rng.choice(found) if found else None

    def quoted(self, name: str) -> str:
        """Returns a quoted name."""
        return self.database.quoted(name)

    def count(self, sql: str) -> int:
        """Returns the number that a query finds."""
        return int(self.database.sql(sql)[0][0])

    def old_names(self, address: Address, columns: tuple[str, ...]) -> tuple[str, list[str]]:
        """Returns how the database still calls a table and its columns, quoted."""
        table = self.draft.before(address)
        assert table is not None
        back = {new: old for old, new in self.draft.columns.get(address, {}).items()}
        return self.database.table(table.address), [self.quoted(back.get(name, name)) for name in columns]

    def is_distinct(self, address: Address, columns: tuple[str, ...]) -> bool:
        """Whether no two rows share the values of columns."""
        table, names = self.old_names(address, columns)
        listed = ", ".join(names)
        filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
        return (
            self.count(f"SELECT count(*) FROM (SELECT 1 AS x FROM {table} WHERE {filled} GROUP BY {listed} HAVING count(*) > 1) AS d") == 0
        )

    def has_null(self, address: Address, column: str) -> bool:
        """Whether a row has NULL in a column."""
        table, (name,) = self.old_names(address, (column,))
        return self.count(f"SELECT count(*) FROM {table} WHERE {name} IS NULL") > 0

    def texts(self, address: Address, column: str) -> list[str]:
        """Returns the texts of a column's values."""
        table = self.draft.before(address)
        assert table is not None
        back = {new: old for old, new in self.draft.columns.get(address, {}).items()}
        return [text for row in self.database.rows(table) if (text := row[back.get(column, column)]) is not None]

    def is_pointed_to(self, address: Address, column: str) -> bool:
        """Whether a row of any table points to a row of this one by a column of it."""
        before = self.draft.before(address)
        if before is None:
            return False
        back = {new: old for old, new in self.draft.columns.get(address, {}).items()}
        return any(
            row[name] is not None
            for table in self.draft.old.tables.values()
            for key in table.foreign_keys
            for name, target in zip(key.columns, key.target_columns, strict=True)
            if (key.target, target) == (before.address, back.get(column, column))
            for row in self.database.rows(table)
        )

    def kind(self, schema: str | None) -> Kind:
        """Draws a kind of column."""
        enums = [enum for enum in self.draft.new.enums if enum[0] == schema]
        if enums and self.rng.random() < 0.25:
            enum = self.rng.choice(sorted(enums, key=str))
            return Kind(enum_of(enum[1], ()), values=self.draft.new.enums[enum])
        return self.rng.choice(kinds(self.dialect))

    def filling(self, kind: Kind) -> str:
        """Draws the SQL of a value."""
        return literal(kind, self.rng.choice(kind.values), self.dialect)

    def drawn_column(self, name: str, schema: str | None) -> Column:
        """Draws a column."""
        kind = self.kind(schema)
        column = replace(kind.column(name), nullable=self.rng.random() < 0.5)
        if self.rng.random() < 0.3 and is_short(kind):
            column = replace(column, default=self.filling(kind))
        if self.rng.random() < 0.1:
            column = replace(column, comment=self.rng.choice(["it's", "a\nb"]))
        return column
