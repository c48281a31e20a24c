"""The locks that are said of operations are those that the servers take: pg_locks and rewrites, and the algorithms of MariaDB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pymysql
import pytest

from oxyde.db.render import render
from oxyde.ir import wire
from oxyde.migrations.lint import TableLock, locks
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
    DropTable,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameTable,
    ValidateConstraint,
    replay,
)
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.sql.recomputed import recomputed
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address
from oxyde.schema.types import DATETIME, DATETIME_TZ, INT, JSON, TEXT, decimal_of, enum_of
from tests.backends import Servers, mysql_connection

MOOD: Address = (None, "lint_mood")
PEOPLE = Table("lint_people", None, {"id": Column("id", INT, auto=True), "name": Column("name", TEXT, length=40)}, ("id",))
NOTES = Table(
    "lint_notes",
    None,
    {
        "id": Column("id", INT, auto=True),
        "title": Column("title", TEXT, length=40, default="'none'"),
        "body": Column("body", TEXT),
        "size": Column("size", INT, nullable=True),
        "person": Column("person", INT),
        "cost": Column("cost", decimal_of(10, 2)),
        "at": Column("at", DATETIME),
        "mood": Column("mood", enum_of("lint_mood", ())),
        "small": Column("small", INT, db_type="INTEGER"),
    },
    ("id",),
    {
        "ck_lint_title": Check("ck_lint_title", "title <> ''"),
        "uq_lint": Unique("uq_lint", ("title", "size")),
        "fk_lint_person": ForeignKey("fk_lint_person", ("person",), PEOPLE.address, ("id",), "CASCADE"),
    },
    {"ix_lint_size": Index("ix_lint_size", ("size", "id"))},
)
PERSON, NOTE = PEOPLE.address, NOTES.address
START: list[Operation] = [CreateEnumType(MOOD, ("good", "bad")), CreateTable(PEOPLE), CreateTable(NOTES)]
BEFORE = replay(START, State())

EVERYWHERE: list[Operation] = [
    AddColumn(NOTE, Column("extra", INT, nullable=True)),
    AddColumn(NOTE, Column("extra", INT, default="7")),
    AddColumn(NOTE, Column("extra", DATETIME, default="CURRENT_TIMESTAMP")),
    AddColumn(NOTE, Column("extra", INT, nullable=True, generated="size + 1", stored=True)),
    AddColumn(NOTE, Column("extra", INT), fill="size + 1"),
    DropColumn(NOTE, "cost"),
    RenameColumn(NOTE, "cost", "price"),
    RenameTable(PERSON, "lint_humans"),
    CommentTable(NOTE, "x"),
    CommentColumn(NOTE, "cost", "x"),
    AlterColumn(NOTE, "title", {"length": 60}),
    AlterColumn(NOTE, "title", {"length": 200}),
    AlterColumn(NOTE, "title", {"length": 30}),
    AlterColumn(NOTE, "title", {"length": None}),
    AlterColumn(NOTE, "body", {"length": 50}),
    AlterColumn(NOTE, "cost", {"type": decimal_of(12, 2)}),
    AlterColumn(NOTE, "cost", {"type": decimal_of(12, 3)}),
    AlterColumn(NOTE, "cost", {"default": "3"}),
    AlterColumn(NOTE, "title", {"default": None}),
    AlterColumn(NOTE, "size", {"type": decimal_of(20, 0)}),
    AlterColumn(NOTE, "small", {"db_type": None}),
    AlterColumn(NOTE, "size", {"nullable": False}),
    AlterColumn(NOTE, "cost", {"nullable": True}),
    AddConstraint(NOTE, Unique("uq_lint_new", ("cost", "id"))),
    AddConstraint(NOTE, Check("ck_lint_new", "cost >= 0")),
    AddConstraint(NOTE, ForeignKey("fk_lint_new", ("size",), PERSON, ("id",), "NO ACTION", "NO ACTION")),
    DropConstraint(NOTE, Unique, "uq_lint"),
    RenameConstraint(NOTE, "uq_lint", "uq_lint_other"),
    DropConstraint(NOTE, Check, "ck_lint_title"),
    DropConstraint(NOTE, ForeignKey, "fk_lint_person"),
    CreateIndex(NOTE, Index("ix_lint_new", ("cost",))),
    CreateIndex(NOTE, Index("ix_lint_new", ("cost", "id"), unique=True)),
    DropIndex(NOTE, "ix_lint_size"),
    RenameIndex(NOTE, "ix_lint_size", "ix_lint_other"),
    AddEnumValue(MOOD, "odd"),
    AlterEnumType(MOOD, ("bad", "good")),
    AlterEnumType(MOOD, ("good", "odd", "bad")),
    AlterKey(NOTE, ("id", "person")),
    DropTable(NOTE),
    CreateTable(
        Table("lint_new", None, {"id": Column("id", INT)}, ("id",), {"fk": ForeignKey("fk_lint_new_id", ("id",), PERSON, ("id",))})
    ),
]
POSTGRES: list[Operation] = [
    AlterColumn(NOTE, "size", {"default": "1"}, fill="0"),
    AlterColumn(NOTE, "small", {"generated": "size + 1", "stored": True, "nullable": True, "db_type": None}),
    DropColumn(NOTE, "person"),
    AddColumn(NOTE, Column("extra", TEXT, length=40, default="gen_random_uuid()::text")),
    AddColumn(NOTE, Column("extra", DATETIME_TZ, default="clock_timestamp()")),
    AddColumn(NOTE, Column("extra", DATETIME_TZ, default="now()")),
    AddColumn(NOTE, Column("extra", TEXT, default="upper('a')")),
    AddColumn(NOTE, Column("extra", INT, auto=True)),
    AddColumn(NOTE, Column("extra", INT, identity="always")),
    AlterColumn(NOTE, "at", {"type": DATETIME_TZ}),
    AlterColumn(NOTE, "title", {"db_type": "varchar(80)", "length": None}),
    AlterColumn(NOTE, "title", {"db_type": "character varying", "length": None}),
    AlterColumn(NOTE, "body", {"db_type": "varchar"}),
    AlterColumn(NOTE, "body", {"type": JSON}, using="to_jsonb(body)"),
    AlterColumn(NOTE, "cost", {"type": decimal_of(None, None)}),
    AlterColumn(NOTE, "title", {"collation": "C"}),
    AddConstraint(NOTE, Check("ck_lint_new", "cost >= 0"), not_valid=True),
    AddConstraint(NOTE, ForeignKey("fk_lint_new", ("size",), PERSON, ("id",), "NO ACTION", "NO ACTION"), not_valid=True),
    ValidateConstraint(NOTE, "ck_lint_title"),
    AddConstraint(NOTE, Exclude("ex_lint", (("size", "="),), "btree")),
    RenameConstraint(NOTE, "fk_lint_person", "fk_lint_other"),
]
MARIADB: list[Operation] = [
    AddColumn(NOTE, Column("extra", TEXT, length=40, default="(uuid())")),
    AddColumn(NOTE, Column("extra", TEXT, length=40, default="(concat('a', 'b'))")),
    AddColumn(NOTE, Column("extra", INT, nullable=True, generated="size + 1")),
    AlterColumn(NOTE, "title", {"collation": "utf8mb4_bin"}),
    CreateIndex(NOTE, Index("ix_lint_new", ("body",), method="fulltext")),
]


def texts(operation: Operation, before: State, dialect: str) -> list[str]:
    """Returns the statements of an operation."""
    written = recomputed if dialect == "postgres" else statements
    found = [render(wire.pack(one), dialect, ())[0] for one in written(operation, before, operation.apply(before))]
    return [text for text in found if text]


def said(operation: Operation, dialect: str) -> list[TableLock]:
    """Returns the locks that are said of it, each table's strongest."""
    found = locks(operation, BEFORE, dialect)
    assert len({lock.table for lock in found}) == len(found)
    return found


@pytest.fixture
def postgres(servers: Servers) -> Iterator[Any]:
    """A connection to PostgreSQL with the tables, which are dropped after the test."""
    with psycopg.connect(servers.get("postgres").url) as connection:
        connection.autocommit = True
        connection.execute("DROP TABLE IF EXISTS lint_notes, lint_people; DROP TYPE IF EXISTS lint_mood")
        state = State()
        for operation in START:
            for text in texts(operation, state, "postgres"):
                connection.execute(text)
            state = operation.apply(state)
        connection.autocommit = False
        yield connection
        connection.rollback()
        connection.execute("DROP TABLE lint_notes, lint_people; DROP TYPE lint_mood")
        connection.commit()


MODES = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock"]
MODES += ["ExclusiveLock", "AccessExclusiveLock"]
"""The modes, from the mildest."""


def test_postgres(postgres: Any) -> None:
    """Each operation takes the locks, and rewrites the tables, that are said of it; none is milder or stronger."""
    tables = dict(postgres.execute("SELECT oid, relname FROM pg_class WHERE relname IN ('lint_notes', 'lint_people')").fetchall())
    nodes = dict(postgres.execute("SELECT relname, relfilenode FROM pg_class WHERE relname IN ('lint_notes', 'lint_people')").fetchall())
    wrong = []
    for operation in EVERYWHERE + POSTGRES:
        postgres.rollback()
        for text in texts(operation, BEFORE, "postgres"):
            postgres.execute(text)
        held = postgres.execute("SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'").fetchall()
        now = dict(postgres.execute("SELECT oid, relfilenode FROM pg_class WHERE oid = ANY(%s)", (list(tables),)).fetchall())
        seen = {}
        for oid, name in tables.items():
            modes = [mode for relation, mode in held if relation == oid and MODES.index(mode) > MODES.index("RowExclusiveLock")]
            if modes:
                strongest = max(modes, key=MODES.index)
                seen[name] = strongest.lower().removesuffix("lock"), now.get(oid, nodes[name]) != nodes[name]
        told = {lock.table[1]: (lock.mode.lower().replace(" ", ""), lock.work == "rewrite") for lock in said(operation, "postgres")}
        if seen != told:
            wrong.append(f"{operation}: said {told}, seen {seen}")
    assert not wrong, "\n".join(wrong)


def test_concurrently_on_postgres(postgres: Any) -> None:
    """An index that is built concurrently lets writers in; outside of transactions, so that its locks are not seen."""
    lock = said(CreateIndex(NOTE, Index("ix_lint_new", ("cost",)), concurrently=True), "postgres")[0]
    assert (lock.mode, lock.blocks) == ("SHARE UPDATE EXCLUSIVE", "schema changes")
    postgres.rollback()
    postgres.autocommit = True
    with psycopg.connect(postgres.info.dsn) as other:
        other.execute("LOCK TABLE lint_notes IN SHARE UPDATE EXCLUSIVE MODE")
        postgres.execute("SET lock_timeout = 200")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            postgres.execute("CREATE INDEX CONCURRENTLY ix_lint_new ON lint_notes (cost)")
        other.rollback()
        other.execute("LOCK TABLE lint_notes IN ROW EXCLUSIVE MODE")
        postgres.execute("DROP INDEX IF EXISTS ix_lint_new")
    postgres.autocommit = False


LADDER = ["INSTANT", "NOCOPY, LOCK=NONE", "INPLACE, LOCK=NONE", "INPLACE, LOCK=SHARED", "COPY, LOCK=SHARED"]
"""What MariaDB can do, from the mildest."""


def step(lock: TableLock) -> str:
    """Returns the step of the ladder that is said."""
    mode = lock.mode.removeprefix("ALGORITHM=")
    return "NOCOPY, LOCK=NONE" if mode == "INPLACE, LOCK=NONE" and lock.work != "rewrite" else mode


@pytest.mark.parametrize("dialect", ["mariadb"])
def test_mariadb(servers: Servers, dialect: str) -> None:
    """Each operation that is one statement can be made in the way that is said of it, and in none that is milder."""
    backend = servers.get(dialect)
    connection = mysql_connection(backend.url, backend.url.rpartition("/")[2])
    wrong, compared = [], 0
    with connection, connection.cursor() as cursor:

        def measured(text: str) -> str:
            text = re.sub(r"DROP INDEX (\S+) ON (\S+)", r"ALTER TABLE \2 DROP INDEX \1", text)  # which takes no algorithm
            separator = "," if text.startswith("ALTER") else ""
            for one in LADDER:
                start(cursor, dialect)
                try:
                    cursor.execute(f"{text}{separator} ALGORITHM={one.replace(',', separator)}")
                except pymysql.err.OperationalError as error:
                    if error.args[0] not in {1845, 1846}:
                        raise
                else:
                    return one
            raise AssertionError(text)

        for operation in EVERYWHERE + MARIADB:
            sent = texts(operation, BEFORE, dialect)
            if (
                len(sent) != 1
                or ";\n" in sent[0]
                or not sent[0].startswith(("ALTER TABLE", "CREATE INDEX", "CREATE UNIQUE", "CREATE FULLTEXT", "DROP INDEX"))
            ):
                continue
            seen = measured(sent[0])
            told = [step(lock) for lock in said(operation, dialect) if lock.table == getattr(operation, "address", NOTE) or operation]
            compared += 1
            if told[:1] != [seen]:
                wrong.append(f"{operation}: said {told}, seen {seen}")
        cursor.execute("DROP TABLE IF EXISTS lint_notes, lint_humans, lint_people")
    assert not wrong, "\n".join(wrong)
    assert compared > 30


def start(cursor: Any, dialect: str) -> None:
    """Makes the tables anew."""
    cursor.execute("DROP TABLE IF EXISTS lint_notes, lint_humans, lint_people")
    state = State()
    for operation in START:
        for text in texts(operation, state, dialect):
            cursor.execute(text)
        state = operation.apply(state)
