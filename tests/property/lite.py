"""SQLite as seen by Python's own driver, in a process of its own.

Two copies of the SQLite library in one process undo each other's locks on a file (the POSIX locks belong to the process), so that
a witness beside our bundled copy would see, and do, strange things.
"""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
from typing import Any


class Lite:
    """A process that answers queries."""

    def __init__(self, path: str) -> None:
        self._process = subprocess.Popen([sys.executable, __file__, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, sql: str) -> list[tuple[Any, ...]]:
        """Runs a query and returns its rows."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(sql, self._process.stdin)
        self._process.stdin.flush()
        rows: list[tuple[Any, ...]] = pickle.load(self._process.stdout)
        return rows

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()


def serve(path: str) -> None:
    """Answers queries until standard input ends."""
    while True:
        try:
            sql = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        connection = sqlite3.connect(path, isolation_level=None)
        pickle.dump(connection.execute(sql).fetchall(), sys.stdout.buffer)
        sys.stdout.buffer.flush()
        connection.close()


if __name__ == "__main__":
    serve(sys.argv[1])
