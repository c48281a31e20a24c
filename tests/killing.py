"""A process that migrates in children of its own, each of which is killed at a statement."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import Backend

SERVER = """
import json, os, signal, sys
from oxyde.db import execute, route
from oxyde.db.database import AsyncDatabase
from oxyde.migrations import sync as blocking

seen = point = 0
is_after = False


def counted(call):
    def wrapped(*args, **named):
        global seen
        seen += 1
        if seen == point and not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = call(*args, **named)
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return wrapped


route.Route.start = counted(route.Route.start)  # a statement was begun, or is about to be
execute.finish_blocking = counted(execute.finish_blocking)  # COMMIT and ROLLBACK, before they are sent and once they were answered
for line in sys.stdin:
    url, folder, point, where = json.loads(line)
    is_after = where == "after"
    child = os.fork()  # of a process that has connected to nothing
    if child == 0:
        AsyncDatabase(url).connect_blocking()
        blocking.migrate(folder)
        print("statements", seen, flush=True)
        os._exit(0)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


class Migrator:
    """A process that migrates in children of its own, each of which kills itself at a point."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, backend: Backend, folder: Path, point: int = 0, where: str = "before") -> tuple[int, int]:
        """Returns the status that the child ended with, and the number of its statements."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps([backend.url, str(folder), point, where])}\n")
        self._process.stdin.flush()
        count = 0
        for line in self._process.stdout:
            word, number = line.split()
            if word == "ended":
                return int(number), count
            count = int(number)
        pytest.fail("the process that makes the children ended")

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()
