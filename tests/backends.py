"""The servers that tests run on: where they are, and a fresh database on each for every run."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg
import pymysql
import pytest

DEFAULTS = {"postgres": "postgresql://postgres@127.0.0.1:5432", "mariadb": "mariadb://root@127.0.0.1:3306"}
PORTS = {"postgres": 5432, "mariadb": 3306, "mysql": 3306}


@dataclass(frozen=True)
class Backend:
    """A database that belongs to this run of the tests.

    Attributes:
        dialect: postgres, sqlite, mysql or mariadb.
        url: How to connect to it.
        server: How to connect to the server's own database, for a witness; empty for SQLite.
    """

    dialect: str
    url: str
    server: str = ""

    @property
    def positional(self) -> str:
        """The positional placeholder of its raw SQL."""
        return "$1" if self.dialect == "postgres" else "?"

    @property
    def has_server(self) -> bool:
        """Whether a server runs apart from the tests."""
        return self.dialect != "sqlite"

    def elsewhere(self, **changes: str | int) -> str:
        """Returns its URL with another host, port, user or password."""
        parts = urlsplit(self.url)
        user = changes.get("user", parts.username)
        password = changes.get("password", parts.password)
        where = f"{changes.get('host', parts.hostname)}:{changes.get('port', parts.port or PORTS[self.dialect])}"
        return f"{parts.scheme}://{user}{'' if password is None else f':{password}'}@{where}{parts.path}"


def names() -> list[str]:
    """Returns the backends of this run; MySQL only where a server of it is named."""
    return ["sqlite", "postgres", "mariadb", *(["mysql"] if "OXYDE_TEST_MYSQL_URL" in os.environ else [])]


def mysql_connection(url: str, database: str | None = None) -> pymysql.Connection:
    """Connects to MySQL or MariaDB by a driver that is not ours."""
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or "root"),
        password=unquote(parts.password or ""),
        database=database,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=5,
    )


def witnessed(backend: Backend, sql: str) -> list[Any]:
    """Returns the first column of a query's rows, read by a driver that is not ours."""
    if backend.dialect == "postgres":
        with psycopg.connect(backend.url) as connection:
            return [row[0] for row in connection.execute(sql)]
    connection = mysql_connection(backend.url, backend.url.rpartition("/")[2])
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [row[0] for row in cursor.fetchall()]
    finally:
        connection.close()


class Servers:
    """The backends of a run, made when they are first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Backend | str] = {}
        self._undo: list[Callable[[], None]] = []
        self._name = f"oxyde_test_{uuid.uuid4().hex[:12]}"

    def get(self, name: str) -> Backend:
        """Returns a backend; skips the test where its server is missing, and fails it under ``CI=true``."""
        if name not in self._made:
            try:
                self._made[name] = self._make(name)
            except (psycopg.OperationalError, pymysql.err.OperationalError) as error:
                reason = str(error).strip().splitlines()[0]
                self._made[name] = f"no {name} server: {reason}; set OXYDE_TEST_{name.upper()}_URL"
        made = self._made[name]
        if isinstance(made, Backend):
            return made
        if os.environ.get("CI") == "true":
            pytest.fail(made)
        pytest.skip(made)

    def close(self) -> None:
        """Drops the databases."""
        while self._undo:
            self._undo.pop()()

    def _make(self, name: str) -> Backend:
        if name == "sqlite":
            folder = tempfile.TemporaryDirectory(prefix="oxyde_test_")
            self._undo.append(folder.cleanup)
            return Backend("sqlite", f"sqlite:///{Path(folder.name) / 'test.db'}")
        server = os.environ.get(f"OXYDE_TEST_{name.upper()}_URL") or DEFAULTS[name]
        parts = urlsplit(server)
        return self._make_postgres(parts) if name == "postgres" else self._make_mysql(name, parts)

    def _make_postgres(self, parts: SplitResult) -> Backend:
        server = parts._replace(scheme="postgresql", path=parts.path if parts.path.strip("/") else "/postgres").geturl()

        def run(sql: str) -> None:
            with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
                connection.execute(sql)

        run(f"CREATE DATABASE {self._name}")
        self._undo.append(lambda: run(f"DROP DATABASE {self._name} WITH (FORCE)"))
        return Backend("postgres", parts._replace(scheme="postgresql", path=f"/{self._name}").geturl(), server)

    def _make_mysql(self, name: str, parts: SplitResult) -> Backend:
        server = parts.geturl()

        def run(sql: str) -> None:
            connection = mysql_connection(server)
            try:
                connection.cursor().execute(sql)
            finally:
                connection.close()

        run(f"CREATE DATABASE {self._name} CHARACTER SET utf8mb4")
        self._undo.append(lambda: run(f"DROP DATABASE {self._name}"))
        return Backend(name, parts._replace(scheme=name, path=f"/{self._name}").geturl(), server)
