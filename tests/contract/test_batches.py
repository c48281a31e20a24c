"""Functions of migrations that go through a table in batches: by every kind of key, each row once, and on after a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import oxyde
from oxyde import sync
from oxyde.exceptions import MigrationError
from oxyde.migrations import migrate
from oxyde.migrations import sync as blocking
from oxyde.migrations.running.migrating import apply_blocking, history_blocking
from oxyde.migrations.running.options import Options
from tests.backends import Backend
from tests.migrating import fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("seats", column("id", "int", key=True, auto=True), column("visits", "int", default="0"))
"""
SECOND = """
from oxyde import F

seen = []


def visit(models, keys):
    seen.append((keys.first, keys.last))
    for seat in models.seats.objects.sync.filter(keys):
        models.seats.objects.sync.filter(id=seat.id).update(visits=F("visits") + 1)


def upgrade(ctx):
    ctx.add_column("seats", column("note", "text", length=10, default="'new'"))
    ctx.run(visit, tables=["seats"], batch=4, reverse=visit)
    ctx.rename_column("seats", "note", "remark")
"""


@pytest.fixture
def empty(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database, connected as the default one."""
    with fresh(backend, tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


def fill(folder: Path, numbers: list[int]) -> None:
    """Makes the table with rows of these keys."""
    blocking.migrate(folder, "0001")
    sync.execute_raw(f"INSERT INTO seats (id) VALUES {', '.join(f'({number})' for number in numbers)}")


def test_each_row_once(empty: Backend, tmp_path: Path) -> None:
    """Gaps make no batch smaller; back again the reverse goes through them in batches, too."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_visit=SECOND)
    fill(folder, [1, 2, 5, 100, 101, 2**40, 2**40 + 1, 2**40 + 2, 2**40 + 3])
    seen: list[tuple[str, int]] = []
    apply_blocking(history_blocking(folder), Options(progress=lambda *said: seen.append(said)))
    assert seen == [("0002_visit", 4), ("0002_visit", 8), ("0002_visit", 9)]
    assert query(empty, "SELECT DISTINCT visits, remark FROM seats") == [(1, "new")]
    assert query(empty, "SELECT * FROM oxyde_migration_journal") == []
    blocking.migrate(folder, "0001")
    assert query(empty, "SELECT DISTINCT visits FROM seats") == [(2,)]


def test_a_failed_batch_is_the_next_to_run(empty: Backend, tmp_path: Path) -> None:
    """Those before it are committed; the function may be mended, and the batches may get another size."""
    failing = SECOND.replace('F("visits") + 1)', 'F("visits") + 1)\n        assert seat.id != 7, "seven"')
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_visit=failing)
    fill(folder, list(range(1, 11)))
    with pytest.raises(MigrationError, match=r"0002_visit: Run visit\(\) on seats, 4 rows at a time: .*0002_visit.py:18: .*seven"):
        blocking.migrate(folder)
    assert query(empty, "SELECT id FROM seats WHERE visits = 1 ORDER BY id") == [(1,), (2,), (3,), (4,)]
    assert [json.loads(row[0]) for row in query(empty, "SELECT reached FROM oxyde_migration_journal WHERE step = 2")] == [[4]]
    write(folder, m0001_first=FIRST, m0002_visit=SECOND.replace("batch=4", "batch=3"))
    blocking.migrate(folder)
    assert query(empty, "SELECT DISTINCT visits FROM seats") == [(1,)]
    assert [row[0] for row in query(empty, "SELECT name FROM oxyde_migrations ORDER BY name")] == ["0001_first", "0002_visit"]


KEYS = """
from oxyde import F

tables = {
    "by_text": [column("id", "text", length=20, key=True)],
    "by_uuid": [column("id", "uuid", key=True)],
    "by_day": [column("id", "date", key=True)],
    "by_time": [column("id", "datetime_tz", key=True)],
    "by_price": [column("id", "decimal", precision=20, scale=4, key=True)],
    "by_both": [column("name", "text", length=20, key=True), column("number", "int", key=True)],
    "by_three": [column("name", "text", length=20, key=True), column("number", "int", key=True), column("day", "date", key=True)],
    "odd-name": [column("class", "int", key=True)],
}


async def count(models, keys):
    (model,) = models
    await model.objects.filter(keys).update(visits=F("visits") + 1)


def upgrade(ctx):
    for name, key in tables.items():
        ctx.create_table(name, *key, column("visits", "int", default="0"))
    ctx.run(fill)
    for name in tables:
        ctx.run(count, tables=[f'"{name}"' if "-" in name else name], batch=3)


def fill(models):
    import datetime as dt
    from decimal import Decimal
    from uuid import UUID

    at = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    texts = ["", "a", "B", "b c", "%", "it's", "z\\u00e9", "Z", "\\u00df", "0"]
    for number in range(10):
        models.by_text.objects.sync.create(id=texts[number])
        models.by_uuid.objects.sync.create(id=UUID(int=number * 0x1234_5678_9ABC_DEF0_1234_5678 * 7919 % 2**128))
        models.by_day.objects.sync.create(id=at.date() + dt.timedelta(days=number * 400))
        models.by_time.objects.sync.create(id=at + dt.timedelta(microseconds=number))
        models.by_price.objects.sync.create(id=Decimal(number) * Decimal("1234567890.0001") - 3)
        models.by_both.objects.sync.create(name=texts[number // 4], number=-number)
        models.by_three.objects.sync.create(name="a", number=number // 4, day=at.date() + dt.timedelta(days=number))
        models["odd-name"].objects.sync.create(class_=number)
"""


async def test_every_kind_of_key(empty: Backend, tmp_path: Path) -> None:
    """In the order of the database, which is that of its comparisons."""
    await migrate(write(tmp_path / "migrations", m0001_keys=KEYS))
    for name in ("by_text", "by_uuid", "by_day", "by_time", "by_price", "by_both", "by_three", "odd-name"):
        quoted = name if "-" not in name else ('"odd-name"' if empty.dialect != "mariadb" else "`odd-name`")
        assert query(empty, f"SELECT visits, count(*) FROM {quoted} GROUP BY visits") == [(1, 10)], name


REFUSED = """
def visit(models, keys): ...


def upgrade(ctx):
    ctx.create_table("nothing", column("a", "int"))
    ctx.create_table("blobs", column("id", "uuid", key=True), column("part", "float", key=True))
    ctx.run(visit, tables=TABLES, batch=BATCH)
"""


@pytest.mark.parametrize(
    ("tables", "batch", "message"),
    [
        (
            '["nothing"]',
            "5",
            r"0001_x.py:15: nothing has no primary key, by which batches go through its rows; run the function without batch=",
        ),
        ('["blobs"]', "5", r"0001_x.py:15: the key blobs.part is float, and batches follow keys of date, .*; run the function without"),
        ("[]", "5", r"0001_x.py:15: run\(..., batch=5\) goes through the rows of one table: tables=\['users'\]"),
        ('["blob"]', "5", r"0001_x.py:15: there is no table 'blob'; did you mean \"blobs\""),
    ],
)
def test_what_cannot_be_gone_through(tmp_path: Path, tables: str, batch: str, message: str) -> None:
    """Is refused by name before anything is sent."""
    folder = write(tmp_path / "migrations", m0001_x=REFUSED.replace("TABLES", tables).replace("BATCH", batch))
    with sync.connect(f"sqlite:///{tmp_path}/refused.db", "default"):
        with pytest.raises(MigrationError, match=message):
            blocking.migrate(folder)
        assert sync.execute_raw("SELECT name FROM sqlite_master") == []


def test_several_at_once(empty: Backend, tmp_path: Path) -> None:
    """Each row once, whoever does it; SQLite has no lock for the whole run, and shares the batches out."""
    slow = SECOND.replace("    seen.append", "    time.sleep(0.01)\n    seen.append").replace(
        "from oxyde import F", "import time\n\nfrom oxyde import F"
    )
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_visit=slow.replace("batch=4", "batch=1"))
    fill(folder, list(range(1, 21)))
    with ThreadPoolExecutor(3) as pool:
        done = [one.result() for one in [pool.submit(blocking.migrate, folder) for _ in range(3)]]
    assert sorted(map(len, done)) == [0, 0, 1]
    assert query(empty, "SELECT visits, count(*) FROM seats GROUP BY visits") == [(1, 20)]
    assert query(empty, "SELECT * FROM oxyde_migration_journal") == []


def test_a_journal_of_an_older_release(empty: Backend, tmp_path: Path) -> None:
    """Gets the column that it lacks."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_visit=SECOND)
    fill(folder, [1, 2])
    sync.execute_raw("ALTER TABLE oxyde_migration_journal DROP COLUMN reached")
    blocking.migrate(folder)
    assert query(empty, "SELECT DISTINCT visits FROM seats") == [(1,)]
