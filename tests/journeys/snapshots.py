"""What a database is, as the tools and drivers of others see it: the text of its schema, and its rows."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.backends import Backend, mysql_connection
from tests.journeys import files
from tests.journeys.files import in_order

_ENTRY: Final = re.compile(r"^-- Name: .*; Schema: (\S+); Owner: .*$", re.MULTILINE)
"""How ``pg_dump`` begins an entry."""


@dataclass
class Snapshot:
    """A schema of PostgreSQL, a database of MariaDB, or a file of SQLite.

    Attributes:
        text: What it has, as the server or its tool writes it.
        rows: The rows of its tables.
        answer: The rows of the query that was asked.
    """

    text: str = ""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answer: list[tuple[Any, ...]] = field(default_factory=list)


def taken(backend: Backend, folder: Path, questions: Mapping[str, str | None]) -> Mapping[str, Snapshot]:
    """Returns snapshots of schemas.

    Args:
        backend: Where they are.
        folder: Where the files of SQLite are.
        questions: What each is asked, by the names of the schemas.
    """
    if backend.dialect == "sqlite":
        return _of_sqlite(folder, questions)
    return _of_postgres(backend, questions) if backend.dialect == "postgres" else _of_mysql(backend, questions)


def _of_postgres(backend: Backend, questions: Mapping[str, str | None]) -> Mapping[str, Snapshot]:
    found: dict[str, Snapshot] = defaultdict(Snapshot)
    dump = subprocess.run(["pg_dump", "--schema-only", "--no-owner", backend.url], check=True, capture_output=True, text=True).stdout
    parts = _ENTRY.split(dump)
    for schema, body in zip(parts[1::2], parts[2::2], strict=True):
        found[schema].text += body.partition("-- PostgreSQL database dump complete")[0]
    with psycopg.connect(backend.url, autocommit=True) as connection:
        for schema, table in connection.execute("SELECT schemaname, tablename FROM pg_tables ORDER BY 1, 2").fetchall():
            if schema in questions:
                cursor = connection.execute(f'SELECT * FROM "{schema}"."{table}"')
                found[schema].rows[table] = in_order([one.name for one in cursor.description or ()], cursor.fetchall())
        for schema, question in questions.items():
            if question is not None:
                connection.execute(f'SET search_path = "{schema}"')
                found[schema].answer = connection.execute(question).fetchall()
    return found


def _of_mysql(backend: Backend, questions: Mapping[str, str | None]) -> Mapping[str, Snapshot]:
    found: dict[str, Snapshot] = defaultdict(Snapshot)
    with closing(mysql_connection(backend.server)) as connection, connection.cursor() as cursor:
        for schema, question in questions.items():
            connection.select_db(schema)
            cursor.execute("SHOW TABLES")
            for (table,) in sorted(cursor.fetchall()):
                cursor.execute(f"SHOW CREATE TABLE `{table}`")
                found[schema].text += f"{cursor.fetchall()[0][1]};\n"
                cursor.execute(f"SELECT * FROM `{table}`")
                found[schema].rows[table] = in_order([one[0] for one in cursor.description], cursor.fetchall())
            if question is not None:
                cursor.execute(question)
                found[schema].answer = list(cursor.fetchall())
    return found


def _of_sqlite(folder: Path, questions: Mapping[str, str | None]) -> Mapping[str, Snapshot]:
    asked = [(str(folder / f"{name}.db"), question) for name, question in questions.items()]
    run = subprocess.run([sys.executable, files.__file__], input=pickle.dumps(asked), check=True, stdout=subprocess.PIPE)
    return {name: Snapshot(*one) for name, one in zip(questions, pickle.loads(run.stdout), strict=True)}
