"""The stop button: the statement stops on the server within two seconds, and the connection goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import psycopg
import pytest

from tests.backends import Backend, mysql_connection
from tests.notebook.kernel import Kernel, Reply

LIMIT = 2.0
VIEW = "notebook_forever"
FOREVER = {
    "postgres": "SELECT 1::bigint AS id FROM pg_sleep(60)",
    "sqlite": "SELECT count(*) AS id FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)",
    "mariadb": "SELECT benchmark(4000000000, md5('x')) AS id",
}
FOREVER["mysql"] = FOREVER["mariadb"]

SETUP = f"""
import asyncio
from oxyde import Field, Model
from oxyde.models.registry import clear_registry

clear_registry()

class Forever(Model):
    id: int = Field(db_pk=True)

    class Meta:
        is_table = True
        table_name = "{VIEW}"
"""

CELLS = {
    "magic": f"%%oxyde\nSELECT * FROM {VIEW}",
    "kept": f"%%oxyde kept <<\nSELECT * FROM {VIEW}",
    "queryset": "%oxyde Forever.objects",
    "await": "await Forever.objects.all()",
    "gather": "await asyncio.gather(Forever.objects.all(), oxyde.execute_raw('SELECT 1 AS a'))",
    "atomic": "async with oxyde.atomic():\n    await Forever.objects.all()",
    "frame": "await Forever.objects.to_polars()",
    "raw": f"await oxyde.execute_raw('SELECT * FROM {VIEW}')",
    "blocking": "Forever.objects.sync.all()",
    "blocking frame": "Forever.objects.sync.to_arrow()",
    "blocking in an async cell": "await asyncio.sleep(0)\nForever.objects.sync.all()",
}


class Witness:
    """Sees from outside whether the statement still runs."""

    def __init__(self, backend: Backend, process: int) -> None:
        self.backend = backend
        self.process = psutil.Process(process)

    def running(self) -> int:
        """Returns how many statements run; for SQLite, whether a thread computes that is not Python's main thread."""
        if self.backend.dialect == "sqlite":
            before = self.computed()
            time.sleep(0.2)
            return int(self.computed() - before >= 0.04)
        if self.backend.dialect == "postgres":
            query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND state = 'active' AND pid <> pg_backend_pid()"
            with psycopg.connect(self.backend.server) as connection:
                row = connection.execute(query, [f"%{VIEW}%"]).fetchone()
        else:
            query = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE %s AND id <> connection_id()"
            connection = mysql_connection(self.backend.server)
            with connection, connection.cursor() as cursor:
                cursor.execute(query, [f"%{VIEW}%"])
                row = cursor.fetchone()
        assert row is not None
        return int(row[0])

    def computed(self) -> float:
        """Returns the seconds that the other threads of the process have computed."""
        return sum(thread.user_time + thread.system_time for thread in self.process.threads() if thread.id != self.process.pid)

    def wait(self, count: int, seconds: float = LIMIT) -> None:
        """Waits until so many run."""
        deadline = time.monotonic() + seconds
        while self.running() != count:
            assert time.monotonic() < deadline, f"{self.running()} statements run, not {count}"
            time.sleep(0.02)


@pytest.fixture
def witness(kernel: Kernel, connected: Backend) -> Iterator[Witness]:
    """A view that never answers, and who watches it."""
    for code in (SETUP, f"%oxyde DROP VIEW IF EXISTS {VIEW}", f"%oxyde CREATE VIEW {VIEW} AS {FOREVER[connected.dialect]}"):
        reply = kernel.run(code)
        assert reply.status == "ok", reply
    process = int(kernel.run("import os\nos.getpid()").text)
    yield Witness(connected, process)
    assert kernel.run(f"%oxyde DROP VIEW {VIEW}").status == "ok"


def stopped(kernel: Kernel, witness: Witness, code: str) -> Reply:
    """Runs a cell, stops it, and returns what it gave; the statement has stopped in time and the connection works."""
    cell = kernel.send(code)
    witness.wait(1, 10)
    pressed = time.monotonic()
    kernel.interrupt()
    witness.wait(0)
    reply = kernel.collect(cell)
    assert time.monotonic() - pressed < LIMIT
    assert "all 1 row" in kernel.run("%oxyde SELECT 1 AS a").text
    assert kernel.run("(await oxyde.execute_raw('SELECT 1 AS a'))[0]['a']").text == "1"
    return reply


@pytest.mark.parametrize("kind", CELLS)
def test_stop(kernel: Kernel, witness: Witness, kind: str) -> None:
    """QueryCancelled is raised, whatever the cell was waiting for."""
    reply = stopped(kernel, witness, CELLS[kind])
    assert reply.error == "QueryCancelled", reply
    assert "oxyde/db" not in reply.traceback


CAUGHT = """
try:
    await Forever.objects.all()
except oxyde.QueryCancelled:
    caught = await oxyde.execute_raw("SELECT 2 AS a")
caught
"""


def test_caught(kernel: Kernel, witness: Witness) -> None:
    """The cell may catch it and go on."""
    assert stopped(kernel, witness, CAUGHT).text == "[{'a': 2}]"


def test_other_cells_stop_as_ever(kernel: Kernel) -> None:
    """A cell that waits for something else is interrupted by IPython's own handler."""
    cell = kernel.send("import time\ntime.sleep(30)")
    time.sleep(0.5)
    kernel.interrupt()
    assert kernel.collect(cell).error == "KeyboardInterrupt"
