"""Squashed migrations on every server: new databases take them, others count them or finish the older files first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import oxyde
from oxyde.exceptions import MigrationError
from oxyde.migrations import migrate, squash
from oxyde.migrations.running.migrating import history_blocking
from oxyde.migrations.squashing.squash import remove
from tests.backends import Backend
from tests.contract.test_migrate import names
from tests.migrating import described, fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("bins", column("id", "int", key=True, auto=True), column("label", "text", length=40))
    ctx.create_table("lids", column("id", "int", key=True, auto=True), column("size", "int", nullable=True))
"""
SECOND = """
def upgrade(ctx):
    ctx.add_column("bins", column("weight", "int", nullable=True))
    ctx.rename_column("bins", "weight", "grams")
    ctx.create_index("bins", index("ix_bins_grams", "grams"))
    ctx.execute("INSERT INTO lids (size) VALUES (:size)", {"size": 7}, reverse="DELETE FROM lids")
"""
THIRD = """
def upgrade(ctx):
    ctx.rename_column("lids", "size", "width")
"""
FOURTH = """
def upgrade(ctx):
    ctx.add_column("lids", column("colour", "text", length=20, nullable=True))
"""
LEDGER = "SELECT name, state FROM oxyde_migrations ORDER BY name"
OLD = ["0001_bins", "0002_grams", "0003_width"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations that can be squashed, and one after them."""
    return write(tmp_path / "migrations", m0001_bins=FIRST, m0002_grams=SECOND, m0003_width=THIRD, m0004_colour=FOURTH)


@pytest.fixture
def empty(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database, connected as the default one."""
    with fresh(backend, tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


def shape(backend: Backend) -> list[str]:
    """Returns what is in a database, but for the ledger."""
    return [line for line in described(backend) if not line.startswith("oxyde_migrations: ")]


def files(folder: Path) -> list[Path]:
    """Returns the migrations of a folder."""
    return sorted(folder.glob("0*"))


def rows(*entries: str) -> list[tuple[str, str]]:
    """Returns rows of the ledger: names, of which a squashed one may stand for others."""
    return [(name.removesuffix("*"), "squashed" if name.endswith("*") else "applied") for name in entries]


async def test_a_new_database(empty: Backend, backend: Backend, folder: Path, tmp_path: Path) -> None:
    """Takes the squashed file, with the same result as the older files, and goes back to nothing."""
    with fresh(backend, tmp_path) as other, oxyde.sync.connect(other.url, "older"):
        await migrate(folder, using="older")
        wanted = shape(other)
    squash(folder, end="0003")
    assert names(await migrate(folder)) == ["0001_squashed_0003", "0004_colour"]
    assert shape(empty) == wanted
    assert await migrate(folder) == []
    assert query(empty, LEDGER) == rows("0001_squashed_0003", "0004_colour")
    assert names(await migrate(folder, "zero")) == ["0004_colour", "0001_squashed_0003"]
    assert query(empty, LEDGER) == []


async def test_a_database_that_has_the_older_files(empty: Backend, folder: Path) -> None:
    """Counts the squashed one as applied, with the files and without; undone, all of its names go."""
    await migrate(folder, "0003")
    before = shape(empty)
    made = squash(folder, end="0003")
    history = history_blocking(folder)
    assert (history.missing(), history.edited(), names(history.migrations)) == ([], [], ["0001_squashed_0003", "0004_colour"])
    assert query(empty, LEDGER) == rows(*OLD)
    assert await migrate(folder, "0001_squashed") == []
    assert (query(empty, LEDGER), shape(empty)) == (rows(OLD[0], "0001_squashed_0003*", *OLD[1:]), before)
    remove(made.replaced)
    assert names(await migrate(folder, strict=True)) == ["0004_colour"]
    with pytest.raises(MigrationError, match="'0002' names no migration: it is part of 0001_squashed_0003 now"):
        await migrate(folder, "0002")
    assert names(await migrate(folder, "zero", strict=True)) == ["0004_colour", "0001_squashed_0003"]
    assert query(empty, LEDGER) == []
    assert names(await migrate(folder)) == ["0001_squashed_0003", "0004_colour"]


async def test_a_database_that_is_half_way(empty: Backend, backend: Backend, folder: Path, tmp_path: Path) -> None:
    """Finishes the older files, then counts the squashed one; where they are gone it is told which."""
    await migrate(folder, "0002")
    made = squash(folder, end="0003")
    texts = {one.path: one.path.read_text() for one in made.replaced}
    remove(made.replaced)
    with pytest.raises(
        MigrationError, match=r"what 0001_squashed_0003 replaces: bring back 0001_bins\.py, 0002_grams\.py and 0003_width\.py, and migrate"
    ):
        await migrate(folder)
    *others, last = texts
    last.write_text(texts[last])
    with pytest.raises(MigrationError, match=r"bring back 0001_bins\.py and 0002_grams\.py, and migrate"):
        await migrate(folder)
    for path in others:
        path.write_text(texts[path])
    assert names(history_blocking(folder).migrations) == [*OLD, "0004_colour"]
    assert names(await migrate(folder, "0002")) == []
    assert names(await migrate(folder)) == ["0003_width", "0004_colour"]
    assert query(empty, LEDGER) == rows(OLD[0], "0001_squashed_0003*", *OLD[1:], "0004_colour")
    found = shape(empty)
    with fresh(backend, tmp_path) as other, oxyde.sync.connect(other.url, "other"):
        await migrate(folder, using="other")
        assert shape(other) == found


async def test_a_database_that_is_half_way_back(empty: Backend, folder: Path) -> None:
    """Undoes the older file to the end, and does not count the squashed one before."""
    if empty.dialect != "mariadb":
        pytest.skip("the others roll it back")
    path = folder / "0002_grams.py"
    path.write_text(path.read_text().replace("    ctx.add", '    ctx.execute("SELECT 1", reverse="DELETE FROM later")\n    ctx.add'))
    await migrate(folder, "0002")
    with pytest.raises(MigrationError, match="later"):
        await migrate(folder, "0001")
    query(empty, "CREATE TABLE later (id INT)")
    squash(folder, end="0002")
    with pytest.raises(MigrationError, match="0002_grams was being undone when it stopped"):
        await migrate(folder)
    assert query(empty, LEDGER) == rows(*OLD[:2])
    assert names(await migrate(folder, "zero")) == ["0002_grams", "0001_bins"]
    assert names(await migrate(folder)) == ["0001_squashed_0002", "0003_width", "0004_colour"]


async def test_squashed_again(empty: Backend, folder: Path) -> None:
    """A squashed migration can be squashed with later ones; a database that has the oldest files counts it all the same."""
    await migrate(folder, "0003")
    squash(folder, end="0003", delete=True)
    again = squash(folder, delete=True)
    assert (again.path.name, files(folder)) == ("0001_squashed_0004.py", [again.path])
    with pytest.raises(
        MigrationError, match=r"half way through what 0001_squashed_0004 replaces: bring back 0001_squashed_0003\.py and 0004_colour\.py"
    ):
        await migrate(folder)
    again.path.unlink()
    write(folder, m0001_bins=FIRST, m0002_grams=SECOND, m0003_width=THIRD, m0004_colour=FOURTH)
    await migrate(folder)
    for path in files(folder):
        path.unlink()
    again.path.write_text(again.text)
    assert await migrate(folder, strict=True) == []
    assert ("0001_squashed_0004", "squashed") in query(empty, LEDGER)
