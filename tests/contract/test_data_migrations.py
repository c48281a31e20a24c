"""Functions of migrations on the rows: on every server, sync and async, whole or journalled, forward and back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import sync
from oxyde.exceptions import MigrationError
from oxyde.migrations import migrate
from oxyde.migrations import sync as blocking
from oxyde.migrations.folder.files import load, walked
from oxyde.migrations.running.migrating import history_blocking
from oxyde.migrations.sql.preview import sqlmigrate
from tests.backends import Backend, Servers
from tests.migrating import fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("towns", column("id", "int", key=True, auto=True), column("name", "text", length=40))
    ctx.create_table(
        "people",
        column("id", "int", key=True, auto=True),
        column("name", "text", length=40),
        column("town_id", "int"),
        foreign_key("fk_people_town_id", "town_id", "towns.id", on_delete="CASCADE"),
    )
    ctx.execute("INSERT INTO towns (name) VALUES ('Ulm'), ('Bonn')", reverse="DELETE FROM towns")
    ctx.execute(
        "INSERT INTO people (name, town_id) SELECT 'Ann', id FROM towns WHERE name = 'Ulm' "
        "UNION ALL SELECT 'Bob', id FROM towns UNION ALL SELECT 'Cid', id FROM towns WHERE name = 'Bonn'",
        reverse="DELETE FROM people",
    )
"""
PLAIN = """
def label(models):
    for person in models.people.objects.sync.join("town").all():
        models.people.objects.sync.filter(id=person.id).update(label=f"{person.name} of {person.town.name}")


def unlabel(models):
    models.people.objects.sync.filter().update(label="gone")


def upgrade(ctx):
    ctx.add_column("people", column("label", "text", length=90, default="''"))
    ctx.run(label, tables=["people", "towns"], reverse=unlabel)
    ctx.rename_column("people", "name", "first_name")
"""
ASYNC = PLAIN.replace("def label", "async def label").replace("def unlabel", "async def unlabel").replace("objects.sync", "objects")
ASYNC = ASYNC.replace("in models", "in await models").replace("    models.people", "    await models.people")
LABELS = [("Ann of Ulm",), ("Bob of Bonn",), ("Bob of Ulm",), ("Cid of Bonn",)]


@pytest.fixture
def empty(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database, connected as the default one."""
    with fresh(backend, tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Backend]:
    """The same on SQLite alone."""
    with fresh(Backend("sqlite", ""), tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


def labels(backend: Backend) -> list[tuple[Any, ...]]:
    """Returns what a function wrote."""
    return query(backend, "SELECT label FROM people ORDER BY label")


@pytest.mark.parametrize("body", [PLAIN, ASYNC], ids=["plain", "async"])
async def test_functions_run_from_both_faces(empty: Backend, tmp_path: Path, body: str) -> None:
    """With models of the tables at that point; the blocking face works inside a running event loop, too."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_label=body)
    await migrate(folder)
    assert labels(empty) == LABELS
    assert query(empty, "SELECT first_name FROM people WHERE id = 1") == [("Ann",)]
    blocking.migrate(folder, "zero")
    assert query(empty, "SELECT * FROM oxyde_migrations") == []
    blocking.migrate(folder)
    assert labels(empty) == LABELS
    await migrate(folder, "0001")
    assert query(empty, "SELECT name FROM people WHERE id = 1") == [("Ann",)]


def test_an_async_function_without_a_loop(empty: Backend, tmp_path: Path) -> None:
    """As the command line runs it."""
    blocking.migrate(write(tmp_path / "migrations", m0001_first=FIRST, m0002_label=ASYNC))
    assert labels(empty) == LABELS


def test_the_reverse_runs_before_the_column_goes(empty: Backend, tmp_path: Path) -> None:
    """And ``downgrade`` may call it by ``run_reverse``."""
    steps = PLAIN + "\n\ndef downgrade(ctx):\n    ctx.rename_column('people', 'first_name', 'name')\n    ctx.run_reverse(label)\n"
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_label=steps)
    blocking.migrate(folder)
    blocking.migrate(folder, "0001")
    assert labels(empty) == [("gone",)] * 4


def test_without_a_reverse_there_is_no_way_back(file: Backend, tmp_path: Path) -> None:
    """Which is said before anything is undone."""
    last = "def upgrade(ctx):\n    ctx.add_column('towns', column('size', 'int', nullable=True))\n"
    body = PLAIN.replace(", reverse=unlabel", "")
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_label=body, m0003_last=last)
    blocking.migrate(folder)
    with pytest.raises(MigrationError, match=r"0002_label cannot be undone: no reverse is known for label\(\); give ctx.run"):
        blocking.migrate(folder, "0001")
    assert query(file, "SELECT max(name) FROM oxyde_migrations") == [("0003_last",)]


async def test_a_failure_loses_nothing(empty: Backend, tmp_path: Path) -> None:
    """It names migration, function and line; what the function changed is undone, and once mended the next run goes on."""
    failing = PLAIN.replace('label=f"{person.name} of {person.town.name}")', "label='half')\n        if person.name == 'Cid': person.age()")
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_label=failing)
    with pytest.raises(
        MigrationError, match=r"0002_label: Run label\(\) on people, towns: .*0002_label.py:12: AttributeError: .*age"
    ) as raised:
        await migrate(folder)
    assert "\n" not in str(raised.value)
    assert [name for (name,) in query(empty, "SELECT name FROM oxyde_migrations")] == ["0001_first"]
    if empty.dialect == "mariadb":
        assert labels(empty) == [("",)] * 4
        assert query(empty, "SELECT step, done FROM oxyde_migration_journal") == [(1, 1)]
    else:
        assert history_blocking(folder).begun == {}
    write(folder, m0001_first=FIRST, m0002_label=PLAIN)
    await migrate(folder)
    assert labels(empty) == LABELS


def lose(models: Any) -> None:
    """Fails on the line after this one."""
    models.towns.objects.sync.get(name="Trier")


@pytest.mark.parametrize(
    ("function", "where"), [("lose", r"test_data_migrations.py:\d+: NotFoundError"), ("partial(lose)", r"0002_lose.py: Not")]
)
def test_a_function_of_another_file(file: Backend, tmp_path: Path, function: str, where: str) -> None:
    """The line is that of the function's file, where it has one."""
    body = f"""
    from functools import partial

    from tests.contract.test_data_migrations import lose


    def upgrade(ctx):
        ctx.run({function}, tables=["towns"])
    """
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_lose=body)
    with pytest.raises(MigrationError, match=where):
        blocking.migrate(folder)
    assert query(file, "SELECT max(name) FROM oxyde_migrations") == [("0001_first",)]


SLOW = """
import asyncio


async def wait(models):
    await models.towns.objects.create(id=7, name="Trier")
    await asyncio.sleep(30 if models.towns.objects.sync.count() < 5 else 0)


def upgrade(ctx):
    ctx.run(wait, tables=["towns"])
"""


async def test_a_cancelled_run(empty: Backend, tmp_path: Path) -> None:
    """Undoes the function, and frees the lock."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_wait=SLOW)
    await migrate(folder, "0001")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(migrate(folder), 0.5)
    assert query(empty, "SELECT count(*) FROM towns") == [(2,)]
    write(folder, m0001_first=FIRST, m0002_wait=SLOW.replace("30", "0"))
    await migrate(folder)
    assert query(empty, "SELECT count(*) FROM towns") == [(3,)]


CAUGHT = """
import oxyde


def twice(models):
    for name in ("Ulm", "Ulm", "Trier"):
        try:
            ENTER
                models.towns.objects.sync.create(id=7 if name == "Ulm" else 8, name=name)
        except oxyde.IntegrityError:
            pass


def upgrade(ctx):
    ctx.run(twice, tables=["towns"])
"""


def test_atomic_inside_is_a_savepoint(empty: Backend, tmp_path: Path) -> None:
    """What it catches is undone alone."""
    body = CAUGHT.replace("ENTER", "with oxyde.sync.atomic():")
    blocking.migrate(write(tmp_path / "migrations", m0001_first=FIRST, m0002_twice=body))
    assert query(empty, "SELECT name FROM towns WHERE id > 6 ORDER BY id") == [("Ulm",), ("Trier",)]


async def test_async_atomic_inside(empty: Backend, tmp_path: Path) -> None:
    """On the connection of the migration, under any alias."""
    body = CAUGHT.replace("ENTER", "async with oxyde.atomic(using=models.using):").replace("def twice", "async def twice")
    body = body.replace("models.towns.objects.sync", "await models.towns.objects")
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_twice=body)
    with sync.connect(empty.url, "other"):
        await migrate(folder, using="other")
    assert query(empty, "SELECT name FROM towns WHERE id > 6 ORDER BY id") == [("Ulm",), ("Trier",)]


def test_an_error_that_is_caught_without_a_savepoint(empty: Backend, tmp_path: Path) -> None:
    """Leaves a transaction in which nothing may be kept: the function fails, by name."""
    body = CAUGHT.replace("ENTER", "if True:")
    with pytest.raises(MigrationError, match=r"0002_twice: Run twice\(\) on towns: .*"):
        blocking.migrate(write(tmp_path / "migrations", m0001_first=FIRST, m0002_twice=body))
    assert query(empty, "SELECT name FROM towns WHERE id > 6") == []


KINDS = """
import datetime as dt
from decimal import Decimal
from uuid import UUID

from oxyde import F


def upgrade(ctx):
    ctx.create_enum_type("size_enum", ["small", "very large"])
    ctx.create_table(
        "parcels",
        column("id", "uuid", key=True),
        column("size", "enum", name="size_enum"),
        column("price", "decimal", precision=8, scale=3),
        column("at", "datetime_tz"),
        column("extra", "json", nullable=True),
        column("tags", TAGS),
        column("class", "bytes", nullable=True),
        column("paid", "bool", default="FALSE"),
        column("host", "text", db_type=HOST),
        column("took", "duration"),
        column("due", "date", nullable=True),
    )
    ctx.run(fill, tables=["parcels"], reverse=keep)
    ctx.alter_enum_type("size_enum", ["small", "very large", "tiny"])
    ctx.run(change, tables=["parcels"], reverse=keep)


def keep(models):
    pass


def fill(models):
    number = UUID(int=5)
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.timezone.utc)
    made = models.parcels.objects.sync.create(
        id=number,
        size="very large",
        price="1.125",
        at=at,
        extra={"a": [1, None]},
        tags=["x", "y"],
        class_=b"z",
        host="10.0.0.1",
        took=dt.timedelta(hours=30),
        due=at.date(),
    )
    (found,) = models.parcels.objects.sync.filter(size="very large", price__lt=2)
    assert (found.id, found.size, found.price, found.at) == (number, "very large", Decimal("1.125"), at)
    assert (found.extra, found.tags, found.class_, found.paid) == ({"a": [1, None]}, ["x", "y"], b"z", False)
    assert (found.host, found.took, found.due) == ("10.0.0.1", dt.timedelta(hours=30), dt.date(2026, 1, 2))


def change(models):
    models.parcels.objects.sync.filter(price=Decimal("1.125")).update(size="tiny", price=F("price") * 2, paid=True)
    assert models.parcels.objects.sync.get().size == "tiny"
"""


def test_every_type_is_exact(empty: Backend, tmp_path: Path) -> None:
    """Enumerations have the values of their time, decimals all their digits."""
    tags = '"array", item="text"' if empty.dialect == "postgres" else '"json"'
    body = KINDS.replace("TAGS", tags).replace("HOST", '"INET"' if empty.dialect == "postgres" else '"VARCHAR(40)"')
    blocking.migrate(write(tmp_path / "migrations", m0001_kinds=body))
    assert [(size, float(price)) for size, price in query(empty, "SELECT size, price FROM parcels")] == [("tiny", 2.25)]


RETYPED = """
def read(models):
    models.towns.objects.sync.filter(id=1).update(name="12")
    assert [town.name for town in models.towns.objects.sync.filter(id=1)] == ["12"]


def reread(models):
    assert [town.name for town in models.towns.objects.sync.filter(id=1)] == [12]


def upgrade(ctx):
    ctx.execute("DELETE FROM people")
    ctx.execute("DELETE FROM towns WHERE id <> 1")
    ctx.run(read, tables=["towns"])
    ctx.alter_column("towns", "name", type="int", length=None, using="name::bigint")
    ctx.run(reread, tables=["towns"])
"""


def test_one_text_before_and_after_a_change(empty: Backend, tmp_path: Path) -> None:
    """The connection knows the statement, and its columns are of other types now."""
    body = RETYPED if empty.dialect == "postgres" else RETYPED.replace(', using="name::bigint"', "")
    blocking.migrate(write(tmp_path / "migrations", m0001_first=FIRST, m0002_read=body))
    assert query(empty, "SELECT name FROM towns") == [(12,)]


ANEW = """
def close(models):
    models.towns.objects.sync.filter(name="Bonn").delete()


def upgrade(ctx):
    ctx.run(close, tables=["towns", "people"])
    ctx.add_check("towns", check("ck_towns_name", "name <> ''"))
"""


def test_foreign_keys_beside_a_table_that_is_made_anew(file: Backend, tmp_path: Path) -> None:
    """SQLite follows none in that transaction: rows that would point to nothing are refused, and nothing is done."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_close=ANEW)
    with pytest.raises(MigrationError, match="0002_close: 2 rows of people would point to no row of towns"):
        blocking.migrate(folder)
    assert query(file, "SELECT count(*) FROM towns") == [(2,)]
    write(
        folder,
        m0001_first=FIRST,
        m0002_close=ANEW.replace("    models.towns", "    models.people.objects.sync.filter(town__name='Bonn').delete()\n    models.towns"),
    )
    blocking.migrate(folder)
    assert query(file, "SELECT name FROM people ORDER BY id") == [("Ann",), ("Bob",)]


SCHEMAS = """
from oxyde import F


def upgrade(ctx):
    ctx.create_schema("depot")
    ctx.create_enum_type("state_enum", ["open", "shut"], schema="depot")
    ctx.create_table("doors", column("id", "int", key=True, auto=True), column("state", "enum", name="state_enum"), schema="depot")
    ctx.create_table("doors", column("id", "int", key=True, auto=True), column("width", "int"))
    ctx.run(fill, tables=["depot.doors", "doors"])
    ctx.run(shut, tables=["depot.doors"], batch=1)


def fill(models):
    models["depot.doors"].objects.sync.create(state="open")
    models["depot.doors"].objects.sync.create(state="open")
    models.doors.objects.sync.create(width=3)


def shut(models, keys):
    models["depot.doors"].objects.sync.filter(keys, id__gt=1).update(state="shut")
"""


def test_tables_of_schemas(servers: Servers, tmp_path: Path) -> None:
    """And their enumerations, beside tables of the same name."""
    with fresh(servers.get("postgres"), tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        blocking.migrate(write(tmp_path / "migrations", m0001_schemas=SCHEMAS))
        assert query(made, "SELECT state::text FROM depot.doors ORDER BY id") == [("open",), ("shut",)]
        assert query(made, "SELECT width FROM doors") == [(3,)]


def test_what_sqlmigrate_and_fake_make_of_it(file: Backend, tmp_path: Path) -> None:
    """A comment, and nothing."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_label=PLAIN)
    printed = sqlmigrate(load(folder), "0002", "sqlite")
    assert "\n-- Run label() on people, towns\n-- Rename" in printed
    blocking.migrate(folder, "0001")
    blocking.migrate(folder, fake=True)
    assert query(file, "SELECT count(*) FROM oxyde_migrations") == [(2,)]
    assert query(file, "SELECT name FROM people WHERE id = 1") == [("Ann",)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("each", r"0001_x.py:15: each\(\) is a generator, which does nothing when it is called"),
        ("'each'", r"0001_x.py:15: run\(\) takes a function of models, not str"),
        ("print, tables=['town']", "0001_x.py:15: there is no table 'town'; did you mean \"towns\""),
        ("print, tables=['a.b.c']", "0001_x.py:15: 'a.b.c' has 3 names; a table is name or schema.name"),
    ],
)
def test_what_cannot_be_run(tmp_path: Path, given: str, message: str) -> None:
    """Is refused where it is written."""
    body = f"""
    def each(models):
        yield


    def upgrade(ctx):
        ctx.create_table("towns", column("id", "int", key=True))
        ctx.run({given})
    """
    with pytest.raises(MigrationError, match=message):
        list(walked(load(write(tmp_path / "migrations", m0001_x=body)), "sqlite"))
