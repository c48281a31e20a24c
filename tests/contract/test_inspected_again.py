"""Law of inspection: models, their tables, and the models of those tables have one state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import oxyde.inspect
from oxyde import db
from oxyde.migrations import drift
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.from_models import from_models
from oxyde.migrations.state import State
from oxyde.models.model import Model
from tests.backends import Backend, Servers
from tests.migrating import fresh, query
from tests.models import Author, Comment, Post, PostTag, Tag

BLOG: list[type[Model]] = [Author, Comment, Post, PostTag, Tag]


def state(models: list[type[Model]], backend: Backend) -> State:
    """Returns the state of models as a server keeps it: SQLite has no lengths."""
    made = from_models(model.__table__ for model in models)
    if backend.dialect != "sqlite":
        return made
    tables = {
        address: replace(table, columns={name: replace(column, length=None) for name, column in table.columns.items()})
        for address, table in made.tables.items()
    }
    return replace(made, tables=tables)


async def test_nothing_differs_the_second_time(backend: Backend, tmp_path: Path) -> None:
    """Tables made from inspected models are inspected as the same models; nothing would be migrated."""
    with fresh(backend, tmp_path) as first, fresh(backend, tmp_path) as second:
        async with db.connect(first.url, "first") as client:
            await db.create_tables(client, models=BLOG)
        made = await oxyde.inspect.models(first.url)
        async with db.connect(second.url, "second") as client:
            await db.create_tables(client, models=list(made.values()))
        again = await oxyde.inspect.models(second.url)
    first_state, second_state = (state([*models.values()], backend) for models in (made, again))
    assert diff(state(BLOG, backend), first_state) == []
    assert diff(first_state, second_state) == []


async def test_hash_indexes_of_mysql(servers: Servers, tmp_path: Path) -> None:
    """What MariaDB indexes by hash of its own accord, tables in memory and long unique columns, is made again without a method."""
    own = servers.get("mariadb")
    with fresh(own, tmp_path) as first, fresh(own, tmp_path) as second:
        query(first, "CREATE TABLE hashed_pages (id INT PRIMARY KEY, url TEXT UNIQUE, host TEXT, path TEXT, UNIQUE at (host, path))")
        query(first, "CREATE TABLE hashed_hosts (id INT PRIMARY KEY, name VARCHAR(9) UNIQUE, rank INT, KEY (rank)) ENGINE=MEMORY")
        made = await oxyde.inspect.models(first.url)
        async with db.connect(first.url, "first") as client:
            assert (await drift(made.values(), using="first")).differences == ()
        async with db.connect(second.url, "second") as client:
            await db.create_tables(client, models=list(made.values()))
            assert (await drift(made.values(), using="second")).differences == ()
