"""Tables with rows are changed on every server: the rows survive each operation and its reverse, and constraints hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import oxyde
from oxyde import _native
from oxyde.db.execute import run_blocking
from oxyde.db.raw import query
from oxyde.db.route import route
from oxyde.db.steps import Atomically, Steps
from oxyde.exceptions import DatabaseError, DataError, IntegrityError, MigrationError, UnsupportedError
from oxyde.ir import wire
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
    CreateEnumType,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    Irreversible,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RenameTable,
)
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.sql import rebuild
from oxyde.migrations.sql.script import Step, script
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, decimal_of, enum_of
from tests.backends import Backend

MOOD = (None, "alter_mood")
PEOPLE = Table("alter_people", None, {"id": Column("id", INT, auto=True), "name": Column("name", TEXT, length=40)}, ("id",))
NOTES = Table(
    "alter_notes",
    None,
    {
        "id": Column("id", INT, auto=True),
        "title": Column("title", TEXT, length=40, default="'none'"),
        "size": Column("size", INT, nullable=True),
        "person": Column("person", INT),
        "mood": Column("mood", enum_of("alter_mood", ())),
    },
    ("id",),
    {
        "ck_alter_title": Check("ck_alter_title", "title <> ''"),
        "fk_alter_person": ForeignKey("fk_alter_person", ("person",), PEOPLE.address, ("id",), "CASCADE"),
    },
    {"ix_alter_size": Index("ix_alter_size", ("size", "id"), desc=("size",))},
)
PERSON, NOTE = PEOPLE.address, NOTES.address
START: list[Operation] = [CreateEnumType(MOOD, ("good", "bad")), CreateTable(PEOPLE), CreateTable(NOTES)]
ROWS = [(1, "one", 1, 1, "good"), (2, "two", None, 2, "bad"), (3, "three", 3, 2, "good")]

EVERYWHERE: list[Operation] = [
    AddColumn(NOTE, Column("stars", INT, default="7")),
    AddColumn(NOTE, Column("extra", TEXT, nullable=True)),
    RenameColumn(NOTE, "title", "head line"),
    RenameColumn(PERSON, "id", "nr"),
    RenameTable(PERSON, "alter_humans"),
    CreateIndex(NOTE, Index("ix_alter_new", ("title", "person"), unique=True)),
    RenameIndex(NOTE, "ix_alter_size", "ix_alter_renamed"),
    DropIndex(NOTE, "ix_alter_size"),
    RenameEnumType(MOOD, "alter_state"),
    CommentTable(NOTE, "it's"),
    CommentColumn(NOTE, "title", "it's"),
]
ANEW_ON_SQLITE: list[Operation] = [
    AddColumn(NOTE, Column("slug", TEXT, length=50), fill="lower(title)"),
    AlterColumn(NOTE, "title", {"length": 80, "nullable": True, "default": "'x'"}),
    AlterColumn(NOTE, "size", {"nullable": False}, fill="0"),
    AlterColumn(NOTE, "id", {"comment": "c"}),
    AlterColumn(NOTE, "size", {"type": decimal_of(20, 2)}),
    AddConstraint(NOTE, Unique("uq_alter", ("title", "person"))),
    AddConstraint(NOTE, Check("ck_alter_size", "size > 0 OR size IS NULL")),
    AddConstraint(PERSON, ForeignKey("fk_alter_note", ("id",), NOTE, ("id",), "NO ACTION", "NO ACTION")),
    DropConstraint(NOTE, Check, "ck_alter_title"),
    RenameConstraint(NOTE, "ck_alter_title", "ck_alter_other"),
    RenameConstraint(NOTE, "fk_alter_person", "fk_alter_other"),
    AddEnumValue(MOOD, "new"),
    AlterEnumType(MOOD, ("bad", "good")),
    AlterEnumType(MOOD, ("bad", "fine"), {"good": "fine"}),
]
NOT_ON_SQLITE: list[Operation] = [
    AlterKey(NOTE, ("id", "person")),
    AddColumn(NOTE, Column("part", INT), key=True, fill="id"),
]


def _together(steps: list[Step]) -> Steps[None]:
    yield Atomically(_each(steps), unchecked=True)


def _each(steps: list[Step]) -> Steps[None]:
    for step in steps:
        if step.rebuild is not None:
            yield from rebuild.run(step.rebuild)
        else:
            for text in step.texts:
                yield from query(text, {}, "sqlite")


class Server:
    """A connection, and the state of its tables.

    Attributes:
        connection: The connection.
        dialect: Its dialect.
        state: The state.
    """

    def __init__(self, connection: Any, dialect: str) -> None:
        self.connection = connection
        self.dialect = dialect
        self.state = State()

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        """Runs SQL and returns its rows."""
        return [tuple(row.values()) for row in oxyde.sync.execute_raw(text, client=self.connection)]

    def apply(self, *operations: Operation) -> None:
        """Applies operations to the database and to the state."""
        for operation in operations:
            after = operation.apply(self.state)
            if self.dialect == "sqlite":
                steps = script([operation], self.state, "sqlite")
                run_blocking(_together(steps), route(client=self.connection))
                self.state = after
                continue
            for statement in statements(operation, self.state, after):
                for text, _ in _native.render(wire.pack(statement), self.dialect, ()):
                    self.sql(text)
            self.state = after

    def quoted(self, name: str) -> str:
        """Returns a quoted name."""
        return f"`{name}`" if self.dialect == "mariadb" else f'"{name}"'

    def rows(self, address: Any, names: list[str]) -> list[tuple[Any, ...]]:
        """Returns the rows of a table."""
        columns = ", ".join(map(self.quoted, names))
        return sorted(self.sql(f"SELECT {columns} FROM {self.quoted(address[1])}"))

    def clear(self) -> None:
        """Drops all tables and types."""
        if self.dialect == "mariadb":
            self.sql("ALTER TABLE IF EXISTS alter_people DROP FOREIGN KEY IF EXISTS fk_alter_note")
        cascade = " CASCADE" if self.dialect == "postgres" else ""
        for name in ("alter_notes", "alter_people", "alter_humans"):
            self.sql(f"DROP TABLE IF EXISTS {name}{cascade}")
        if self.dialect == "postgres":
            self.sql("DROP TYPE IF EXISTS alter_mood, alter_state")


@pytest.fixture
def server(backend: Backend) -> Iterator[Server]:
    """A server with two tables and rows in them."""
    with oxyde.connect(backend.url, "altering") as connection:
        made = Server(connection, backend.dialect)
        made.clear()
        made.apply(*START)
        made.sql("INSERT INTO alter_people (id, name) VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid')")
        values = ", ".join(str(row).replace("None", "NULL") for row in ROWS)
        made.sql(f"INSERT INTO alter_notes (id, title, size, person, mood) VALUES {values}")
        try:
            yield made
        finally:
            made.clear()


@pytest.mark.parametrize("operation", [*EVERYWHERE, *ANEW_ON_SQLITE, *NOT_ON_SQLITE], ids=lambda operation: str(operation)[:60])
def test_there_and_back(server: Server, operation: Operation) -> None:
    """Rows are the same after an operation and its reverse; in between nothing else than said has changed."""
    if server.dialect == "sqlite" and operation in NOT_ON_SQLITE:
        with pytest.raises(UnsupportedError, match="auto-increment columns beside other key columns are not supported by sqlite"):
            server.apply(operation)
        return
    before = {address: server.rows(address, sorted(table.columns)) for address, table in server.state.tables.items()}
    undo = operation.invert(server.state)
    server.apply(operation)
    assert not isinstance(undo, Irreversible)
    server.apply(*undo)
    after = {address: server.rows(address, sorted(table.columns)) for address, table in server.state.tables.items()}
    if isinstance(operation, AlterColumn) and operation.fill is not None:
        before[NOTE] = sorted((*row[:-2], row[-2] if row[-2] is not None else 0, row[-1]) for row in before[NOTE])
    assert after == before


def test_what_rows_get(server: Server) -> None:
    """A default, NULL, a fill; a column that goes takes its values along."""
    server.apply(AddColumn(NOTE, Column("stars", INT, default="7")), AddColumn(NOTE, Column("extra", TEXT, nullable=True)))
    assert server.rows(NOTE, ["id", "stars", "extra"]) == [(1, 7, None), (2, 7, None), (3, 7, None)]
    server.apply(DropColumn(NOTE, "stars"))
    server.apply(AddColumn(NOTE, Column("slug", TEXT, length=50, comment="c"), fill="upper(title)"))
    assert server.rows(NOTE, ["id", "slug"]) == [(1, "ONE"), (2, "TWO"), (3, "THREE")]
    with pytest.raises(IntegrityError):
        server.sql("UPDATE alter_notes SET slug = NULL")


def test_foreign_keys_follow(server: Server) -> None:
    """A table and a column that are renamed are still pointed to."""
    server.apply(RenameTable(PERSON, "alter_humans"), RenameColumn((None, "alter_humans"), "id", "nr"))
    with pytest.raises(IntegrityError):
        server.sql("INSERT INTO alter_notes (id, title, person, mood) VALUES (9, 'x', 99, 'good')")
    server.sql("DELETE FROM alter_humans WHERE nr = 2")
    assert server.rows(NOTE, ["id"]) == [(1,)]


def test_constraints_hold(server: Server) -> None:
    """What is added is checked, what is dropped is not."""
    server.apply(AddConstraint(NOTE, Unique("uq_alter", ("title",))), DropConstraint(NOTE, Check, "ck_alter_title"))
    server.sql("INSERT INTO alter_notes (id, title, person, mood) VALUES (4, '', 1, 'bad')")
    with pytest.raises(IntegrityError):
        server.sql("INSERT INTO alter_notes (id, title, person, mood) VALUES (5, 'one', 1, 'bad')")
    with pytest.raises((DatabaseError, MigrationError)):
        server.apply(AddConstraint(NOTE, Check("ck_alter_title", "title <> ''")))
    server.apply(DropConstraint(NOTE, ForeignKey, "fk_alter_person"))
    server.sql("UPDATE alter_notes SET person = 99 WHERE id = 1")


def test_types(server: Server) -> None:
    """Values are converted; one that does not fit is refused, and never cut off."""
    server.apply(AlterColumn(NOTE, "size", {"type": TEXT, "length": 20}))
    assert server.rows(NOTE, ["id", "size"])[0] == (1, "1")
    server.apply(AlterColumn(NOTE, "size", {"type": INT, "length": None, "nullable": False}, fill="'42'"))
    assert server.rows(NOTE, ["id", "size"]) == [(1, 1), (2, 42), (3, 3)]
    if server.dialect != "sqlite":  # which has no lengths
        with pytest.raises(DataError):
            server.apply(AlterColumn(NOTE, "title", {"length": 4}))
    server.apply(AlterColumn(NOTE, "mood", {"type": TEXT, "length": 10, "default": "'good'"}))
    assert [row[1] for row in server.rows(NOTE, ["id", "mood"])] == ["good", "bad", "good"]
    server.apply(AlterColumn(NOTE, "mood", {"type": enum_of("alter_mood", ()), "length": None}))
    server.sql("INSERT INTO alter_notes (id, title, size, person) VALUES (4, 'four', 4, 1)")
    assert [row[1] for row in server.rows(NOTE, ["id", "mood"])] == ["good", "bad", "good", "good"]


def test_labels(server: Server) -> None:
    """Rows whose label goes get the one that was said; the order of labels is theirs."""
    server.apply(AlterColumn(NOTE, "mood", {"default": "'bad'"}))
    server.apply(AlterEnumType(MOOD, ("worse", "bad", "great"), {"good": "great"}))
    assert [row[1] for row in server.rows(NOTE, ["id", "mood"])] == ["great", "bad", "great"]
    server.sql("INSERT INTO alter_notes (id, title, person) VALUES (4, 'four', 1)")
    assert server.sql("SELECT id FROM alter_notes ORDER BY mood, id") == [(2,), (4,), (1,), (3,)]
    server.apply(AlterColumn(NOTE, "mood", {"nullable": True, "default": None}))
    server.apply(AlterEnumType(MOOD, ("great",), {"bad": None}))
    assert [row[1] for row in server.rows(NOTE, ["id", "mood"])] == ["great", None, "great", None]
    with pytest.raises(DatabaseError):
        server.sql("UPDATE alter_notes SET mood = 'bad'")
