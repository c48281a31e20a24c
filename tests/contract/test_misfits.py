"""Rows that an operation does not fit are counted: the error says how many there are, and nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest

import oxyde
from oxyde.exceptions import MigrationError
from oxyde.migrations import sync as blocking
from tests.backends import Backend
from tests.migrating import described, fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("owners", column("id", "int", key=True))
    ctx.create_table(
        "pets",
        column("id", "int", key=True),
        column("name", "text", length=20),
        column("size", "int", nullable=True),
        column("owner_id", "int", nullable=True),
    )
    ctx.execute("INSERT INTO owners VALUES (1)", reverse="SELECT 1")
    ctx.execute("INSERT INTO pets VALUES (1, 'a', 1, 1), (2, 'a', NULL, 7), (3, 'c', NULL, NULL)", reverse="SELECT 1")
"""
SAID = {
    'ctx.add_column("pets", column("more", "int"), fill="size * 2")': "2 rows of pets have NULL in more, which takes none",
    'ctx.alter_column("pets", "size", nullable=False, fill="size + owner_id")': "2 rows of pets have NULL in size, which takes none",
    'ctx.alter_column("pets", "size", nullable=False)': "2 rows of pets have NULL in size, .*; say what they get: fill=",
    'ctx.add_check("pets", check("ck_pets_name", "name <> \'c\'"))': "1 row of pets has values that break .*ck_pets_name",
    'ctx.add_unique("pets", unique("uq_pets_name", "name"))': "2 rows of pets have the same name as others",
    'ctx.create_index("pets", index("ix_pets_name", "name", unique=True))': "2 rows of pets have the same name as others",
    'ctx.alter_key("pets", "name")': "2 rows of pets have the same name as others",
    'ctx.add_foreign_key("pets", foreign_key("fk_pets_owner_id", "owner_id", "owners.id"))': (
        "1 row of pets (has a owner_id that no row of owners has|would point to no row)"
    ),
}


def test_counted(backend: Backend, tmp_path: Path) -> None:
    """The rows are counted, the database is as it was, and everything is done once they fit."""
    folder = write(tmp_path / "migrations", m0001_pets=FIRST)
    with fresh(backend, tmp_path) as database, oxyde.sync.connect(database.url, "default"):
        blocking.migrate(folder)
        before = described(database)
        for said, problem in SAID.items():
            write(folder, m0001_pets=FIRST, m0002_next=f"def upgrade(ctx):\n    {said}\n")
            with pytest.raises(MigrationError, match=f"0002_next: .*({problem})"):
                blocking.migrate(folder)
            assert described(database) == before
        oxyde.sync.execute_raw("UPDATE pets SET size = 5, owner_id = NULL")
        oxyde.sync.execute_raw("DELETE FROM pets WHERE id > 1")
        body = "\n    ".join(said for said in SAID if "size + owner_id" not in said)
        write(folder, m0001_pets=FIRST, m0002_next=f"def upgrade(ctx):\n    {body}\n")
        assert [one.name for one in blocking.migrate(folder)] == ["0002_next"]
        assert query(database, "SELECT id, more FROM pets") == [(1, 10)]


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_what_a_column_that_is_made_anew_would_lose(backend: Backend, tmp_path: Path) -> None:
    """PostgreSQL drops indexes, checks, statistics and grants along with a column: those that no migration made are named, and stay."""
    first = """
    def upgrade(ctx):
        ctx.create_table("sums", column("a", "int", key=True), column("b", "int", generated="a + 1", stored=True), index("ix_sums_b", "b"))
    """
    anew = 'ctx.alter_column("sums", "b", generated="a + 2")'
    by_hand = {
        "by_hand": ("CREATE INDEX by_hand ON sums (b)", "DROP INDEX by_hand"),
        "positive": ("ALTER TABLE sums ADD CONSTRAINT positive CHECK (b > 0)", "ALTER TABLE sums DROP CONSTRAINT positive"),
        "sums_both": ("CREATE STATISTICS sums_both ON a, b FROM sums", "DROP STATISTICS sums_both"),
        "the grant {pg_monitor=r/": ("GRANT SELECT (b) ON sums TO pg_monitor", "REVOKE SELECT (b) ON sums FROM pg_monitor"),
    }
    folder = write(tmp_path / "migrations", m0001_sums=first)
    with fresh(backend, tmp_path) as database, oxyde.sync.connect(database.url, "default"):
        blocking.migrate(folder)
        query(database, "INSERT INTO sums VALUES (1)")
        write(folder, m0001_sums=first, m0002_anew=f"def upgrade(ctx):\n    {anew}\n")
        for name, (make, drop) in by_hand.items():
            query(database, make)
            with pytest.raises(MigrationError, match=f"made anew, and {name}.*, which no migration made, would be lost"):
                blocking.migrate(folder)
            query(database, drop)
        query(database, by_hand["by_hand"][0])
        aside = f'ctx.execute("DROP INDEX by_hand")\n    {anew}'
        write(folder, m0001_sums=first, m0002_anew=f"def upgrade(ctx):\n    {aside}\n")
        assert len(blocking.migrate(folder)) == 1
        assert query(database, "SELECT b FROM sums") == [(3,)]
