"""Migrations of tables whose names and columns have quotes, signs of SQL and of parameters, and letters that are not ASCII."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import oxyde
from oxyde.migrations import sync as blocking
from tests.backends import Backend
from tests.migrating import fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table(T, column("id", "int", key=True), column(T + "c", "int", nullable=True))
"""
SECOND = """
def upgrade(ctx):
    mark = "`" if ctx.dialect == "mariadb" else '"'
    quoted = mark + (T + "n").replace(mark, mark * 2) + mark
    ctx.add_column(T, column(T + "n", "int"), fill="1")
    ctx.alter_column(T, T + "c", nullable=False, fill=f"{quoted} + 6")
    ctx.add_column(T, column(T + "s", "text", nullable=True, length=40), fill="'10:30 %s ? :c'")
    ctx.add_unique(T, unique("u" + T, "id", T + "n"))
    ctx.add_check(T, check("k" + T, f"{quoted} > 0"))
    ctx.rename_column(T, T + "n", T + "m")
    ctx.rename_table(T, T + "3")
    ctx.add_unique(T + "3", unique("v" + T, T + "m", "id"))
"""


@pytest.fixture
def empty(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database, connected as the default one."""
    with fresh(backend, tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


@pytest.mark.parametrize("name", ["a\"b`c'd;--%(x)s", "/*:c?$1\\%s{e}", "Üß select"], ids=["quotes", "signs", "letters"])
def test_odd_names(empty: Backend, tmp_path: Path, name: str) -> None:
    """Rows that are there are counted, filled, copied and kept."""
    said = f"\nT = {name!r}\n"
    folder = write(tmp_path / "migrations", m0001_first=said + FIRST)
    blocking.migrate(folder)
    mark = "`" if empty.dialect == "mariadb" else '"'
    table, after = (mark + one.replace(mark, mark * 2) + mark for one in (name, f"{name}3"))
    query(empty, f"INSERT INTO {table} (id) VALUES (1), (2)")
    write(folder, m0001_first=said + FIRST, m0002_second=said + SECOND)
    blocking.migrate(folder)
    assert query(empty, f"SELECT * FROM {after} ORDER BY id") == [(1, 7, 1, "10:30 %s ? :c"), (2, 7, 1, "10:30 %s ? :c")]
    query(empty, "DELETE FROM oxyde_migrations")
    assert [one.faked for one in blocking.migrate(folder, fake_initial=True, warn=lambda _: None)] == [True, True]
    blocking.migrate(folder, "0001")
    assert query(empty, f"SELECT * FROM {table} ORDER BY id") == [(1, 7), (2, 7)]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_two_columns_that_only_other_letters_tell(empty: Backend, tmp_path: Path) -> None:
    """SQLite knows the case of letters that are not ASCII: what one gets, the other does not."""
    first = FIRST.replace('T + "c", "int", nullable=True', '"Ä", "int", nullable=True), column("ä", "int", nullable=True')
    folder = write(tmp_path / "migrations", m0001_first='\nT = "letters"\n' + first)
    blocking.migrate(folder)
    query(empty, "INSERT INTO letters VALUES (1, 2, NULL), (2, NULL, 3)")
    change = '\ndef upgrade(ctx):\n    ctx.alter_column("letters", "ä", nullable=False, fill="7")\n'
    write(folder, m0001_first='\nT = "letters"\n' + first, m0002_change=change)
    blocking.migrate(folder)
    assert query(empty, "SELECT * FROM letters ORDER BY id") == [(1, 2, 7), (2, None, 3)]
