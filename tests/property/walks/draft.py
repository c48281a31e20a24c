"""A state that is being edited, and what the operator would say about the change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from oxyde.db.tokens import sql_tokens
from oxyde.migrations.changes.answers import Answers
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.parts import Check, Column, Constraint, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address


@dataclass
class Draft:
    """An edited state.

    Attributes:
        old: The state before.
        new: The state after.
        tables: New addresses of tables, by old ones.
        columns: New names of columns, by the new address of their table and the old name.
        enums: New addresses of enumerations, by old ones.
        fills: The text and SQL of what rows get, by table and column.
        maps: What becomes of values of enumerations that go.
        touched: What was edited; nothing is edited twice.
        log: What was done.
    """

    old: State
    new: State
    tables: dict[Address, Address] = field(default_factory=dict)
    columns: dict[Address, dict[str, str]] = field(default_factory=dict)
    enums: dict[Address, Address] = field(default_factory=dict)
    fills: dict[tuple[Address, str], str] = field(default_factory=dict)
    maps: dict[Address, dict[str, str | None]] = field(default_factory=dict)
    touched: set[Any] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    @property
    def answers(self) -> Answers:
        """What the operator says."""
        renames = Renames(self.tables, {address: pairs for address, pairs in self.columns.items() if pairs}, self.enums)
        fills = {place: sql for place, sql in self.fills.items() if self._is_asked(*place)}
        return Answers(renames, no_rename=True, fills=fills, maps=self.maps, yes=True)

    def _is_asked(self, address: Address, name: str) -> bool:
        """Whether rows have to be given a value of a column, after all that was edited."""
        column = self.new.tables[address].columns.get(name) if address in self.new.tables else None
        return column is not None and not column.nullable

    def before(self, address: Address) -> Table | None:
        """Returns what a table of the new state was."""
        old = next((one for one, other in self.tables.items() if other == address), address)
        moved = old == address and address in self.tables
        return None if moved or ("made", address) in self.touched else self.old.tables.get(old)

    def put(self, table: Table) -> None:
        """Replaces a table, or adds it."""
        self.new = replace(self.new, tables={**self.new.tables, table.address: table})

    def alter(self, address: Address, column: Column) -> None:
        """Replaces a column, or adds it."""
        table = self.new.tables[address]
        self.put(replace(table, columns={**table.columns, column.name: column}))

    def add(self, address: Address, part: Constraint | Index) -> None:
        """Adds a constraint or an index."""
        table = self.new.tables[address]
        if isinstance(part, Index):
            self.put(replace(table, indexes={**table.indexes, part.name: part}))
        else:
            self.put(replace(table, constraints={**table.constraints, part.name: part}))

    def remove(self, address: Address, name: str) -> None:
        """Removes a constraint or an index."""
        table = self.new.tables[address]
        constraints = {key: one for key, one in table.constraints.items() if key != name}
        self.put(replace(table, constraints=constraints, indexes={key: one for key, one in table.indexes.items() if key != name}))

    def pointing(self, address: Address, column: str | None = None) -> list[tuple[Address, ForeignKey]]:
        """Returns the foreign keys to a table, or to a column of it."""
        return [
            (table.address, key)
            for table in self.new.tables.values()
            for key in table.foreign_keys
            if key.target == address and (column is None or column in key.target_columns)
        ]

    def is_pointing(self, address: Address, column: str) -> bool:
        """Whether a foreign key is over a column, or was before; MariaDB lets neither checks nor expressions read what it may change."""
        return any(name in key.columns for table, name in self._now_and_before(address, column) for key in table.foreign_keys)

    def is_unique(self, address: Address, column: str) -> bool:
        """Whether rows are told apart by a column, or were before."""
        return any(is_unique(table, name) for table, name in self._now_and_before(address, column))

    def _now_and_before(self, address: Address, column: str) -> Iterator[tuple[Table, str]]:
        yield self.new.tables[address], column
        if (before := self.before(address)) is not None:
            yield before, next((old for old, new in self.columns.get(address, {}).items() if new == column), column)

    def is_free(self, address: Address, column: str) -> bool:
        """Whether a column was there before and was not edited, nor its table renamed or made."""
        return (address, column) not in self.touched and self.before(address) is not None

    def mention(self, address: Address, quoted: str) -> bool:
        """Whether an SQL text of a table names a column."""
        return any(quoted == token for text in texts(self.new.tables[address]) for _, token in sql_tokens(text))

    def rewrite(self, address: Address, old: str, new: str) -> None:
        """Puts another name of a column into the SQL texts of its table, as somebody does who renames it in the models."""
        table = self.new.tables[address]

        def renamed(part: Any) -> Any:
            match part:
                case Check(name, sql):
                    return Check(name, _renamed(sql, old, new))
                case Index():
                    parts = tuple(_renamed(text, old, new) if text not in table.columns else text for text in part.parts)
                    where = None if part.where is None else _renamed(part.where, old, new)
                    return replace(part, parts=parts, where=where)
            return part

        columns = {
            name: column if column.generated is None else replace(column, generated=_renamed(column.generated, old, new))
            for name, column in table.columns.items()
        }
        constraints = {name: renamed(one) for name, one in table.constraints.items()}
        self.put(
            replace(table, columns=columns, constraints=constraints, indexes={key: renamed(one) for key, one in table.indexes.items()})
        )


def _renamed(sql: str, old: str, new: str) -> str:
    return "".join(new if token == old else token for _, token in sql_tokens(sql))


def texts(table: Table) -> list[str]:
    """Returns the SQL texts of a table."""
    found = [column.generated for column in table.columns.values()]
    found += [one.sql for one in table.constraints.values() if isinstance(one, Check)]
    for index in table.indexes.values():
        found += [index.where, *(part for part in index.parts if part not in table.columns)]
    return [text for text in found if text is not None]


def is_key(table: Table, column: str) -> bool:
    """Whether a column alone tells the rows of a table apart."""
    return table.key == (column,) or any(isinstance(one, Unique) and one.columns == (column,) for one in table.constraints.values())


def is_unique(table: Table, column: str) -> bool:
    """Whether a constraint or index of a table tells rows apart by a column."""
    unique = [part.columns for part in table.constraints.values() if isinstance(part, Unique)]
    return any(column in columns for columns in (*unique, *(index.parts for index in table.indexes.values() if index.unique)))
