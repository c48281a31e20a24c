"""``migrate --fake-initial``: what a database has already is recorded, what it lacks is run, and what is otherwise is refused."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import migrations
from oxyde.exceptions import MigrationError
from oxyde.migrations import sync as blocking
from oxyde.migrations.running.migrating import history_blocking, plan_blocking
from oxyde.migrations.running.options import Done
from tests.backends import Backend
from tests.contract.test_drift import MODELS
from tests.migrating import described, fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_enum_type("fi_mood", ["good", "bad"])
    ctx.create_table(
        "fi_users",
        column("id", "int", key=True, auto=True),
        column("name", "text", length=80),
        column("mood", "enum", name="fi_mood", values=["good", "bad"], nullable=True),
    )
    ctx.create_table(
        "fi_posts",
        column("id", "int", key=True, auto=True),
        column("author_id", "int"),
        column("price", "decimal", precision=10, scale=2, nullable=True),
        foreign_key("fk_fi_posts_author_id", "author_id", "fi_users.id"),
    )
"""
SECOND = """
def upgrade(ctx):
    ctx.create_index("fi_posts", index("ix_fi_posts_price", "price"))
    ctx.add_column("fi_users", column("age", "int", nullable=True))
"""
THIRD = """
def upgrade(ctx):
    ctx.create_table("fi_tags", column("id", "int", key=True, auto=True), column("text", "text", length=20))
"""
EVERY = {"m0001_first": FIRST, "m0002_age": SECOND, "m0003_tags": THIRD}


@pytest.fixture
def database(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database."""
    with fresh(backend, tmp_path) as made, oxyde.connect(made.url, "default"):
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations."""
    return write(tmp_path / "migrations", **EVERY)


def made_by_hand(folder: Path, count: int) -> None:
    """Gives the database what some of the migrations make, and no ledger."""
    names = [*EVERY][:count]
    blocking.migrate(write(folder.parent / "of_old", **{name: EVERY[name] for name in names}))
    execute("DROP TABLE oxyde_migrations", "DROP TABLE IF EXISTS oxyde_migration_journal")


def execute(*statements: str) -> None:
    """Runs SQL."""
    for sql in statements:
        oxyde.sync.execute_raw(sql)


def ledger(database: Backend) -> list[tuple[Any, ...]]:
    """Returns the names and states of the ledger."""
    return [tuple(row) for row in query(database, "SELECT name, state FROM oxyde_migrations ORDER BY name")]


def done(found: list[Done]) -> list[tuple[str, bool]]:
    """Returns what was recorded or run."""
    return [(one.name, one.faked) for one in found]


@pytest.mark.parametrize("count", [0, 2])
async def test_what_is_there_is_recorded(database: Backend, folder: Path, count: int) -> None:
    """Up to where the database stands; the others are run, and a second run finds nothing to do."""
    made_by_hand(folder, count) if count else None
    expected = [("0001_first", count > 0), ("0002_age", count > 1), ("0003_tags", count > 2)]
    assert done(await migrations.migrate(folder, fake_initial=True)) == expected
    assert ledger(database) == [(name, "faked" if faked else "applied") for name, faked in expected]
    assert blocking.migrate(folder, fake_initial=True) == []
    assert query(database, "SELECT age FROM fi_users") == query(database, "SELECT text FROM fi_tags") == []


def test_tables_that_models_made(database: Backend, tmp_path: Path) -> None:
    """Are what the first migration of the models makes; nothing is odd about them."""
    oxyde.sync.create_tables(models=MODELS)
    migrations.makemigrations(tmp_path / "of_models", models=MODELS, dialect=database.dialect)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert done(blocking.migrate(tmp_path / "of_models", fake_initial=True)) == [("0001_initial", True)]


def test_what_differs_is_refused(database: Backend, folder: Path) -> None:
    """Columns that are more, types and keys, each with what is and what was expected; nothing is recorded."""
    made_by_hand(folder, 2)
    execute("ALTER TABLE fi_users ADD COLUMN zip INTEGER")
    before = described(database)
    with pytest.raises(MigrationError, match=r"of 0002_age, but otherwise: fi_users\.zip: column: none in the migrations, int\w* in the"):
        blocking.migrate(folder, fake_initial=True)
    execute("ALTER TABLE fi_users DROP COLUMN zip")
    if database.dialect == "postgres":
        execute("ALTER TABLE fi_posts ALTER COLUMN price TYPE numeric(12,3)", "ALTER TABLE fi_posts DROP CONSTRAINT fk_fi_posts_author_id")
    elif database.dialect == "mariadb":
        execute("ALTER TABLE fi_posts MODIFY price decimal(12,3)", "ALTER TABLE fi_posts DROP FOREIGN KEY fk_fi_posts_author_id")
    else:
        execute("DROP TABLE fi_posts", "CREATE TABLE fi_posts (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, price NUMERIC(12,3))")
    message = (
        r"fi_posts\.price: type: decimal\(10, 2\) in the migrations, decimal\(12, 3\) in the database; "
        r"fi_posts: foreign key fk_fi_posts_author_id: \(author_id\) to fi_users \(id\) .*, none in the database; mend"
    )
    with pytest.raises(MigrationError, match=message):
        blocking.migrate(folder, fake_initial=True)
    assert not any("oxyde_migration" in line for line in (*before, *described(database)))


def test_half_of_the_tables(database: Backend, folder: Path) -> None:
    """Is no point of the history."""
    made_by_hand(folder, 1)
    execute("DROP TABLE fi_posts")
    message = "no point of the history: after 0001_first the table fi_posts is missing; make the one or drop the other"
    with pytest.raises(MigrationError, match=message):
        blocking.migrate(folder, fake_initial=True)
    execute("CREATE TABLE fi_tags (id INTEGER)", "DROP TABLE fi_users")
    with pytest.raises(MigrationError, match="before the pending migrations the table fi_tags is there too early"):
        blocking.migrate(folder, fake_initial=True)


def test_what_is_not_compared(database: Backend, folder: Path) -> None:
    """Indexes and NULL are told of, and stay."""
    made_by_hand(folder, 2)
    execute("DROP INDEX ix_fi_posts_price" + (" ON fi_posts" if database.dialect == "mariadb" else ""))
    told: list[str] = []
    assert done(blocking.migrate(folder, fake_initial=True, warn=told.append))[:2] == [("0001_first", True), ("0002_age", True)]
    assert [line.partition(";")[0] for line in told] == [
        "fi_posts: index ix_fi_posts_price: (price) in the migrations, none in the database"
    ]


def test_what_nothing_tells(database: Backend, folder: Path) -> None:
    """SQL of the application, functions, and types that no column has are recorded, and told."""
    made_by_hand(folder, 2)
    lone = 'def upgrade(ctx):\n    ctx.create_enum_type("fi_size", ["small"])\n    ctx.execute("UPDATE fi_users SET age = 3", reverse="")\n'
    told: list[str] = []
    write(folder, m0001_first=FIRST, m0002_age=SECOND, m0003_tags=lone)
    assert done(blocking.migrate(folder, fake_initial=True, warn=told.append))[2] == ("0003_tags", True)
    assert [line.partition(": is recorded")[0].partition(" of the")[0] for line in told] == [
        "0003_tags: Execute UPDATE fi_users SET age = 3",
        *(["the enumeration type fi_size"] if database.dialect == "postgres" else []),
    ]


def test_a_ledger_that_knows_some(database: Backend, folder: Path) -> None:
    """One of the older tool counts; a migration that changes no table is run, for nothing tells that it was."""
    made_by_hand(folder, 2)
    number = {"postgres": "SERIAL", "mariadb": "INTEGER AUTO_INCREMENT"}.get(database.dialect, "INTEGER")
    execute(
        f"CREATE TABLE oxyde_migrations (id {number} PRIMARY KEY, name VARCHAR(255) NOT NULL, applied_at TIMESTAMP NULL)",
        "INSERT INTO oxyde_migrations (name) VALUES ('0001_first')",
    )
    write(folder, **EVERY, m0004_rows="def upgrade(ctx):\n    ctx.execute(\"INSERT INTO fi_tags (text) VALUES ('a')\", reverse='')\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = done(blocking.migrate(folder, "0003", fake_initial=True))
    assert found == [("0002_age", True), ("0003_tags", False)]
    assert done(blocking.migrate(folder, fake_initial=True)) == [("0004_rows", False)]


def test_what_it_does_not_go_with(database: Backend, folder: Path) -> None:
    """Faking everything, and going back."""
    blocking.migrate(folder)
    with pytest.raises(MigrationError, match="give one of them"):
        blocking.migrate(folder, fake=True, fake_initial=True)
    with pytest.raises(MigrationError, match="undoes nothing"):
        blocking.migrate(folder, "zero", fake_initial=True)
    assert len(ledger(database)) == 3


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_other_schemas(database: Backend, tmp_path: Path) -> None:
    """Tables of another schema, and of the default one by its name, are found where they are."""
    body = """
    def upgrade(ctx):
        ctx.create_schema("fi_shop")
        ctx.create_table("fi_goods", column("id", "int", key=True, auto=True), schema="fi_shop")
        ctx.create_table("fi_names", column("id", "int", key=True, auto=True), schema="public")
    """
    folder = write(tmp_path / "migrations", m0001_shop=body)
    blocking.migrate(folder)
    execute("DELETE FROM oxyde_migrations")
    assert done(blocking.migrate(folder, fake_initial=True)) == [("0001_shop", True)]


VIEW = """
def upgrade(ctx):
    ctx.create_view("fi_{0}", "SELECT 1 AS one")
"""


@pytest.mark.parametrize("count", [0, 1, 2])
def test_views_alone(database: Backend, tmp_path: Path, count: int) -> None:
    """Where the history is of views alone, they tell where the database stands."""
    names = ("first", "second")
    folder = write(tmp_path / "of_views", **{f"m000{number}_{name}": VIEW.format(name) for number, name in enumerate(names, 1)})
    execute(*(f"CREATE VIEW fi_{name} AS SELECT 1 AS one" for name in names[:count]))
    assert done(blocking.migrate(folder, fake_initial=True)) == [("0001_first", count > 0), ("0002_second", count > 1)]
    assert query(database, "SELECT one FROM fi_first") == query(database, "SELECT one FROM fi_second") == [(1,)]


OTHER_TOOL = """
CREATE TABLE fi_owners (id {integer} PRIMARY KEY, email VARCHAR(80) NOT NULL, CONSTRAINT "fi_email_key" UNIQUE (email));
CREATE TABLE fi_pets (
    id {integer} PRIMARY KEY, owner_id {integer} NOT NULL, friend_id {integer},
    CONSTRAINT "fi_owner_a1b2" FOREIGN KEY (owner_id) REFERENCES fi_owners (id) {actions},
    CONSTRAINT "fi_friend_c3d4" FOREIGN KEY (friend_id) REFERENCES fi_owners (id) {actions}
);
INSERT INTO fi_owners (id, email) VALUES (1, 'ada');
INSERT INTO fi_pets (id, owner_id) VALUES (1, 1)
"""
ADOPTED = """
def upgrade(ctx):
    ctx.create_table(
        "fi_owners", column("id", "int", key=True), column("email", "text", length=80), unique("uq_fi_owners_email", "email")
    )
    ctx.create_table(
        "fi_pets",
        column("id", "int", key=True),
        column("owner_id", "int"),
        column("friend_id", "int", nullable=True),
        foreign_key("fk_fi_pets_owner_id", "owner_id", "fi_owners.id"),
        foreign_key("fk_fi_pets_friend_id", "friend_id", "fi_owners.id"),
    )
"""
CHANGED = """
def upgrade(ctx):
    ctx.drop_unique("fi_owners", "uq_fi_owners_email")
    ctx.drop_foreign_key("fi_pets", "fk_fi_pets_owner_id")
    ctx.add_foreign_key("fi_pets", foreign_key("fk_fi_pets_owner_id", "owner_id", "fi_owners.id", on_delete="CASCADE"))
    ctx.rename_constraint("fi_pets", "fk_fi_pets_friend_id", "fk_fi_pets_friend")
"""


def test_constraints_of_another_tool_are_changed_under_their_own_names(database: Backend, tmp_path: Path) -> None:
    """The plan and the run find them; going back and forward again finds those of the migrations."""
    is_mysql = database.dialect not in {"postgres", "sqlite"}
    text = OTHER_TOOL.format(
        integer="INTEGER" if database.dialect == "sqlite" else "BIGINT",
        actions="ON DELETE RESTRICT ON UPDATE CASCADE" + ("" if is_mysql else " DEFERRABLE INITIALLY DEFERRED"),
    )
    execute(*(text.replace('"', "`") if is_mysql else text).split(";"))
    folder = write(tmp_path / "migrations", m0001_adopted=ADOPTED)
    blocking.migrate(folder, fake_initial=True)
    write(folder, m0001_adopted=ADOPTED, m0002_changed=CHANGED)
    history = history_blocking(folder)
    (planned,) = plan_blocking(history.tasks(), database.dialect)
    shown = "; ".join(text for step, _, _ in planned.steps for text in step.texts)
    if database.dialect != "sqlite":
        assert all(name in shown for name in ("fi_email_key", "fi_owner_a1b2", "fi_friend_c3d4")), shown
    blocking.migrate(folder)
    execute("INSERT INTO fi_owners (id, email) VALUES (2, 'ada')", "DELETE FROM fi_owners WHERE id = 2")
    blocking.migrate(folder, "0001")
    with pytest.raises(oxyde.IntegrityError):
        execute("INSERT INTO fi_owners (id, email) VALUES (2, 'ada')")
    blocking.migrate(folder)
    execute("DELETE FROM fi_owners")
    assert query(database, "SELECT id FROM fi_pets") == []
