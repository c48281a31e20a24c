"""Servers that let a migration down, from the command line: one clear line, the right exit code, nothing lost; the next run ends it."""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from oxyde.db import route
from tests.backends import Backend, Servers, mysql_connection
from tests.commands import SECRET, Project, project
from tests.migrating import described, query

FIRST = """
def upgrade(ctx):
    ctx.create_table("vats", column("id", "int", key=True, auto=True), column("label", "text", length=40))
    ctx.execute("INSERT INTO vats (id, label) VALUES (1, 'a'), (2, 'b')", reverse="DELETE FROM vats")
"""
SECOND = """
def number_them(models):
    for vat in models.vats.objects.sync.all():
        models.vats.objects.sync.filter(id=vat.id).update(label=f"{vat.label}{vat.id}")


def leave_them(models):
    pass


def upgrade(ctx):
    ctx.add_column("vats", column("depth", "int"), fill="id * 2")
    ctx.run(number_them, tables=["vats"], reverse=leave_them)
    ctx.create_index("vats", index("ix_vats_depth", "depth"))
    ctx.rename_column("vats", "depth", "height")
"""
HELD = {
    "sqlite": (
        "import sqlite3, sys, time\nopened = sqlite3.connect(sys.argv[1].removeprefix('sqlite:///'), isolation_level=None)\n"
        "opened.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\ntime.sleep(60)\n"
    ),
    "": (
        "import sys, time\nfrom oxyde.db.database import AsyncDatabase\nfrom oxyde.migrations.lock import Lock\n"
        "with Lock(AsyncDatabase(sys.argv[1]).connect_blocking(), 5):\n    print('held', flush=True)\n    time.sleep(60)\n"
    ),
}
"""Processes that hold the lock of migrations; of SQLite that of the file."""


@pytest.fixture
def vats(backend: Backend, tmp_path: Path) -> Iterator[Project]:
    """A project with two migrations, of which the first is applied."""
    with project(backend, tmp_path) as made:
        made.write(m0001_first=FIRST, m0002_second=SECOND)
        made.done("migrate", "0001")
        yield made


def test_a_server_that_cannot_be_reached(vats: Project) -> None:
    """Is named, without the password."""
    url = "sqlite:////proc/nowhere/x.db"
    if vats.backend.has_server:
        url = vats.backend.elsewhere(port=1, password=SECRET)
    (vats.folder / "oxyde_config.py").write_text(f"DATABASES = {{'default': {url!r}}}\n")
    for command in (["migrate"], ["showmigrations"], ["migrate", "--plan"], ["migrations", "verify", "--db"]):
        assert "Error: cannot " in vats.refused(*command)


def test_a_lock_that_is_never_freed(vats: Project) -> None:
    """Is an error that names who holds it, where the server tells, and what to do."""
    script = HELD.get(vats.backend.dialect, HELD[""])
    holder = subprocess.Popen([sys.executable, "-c", script, vats.backend.url], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        line = vats.refused("migrate", "--lock-timeout", "0.3")
    finally:
        holder.kill()
        holder.wait()
    if vats.backend.has_server:
        assert "Error: another process has been migrating this database for more than 0.3 seconds; wait longer: --lock" in line
        ends = {"postgres": r"connection (\d+) of postgres from 127\.0\.0\.1: SELECT pg_terminate_backend\(\1\)"}
        assert re.fullmatch(ends.get(vats.backend.dialect, r"connection (\d+): KILL \1"), line.partition("or end ")[2]), line
    else:
        assert line.endswith("database is locked: another connection is writing; end what holds it, or wait longer: --lock-timeout")
    vats.done("migrate", "--lock-timeout", "20")


def test_a_table_that_others_hold(vats: Project) -> None:
    """Is waited for no longer than was said, and who holds it is named, where the server tells."""
    if vats.backend.dialect == "sqlite":
        pytest.skip("its lock is that of the file")
    before = described(vats.backend)
    with _holding(vats.backend):
        line = vats.refused("migrate", "--lock-timeout", "0.1")
    assert line.endswith("end what holds it, or wait longer: --lock-timeout")
    assert "0002_second: Add column vats.depth" in line
    assert vats.backend.dialect != "postgres" or " of postgres (idle in transaction) holds vats since " in line
    assert described(vats.backend) == before
    vats.done("migrate")


@contextmanager
def _holding(backend: Backend) -> Iterator[None]:
    """Holds a lock on the table by a transaction that does not end."""
    if backend.dialect == "postgres":
        with psycopg.connect(backend.url) as connection:
            connection.execute("SELECT * FROM vats")
            yield
        return
    with closing(mysql_connection(backend.url, backend.url.rpartition("/")[2])) as held:
        held.begin()
        held.cursor().execute("SELECT * FROM vats")
        yield


def test_migrations_of_another_database(backend: Backend, tmp_path: Path) -> None:
    """What the configuration says otherwise is exit code 2; what the server cannot do is refused before anything is changed."""
    only = 'def upgrade(ctx):\n    ctx.add_column("vats", column("x", "text", length=9, nullable=True))\n    {}\n'
    with project(backend, tmp_path) as made:
        config = tmp_path / "oxyde_config.py"
        said = config.read_text()
        other = "postgres" if backend.dialect == "sqlite" else "sqlite"
        config.write_text(f"{said}DIALECT = {other!r}\n")
        made.write(m0001_first=FIRST)
        line = made.refused("migrate", code=2)
        assert line.endswith(f"DIALECT is {other!r}, and the database 'default' is {backend.dialect}")
        assert described(backend) == described(made.backend) or described(made.backend) == []
        config.write_text(said)
        made.done("migrate")
        before = described(made.backend)
        foreign = {
            "postgres": 'ctx.add_column("vats", column("y", "text", db_type="TINYTEXT", nullable=True))',
            "sqlite": 'ctx.create_index("vats", index("ix_x", "x"), concurrently=True)',
        }
        refused = foreign.get(backend.dialect, 'ctx.create_index("vats", index("ix_x", "x", where="x > 3"))')
        made.write(m0001_first=FIRST, m0002_only=only.format(refused))
        for _ in range(2):
            assert ("0002_only" if backend.dialect == "postgres" else "not supported by") in made.refused("migrate")
            assert described(made.backend) == before


LEDGERS = {
    "postgres": "name text NOT NULL, applied_at text, checksum text, state text, seconds real",
    "sqlite": "name character varying(255) NOT NULL, applied_at timestamp with time zone NOT NULL, checksum character varying(64), "
    "state character varying(16), seconds double precision",
}
"""The ledgers of other servers, as a copy of a database brings them along."""


def test_the_ledger_of_another_server(backend: Backend, tmp_path: Path) -> None:
    """Is read and written; a table of that name that is none of ours is refused by name."""
    copied = LEDGERS.get(backend.dialect, LEDGERS["sqlite"].replace(" with time zone", ""))
    for columns in (copied, "id int", "name int, id int"):
        for table in ("oxyde_migrations", "oxyde_migration_journal"):
            with project(backend, tmp_path) as made:
                made.write(m0001_first=FIRST)
                query(made.backend, f"CREATE TABLE {table} ({columns})")
                if columns == copied and table == "oxyde_migrations":
                    made.done("migrate")
                    assert "[x] 0001_first" in made.done("showmigrations")
                elif columns == "id int" or table.endswith("journal"):
                    line = made.refused("migrate")
                    assert f"{table} is not the table of Oxyde: it has no column " in line
                    assert line.endswith("rename it, and migrate again")
                    assert query(made.backend, f"SELECT * FROM {table}") == []


@contextmanager
def _small(place: Path, size: str) -> Iterator[Path]:
    """Makes a small file system, which only root may; skips the test elsewhere."""
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=False).returncode:
        pytest.skip("a small file system can only be made by root")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
        place.rmdir()


def _fill_up(made: Project, place: Path, large: str, message: str) -> None:
    """Migrates where there is too little room for a fill, and then where there is enough."""
    made.write(m0001_first=FIRST)
    made.done("migrate")
    before = described(made.backend)
    made.write(m0001_first=FIRST, m0002_large=f'def upgrade(ctx):\n    ctx.add_column("vats", column("x", "text"), fill={large!r})\n')
    for _ in range(2):
        line = made.refused("migrate")
        assert line.startswith("Error: 0002_large: ")
        assert message in line
        assert described(made.backend) == before
    subprocess.run(["mount", "-o", "remount,size=200m", place], check=True)
    made.done("migrate")
    assert query(made.backend, "SELECT count(*) FROM vats WHERE length(x) > 500000") == [(2,)]


def test_a_disk_that_is_full(servers: Servers, tmp_path: Path) -> None:
    """Leaves the file as it was, and is an error once; with more room the next run goes on."""
    with _small(tmp_path / "small", "256k") as place, project(servers.get("sqlite"), place) as made:
        _fill_up(made, place, "hex(zeroblob(300000))", "database or disk is full")


@contextmanager
def _own_postgres() -> Iterator[str]:
    """Starts a PostgreSQL that nothing else runs on and yields its URL; skips the test where its programs are not installed."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
    if programs is None or os.geteuid() != 0:
        pytest.skip("a server of its own needs initdb of PostgreSQL, and root to become its user")
    with tempfile.TemporaryDirectory(prefix="oxyde_server_", dir="/var/tmp") as folder, socket.socket() as free:
        shutil.chown(folder, "postgres", "postgres")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()

        def run(program: str, *arguments: str) -> None:
            command = ["runuser", "-u", "postgres", "--", programs.with_name(program), "-D", f"{folder}/data", *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

        run("initdb", "--auth=trust", "--no-sync", "--encoding=UTF8")
        run("pg_ctl", "start", "-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")


def test_a_tablespace_that_is_full(tmp_path: Path) -> None:
    """The same of PostgreSQL, whose checkpoints fail meanwhile. MariaDB is left out: it ends itself when a file system is full."""
    with _small(Path("/var/tmp") / f"oxyde_small_{uuid.uuid4().hex}", "12m") as place, _own_postgres() as url:
        shutil.chown(place, "postgres", "postgres")
        with psycopg.connect(f"{url}/postgres", autocommit=True) as server:
            server.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            server.execute("CREATE DATABASE small TABLESPACE small")
        (tmp_path / "oxyde_config.py").write_text(f"DATABASES = {{'default': '{url}/small'}}\n")
        random_text = "(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 150000) WHERE vats.id = vats.id)"
        made = Project(tmp_path, Backend("postgres", f"{url}/small", f"{url}/postgres"))
        _fill_up(made, place, random_text, "could not extend file")


def test_a_connection_that_dies_at_any_statement(vats: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is one error, or none where it was not needed any more; the next run ends where one without it does."""
    if not vats.backend.has_server:
        pytest.skip("it has no connections that could die")
    wanted: list[str] = []
    counted: list[int] = []
    points = [0]
    start = route.Route.start

    def cut(self: route.Route, *arguments: Any, **named: Any) -> Any:
        """Ends all connections before the statement that was chosen."""
        counted.append(1)
        if len(counted) == points[0]:
            _end_all(vats.backend)
        return start(self, *arguments, **named)

    monkeypatch.setattr(route.Route, "start", cut)
    vats.done("migrate")
    wanted, count = described(vats.backend), len(counted)
    assert count > 20
    chosen = range(1, count + 1) if os.environ.get("OXYDE_LONG") else random.sample(range(1, count + 1), 8)
    for point in chosen:
        points[0] = 0
        vats.done("migrate", "zero")
        vats.done("migrate", "0001")
        counted.clear()
        points[0] = point
        code, _, said = vats.run("migrate")
        lines = [line for line in said.splitlines() if not line.startswith("Warning: ")]
        assert (code, len(lines)) in {(0, 0), (1, 1)}, (point, said)
        points[0] = 0
        vats.done("migrate")
        assert described(vats.backend) == wanted, point


def _end_all(backend: Backend) -> None:
    """Ends all connections to a database."""
    name = backend.url.rpartition("/")[2]
    if backend.dialect == "postgres":
        with psycopg.connect(backend.server, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        return
    with closing(mysql_connection(backend.server)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", [name])
        for (number,) in cursor.fetchall():
            cursor.execute(f"KILL {number}")
