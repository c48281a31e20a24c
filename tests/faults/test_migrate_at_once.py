"""Eight processes that migrate one fresh database at the same time, on every server: one applies each migration, and all end well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import Backend
from tests.contract.test_migrate import FIRST, SECOND
from tests.migrating import fresh, query, write

TIMES = 50 if os.environ.get("OXYDE_LONG") else 2
PROCESSES = 8
SCRIPT = """
import json, os, sys, traceback
from oxyde import sync
from oxyde.migrations import sync as blocking

def at_once(url, folder, count):
    ready, go = os.pipe()
    made = []
    for _ in range(count):
        told, tell = os.pipe()
        if os.fork() == 0:
            code = 1
            try:
                os.close(go)
                os.read(ready, 1)  # ends for all of them when the last end of the pipe is closed
                with sync.connect(url, "default"):
                    done = [one.name for one in blocking.migrate(folder)]
                os.write(tell, json.dumps(done).encode())
                code = 0
            except BaseException:
                os.write(tell, traceback.format_exc().encode())
            finally:
                os._exit(code)
        os.close(tell)
        made.append(told)
    os.close(go)
    os.close(ready)
    said = [open(told, "rb").read().decode() for told in made]
    codes = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in made]
    return codes, said

for line in sys.stdin:
    print(json.dumps(at_once(line.strip(), sys.argv[1], int(sys.argv[2]))), flush=True)
"""


@pytest.mark.timeout(60 * TIMES)
def test_eight_processes_at_once(backend: Backend, tmp_path: Path) -> None:
    """Nothing is done twice, nothing fails, and the ledger has each migration once; PostgreSQL builds an index concurrently meanwhile."""
    built = '"label", "id"), concurrently=True)' if backend.dialect == "postgres" else '"label", "id"))'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_second=SECOND.replace('"label", "id"))', built))
    command = [sys.executable, "-c", SCRIPT, str(folder), str(PROCESSES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for time in range(TIMES):
            with fresh(backend, tmp_path) as database:
                process.stdin.write(f"{database.url}\n")
                process.stdin.flush()
                codes, said = json.loads(process.stdout.readline())
                assert codes == [0] * PROCESSES, (time, said)
                assert sorted(name for one in said for name in json.loads(one)) == ["0001_first", "0002_second"]
                assert query(database, "SELECT name FROM oxyde_migrations ORDER BY name") == [("0001_first",), ("0002_second",)]
                assert query(database, "SELECT count(*) FROM shelves") == [(1,)]
                assert query(database, "SELECT count(*) FROM oxyde_migration_journal") == [(0,)]
        process.stdin.close()
        assert process.wait(timeout=30) == 0
