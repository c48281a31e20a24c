"""``oxyde.testing.migrated``: each test finds the database as the migrations left it, whatever face, task or thread it uses."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.backends import Backend
from tests.migrating import fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("pots", column("id", "int", key=True, auto=True), column("name", "text", length=40), unique("uq_pots_name", "name"))
    ctx.execute("INSERT INTO pots (name) VALUES ('big')", reverse="DELETE FROM pots")
"""
CONFTEST = """
import os
from pathlib import Path

import pytest

import oxyde
from oxyde import Field, Model
from oxyde.testing import migrated


class Pot(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=40, db_unique=True)

    class Meta:
        is_table = True
        table_name = "pots"


def url():
    Path("asked").open("a").write("asked ")
    return os.environ["POTS_URL"]


database = migrated(url)


@pytest.fixture
def found(database):
    assert [pot.name for pot in Pot.objects.sync.filter()] == ["big"]
    yield Pot
"""
TESTS = """
import asyncio
import shutil
import threading

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import oxyde
from oxyde import db, migrations, sync
from oxyde.migrations import migrate


async def test_awaited(found):
    await found.objects.create(name="small")
    assert await found.objects.count() == 2
    await asyncio.gather(*(found.objects.create(name=f"pot {number}") for number in range(5)))
    assert await found.objects.count() == 7


def test_blocking(found):
    found.objects.sync.create(name="small")
    assert found.objects.sync.filter(name="small").update(name="tiny") == 1
    assert sync.execute_raw("SELECT count(*) AS n FROM pots") == [{"n": 2}]


async def test_tasks_and_threads_see_each_other(found):
    await asyncio.create_task(found.objects.create(name="small"))
    assert await asyncio.to_thread(lambda: found.objects.sync.count()) == 2
    seen = []

    def work():
        found.objects.sync.create(name="tiny")
        seen.append(asyncio.run(found.objects.count()))

    thread = threading.Thread(target=work)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert seen == [3]


async def test_blocks_commit_and_roll_back(found):
    called = []
    async with oxyde.atomic(durable=True) as block:
        await found.objects.create(name="small")
        block.on_commit(lambda: called.append("kept"))
    with pytest.raises(LookupError):
        async with oxyde.atomic(isolation="serializable", timeout=5) as block:
            await found.objects.create(name="tiny")
            block.on_commit(lambda: called.append("lost"))
            block.on_rollback(lambda: called.append("undone"))
            raise LookupError
    assert called == ["kept", "undone"]
    assert await found.objects.order_by("id").values_list("name", flat=True).all() == ["big", "small"]


def test_blocking_blocks(found):
    called = []
    with sync.atomic():
        found.objects.sync.create(name="small")
        oxyde.on_commit(lambda: called.append("kept"))
        with sync.atomic():
            found.objects.sync.create(name="tiny")
        assert called == []
    oxyde.on_commit(lambda: called.append("at once"))
    assert called == ["kept", "at once"]


async def test_an_error_undoes_its_own_statement_alone(found):
    with pytest.raises(oxyde.IntegrityError):
        await found.objects.create(name="big")
    await found.objects.create(name="small")
    with pytest.raises(oxyde.IntegrityError):
        found.objects.sync.create(name="small")
    assert await found.objects.count() == 2


async def test_what_needs_a_block_needs_one_here_too(found):
    if found.objects.sync.first() and db.get_connection().dialect != "sqlite":
        with pytest.raises(oxyde.FieldError, match="read inside atomic"):
            await found.objects.for_update().all()
    with pytest.raises(oxyde.UnsupportedError, match="atomic"):
        await oxyde.execute_raw("COMMIT")


async def test_streams(found):
    await found.objects.bulk_create([found(name=f"pot {number}") for number in range(20)])
    assert [pot.name async for pot in found.objects.order_by("id").stream()][:2] == ["big", "pot 0"]


async def test_the_applications_own_start_and_end(found):
    async with db.lifespan(default="postgresql://nobody@127.0.0.1:1/nowhere")():
        await found.objects.create(name="small")
    assert await found.objects.count() == 2


async def test_a_start_that_migrates(found):
    assert await migrate() == []
    assert migrations.sync.migrate("migrations", strict=True) == []
    with pytest.raises(oxyde.MigrationError, match="call it outside atomic"):
        async with oxyde.atomic():
            await migrate()


async def test_a_start_that_has_more_to_migrate(found, tmp_path):
    shutil.copytree("migrations", tmp_path / "more")
    (tmp_path / "more/0002_more.py").write_text("def upgrade(ctx):\\n    ctx.drop_table('pots')\\n")
    with pytest.raises(oxyde.MigrationError, match="0002_more is pending.* let the fixture migrate the same folder"):
        await migrate(tmp_path / "more")
    with pytest.raises(oxyde.MigrationError, match="0001_\\w+ is applied"):
        migrations.sync.migrate(target="zero")
    assert await found.objects.count() == 1


def test_a_service(found):
    app = FastAPI(lifespan=db.lifespan(default="postgresql://nobody@127.0.0.1:1/nowhere"))

    @app.post("/pots/{name}")
    async def add(name: str) -> int:
        async with oxyde.atomic():
            await found.objects.create(name=name)
        return await found.objects.count()

    @app.get("/pots")
    def count() -> int:
        return found.objects.sync.count()

    with TestClient(app) as client:
        assert client.post("/pots/small").json() == 2
        with pytest.raises(oxyde.IntegrityError):
            client.post("/pots/small")
        assert client.get("/pots").json() == 2
    assert found.objects.sync.count() == 2


@pytest.mark.parametrize("again", range(2))
def test_twice(found, again):
    found.objects.sync.filter().delete()


def test_closed_meanwhile():
    asyncio.run(db.close())


def test_without_the_fixture_nothing_is_connected():
    with pytest.raises(oxyde.ConnectionNotFound):
        db.get_connection()


def test_afterwards(found):
    assert found.objects.sync.count() == 1
"""


def test_a_test_suite_of_an_application(backend: Backend, tmp_path: Path) -> None:
    """It migrates once, and leaves nothing but what the migrations left."""
    write(tmp_path / "migrations", m0001_first=FIRST)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_pots.py").write_text(textwrap.dedent(TESTS))
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\naddopts = -p no:cacheprovider\n")
    with fresh(backend, tmp_path) as made:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, env={**environment(), "POTS_URL": made.url}
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "17 passed" in done.stdout
        assert query(made, "SELECT name FROM pots") == [("big",)]
        assert (tmp_path / "asked").read_text() == "asked "


def environment() -> dict[str, str]:
    """Returns the environment, without what the outer pytest says to an inner one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def test_an_edited_migration(tmp_path: Path) -> None:
    """The database is older than the file says: the tests say so, and do not run on it."""
    write(tmp_path / "migrations", m0001_first=FIRST)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_pots.py").write_text("def test_one(found): pass\ndef test_two(found): pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    env = {**environment(), "POTS_URL": f"sqlite:///{tmp_path}/pots.db"}
    assert subprocess.run(command, cwd=tmp_path, check=False, env=env, capture_output=True).returncode == 0
    write(tmp_path / "migrations", m0001_first=FIRST.replace("length=40", "length=50"))
    done = subprocess.run(command, cwd=tmp_path, check=False, env=env, capture_output=True, text=True)
    assert "0001_first was edited after it was applied" in done.stdout
    assert "2 errors" in done.stdout
