"""The statements that make a table anew."""

from __future__ import annotations

from oxyde.migrations.operations import AddColumn, AlterColumn, DropColumn, DropConstraint, Operation
from oxyde.migrations.parts import Column, Index, Unique
from oxyde.migrations.sql.rebuild import Rebuild
from oxyde.migrations.sql.rebuild.declaration import parsed
from oxyde.migrations.sql.rebuild.table import TableText
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address
from oxyde.schema.types import INT, TEXT

NOTE = (None, "notes")
TITLE = Column("title", TEXT, nullable=True)


def table(address: Address = NOTE, *, auto: bool = True, **indexes: Index) -> Table:
    """Returns the table of the tests."""
    return Table(address[1], address[0], {"id": Column("id", INT, auto=auto), "title": TITLE}, ("id",), {}, indexes)


def made(of: Table, *operations: Operation) -> Rebuild:
    """Returns a rebuild for operations."""
    state, members = State().with_table(of), []
    for operation in operations:
        members.append((operation, state))
        state = operation.apply(state)
    return Rebuild(of.address, members, state)


def test_statements() -> None:
    """The old table steps aside, and its counter is kept."""
    rebuild = made(table(ix=Index("ix", ("title",))), AlterColumn(NOTE, "title", {"nullable": False}, fill="'-'"))
    assert rebuild.is_needed
    counter, first, *_ = rebuild.texts[2:]
    assert counter.startswith('UPDATE "sqlite_sequence" SET seq = max(seq, coalesce((SELECT seq FROM "sqlite_sequence" WHERE')
    assert first.endswith("WHERE name = 'notes' COLLATE NOCASE AND 'oxyde_new_notes' NOT IN (SELECT name FROM \"sqlite_sequence\")")
    assert [text for text in rebuild.texts if text not in {counter, first}] == [
        'CREATE TABLE "oxyde_new_notes" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL)',
        'INSERT INTO "oxyde_new_notes" ("id", "title") SELECT "id", coalesce("title", (\'-\')) FROM "notes"',
        'DROP TABLE "notes"',
        "PRAGMA legacy_alter_table = ON",
        'ALTER TABLE "oxyde_new_notes" RENAME TO "notes"',
        "PRAGMA legacy_alter_table = OFF",
        'CREATE INDEX "ix" ON "notes" ("title")',
    ]


def test_rowids_are_kept() -> None:
    """Where no column is the rowid."""
    text = Table("notes", None, {"id": Column("id", TEXT), "title": TITLE}, ("id",))
    rebuild = made(text, AlterColumn(NOTE, "title", {"nullable": False}))
    assert rebuild.texts[1] == 'INSERT INTO "oxyde_new_notes" (rowid, "id", "title") SELECT rowid, "id", "title" FROM "notes"'


def test_what_goes_with_a_table() -> None:
    """Indexes and triggers are those that are there, but for what the migration drops, changes and adds."""
    old = table(ix=Index("ix", ("title",)), ft=Index("ft", ("title",), method="fulltext"))
    live = TableText(
        parsed("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)"),
        {"ix": "CREATE INDEX ix ON notes (title)", "by_hand": "CREATE INDEX by_hand ON notes (id)"},
        {"t": "CREATE TRIGGER t ...", "ft_insert": "CREATE TRIGGER ft_insert ..."},
        "oxyde_new_notes_",
    )
    changed = made(old, AlterColumn(NOTE, "title", {"nullable": False}, fill="'-'"))
    texts = changed.statements(live, changed.merged(live))
    assert texts[-5:] == [
        "CREATE INDEX ix ON notes (title)",
        "CREATE INDEX by_hand ON notes (id)",
        'INSERT INTO "ft" ("ft") VALUES (\'rebuild\')',
        "CREATE TRIGGER t ...",
        "CREATE TRIGGER ft_insert ...",
    ]
    gone = made(old, DropColumn(NOTE, "title"))
    texts = gone.statements(live, gone.merged(live))
    assert texts[-3:] == ["CREATE INDEX by_hand ON notes (id)", 'DROP TABLE IF EXISTS "ft"', "CREATE TRIGGER t ..."]
    assert list(gone.users(TableText(live.declaration, {"mine": "CREATE INDEX mine ON notes (lower(title))"}))) == ["mine"]


def test_a_unique_index_for_a_constraint() -> None:
    """Goes with it; one that says something else stays."""
    named = Table("notes", None, {"id": Column("id", INT), "title": TITLE}, ("id",), {"uq": Unique("uq", ("title",))})
    rebuild = made(named, DropConstraint(NOTE, Unique, "uq"))
    indexes = {"a": 'CREATE UNIQUE INDEX a ON notes ("title")', "b": "CREATE UNIQUE INDEX b ON notes (title) WHERE id > 1"}
    live = TableText(parsed("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)"), indexes, {}, "oxyde_new_notes")
    change = rebuild.merged(live)
    assert [piece.name for piece in change.missing] == ["uq"]
    assert rebuild.statements(live, change)[-1] == indexes["b"]
    assert indexes["a"] not in rebuild.statements(live, change)


def test_a_difference_that_sqlite_does_not_see() -> None:
    """Needs nothing."""
    longer = AlterColumn(NOTE, "title", {"db_type": "TEXT"})
    assert not made(table(), longer).is_needed


def test_other_schemas() -> None:
    """A table of an attached file is made anew there."""
    address = ("more", "notes")
    rebuild = made(table(address), AddColumn(address, Column("n", INT), fill="1"))
    assert rebuild.name == "more.notes"
    assert rebuild.texts[0].startswith('CREATE TABLE "more"."oxyde_new_notes" (')
    assert rebuild.texts[1].endswith('FROM "more"."notes"')
    assert '"more"."sqlite_sequence"' in rebuild.texts[2]
    assert 'ALTER TABLE "more"."oxyde_new_notes" RENAME TO "notes"' in rebuild.texts
