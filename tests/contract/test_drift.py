"""A live database beside the models: nothing differs where both are the same, each difference is named, and the plan mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest

import oxyde
from oxyde import Check, Field, Index, Model
from oxyde.cli.check import _plan
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.exceptions import LockTimeoutError, MigrationError
from oxyde.migrations import drift, live
from oxyde.migrations import parts as parts_of
from oxyde.migrations.comparing.drifting import Drift, drift_blocking, drifted
from oxyde.migrations.lock import Lock
from oxyde.migrations.operations import AddColumn, DropColumn
from oxyde.migrations.parts import Column
from oxyde.migrations.sql import described
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT
from tests.backends import Backend
from tests.migrating import fresh, query


class DriftMood(Enum):
    """A mood."""

    GOOD = "good"
    BAD = "it's bad"


class DriftHome(Model):
    """What others point to."""

    id: int | None = Field(default=None, db_pk=True)
    town: str = Field(max_length=80, db_unique=True)

    class Meta:
        is_table = True
        table_name = "drift_homes"


class DriftPerson(Model):
    """One of each kind."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=80)
    about: str = "none"
    age: int = Field(default=3, db_default="(1+2*3)")
    mood: DriftMood = DriftMood.GOOD
    price: Decimal = Field(max_digits=10, decimal_places=2, db_default="0")
    at: datetime = Field(default_factory=datetime.now, db_default="CURRENT_TIMESTAMP")
    took: timedelta | None = None
    code: UUID | None = None
    extra: dict[str, int] = Field(default_factory=dict)
    double: int | None = Field(default=None, db_generated="age*2", db_stored=True)
    home: DriftHome | None = Field(default=None, db_on_delete="SET NULL")

    class Meta:
        is_table = True
        table_name = "drift_people"
        indexes = (Index(["name"], name="drift_by_name"), Index(["price", "-age"]))
        constraints = (Check("AGE>0   and price <> 3"),)


MODELS = [DriftHome, DriftPerson]


@pytest.fixture
def database(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """A database with the tables."""
    with fresh(backend, tmp_path) as made, oxyde.connect(made.url, "default"):
        oxyde.sync.create_tables(models=MODELS)
        yield made


def lines(found: Drift) -> list[str]:
    """Returns the differences."""
    assert not found.refused
    return [str(one) for one in found.differences]


def execute(*statements: str) -> None:
    """Runs SQL."""
    for sql in statements:
        oxyde.sync.execute_raw(sql)


def mended(found: Drift) -> list[str]:
    """Runs the plan, and returns what differs afterwards."""
    for step, reason in found.steps():
        assert reason is None, (step, reason)
        execute(*step.texts)
    return lines(drift_blocking(MODELS))


async def test_nothing_differs(database: Backend) -> None:
    """Of what was made by us; awaited and blocking, and nothing is left behind."""
    assert lines(drift_blocking(MODELS)) == lines(await drift(MODELS)) == []
    execute("CREATE TABLE drift_other (id INTEGER)", "CREATE TABLE oxyde_migrations (name TEXT)")
    found = await drift(MODELS)
    assert not found
    assert found.unmanaged == ((None, "drift_other"),)
    assert not found.operations
    tables = {
        "sqlite": "SELECT name FROM sqlite_master WHERE name LIKE 'oxyde_scratch%'",
        "postgres": "SELECT relname FROM pg_class WHERE relname LIKE 'oxyde_scratch%'",
    }
    left = tables.get(database.dialect, "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'oxyde_scratch%'")
    assert query(database, left) == []


def test_what_is_missing_and_what_is_more(database: Backend) -> None:
    """Columns and indexes; the plan makes them and drops what is more."""
    execute(
        "ALTER TABLE drift_homes ADD COLUMN rooms INTEGER",
        "DROP INDEX drift_by_name" + (" ON drift_people" if database.dialect == "mariadb" else ""),
        "CREATE INDEX drift_more ON drift_people (age)",
        "ALTER TABLE drift_people DROP COLUMN took",
    )
    kind = {"sqlite": "INTEGER", "postgres": "integer", "mariadb": "int"}[database.dialect]
    kind = "int" if database.dialect == "sqlite" else kind
    found = drift_blocking(MODELS)
    assert lines(found) == [
        f"drift_homes.rooms: column: none in the models, {kind} in the database",
        "drift_people.took: column: duration in the models, none in the database",
        "drift_people: index drift_by_name: (name) in the models, none in the database",
        "drift_people: index drift_more: none in the models, (age) in the database",
    ]
    assert mended(found) == []


def test_a_table_that_is_missing(database: Backend) -> None:
    """The plan makes it."""
    execute("DROP TABLE drift_people")
    found = drift_blocking(MODELS)
    assert lines(found) == ["drift_people: table: 12 columns in the models, none in the database"]
    assert mended(found) == []


@pytest.mark.parametrize("backend", ["postgres", "mariadb"], indirect=True)
def test_what_is_otherwise(database: Backend) -> None:
    """Types, lengths, NULL, defaults, checks, keys and comments; the plan mends them."""
    if database.dialect == "postgres":
        execute(
            "ALTER TABLE drift_people ALTER COLUMN name TYPE varchar(70)",
            "ALTER TABLE drift_people ALTER COLUMN about DROP NOT NULL",
            "ALTER TABLE drift_people ALTER COLUMN age SET DEFAULT 8",
            "ALTER TABLE drift_people ALTER COLUMN price DROP DEFAULT",
            "ALTER TABLE drift_people DROP CONSTRAINT fk_drift_people_home_id",
            "ALTER TABLE drift_people ADD CONSTRAINT fk_drift_people_home_id FOREIGN KEY (home_id) REFERENCES drift_homes (id)",
            "COMMENT ON TABLE drift_homes IS 'houses'",
        )
    else:
        execute(
            "ALTER TABLE drift_people MODIFY COLUMN name varchar(70) NOT NULL",
            "ALTER TABLE drift_people MODIFY COLUMN about longtext",
            "ALTER TABLE drift_people ALTER COLUMN age SET DEFAULT 8",
            "ALTER TABLE drift_people ALTER COLUMN price DROP DEFAULT",
            "ALTER TABLE drift_people DROP FOREIGN KEY fk_drift_people_home_id",
            "ALTER TABLE drift_people ADD CONSTRAINT fk_drift_people_home_id FOREIGN KEY (home_id) REFERENCES drift_homes (id)",
            "ALTER TABLE drift_homes COMMENT = 'houses'",
        )
    found = drift_blocking(MODELS)
    nothing = "no action" if database.dialect == "postgres" else "restrict"
    sum_of, zero = ("(1 + (2 * 3))", "0") if database.dialect == "postgres" else ("(1 + 2 * 3)", "0")
    name, key = "fk_drift_people_home_id", "(home_id) to drift_homes (id) on delete"
    ours = f"{key} set null on update cascade"
    assert lines(found) == [
        "drift_homes: comment: none in the models, houses in the database",
        "drift_people.name: type: text(80) in the models, text(70) in the database",
        "drift_people.about: nullable: no in the models, yes in the database",
        f"drift_people.age: default: {sum_of} in the models, 8 in the database",
        f"drift_people.price: default: {zero} in the models, none in the database",
        f"drift_people: foreign key {name}: {ours} in the models, {key} {nothing} on update {nothing} in the database",
    ]
    assert mended(found) == []


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
def test_what_a_crash_leaves(database: Backend) -> None:
    """Scratch tables are dropped by the next run, and two processes do not meet in them."""
    execute("CREATE TABLE oxyde_scratch_left (id int)", "CREATE VIEW oxyde_scratch_view AS SELECT 1 AS one")
    where = oxyde.db.route.route().database
    with Lock(where, 1), pytest.MonkeyPatch.context() as patch:
        patch.setattr("oxyde.migrations.comparing.drifting.LOCK_TIMEOUT", 0)
        with pytest.raises(LockTimeoutError):
            drift_blocking(MODELS)
    assert lines(drift_blocking(MODELS)) == []
    assert query(database, "SHOW TABLES LIKE 'oxyde\\_scratch%'") == []


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
@pytest.mark.parametrize("schema", [None, "drift_shop", "public"])
def test_a_type_that_names_an_enumeration(database: Backend, schema: str | None) -> None:
    """By hand, with and without its schema, is the enumeration; another one is a difference."""
    where = "" if schema is None else f"{schema}."
    execute(
        "CREATE SCHEMA drift_shop",
        f"CREATE TYPE {where}\"Drift mood\" AS ENUM ('good', 'bad')",
        f"CREATE TYPE {where}drift_other AS ENUM ('good', 'bad')",
        f"CREATE TABLE {where}drift_moods (id bigint PRIMARY KEY, mood {where}\"Drift mood\" NOT NULL DEFAULT 'good')",
    )
    for named in [f'{where}"Drift mood"', *(['public."Drift mood"'] if schema is None else [])]:
        columns = {"id": Column("id", INT), "mood": Column("mood", TEXT, db_type=named, default="'good'")}
        table = Table("drift_moods", schema, columns, ("id",))
        assert lines(drifted_from(State({table.address: table}))) == []
        other = replace(table, columns={**columns, "mood": Column("mood", TEXT, db_type=f"{where}drift_other")})
        assert [(one.column, one.what) for one in drifted_from(State({table.address: other})).differences] == [
            ("mood", "type"),
            ("mood", "default"),
        ]


def drifted_from(state: State) -> Drift:
    """Compares the database with a state."""
    return run_blocking(drifted(state), route())


@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
def test_a_key_that_sets_the_default(database: Backend) -> None:
    """It is read as that; the plan replaces it where the models say another action."""
    key = ForeignKey("drift_loop", ("id",), (None, "drift_homes"), ("id",), "CASCADE", "NO ACTION")
    execute(
        "CREATE TABLE drift_loops (id INTEGER PRIMARY KEY, "
        "CONSTRAINT drift_loop FOREIGN KEY (id) REFERENCES drift_homes (id) ON DELETE SET DEFAULT)"
    )
    (there,) = run_blocking(live.read(database.dialect, tables=["drift_loops"]), route()).tables.values()
    assert there.foreign_keys[0] == replace(key, on_delete="SET DEFAULT")
    assert described.table(there, State(), State())["foreign_keys"][0]["on_delete"] == "set_default"
    wanted = State({there.address: replace(there, constraints={key.name: key})})
    found = drifted_from(wanted)
    assert [one.what for one in found.differences] == ["foreign key drift_loop"]
    for step, reason in found.steps():
        assert reason is None
        execute(*step.texts)
    assert lines(drifted_from(wanted)) == []


def test_a_step_that_cannot_be_planned() -> None:
    """Is a line with its reason, and the others are there."""
    columns = {name: Column(name, INT, nullable=name != "id") for name in ("id", "a", "b")}
    parts: dict[str, parts_of.Constraint] = {"ck": parts_of.Check("ck", "a > b"), "uq": parts_of.Unique("uq", ("a", "b"))}
    table = Table("drift_steps", None, columns, ("id",), parts)
    operations = (DropColumn(table.address, "a"), AddColumn(table.address, Column("c", INT, nullable=True)))
    found = Drift((), (), (), (), (), operations, State({table.address: table}), "sqlite")
    (_, reason), (step, none) = found.steps()
    assert (reason or "").startswith("drift_steps cannot lose its column 'a': CONSTRAINT \"ck\" CHECK (a > b) uses it")
    assert (list(step.texts), none) == (['ALTER TABLE "drift_steps" ADD COLUMN "c" INTEGER'], None)


def test_why_there_is_no_plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Is said where the database has what no state can have."""

    def refuse(*_: State) -> None:
        raise MigrationError("nobody can say it")

    monkeypatch.setattr("oxyde.migrations.comparing.drifting.diff", refuse)
    with oxyde.connect(f"sqlite:///{tmp_path}/drift.db", "default"):
        found = drift_blocking(MODELS)
    assert (len(found.differences), found.operations, found.reason) == (2, (), "nobody can say it")
    assert [*_plan(found)] == ["-- no operations: nobody can say it"]
