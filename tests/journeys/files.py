"""SQLite files as their catalogue and Python's driver have them.

It is run in a process of its own, because two copies of the SQLite library in one process undo each other's locks on a file.
"""

from __future__ import annotations

import pickle
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any


def in_order(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Returns rows by the names of their columns, in an order that only their values make."""
    return sorted((dict(sorted(zip(names, row, strict=True))) for row in rows), key=str)


def read(file: str, question: str | None) -> tuple[str, dict[str, list[dict[str, Any]]], list[tuple[Any, ...]]]:
    """Returns the text of the schema of a file, its rows, and the answer to a question."""
    with closing(sqlite3.connect(file)) as connection:
        parts = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        rows = {}
        for kind, name, _ in parts:
            if kind == "table":
                cursor = connection.execute(f'SELECT * FROM "{name}"')
                rows[name] = in_order([one[0] for one in cursor.description], cursor.fetchall())
        answer = [] if question is None else connection.execute(question).fetchall()
    return "".join(f"{kind} {name}: {sql};\n" for kind, name, sql in parts), rows, answer


if __name__ == "__main__":
    pickle.dump([read(*one) for one in pickle.load(sys.stdin.buffer)], sys.stdout.buffer)
