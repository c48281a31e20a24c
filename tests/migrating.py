"""What tests of migrations share: databases of their own, files, and what is in a database afterwards."""

from __future__ import annotations

import re
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.backends import Backend, mysql_connection
from tests.property.lite import Lite


@contextmanager
def fresh(backend: Backend, folder: Path) -> Iterator[Backend]:
    """Yields an empty database on the server of a backend, which is dropped afterwards."""
    name = f"oxyde_migrate_{uuid.uuid4().hex[:12]}"
    if backend.dialect == "sqlite":
        yield Backend("sqlite", f"sqlite:///{folder / name}.db")
        return
    _run(backend, f"CREATE DATABASE {name}")
    try:
        yield Backend(backend.dialect, f"{backend.url.rpartition('/')[0]}/{name}", backend.server)
    finally:
        _run(backend, f"DROP DATABASE {name}{' WITH (FORCE)' if backend.dialect == 'postgres' else ''}")


def _run(backend: Backend, sql: str) -> None:
    if backend.dialect == "postgres":
        with psycopg.connect(backend.server, autocommit=True) as connection:
            connection.execute(sql)
    else:
        with closing(mysql_connection(backend.server)) as connection:
            connection.cursor().execute(sql)


def query(backend: Backend, sql: str) -> list[tuple[Any, ...]]:
    """Returns the rows of a query, read by a driver that is not ours."""
    if backend.dialect == "sqlite":
        with closing(Lite(backend.url.removeprefix("sqlite:///"))) as lite:
            return lite(sql)
    if backend.dialect == "postgres":
        with psycopg.connect(backend.url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []
    with closing(mysql_connection(backend.url, backend.url.rpartition("/")[2])) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def described(backend: Backend) -> list[str]:
    """Returns what is in a database: its tables as the server shows them, and their rows, without the ledger's times."""
    if backend.dialect == "sqlite":
        shown = [row[0] for row in query(backend, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")]
    elif backend.dialect == "postgres":
        columns = "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns "
        shown = [str(row) for row in query(backend, f"{columns} WHERE table_schema = 'public' ORDER BY 1, 2")]
        shown += [str(row) for row in query(backend, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")]
        constraints = (
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
        shown += [str(row) for row in query(backend, f"{constraints} ORDER BY 1, 2")]
    else:
        texts = [query(backend, f"SHOW CREATE TABLE `{name}`")[0][1] for name in _tables(backend)]
        shown = [re.sub(r" AUTO_INCREMENT=\d+", "", text) for text in texts]  # which counts inserts that were rolled back
    rows = [f"{name}: {row}" for name in _tables(backend) for row in _rows(backend, name)]
    return [*shown, *rows]


def _tables(backend: Backend) -> list[str]:
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
        "postgres": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
    }
    every = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name"
    return [row[0] for row in query(backend, names.get(backend.dialect, every))]


def _rows(backend: Backend, name: str) -> list[tuple[Any, ...]]:
    what = "name, checksum, state" if name == "oxyde_migrations" else "*"
    return sorted(query(backend, f"SELECT {what} FROM {name}"), key=str)


def write(folder: Path, **bodies: str) -> Path:
    """Writes migrations, each after the one before, and returns their folder; a body is that of the file after its imports."""
    folder.mkdir(exist_ok=True)
    before = None
    for name, body in bodies.items():
        stem = name.removeprefix("m")
        head = (
            f'"""Is {stem}."""\n\nfrom oxyde.migrations import check, column, foreign_key, index, unique\n\ndepends_on = {before!r}\n\n\n'
        )
        (folder / f"{stem}.py").write_text(head + textwrap.dedent(body))
        before = stem
    return folder
