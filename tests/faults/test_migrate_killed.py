"""A process that migrates is killed at every statement, and once more: the next run ends where one that was not killed does."""

from __future__ import annotations

import os
import random
import shutil
import signal
from pathlib import Path

import pytest

from tests.backends import Backend
from tests.killing import Migrator
from tests.migrating import described, fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("cranes", column("id", "int", key=True, auto=True), column("name", "text", length=40))
    ctx.create_table(
        "loads",
        column("id", "int", key=True, auto=True),
        column("weight", "int"),
        column("crane_id", "int"),
        foreign_key("fk_loads_crane_id", "crane_id", "cranes.id", on_delete="CASCADE"),
        index("ix_loads_weight", "weight"),
    )
    ctx.execute("INSERT INTO cranes (id, name) VALUES (1, 'a'), (2, 'b')", reverse="DELETE FROM cranes")
    ctx.execute("INSERT INTO loads (id, weight, crane_id) VALUES (1, 5, 1), (2, 6, 2), (3, 7, 2)", reverse="DELETE FROM loads")
"""
SECOND = """
def upgrade(ctx):
    ctx.add_column("loads", column("tons", "int", default="0"))
    ctx.execute("UPDATE loads SET tons = tons + weight", reverse="UPDATE loads SET tons = 0")
    ctx.rename_column("loads", "weight", "kilograms")
    ctx.drop_index("loads", "ix_loads_weight")
    ctx.create_index("loads", index("ix_loads_tons", "tons", "id")CONCURRENTLY)
    ctx.rename_table("cranes", "lifts")
    ctx.execute("UPDATE loads SET tons = tons * 2", reverse="SELECT 1")
"""
THIRD = """
from oxyde import F


def weigh(models):
    models.loads.objects.sync.filter().update(tons=F("tons") + 3)


async def weigh_more(models, keys):
    await models.loads.objects.filter(keys).update(tons=F("tons") * 2)
    assert keys.first <= keys.last


def upgrade(ctx):
    ctx.run(weigh, tables=["loads"])
    ctx.run(weigh_more, tables=["loads"], batch=2)
    ctx.add_check("loads", check("ck_loads_tons", "tons >= 0"))
"""
ANEW = """
def upgrade(ctx):
    ctx.alter_column("cranes", "name", nullable=True)
    ctx.add_column("loads", column("tons", "int"), fill="weight * 2")
    ctx.execute("CREATE TRIGGER cranes_go AFTER DELETE ON cranes BEGIN DELETE FROM loads; END", reverse="DROP TRIGGER cranes_go")
    ctx.add_check("cranes", check("ck_cranes_name", "name <> ''"))
"""


@pytest.mark.timeout(600)
def test_killed_at_every_statement(backend: Backend, migrator: Migrator, tmp_path: Path) -> None:
    """Before it is sent, and while it runs; COMMIT before and after it was answered; functions change each row once."""
    second = SECOND.replace("CONCURRENTLY", ", concurrently=True" if backend.dialect == "postgres" else "")
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=second, m0003_third=THIRD)
    with fresh(backend, tmp_path) as whole:
        status, count = migrator.run(whole, folder)
        assert status == 0
        wanted = described(whole)
    points = [(point, where) for point in range(1, count + 1) for where in ("before", "after")]
    assert len(points) >= 60
    if not os.environ.get("OXYDE_LONG"):
        points = random.sample(points, 20)
    for point, where in points:
        with fresh(backend, tmp_path) as killed:
            assert migrator.run(killed, folder, point, where)[0] == signal.SIGKILL, (point, where)
            assert migrator.run(killed, folder)[0] == 0, (point, where)
            assert described(killed) == wanted, (point, where)


@pytest.mark.timeout(600)
def test_killed_while_tables_are_made_anew(migrator: Migrator, tmp_path: Path) -> None:
    """At any statement: the file is as it was before the migration or as it is after it, and the next run ends it."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    start = Backend("sqlite", f"sqlite:///{tmp_path / 'start.db'}")
    assert migrator.run(start, folder)[0] == 0
    query(start, "PRAGMA wal_checkpoint(TRUNCATE)")  # what the file lacks stands beside it
    write(folder, m0001_first=FIRST, m0002_anew=ANEW)

    def copy(name: str) -> Backend:
        """Returns a copy of the file in which the first migration is applied."""
        shutil.copy(tmp_path / "start.db", tmp_path / name)
        return Backend("sqlite", f"sqlite:///{tmp_path / name}")

    before = described(start)
    whole = copy("whole.db")
    status, count = migrator.run(whole, folder)
    assert status == 0
    wanted = described(whole)
    assert len(wanted) == len(before) + 2  # a trigger and a row of the ledger
    points = [(point, where) for point in range(1, count + 1) for where in ("before", "after")]
    assert len(points) >= 100
    if not os.environ.get("OXYDE_LONG"):
        points = random.sample(points, 12)
    for place, (point, where) in enumerate(points):
        killed = copy(f"{place}.db")
        assert migrator.run(killed, folder, point, where)[0] == signal.SIGKILL, (point, where)
        assert described(killed) in (before, wanted), (point, where)
        assert migrator.run(killed, folder)[0] == 0, (point, where)
        assert described(killed) == wanted, (point, where)
