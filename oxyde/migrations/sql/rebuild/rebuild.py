"""A rebuild: a table of SQLite is made anew, once for several operations of a migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.operations import Operation
from oxyde.migrations.parts import shown
from oxyde.migrations.sql.rebuild import table as tables
from oxyde.migrations.sql.rebuild.copying import Copied, copied, literal, misfit
from oxyde.migrations.sql.rebuild.declaration import Declaration, Piece, mentions
from oxyde.migrations.sql.rebuild.merging import Merged, merged
from oxyde.migrations.sql.rebuild.table import TableText, names_of, stands_for
from oxyde.migrations.state import State
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Rebuild:
    """A table that is made anew.

    The new one gets another name until the rows are copied and the old one is gone. ``legacy_alter_table`` keeps SQLite from looking into
    views and triggers, which name a table that is not there at that moment, and from changing the foreign keys of other tables.

    Attributes:
        address: The table.
        members: The operations, each with the state before it.
        after: The state after them.
        keep_extra: Whether columns and constraints that no migration made are kept; otherwise they are refused.
        later: The state after later migrations that are applied already, such as those that a rebase numbered anew.
        warn: Called with what is odd about the table.
    """

    address: Address
    members: Sequence[tuple[Operation, State]]
    after: State
    keep_extra: bool = False
    later: State | None = field(default=None, compare=False)
    warn: Callable[[str], Any] = field(default=lambda _: None, compare=False)

    @property
    def name(self) -> str:
        """The name of the table, for people."""
        return shown(self.address)

    @property
    def quoted(self) -> str:
        """The name of the table as SQL has it."""
        return self.qualified(self.address[1])

    def qualified(self, name: str) -> str:
        """Returns a name in the schema of the table as SQL has it."""
        schema = "" if self.address[0] is None else f"{quoted(self.address[0])}."
        return f"{schema}{quoted(name)}"

    @cached_property
    def before(self) -> TableText:
        """The table as the migrations made it."""
        return tables.of_state(self.address, self.members[0][1])

    @cached_property
    def wanted(self) -> TableText:
        """The table as it is to become."""
        return tables.of_state(self.address, self.after)

    @cached_property
    def copied(self) -> Copied:
        """How its rows are copied."""
        return copied(self.address, self.members)

    @property
    def is_needed(self) -> bool:
        """Whether SQLite sees a difference, or values have to be looked at."""
        same = self.before.declaration == self.wanted.declaration and self.before.indexes == self.wanted.indexes
        return not (same and self.copied.is_plain and all(misfit(column) is None for column in self.copied.converted.values()))

    @cached_property
    def texts(self) -> list[str]:
        """The statements, for a table that is as the migrations made it."""
        return self.statements(self.before, self.merged(self.before))

    def changes(self, live: TableText, change: Merged) -> bool:
        """Whether a table as it is would become another one, or has rows that would."""
        same = change.declaration == live.declaration and list(self._indexes(live, change.missing)) == list(live.indexes.values())
        return not (same and self.copied.is_plain and not self.copied.converted)

    def merged(self, live: TableText) -> Merged:
        """Returns what a table becomes.

        Raises:
            MigrationError: It cannot: see ``merging.merged``.
        """
        known = None
        if self.later is not None and self.address in self.later.tables:
            known = tables.of_state(self.address, self.later).declaration
        return merged(self.name, live.declaration, self.before.declaration, self.wanted.declaration, known)

    def statements(self, live: TableText, change: Merged) -> list[str]:
        """Returns the statements.

        Args:
            live: The table as it is.
            change: What it becomes.
        """
        new = change.declaration
        made = self.qualified(live.new)
        columns = [quoted(name) for name in self.moved(new)]
        rowid = self.rowid(live.declaration, new)
        into = ", ".join([*([] if rowid is None else [new.rowid or ""]), *columns])
        sequence = self.qualified("sqlite_sequence")
        return [
            new.without_name(self.address[1]).sql(made),
            f"INSERT INTO {made} ({into}) {self.rows(live, new, rowid)}",
            *(_counter(sequence, self.address[1], live.new) if new.counts and live.declaration.counts else ()),
            f"DROP TABLE {self.quoted}",
            "PRAGMA legacy_alter_table = ON",
            f"ALTER TABLE {made} RENAME TO {quoted(self.address[1])}",
            "PRAGMA legacy_alter_table = OFF",
            *self._indexes(live, change.missing),
            *self._searches(),
            *(sql for name, sql in live.triggers.items() if name not in self._gone_triggers),
            *([f"ANALYZE {self.quoted}"] if live.is_analyzed else ()),  # what it knew went with the old table
        ]

    def rows(self, live: TableText, new: Declaration, rowid: str | None = None) -> str:
        """Returns the query of the rows as they become.

        Args:
            live: The table as it is.
            new: What it becomes.
            rowid: What the rowid is called, if it is wanted.
        """
        there = [column.name for column in live.declaration.columns]
        return self.copied.select(self.quoted, quoted(self.address[1]), there, self.moved(new), rowid)

    @staticmethod
    def moved(new: Declaration) -> list[str]:
        """Returns the columns of a new table that are given values."""
        return [column.name for column in new.columns if not column.is_generated]

    @staticmethod
    def rowid(live: Declaration, new: Declaration) -> str | None:
        """Returns what the rowid of the old table is called, where it is no column and is kept."""
        return live.rowid if new.alias is None and new.rowid is not None else None

    def _indexes(self, live: TableText, gone: Sequence[Piece]) -> Iterator[str]:
        """Yields the statements of the indexes: of those that are there, without those that go, and of those that come."""
        old, new = self.before.indexes, self.wanted.indexes
        for name, sql in live.indexes.items():
            if (name not in old or old[name] == new.get(name)) and not any(stands_for(sql, piece) for piece in gone):
                yield sql
        yield from (sql for name, sql in new.items() if old.get(name) != sql)

    @cached_property
    def _gone_searches(self) -> list[str]:
        first, last = (state.table(self.address).indexes for state in (self.members[0][1], self.after))
        return [name for name, one in first.items() if one.is_fulltext and name not in last]

    @cached_property
    def _gone_triggers(self) -> set[str]:
        return {f"{name}_{event}" for name in self._gone_searches for event in ("insert", "delete", "update")}

    def _searches(self) -> Iterator[str]:
        """Yields what becomes of full-text indexes: they have the rowids of the table, and the words of its columns."""
        for name in self._gone_searches:
            yield f"DROP TABLE IF EXISTS {self.qualified(name)}"
        for one in self.after.table(self.address).indexes.values():
            if one.is_fulltext and self.copied.changed & {folded(part) for part in one.parts}:
                yield f"INSERT INTO {self.qualified(one.name)} ({quoted(one.name)}) VALUES ('rebuild')"  # noqa: S608 - names are quoted

    def users(self, live: TableText) -> Iterator[str]:
        """Yields the indexes that no migration made and that are over a column that goes."""
        gone = [one.name for one in self.before.declaration.columns if self.wanted.declaration.column(one.name) is None]
        for name, sql in live.indexes.items():
            if name not in self.before.indexes and any(mentions(names_of(sql), column) for column in gone):
                yield name


def _counter(sequence: str, table: str, new: str) -> tuple[str, str]:
    """Returns the statements that keep the greatest key that there was."""
    old, made = f"{literal(table)} COLLATE NOCASE", literal(new)
    known = f"SELECT seq FROM {sequence} WHERE name = {old}"  # noqa: S608 - names are quoted
    names = f"SELECT name FROM {sequence}"  # noqa: S608 - names are quoted
    return (
        f"UPDATE {sequence} SET seq = max(seq, coalesce(({known}), 0)) WHERE name = {made}",  # noqa: S608 - as above
        f"INSERT INTO {sequence} (name, seq) SELECT {made}, seq FROM {sequence} WHERE name = {old} AND {made} NOT IN ({names})",  # noqa: S608 - as above
    )
