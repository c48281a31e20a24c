"""A user who may only read tables is shown the same state of them as their owner: an analyst's models have their relations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import oxyde
from oxyde import inspect
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.db.steps import Steps
from oxyde.migrations import live
from oxyde.migrations.live import mysql
from oxyde.migrations.live.scope import Row, Scope
from oxyde.migrations.state import State
from tests.backends import Backend
from tests.migrating import fresh, query

NAME = "oxyde_reader"
TABLES = (
    "CREATE TABLE ro_owners (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'x' UNIQUE, age INTEGER CHECK (age > 3))",
    """CREATE TABLE ro_pets (
        id INTEGER NOT NULL PRIMARY KEY, owner_id INTEGER NOT NULL, friend_id INTEGER, vet_id INTEGER, name VARCHAR(20),
        CONSTRAINT ro_owner FOREIGN KEY (owner_id) REFERENCES ro_owners (id) ON DELETE CASCADE ON UPDATE CASCADE,
        CONSTRAINT ro_friend FOREIGN KEY (friend_id) REFERENCES ro_owners (id) ON DELETE SET NULL,
        CONSTRAINT ro_vet FOREIGN KEY (vet_id) REFERENCES ro_owners (id)
    )""",
    "CREATE INDEX ro_names ON ro_pets (name)",
)


@pytest.fixture
def reader(backend: Backend, tmp_path: Path) -> Iterator[tuple[Backend, Backend]]:
    """A database with tables, as its owner reaches it and as a user who may only read."""
    if not backend.has_server:
        pytest.skip("a file has no users")
    with fresh(backend, tmp_path) as place:
        for sql in TABLES:
            query(place, sql)
        database = place.url.rpartition("/")[2]
        user = f"{NAME}_{database[-8:]}"
        if backend.dialect == "postgres":
            grants = [
                f"CREATE ROLE {user} LOGIN",
                f"GRANT USAGE ON SCHEMA public TO {user}",
                f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}",
            ]
            undo = [f"DROP OWNED BY {user}", f"DROP ROLE {user}"]
        else:
            grants = [f"CREATE USER {user}@'%' IDENTIFIED BY 'secret'", f"GRANT SELECT ON {database}.* TO {user}@'%'"]
            grants += [sql.replace("'%'", "'localhost'") for sql in grants]
            undo = [f"DROP USER {user}@'%'", f"DROP USER {user}@'localhost'"]
        for sql in grants:
            query(place, sql)
        try:
            yield place, Backend(place.dialect, place.elsewhere(user=user, password="secret"), place.server)
        finally:
            for sql in undo:
                query(place, sql)


def state(place: Backend) -> State:
    """Returns what the catalogue shows."""
    with oxyde.connect(place.url, "reader") as connection:
        return run_blocking(live.read(connection.dialect), route("reader"))


def test_the_same_state(reader: tuple[Backend, Backend]) -> None:
    """Nothing is missing, and the actions of foreign keys are exact."""
    owner, other = reader
    seen = state(other)
    assert seen == state(owner)
    key = seen.tables[None, "ro_pets"].constraints["ro_owner"]
    assert (key.on_delete, key.on_update) == ("CASCADE", "CASCADE")


@pytest.mark.parametrize("change", ["ALTER TABLE ro_pets DROP FOREIGN KEY ro_friend", "DROP TABLE ro_pets"])
def test_what_is_dropped_meanwhile(reader: tuple[Backend, Backend], monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """A foreign key that is gone when its actions are asked for is left out."""
    owner, other = reader
    if owner.dialect != "mariadb":
        pytest.skip("the catalogue of the others shows actions to readers")
    ask = mysql._shown_rules

    def late(scope: Scope, schema: str, table: str) -> Steps[dict[str, Row]]:
        if changes:
            query(owner, changes.pop())
        return (yield from ask(scope, schema, table))

    changes = [change]
    monkeypatch.setattr(mysql, "_shown_rules", late)
    assert "ro_friend" not in state(other).tables[None, "ro_pets"].constraints


def _name(reader: Backend) -> str:
    return reader.url.partition("//")[2].partition(":")[0]


def _hosts(backend: Backend, user: str) -> list[str]:
    return [user] if backend.dialect == "postgres" else [f"{user}@'%'", f"{user}@'localhost'"]


def test_what_may_not_be_read(reader: tuple[Backend, Backend]) -> None:
    """A table that a user may write only is named and left out, and so are columns; the others have their models."""
    owner, other = reader
    user = _name(other)
    query(owner, "CREATE TABLE ro_inbox (id INTEGER PRIMARY KEY, note VARCHAR(20))")
    query(owner, "CREATE TABLE ro_parts (id INTEGER PRIMARY KEY, note VARCHAR(20), secret VARCHAR(20))")
    query(owner, "CREATE TABLE ro_keys (id INTEGER PRIMARY KEY, note VARCHAR(20))")
    query(owner, "CREATE VIEW ro_letters AS SELECT id FROM ro_inbox")
    database = other.url.rpartition("/")[2]
    for to in _hosts(owner, user):
        if owner.dialect != "postgres":
            query(owner, f"REVOKE SELECT ON {database}.* FROM {to}")
            query(owner, f"GRANT SELECT ON ro_owners TO {to}")
        query(owner, f"GRANT INSERT ON ro_inbox TO {to}")
        query(owner, f"GRANT INSERT ON ro_letters TO {to}")
        query(owner, f"GRANT SELECT (note), INSERT (id) ON ro_keys TO {to}")
        query(owner, f"GRANT SELECT (id, note), INSERT (secret) ON ro_parts TO {to}")
    with oxyde.connect(other.url, "reader"):
        source = inspect.sync.source(using="reader")
        with pytest.raises(ValueError, match=r"ro_inbox cannot be read, and has no model: .*denied"):
            inspect.sync.source(using="reader", tables=["ro_inbox"])
        models = inspect.sync.models(using="reader")
        assert list(models["RoPart"].objects.sync.filter()) == []
    notes = [line for line in source.splitlines() if line.startswith("# ")]
    assert [line.split()[1] for line in notes if "cannot be read" in line] == ["ro_inbox", "ro_letters"]
    assert "class RoOwner(Model)" in source
    key = source[source.index("class RoKey(Model)") : source.index("class RoOwner(Model)")]
    assert "# These columns are no primary key" in key
    part = source[source.index("class RoPart(Model)") :]
    assert "column secret is left out: this user may not read it" in part
    assert "    note: str | None" in part
    assert "    secret:" not in part


def test_views(reader: tuple[Backend, Backend]) -> None:
    """A view whose text the user is not shown is a model all the same."""
    owner, other = reader
    query(owner, "CREATE VIEW ro_called AS SELECT name FROM ro_pets")
    if owner.dialect == "postgres":
        query(owner, f"GRANT SELECT ON ro_called TO {_name(other)}")
    with oxyde.connect(other.url, "reader"):
        source = inspect.sync.source(using="reader")
    assert "class RoCalled(Model)" in source
    assert ("privilege SHOW VIEW" in source) == (owner.dialect == "mariadb")
    assert ('view = """SELECT' in source) == (owner.dialect != "mariadb")
