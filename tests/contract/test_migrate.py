"""``migrate`` on every server: whole or journalled, forward and back, once, by one process, and with what is odd said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import sync
from oxyde.db import raw
from oxyde.db.execute import run_blocking
from oxyde.db.route import Route, route
from oxyde.exceptions import LockTimeoutError, MigrationError, UnsupportedError
from oxyde.migrations import migrate
from oxyde.migrations import sync as blocking
from oxyde.migrations.folder.files import load
from oxyde.migrations.lock import Lock
from oxyde.migrations.running import journal
from oxyde.migrations.running.migrating import history_blocking, settle_blocking
from oxyde.migrations.running.patience import LIMITED
from oxyde.migrations.sql.preview import sqlmigrate
from tests.backends import Backend
from tests.migrating import described, fresh, query, write

FIRST = """
def upgrade(ctx):
    ctx.create_table(
        "shelves",
        column("id", "int", key=True, auto=True),
        column("label", "text", length=40),
        unique("uq_shelves_label", "label"),
        check("ck_shelves_label", "length(label) > 0"),
    )
    ctx.create_table(
        "boxes",
        column("id", "int", key=True, auto=True),
        column("weight", "int", default="1"),
        column("shelf_id", "int"),
        foreign_key("fk_boxes_shelf_id", "shelf_id", "shelves.id", on_delete="CASCADE"),
        index("ix_boxes_weight", "weight"),
    )
"""
SECOND = """
def upgrade(ctx):
    ctx.execute("INSERT INTO shelves (label) VALUES (:label)", {"label": "it's: 100% :full"}, reverse="DELETE FROM shelves")
    ctx.add_column("boxes", column("note", "text", length=40, nullable=True))
    ctx.rename_column("boxes", "note", "remark")
    ctx.create_index("shelves", index("ix_shelves_both", "label", "id"))
"""
BROKEN = """
def upgrade(ctx):
    ctx.add_column("shelves", column("depth", "int", nullable=True))
    ctx.execute("INSERT INTO nowhere VALUES (1)", reverse="SELECT 1")
"""
MENDED = BROKEN.replace("INSERT INTO nowhere VALUES (1)", "UPDATE shelves SET depth = 5")
TABLES = {"sqlite": "SELECT count(*) FROM sqlite_master WHERE name IN ('shelves', 'boxes')"}
COUNT = "SELECT count(*) FROM information_schema.tables WHERE table_name IN ('shelves', 'boxes') AND table_schema IN ('public', DATABASE())"


@pytest.fixture
def empty(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """An empty database, connected as the default one."""
    with fresh(backend, tmp_path) as made, oxyde.sync.connect(made.url, "default"):
        yield made


def names(done: list[Any]) -> list[str]:
    """Returns the names of migrations that were done."""
    return [one.name for one in done]


async def test_forward_and_back(empty: Backend, tmp_path: Path) -> None:
    """Each once, in order, to any target, and back until nothing is left."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=SECOND)
    assert names(await migrate(folder, "0001")) == ["0001_first"]
    assert names(await migrate(folder)) == ["0002_second"]
    assert await migrate(folder) == []
    assert query(empty, "SELECT label FROM shelves") == [("it's: 100% :full",)]
    ledger = query(empty, "SELECT name, state FROM oxyde_migrations ORDER BY name")
    assert ledger == [("0001_first", "applied"), ("0002_second", "applied")]
    assert query(empty, "SELECT checksum FROM oxyde_migrations WHERE seconds IS NULL OR applied_at IS NULL OR checksum IS NULL") == []
    done = await migrate(folder, "0001")
    assert [(one.name, one.backwards) for one in done] == [("0002_second", True)]
    assert query(empty, "SELECT * FROM shelves") == []
    assert names(await migrate(folder, "zero")) == ["0001_first"]
    assert query(empty, "SELECT * FROM oxyde_migrations") == query(empty, "SELECT * FROM oxyde_migration_journal") == []
    assert names(await migrate(folder)) == ["0001_first", "0002_second"]


def test_what_sqlmigrate_prints_is_sent(empty: Backend, tmp_path: Path) -> None:
    """Statement by statement, in order."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=SECOND)
    sent: list[str] = []
    with sync.connect(empty.url, "watched") as database:
        leave = oxyde.db.events.on_statement(lambda event: sent.append(event.sql.removeprefix(LIMITED)))
        try:
            blocking.migrate(folder, using="watched")
        finally:
            leave()
        dialect = database.dialect
    printed = "".join(sqlmigrate(load(folder), name, dialect) for name in ("0001", "0002"))
    wanted = [line.removesuffix(";") for line in printed.splitlines() if not line.startswith("--")]
    wanted = [text for text in wanted if ":label" not in text]  # whose parameters are bound
    assert [text for text in sent if text in wanted] == wanted


def test_a_failure_loses_nothing(empty: Backend, tmp_path: Path) -> None:
    """It names the migration and the operation; what was done is undone, or noted, and once mended the next run goes on."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_broken=BROKEN)
    with pytest.raises(MigrationError, match=r"0002_broken: Execute INSERT INTO nowhere"):
        blocking.migrate(folder)
    assert query(empty, "SELECT name FROM oxyde_migrations") == [("0001_first",)]
    noted = query(empty, "SELECT migration, step FROM oxyde_migration_journal")
    assert noted == ([("0002_broken", 1)] if empty.dialect == "mariadb" else [])
    states = {one.name: one.name in history_blocking(folder).begun for one in history_blocking(folder).migrations}
    assert states == {"0001_first": False, "0002_broken": empty.dialect == "mariadb"}
    sync.execute_raw("INSERT INTO shelves (label) VALUES ('a')")
    write(folder, m0001_first=FIRST, m0002_broken=MENDED)
    assert names(blocking.migrate(folder)) == ["0002_broken"]
    assert query(empty, "SELECT label, depth FROM shelves") == [("a", 5)]


def test_what_cannot_be_undone_is_refused_first(empty: Backend, tmp_path: Path) -> None:
    """Nothing is undone when one of the migrations on the way cannot be."""
    gone = 'def upgrade(ctx):\n    ctx.execute("DELETE FROM boxes")\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_gone=gone, m0003_second=SECOND)
    blocking.migrate(folder)
    before = described(empty)
    with pytest.raises(MigrationError, match=r"0002_gone cannot be undone: no reverse is known for DELETE FROM boxes"):
        blocking.migrate(folder, "zero")
    assert described(empty) == before


def test_what_is_not_complete_is_refused_first(empty: Backend, tmp_path: Path) -> None:
    """A migration that waits for somebody stops those before it too."""
    manual = 'def upgrade(ctx):\n    ctx.require_manual("split the names")\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_manual=manual)
    with pytest.raises(MigrationError, match=r"0002_manual is not complete: To be done by hand: split the names"):
        blocking.migrate(folder)
    assert query(empty, TABLES.get(empty.dialect, COUNT.replace(", DATABASE()", "") if empty.dialect == "postgres" else COUNT)) == [(0,)]


def test_edited_and_missing_files(empty: Backend, tmp_path: Path) -> None:
    """Are named; layout and comments are no edit; ``strict`` refuses."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=SECOND)
    blocking.migrate(folder)
    write(folder, m0001_first=FIRST.replace("    ctx.create", "\n    # here\n    ctx.create"), m0002_second=SECOND)
    said: list[str] = []
    assert blocking.migrate(folder, warn=said.append) == said == []
    write(folder, m0001_first=FIRST.replace("length=40", "length=50"))
    (folder / "0002_second.py").unlink()
    assert blocking.migrate(folder, warn=said.append) == []
    assert [line.partition(" ")[0] for line in said] == ["0001_first", "0002_second"]
    with pytest.raises(MigrationError, match=r"0001_first was edited after it was applied(.|\n)*0002_second is applied and has no file"):
        blocking.migrate(folder, strict=True)


def test_the_ledger_of_the_older_tool(empty: Backend, tmp_path: Path) -> None:
    """Is taken over: its migrations count as applied."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=SECOND)
    blocking.migrate(folder, "0001")
    key = {"sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT", "postgres": "SERIAL PRIMARY KEY"}.get(
        empty.dialect, "INT AUTO_INCREMENT PRIMARY KEY"
    )
    for sql in (
        "DROP TABLE oxyde_migrations",
        "DROP TABLE oxyde_migration_journal",
        f"CREATE TABLE oxyde_migrations (id {key}, name VARCHAR(255) NOT NULL UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
        "INSERT INTO oxyde_migrations (name) VALUES ('0001_first')",
    ):
        sync.execute_raw(sql)
    assert history_blocking(folder).applied.keys() == {"0001_first"}
    assert names(blocking.migrate(folder)) == ["0002_second"]
    assert query(empty, "SELECT id, name, checksum IS NULL FROM oxyde_migrations ORDER BY id") == [
        (1, "0001_first", 1),
        (2, "0002_second", 0),
    ]


def test_fake(empty: Backend, tmp_path: Path) -> None:
    """Only the ledger changes."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    assert names(blocking.migrate(folder, fake=True)) == ["0001_first"]
    assert query(empty, "SELECT name, state FROM oxyde_migrations") == [("0001_first", "faked")]
    assert names(blocking.migrate(folder, "zero", fake=True)) == ["0001_first"]
    assert query(empty, "SELECT name FROM oxyde_migrations") == []


IDLE = {
    "postgres": "SELECT current_setting('idle_in_transaction_session_timeout')::int AS n",
    "mysql": "SELECT @@wait_timeout < 2147483 AS n",
}


def test_the_lock_is_kept_while_a_migration_lasts(empty: Backend) -> None:
    """However soon the server ends idle connections, and whatever ends it: then it is given back."""
    if not empty.has_server:
        pytest.skip("a file has no such lock")
    if empty.dialect == "postgres":
        query(empty, f"ALTER DATABASE {empty.url.rpartition('/')[2]} SET idle_in_transaction_session_timeout = '900ms'")
    with Lock(route(None).database, 5) as lock:
        where = Route(lock._own, lock._block)
        dialect = "postgres" if empty.dialect == "postgres" else "mysql"
        assert run_blocking(raw.query(IDLE[dialect], {}, empty.dialect), where)[0]["n"] == 0


def test_a_lock_that_was_lost(empty: Backend, tmp_path: Path) -> None:
    """What was done is reported: nothing was written on the connection of the lock."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ends = {
        "postgres": f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND {here}",
        "mariadb": "KILL IS_USED_LOCK(CONCAT('oxyde_', LEFT(SHA2(DATABASE(), 256), 40)))",
    }
    if empty.dialect not in ends:
        pytest.skip("a file has no lock")
    end = f"def upgrade(ctx):\n    ctx.execute({ends[empty.dialect]!r}, reverse='')\n"
    assert names(blocking.migrate(write(tmp_path / "migrations", m0001_end=end))) == ["0001_end"]


def test_an_interrupted_statement_is_asked_about(empty: Backend, tmp_path: Path) -> None:
    """Where nothing can tell what became of it: SQL of the application that may have committed by itself."""
    if empty.dialect != "mariadb":
        pytest.skip("the others roll it back")
    raw = 'def upgrade(ctx):\n    ctx.execute("CREATE TABLE extras (id INT)", reverse="DROP TABLE extras")\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_raw=raw)
    blocking.migrate(folder, "0001")
    with pytest.raises(MigrationError, match="no migration stopped during step 1"):
        settle_blocking(1, done=True)
    digest = journal.digest("CREATE TABLE extras (id INT)")
    sync.execute_raw(
        "INSERT INTO oxyde_migration_journal (migration, step, backwards, digest, done) VALUES ('0002_raw', 1, 0, :digest, 0)",
        {"digest": digest},
    )
    with pytest.raises(MigrationError, match=r"stopped during step 1, Execute CREATE TABLE extras.*--mark-done 1 or --retry 1"):
        blocking.migrate(folder)
    settle_blocking(1, done=False)
    assert names(blocking.migrate(folder)) == ["0002_raw"]
    assert query(empty, "SELECT * FROM extras") == []


def test_fake_of_what_stopped_half_way(empty: Backend, tmp_path: Path) -> None:
    """An interrupted step has to be settled first; of steps that are done a warning tells."""
    raw = 'def upgrade(ctx):\n    ctx.execute("SELECT 1", reverse="")\n    ctx.execute("SELECT 2", reverse="")\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_raw=raw)
    blocking.migrate(folder, "0001")
    insert = (
        "INSERT INTO oxyde_migration_journal (migration, step, backwards, digest, done) VALUES ('0002_raw', :step, :no, :digest, :done)"
    )
    for step, done in ((1, True), (2, False)):
        sync.execute_raw(
            insert,
            {"step": step, "no": False, "digest": journal.digest(f"SELECT {step}"), "done": done},
        )
    with pytest.raises(MigrationError, match=r"0002_raw stopped during step 2, and --fake would hide that.*--mark-done 2 or --retry 2"):
        blocking.migrate(folder, fake=True)
    assert query(empty, "SELECT name FROM oxyde_migrations") == [("0001_first",)]
    settle_blocking(2, done=False)
    with pytest.warns(UserWarning, match="0002_raw stopped half way: only step 1 of it was done. It is entered in the ledger all the same"):
        assert names(blocking.migrate(folder, fake=True)) == ["0002_raw"]
    assert query(empty, "SELECT step FROM oxyde_migration_journal") == []


def test_what_is_half_undone_is_undone_first(empty: Backend, tmp_path: Path) -> None:
    """Nothing is applied on top of it, and it is not up to date."""
    if empty.dialect != "mariadb":
        pytest.skip("the others roll it back")
    later = 'def upgrade(ctx):\n    ctx.add_column("boxes", column("depth", "int", nullable=True))\n'
    body = 'def upgrade(ctx):\n    ctx.execute("SELECT 1", reverse="DELETE FROM later")\n    ctx.drop_index("boxes", "ix_boxes_weight")\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_index=body, m0003_depth=later)
    blocking.migrate(folder)
    with pytest.raises(MigrationError, match="later"):
        blocking.migrate(folder, "0001")
    before = described(empty)
    for target in ("0002", None):
        with pytest.raises(MigrationError, match="0002_index was being undone when it stopped; undo it to the end first"):
            blocking.migrate(folder, target)
    assert described(empty) == before
    query(empty, "CREATE TABLE later (id INT)")
    assert names(blocking.migrate(folder, "0001")) == ["0002_index"]
    assert names(blocking.migrate(folder)) == ["0002_index", "0003_depth"]


def test_a_procedure_that_commits_is_not_called_again(empty: Backend, tmp_path: Path) -> None:
    """Where it ends because of a lock, half of it may be there; the next run asks."""
    if empty.dialect != "mariadb":
        pytest.skip("the others roll it back")
    call = 'def upgrade(ctx):\n    ctx.execute("CALL fill_boxes()", reverse="DELETE FROM boxes")\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_call=call)
    blocking.migrate(folder, "0001")
    half = (
        "INSERT INTO filled VALUES (1); COMMIT; SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'Lock wait timeout exceeded'"
    )
    query(empty, "CREATE TABLE filled (id INT)")
    query(empty, f"CREATE PROCEDURE fill_boxes() BEGIN {half}; END")
    with pytest.raises(MigrationError, match="Lock wait timeout"):
        blocking.migrate(folder)
    with pytest.raises(MigrationError, match=r"stopped during step 1, Execute CALL.*--mark-done 1 or --retry 1"):
        blocking.migrate(folder)
    assert query(empty, "SELECT * FROM filled") == [(1,)]


@pytest.mark.parametrize(
    "sql",
    ["SET SESSION nowhere = 1", "-- the character set\nSET NAMES nowhere", "/* of all */ FLUSH nowhere", "-- rows\nDELETE FROM nowhere"],
)
def test_sql_that_the_server_refuses(empty: Backend, tmp_path: Path, sql: str) -> None:
    """Did nothing, so that the next run sends what was mended and asks nothing, whatever comments come first."""
    raw = f"def upgrade(ctx):\n    ctx.execute({sql!r}, reverse='')\n"
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_raw=raw)
    for _ in range(2):
        with pytest.raises(MigrationError, match="0002_raw: Execute "):
            blocking.migrate(folder, "0002")
    write(folder, m0001_first=FIRST, m0002_raw="def upgrade(ctx):\n    ctx.execute('SELECT 1', reverse='')\n")
    assert names(blocking.migrate(folder)) == ["0002_raw"]


async def test_what_is_refused(empty: Backend, tmp_path: Path) -> None:
    """A block around it, no folder, no such target."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    with pytest.raises(MigrationError, match="call it outside atomic"):
        async with oxyde.atomic():
            await migrate(folder)
    with pytest.raises(MigrationError, match="there is no such folder; oxyde makemigrations makes it"):
        await migrate(tmp_path / "nowhere")
    with pytest.raises(MigrationError, match="'0007' names no migration"):
        await migrate(folder, "0007")


def test_a_dialect_that_cannot(empty: Backend, tmp_path: Path) -> None:
    """Refuses before anything is changed."""
    if empty.dialect != "mariadb":
        pytest.skip("it can")
    late = 'def upgrade(ctx):\n    ctx.create_index("boxes", index("ix_part", "weight", where="weight > 3"))\n'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_late=late)
    with pytest.raises(UnsupportedError, match="ix_part"):
        blocking.migrate(folder)
    assert query(empty, COUNT) == [(0,)]


def test_a_lock_that_is_never_freed(empty: Backend, tmp_path: Path) -> None:
    """Is an error that says how to wait longer, and nothing is done."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    script = (
        "import sys, time\nfrom oxyde.db.database import AsyncDatabase\nfrom oxyde.migrations.lock import Lock\n"
        "with Lock(AsyncDatabase(sys.argv[1]).connect_blocking(), 5):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    if empty.dialect == "sqlite":
        pytest.skip("its lock is that of the file, of which tests of transactions tell")
    holder = subprocess.Popen([sys.executable, "-c", script, empty.url], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(
            LockTimeoutError, match=r"than 0\.3 seconds; wait longer: --lock-timeout, or end connection \d+ of \w+ from .*(KILL|backend\()"
        ):
            blocking.migrate(folder, lock_timeout=0.3)
    finally:
        holder.kill()
        holder.wait()
    assert names(blocking.migrate(folder, lock_timeout=20)) == ["0001_first"]


def test_indexes_that_are_built_concurrently(empty: Backend, tmp_path: Path) -> None:
    """Outside of a transaction on PostgreSQL; one that an interrupted run left invalid is built again."""
    if empty.dialect != "postgres":
        pytest.skip("the others refuse it, which a case tells")
    late = SECOND.replace('"label", "id"))', '"label", "id"), concurrently=True)')
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=late)
    blocking.migrate(folder, "0001")
    text = next(line for line in sqlmigrate(load(folder), "0002", "postgres").splitlines() if "CONCURRENTLY" in line).removesuffix(";")
    sync.execute_raw('CREATE INDEX "ix_shelves_both" ON shelves (label)')
    sync.execute_raw("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_shelves_both'::regclass")
    digest = journal.digest(text)
    sync.execute_raw(
        "INSERT INTO oxyde_migration_journal (migration, step, backwards, digest, done) VALUES ('0002_second', 4, false, :digest, false)",
        {"digest": digest},
    )
    assert names(blocking.migrate(folder)) == ["0002_second"]
    valid = (
        "SELECT indisvalid, pg_get_indexdef(indexrelid) LIKE '%(label, id)' FROM pg_index WHERE indexrelid = 'ix_shelves_both'::regclass"
    )
    assert query(empty, valid) == [(True, True)]
    assert names(blocking.migrate(folder, "0001")) == ["0002_second"]
