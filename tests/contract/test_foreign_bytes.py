"""SQLite files of other people: reading changes no byte of them, takes no lock that writing needs, and waits for no reader."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Final

import pytest
from typing_extensions import Self

import oxyde
from oxyde import ConnectionFailed, DatabaseError, OxydeError
from oxyde.db import PoolSettings
from oxyde.notebook.command import MagicLine
from oxyde.notebook.run import run

# The counters that each commit moves: the change counter and the size, the freelist, the change that wrote the version, the version.
COUNTERS: Final = [*range(24, 40), *range(92, 100)]

MODES: Final = ["DELETE", "TRUNCATE", "PERSIST", "WAL"]


def make(path: Path, mode: str = "DELETE", *, leave: bool = False) -> None:
    """Makes a file in a process of its own; with `leave` that one dies and leaves its log beside it."""
    source = f"""
        import os, sqlite3
        connection = sqlite3.connect({str(path)!r}, isolation_level=None)
        connection.execute("PRAGMA application_id = 77")
        connection.execute("PRAGMA user_version = 5")
        connection.execute("PRAGMA journal_mode = {mode}")
        connection.executescript("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE VIEW v AS SELECT b FROM t;")
        connection.execute("INSERT INTO t VALUES (1, 'x')")
        {"os._exit(0)" if leave else "connection.close()"}
    """
    subprocess.run([sys.executable, "-c", dedent(source)], check=True)


def snapshot(path: Path) -> dict[str, bytes]:
    """Returns the bytes of a file and of what lies beside it, but for the index of a log, which is rebuilt from it."""
    return {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}


def read(path: Path, query: str = "") -> list[dict[str, object]]:
    """Reads the table in every way that there is."""
    with oxyde.connect(f"sqlite:///{path}{query}"):
        rows = oxyde.sync.execute_raw("SELECT * FROM t")
        oxyde.sync.execute_raw("SELECT * FROM v")
        run("SELECT * FROM t", {}, MagicLine(target="rows")).to_arrow()
        return rows


@pytest.mark.parametrize(("leave", "query"), [(False, ""), (True, ""), (False, "?mode=ro"), (True, "?mode=ro"), (False, "?immutable=1")])
@pytest.mark.parametrize("mode", MODES)
def test_reading_changes_no_byte(tmp_path: Path, mode: str, leave: bool, query: str) -> None:
    """Neither of the file, its header too, nor of a log or a journal that lies beside it; and no log is left where none was."""
    path = tmp_path / "theirs.db"
    make(path, mode, leave=leave)
    before = snapshot(path)
    assert ("theirs.db-wal" in before) == (mode == "WAL" and leave)
    for _ in range(2):
        assert read(path, query) == [{"a": 1, "b": "x"}]
        assert snapshot(path) == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal" if mode == "WAL" else "delete",)


@pytest.mark.parametrize("mode", MODES)
def test_writing_moves_the_counters_only(tmp_path: Path, mode: str) -> None:
    """The header says afterwards what it said before, and a log that we wrote is in the file when we are gone."""
    path = tmp_path / "theirs.db"
    make(path, mode, leave=mode == "WAL")
    if mode == "WAL":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint")
    before = path.read_bytes()[:100]
    with oxyde.connect(f"sqlite:///{path}"):
        oxyde.sync.execute_raw("INSERT INTO t VALUES (2, 'y')")
    after = path.read_bytes()[:100]
    assert (before != after) == (mode != "WAL")
    assert [at for at in range(100) if before[at] != after[at] and at not in COUNTERS] == []
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith("-wal")] == []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)


@pytest.mark.parametrize("made", ["absent", "empty"])
def test_files_that_we_make_have_a_log(tmp_path: Path, made: str) -> None:
    """A file that nobody wrote to yet is ours, unless a setting says how it shall be."""
    for name, settings, mode, synchronous in (
        ("ours.db", None, "wal", 1),
        ("plain.db", PoolSettings(sqlite_journal_mode="DELETE"), "delete", 2),
        ("full.db", PoolSettings(sqlite_synchronous="FULL"), "wal", 2),
    ):
        path = tmp_path / name
        if made == "empty":
            path.touch()
        with oxyde.connect(f"sqlite:///{path}", settings=settings):
            assert oxyde.sync.execute_raw("PRAGMA journal_mode") == [{"journal_mode": mode}]
            assert oxyde.sync.execute_raw("PRAGMA synchronous") == [{"synchronous": synchronous}]
    theirs = tmp_path / "theirs.db"
    make(theirs)
    with oxyde.connect(f"sqlite:///{theirs}"):
        assert oxyde.sync.execute_raw("PRAGMA synchronous") == [{"synchronous": 2}]
    with oxyde.connect(f"sqlite:///{theirs}", settings=PoolSettings(sqlite_journal_mode="wal")):
        assert oxyde.sync.execute_raw("PRAGMA journal_mode") == [{"journal_mode": "wal"}]


OTHER: Final = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    for line in sys.stdin:
        connection.execute(line).fetchall()
        print("done", flush=True)
"""


class Other:
    """Somebody who has the file open in a process of its own."""

    def __init__(self, path: Path) -> None:
        """Starts the process."""
        command = [sys.executable, "-c", dedent(OTHER), str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        """Returns it."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Lets it end."""
        self.process.communicate()

    def run(self, sql: str) -> None:
        """Runs a statement there."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@pytest.mark.parametrize("mode", MODES)
def test_others_do_not_stop_us(tmp_path: Path, mode: str) -> None:
    """Somebody reads, or is about to write: we read all the same, and they go on."""
    path = tmp_path / "theirs.db"
    make(path, mode)
    with Other(path) as other:
        for begin in ("BEGIN", "BEGIN IMMEDIATE"):
            other.run(begin)
            other.run("SELECT * FROM t")
            assert read(path) == [{"a": 1, "b": "x"}]
            other.run("COMMIT")
        with oxyde.connect(f"sqlite:///{path}"):
            assert oxyde.sync.execute_raw("SELECT a FROM t") == [{"a": 1}]
            other.run("INSERT INTO t VALUES (3, 'z')")
            assert oxyde.sync.execute_raw("SELECT count(*) AS n FROM t") == [{"n": 2}]


def test_read_only(tmp_path: Path) -> None:
    """mode=ro reads every file and leaves nothing behind; writing is refused."""
    for mode in MODES:
        path = tmp_path / mode / "theirs.db"
        path.parent.mkdir()
        make(path, mode)
        before = snapshot(path)
        with oxyde.connect(f"sqlite:///{path}?mode=ro"):
            assert oxyde.sync.execute_raw("SELECT b FROM v") == [{"b": "x"}]
            with pytest.raises(DatabaseError, match="readonly"):
                oxyde.sync.execute_raw("INSERT INTO t VALUES (2, 'y')")
        assert snapshot(path) == before


def test_an_empty_log_that_others_use_stays(tmp_path: Path) -> None:
    """Reading with mode=ro takes it away from nobody: what they write afterwards is there."""
    path = tmp_path / "theirs.db"
    make(path, "WAL")
    with oxyde.connect(f"sqlite:///{path}?mode=ro", "early"), Other(path) as other:
        assert oxyde.sync.execute_raw("SELECT a FROM t", using="early") == [{"a": 1}]
        other.run("SELECT * FROM t")
        assert read(path, "?mode=ro") == [{"a": 1, "b": "x"}]
        other.run("INSERT INTO t VALUES (2, 'y')")
        assert len(read(path, "?mode=ro")) == 2
        assert len(oxyde.sync.execute_raw("SELECT a FROM t", using="early")) == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_what_is_not_immutable(tmp_path: Path) -> None:
    """immutable=1 reads no log and no journal: where there is one, it is refused, and says why; nothing is written."""
    left = tmp_path / "left" / "theirs.db"
    left.parent.mkdir()
    make(left, "WAL", leave=True)
    hot = tmp_path / "hot" / "theirs.db"
    hot.parent.mkdir()
    unfinished = f"""
        import os, sqlite3
        connection = sqlite3.connect({str(hot)!r}, isolation_level=None)
        connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA cache_size = 2; BEGIN")
        connection.executemany("INSERT INTO t VALUES (hex(randomblob(4000)))", [()] * 100)
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", dedent(unfinished)], check=True)
    for path, query, reason in (
        (left, "immutable=1", "there is a write-ahead log beside it"),
        (hot, "immutable=1", "a transaction on it was not finished"),
        (hot, "mode=ro", "open it once without mode=ro"),
    ):
        before = snapshot(path)
        with pytest.raises(ConnectionFailed, match=reason), oxyde.connect(f"sqlite:///{path}?{query}"):
            pass
        assert snapshot(path) == before
    with oxyde.connect(f"sqlite:///{hot}"):
        assert oxyde.sync.execute_raw("SELECT a FROM t") == [{"a": 1}]
    with pytest.raises(ConnectionFailed, match="does not exist"), oxyde.connect(f"sqlite:///{tmp_path}/none.db?immutable=1"):
        pass


def test_folders_that_cannot_be_written() -> None:
    """As another user: a file is read, and where its log cannot be, the error says so."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    outcomes = {}
    for name, mode, leave in (("plain", "DELETE", False), ("wal", "WAL", False), ("left", "WAL", True)):
        # Nobody else may look into the folders that pytest makes.
        with TemporaryDirectory() as folder:
            path = Path(folder) / "theirs.db"
            make(path, mode, leave=leave)
            Path(f"{path}-shm").unlink(missing_ok=True)
            for file in path.parent.iterdir():
                file.chmod(0o444)
            path.parent.chmod(0o555)
            outcomes[name] = as_stranger(path)
            path.parent.chmod(0o755)
    assert outcomes["plain"] == outcomes["wal"] == "[{'a': 1, 'b': 'x'}]"
    assert "ConnectionFailed" in outcomes["left"], outcomes
    assert "log" in outcomes["left"], outcomes


def as_stranger(path: Path) -> str:
    """Returns what a process without rights of root reads; this process itself is forked, since others may not see the packages."""
    code = """
        import os, sys
        import oxyde
        with oxyde.connect("sqlite::memory:"):
            oxyde.sync.execute_raw("SELECT 1")
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        try:
            with oxyde.connect(sys.argv[1]):
                print(oxyde.sync.execute_raw("SELECT * FROM t"))
        except oxyde.OxydeError as error:
            print(type(error).__name__, error, getattr(error, "hint", ""))
    """
    made = subprocess.run([sys.executable, "-c", dedent(code), f"sqlite:///{path}"], capture_output=True, text=True, check=False)
    return (made.stdout + made.stderr).strip()


def test_what_is_no_database_stays(tmp_path: Path) -> None:
    """Neither a text nor a file cut short is written to."""
    text = tmp_path / "text.db"
    text.write_text("this is no database " * 100)
    with pytest.raises(ConnectionFailed, match="not a database"), oxyde.connect(f"sqlite:///{text}"):
        pass
    cut = tmp_path / "cut.db"
    make(cut)
    cut.write_bytes(cut.read_bytes()[:4096])
    before = snapshot(cut)
    with pytest.raises(OxydeError), oxyde.connect(f"sqlite:///{cut}"):
        oxyde.sync.execute_raw("SELECT * FROM t")
    assert snapshot(cut) == before
