"""Files that got other numbers after a database applied them: the next ``migrate`` renames them in its ledger, once, on every server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import oxyde
from oxyde.db.steps import Steps
from oxyde.exceptions import MigrationError
from oxyde.migrations import rebase
from oxyde.migrations import sync as blocking
from oxyde.migrations.running import ledger
from oxyde.migrations.running.migrating import history_blocking
from tests.backends import Backend
from tests.contract.test_migrate import names
from tests.contract.test_squash import LEDGER
from tests.migrating import described, fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("rebased_posts", column("id", "int", key=True, auto=True), column("hits", "int", default="0"))
"""
STEP = """
def upgrade(ctx):
    ctx.execute("UPDATE rebased_posts SET hits = hits + 1", reverse="UPDATE rebased_posts SET hits = hits - 1")
"""


def adding(name: str) -> str:
    """Returns a migration that adds a column."""
    return f'\ndef upgrade(ctx):\n    ctx.add_column("rebased_posts", column("{name}", "int", nullable=True))\n'


THEIRS = adding("theirs")


@pytest.fixture
def empty(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database, connected as the default one."""
    with fresh(backend, tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


def applied(folder: Path, **local: str) -> list[tuple[str, str]]:
    """Applies the migrations of this branch, merges another, and returns what is renamed."""
    write(folder, m0001_posts=FIRST, **local)
    blocking.migrate(folder)
    oxyde.sync.execute_raw("INSERT INTO rebased_posts (hits) VALUES (0)")
    write(folder, m0001_posts=FIRST, m0002_theirs=THEIRS)
    made = rebase(folder, [name.removeprefix("m") for name in local])
    return [(one.old, one.new) for one in made.moved]


def rows(*names: str) -> list[tuple[str, str]]:
    """Returns rows of the ledger."""
    return [(name, "applied") for name in names]


def standing(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Returns what is applied, pending and wrong, as ``showmigrations`` lists it; nothing is written."""
    history = history_blocking(folder)
    wrong = [*history.edited(), *history.missing()]
    return sorted(history.applied), [one.name for one in history.migrations if one.name not in history.applied], wrong


@pytest.mark.parametrize("second", [adding("more"), STEP], ids=["different", "equal"])
def test_a_name_that_is_another_files_now(empty: Backend, tmp_path: Path, second: str) -> None:
    """Two of one title, each of which is known by what it does; only the other branch's is applied, also by those who are strict."""
    folder = tmp_path / "migrations"
    assert applied(folder, m0002_mine=STEP, m0003_mine=second) == [("0002_mine", "0003_mine"), ("0003_mine", "0004_mine")]
    before = rows("0001_posts", "0002_mine", "0003_mine")
    assert standing(folder) == (["0001_posts", "0003_mine", "0004_mine"], ["0002_theirs"], [])
    assert query(empty, LEDGER) == before
    assert names(blocking.migrate(folder, strict=True)) == ["0002_theirs"]
    assert query(empty, LEDGER) == rows("0001_posts", "0002_theirs", "0003_mine", "0004_mine")
    assert standing(folder)[1:] == ([], [])
    assert blocking.migrate(folder, strict=True) == []
    assert query(empty, "SELECT hits FROM rebased_posts") == [(0,)]
    assert names(blocking.migrate(folder, "0001")) == ["0004_mine", "0003_mine", "0002_theirs"]


def test_two_that_do_the_same(empty: Backend, tmp_path: Path) -> None:
    """Are told by their titles, where a database has only one of them."""
    folder = tmp_path / "migrations"
    applied(folder, m0002_one=STEP)
    write(folder, m0001_posts=FIRST, m0002_theirs=THEIRS, m0003_one=STEP, m0004_two=STEP)
    assert standing(folder) == (["0001_posts", "0003_one"], ["0002_theirs", "0004_two"], [])
    assert names(blocking.migrate(folder, strict=True)) == ["0002_theirs", "0004_two"]
    assert query(empty, LEDGER) == rows("0001_posts", "0002_theirs", "0003_one", "0004_two")
    assert query(empty, "SELECT hits FROM rebased_posts") == [(1,)]


def test_one_that_was_edited_too(empty: Backend, tmp_path: Path) -> None:
    """Is not known any more: the ledger keeps its name, and it is told."""
    folder = tmp_path / "migrations"
    applied(folder, m0002_mine=STEP)
    write(folder, m0001_posts=FIRST, m0002_theirs=THEIRS, m0003_mine=STEP.replace("+ 1", "+ 2"))
    assert standing(folder) == (["0001_posts", "0002_mine"], ["0002_theirs", "0003_mine"], ["0002_mine"])
    with pytest.raises(oxyde.MigrationError, match="0002_mine is applied and has no file"):
        blocking.migrate(folder, strict=True)
    assert query(empty, LEDGER) == rows("0001_posts", "0002_mine")


def test_one_whose_new_name_was_edited(empty: Backend, tmp_path: Path) -> None:
    """The entry of that name is of nothing that is there, and is not lost: both are told."""
    folder = tmp_path / "migrations"
    applied(folder, m0002_mine=STEP, m0003_mine=adding("more"))
    write(folder, m0001_posts=FIRST, m0002_theirs=THEIRS, m0003_mine=STEP, m0004_mine=adding("other"))
    assert standing(folder)[2] == ["0003_mine", "0002_mine"]
    with pytest.raises(oxyde.MigrationError, match="0003_mine was edited"):
        blocking.migrate(folder, strict=True)
    assert query(empty, LEDGER) == rows("0001_posts", "0002_mine", "0003_mine")


def test_a_process_that_was_faster(empty: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing the ledger it renamed the same: nothing is renamed twice."""
    folder = tmp_path / "migrations"
    applied(folder, m0002_mine=STEP, m0003_mine=adding("more"))
    write(folder, m0001_posts=FIRST, m0002_theirs=THEIRS, m0003_mine=STEP, m0004_mine=adding("more"))
    prepare = ledger.prepare

    def late(dialect: str) -> Steps[None]:
        monkeypatch.undo()
        for old, new in (("0003_mine", "0004_mine"), ("0002_mine", "0003_mine")):
            yield from ledger.rename(old, new, dialect)
        yield from prepare(dialect)

    monkeypatch.setattr(ledger, "prepare", late)
    assert names(blocking.migrate(folder, strict=True)) == ["0002_theirs"]
    assert query(empty, LEDGER) == rows("0001_posts", "0002_theirs", "0003_mine", "0004_mine")


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
def test_one_that_stopped_half_way(empty: Backend, tmp_path: Path) -> None:
    """Goes on under its new name; one that has other statements now is refused, and what was done is not done again."""
    folder = tmp_path / "migrations"
    half = STEP + '    ctx.add_column("rebased_posts", column("more", "int"), fill="1/hits - 1")\n'
    half += '    ctx.execute("UPDATE rebased_posts SET title = hits")\n'
    write(folder, m0001_posts=FIRST, m0002_mine=half)
    blocking.migrate(folder, "0001")
    oxyde.sync.execute_raw("INSERT INTO rebased_posts (hits) VALUES (0)")
    with pytest.raises(oxyde.MigrationError, match=r"0002_mine: .*title"):
        blocking.migrate(folder)
    oxyde.sync.execute_raw("ALTER TABLE rebased_posts ADD COLUMN title TEXT")
    write(folder, m0001_posts=FIRST, m0002_theirs=THEIRS)
    rebase(folder, ["0002_mine"])
    edited = (folder / "0003_mine.py").read_text()
    (folder / "0003_mine.py").write_text(edited.replace("hits + 1", "hits + 2"))
    with (
        pytest.warns(UserWarning, match="0002_mine stopped half way and has no file"),
        pytest.raises(oxyde.MigrationError, match="0002_mine stopped half way, and 0003_mine, which has its title, has other statements"),
    ):
        blocking.migrate(folder)
    (folder / "0003_mine.py").write_text(edited)
    history = history_blocking(folder)
    assert ([*history.begun], history.faults()) == (["0003_mine"], [])
    assert names(blocking.migrate(folder, strict=True)) == ["0002_theirs", "0003_mine"]
    assert query(empty, "SELECT hits, more, title FROM rebased_posts") == [(1, 0, "1")]
    assert query(empty, LEDGER) == rows("0001_posts", "0002_theirs", "0003_mine")
    assert query(empty, "SELECT * FROM oxyde_migration_journal") == []


SWAP = """
def upgrade(ctx):
    ctx.rename_column("rebased_tags", "a", "aside")
    ctx.rename_column("rebased_tags", "b", "a")
"""
ANEW = """
def upgrade(ctx):
    ctx.drop_table("rebased_tags")
    ctx.create_table("rebased_tags", column("id", "int", key=True), column("a", "int", nullable=True))
"""
TAGS = """
def upgrade(ctx):
    ctx.create_table("rebased_tags", column("id", "int", key=True), column("a", "int", nullable=True), column("b", "int", nullable=True))
    ctx.execute("INSERT INTO rebased_tags (id, a, b) VALUES (1, 10, 20)", reverse="DELETE FROM rebased_tags")
"""


@pytest.mark.parametrize("mine", [SWAP, ANEW], ids=["renamed", "made anew"])
@pytest.mark.parametrize(
    "theirs",
    [
        'ctx.alter_column("rebased_tags", "a", nullable=False, fill="0")',
        'ctx.create_index("rebased_tags", index("ix_rebased_a", "a"))',
        'ctx.add_check("rebased_tags", check("ck_rebased", "a > 0"))',
        'ctx.add_column("rebased_tags", column("d", "int"), fill="a + 1")',
    ],
)
def test_a_name_that_a_later_migration_gave_away(empty: Backend, tmp_path: Path, mine: str, theirs: str) -> None:
    """Is not taken for what it was: the migration is refused on every server, and runs once the later one is undone."""
    folder = write(tmp_path / "migrations", m0001_tags=TAGS, m0002_mine=mine)
    blocking.migrate(folder)
    (folder / "0002_mine.py").unlink()
    write(folder, m0001_tags=TAGS, m0002_theirs=f"\ndef upgrade(ctx):\n    {theirs}\n", m0003_mine=mine)
    before = _tables(empty)
    with pytest.raises(MigrationError, match=r"^0002_theirs: .*: rebased_tags\.a is another column since 0003_mine"):
        blocking.migrate(folder)
    assert _tables(empty) == before
    if mine == SWAP:  # a table that is dropped is not brought back
        assert [one.name for one in blocking.migrate(folder, "0002")] == ["0003_mine", "0002_theirs"]


def _tables(backend: Backend) -> list[str]:
    """Returns what a database has besides the ledger, in which the later migration may have its new name by now."""
    return [line for line in described(backend) if not line.startswith("oxyde_migrations: ")]


def test_names_that_stay_what_they_were(empty: Backend, tmp_path: Path) -> None:
    """Another branch's migration about columns that the later one left alone is applied."""
    folder = write(tmp_path / "migrations", m0001_tags=TAGS, m0002_mine=SWAP.replace('"b", "a"', '"b", "beside"'))
    blocking.migrate(folder)
    (folder / "0002_mine.py").unlink()
    theirs = '\ndef upgrade(ctx):\n    ctx.add_column("rebased_tags", column("a2", "int", nullable=True))\n'
    write(folder, m0001_tags=TAGS, m0002_theirs=theirs, m0003_mine=SWAP.replace('"b", "a"', '"b", "beside"'))
    assert [one.name for one in blocking.migrate(folder)] == ["0002_theirs"]
    assert query(empty, "SELECT id, aside, beside FROM rebased_tags") == [(1, 10, 20)]


COUNTED = """
def upgrade(ctx):
    ctx.alter_column("rebased_tags", "a", nullable=False)
    ctx.execute("UPDATE rebased_tags SET b = b + 1", reverse="UPDATE rebased_tags SET b = b - 1")
"""


def test_what_another_branch_did_too(empty: Backend, tmp_path: Path) -> None:
    """A migration that says less after the other branch's does not run again under its new name."""
    folder = write(tmp_path / "migrations", m0001_tags=TAGS, m0002_mine=COUNTED)
    blocking.migrate(folder)
    (folder / "0002_mine.py").unlink()
    theirs = '\ndef upgrade(ctx):\n    ctx.alter_column("rebased_tags", "a", nullable=False)\n'
    write(folder, m0001_tags=TAGS, m0002_theirs=theirs, m0003_mine=COUNTED)
    with (
        pytest.warns(UserWarning, match="0002_mine is applied and has no file"),
        pytest.raises(MigrationError, match=r"bring back 0002_mine\.py"),
    ):
        blocking.migrate(folder)
    assert query(empty, "SELECT id, a, b FROM rebased_tags") == [(1, 10, 21)]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ('ctx.alter_key("rebased_more", "a")', 'ctx.alter_key("rebased_more", "b")'),
        (
            'ctx.alter_column("rebased_more", "b", type="decimal", precision=10, scale=2)',
            'ctx.alter_column("rebased_more", "b", type="float")',
        ),
        ('ctx.comment_table("rebased_more", "mine")', 'ctx.comment_table("rebased_more", "theirs")'),
    ],
)
def test_what_both_branches_set(empty: Backend, tmp_path: Path, mine: str, theirs: str) -> None:
    """Is not set back to what the other branch's migration says."""
    if empty.dialect == "sqlite" and "comment" in mine:
        pytest.skip("it has no comments")
    first = TAGS.replace("rebased_tags", "rebased_more").replace(
        ', nullable=True), column("b", "int", nullable=True)', '), column("b", "int")'
    )
    body = "\ndef upgrade(ctx):\n    {}\n"
    folder = write(tmp_path / "migrations", m0001_tags=first, m0002_mine=body.format(mine))
    blocking.migrate(folder)
    (folder / "0002_mine.py").unlink()
    write(folder, m0001_tags=first, m0002_theirs=body.format(theirs), m0003_mine=body.format(mine))
    before = _tables(empty)
    with pytest.raises(
        MigrationError, match=r"rebased_more(\.b)? is changed by 0003_mine too, which is applied already: undo 0003_mine first"
    ):
        blocking.migrate(folder)
    assert _tables(empty) == before
