"""Ctrl-C while another library waits for a queryset's rows: it is heard within two seconds, and the statement stops."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import oxyde
from tests.backends import Backend
from tests.slow import PROMPTLY, running

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys, oxyde
from oxyde import Field, Model
class Slow(Model):
    g: int = Field(db_pk=True)
    class Meta:
        is_table = True
        table_name = {view!r}
        managed = False
oxyde.connect({url!r})
q = Slow.objects.filter(g__gt=0)
{imports}
print('ready', flush=True)
try:
    {reader}
except BaseException as error:
    print(type(error).__name__, flush=True)
else:
    print('read', flush=True)
"""

READERS = {
    "polars": ("import polars", "polars.DataFrame(q)"),
    "pyarrow": ("import pyarrow", "pyarrow.table(q)"),
    "duckdb": ("import duckdb", "duckdb.sql('SELECT count(*) FROM q').fetchall()"),
    "to_arrow": ("import pyarrow", "Slow.objects.sync.filter(g__gt=0).to_arrow()"),
}

VIEWS = {
    ("postgres", "first"): "SELECT CAST(1 AS bigint) AS g FROM pg_sleep(30)",
    ("postgres", "later"): "SELECT CAST(g AS bigint) AS g FROM generate_series(1, 200000) g WHERE g < 150000 OR pg_sleep(30) IS NULL",
    ("mariadb", "first"): "SELECT 1 + SLEEP(30) AS g",
    ("mariadb", "later"): "SELECT seq AS g FROM seq_1_to_200000 WHERE seq < 150000 OR SLEEP(30)",
}
"""Queries that wait for their first row, and that wait after more than a batch of them."""


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("wait", ["first", "later"])
def test_it_is_heard(backend: Backend, reader: str, wait: str) -> None:
    """On the main thread and on the threads of a library, before the first row and between two."""
    if (backend.dialect, wait) not in VIEWS:
        pytest.skip("a file answers at once")
    imports, read = READERS[reader]
    view = f"interrupted_{reader}_{wait}"
    with oxyde.connect(backend.url):
        oxyde.sync.execute_raw(f"CREATE OR REPLACE VIEW {view} AS {VIEWS[backend.dialect, wait]}")
    script = SCRIPT.format(view=view, url=backend.url, imports=imports, reader=read)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        until = time.monotonic() + 10
        while not running(backend, view) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.5)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        said, failed = process.communicate(timeout=25)
        assert time.monotonic() - start < PROMPTLY + 1, failed
        # Python's own exception may follow the library's before it is printed.
        assert "read" not in said
        assert said.strip() or "KeyboardInterrupt" in failed, failed
    finally:
        process.kill()
        process.wait()
    while running(backend, view) and time.monotonic() - start < 5:
        time.sleep(0.02)
    assert running(backend, view) == 0
