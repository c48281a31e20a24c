"""Two databases of a server: one that walks, and one in which each state is made afresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import oxyde
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.migrations import live
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.sql.script import script
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address
from tests.backends import Backend
from tests.migrating import fresh, query
from tests.property.walks.values import Kind, literal

SHOP: Final = "shop"
"""The schema beside the default one, on PostgreSQL."""
Rows = list[dict[str, "str | None"]]


class Database:
    """A database, emptied before each use.

    Attributes:
        backend: Where it is.
        alias: The name of the connection to it.
        dialect: Its dialect.
    """

    def __init__(self, backend: Backend, alias: str) -> None:
        self.backend = backend
        self.alias = alias
        self.dialect = backend.dialect
        self.connection = oxyde.connect(backend.url, alias)

    @property
    def files(self) -> list[Path]:
        """The files of a database of SQLite; none where it is in memory."""
        name = self.backend.url.removeprefix("sqlite:///")
        return [Path(f"{name}{end}") for end in ("", "-wal", "-shm")] if name.startswith("/") else []

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        """Runs SQL and returns its rows."""
        return [tuple(row.values()) for row in oxyde.sync.execute_raw(text, using=self.alias)]

    def quoted(self, name: str) -> str:
        """Returns a quoted name."""
        return quoted(name, "`" if self.dialect in {"mysql", "mariadb"} else '"')

    def table(self, address: Address) -> str:
        """Returns the quoted name of a table."""
        return ".".join(self.quoted(part) for part in address if part is not None)

    def clear(self) -> None:
        """Removes everything."""
        if self.dialect == "postgres":
            self.sql("DROP SCHEMA public CASCADE")
            self.sql(f"DROP SCHEMA IF EXISTS {SHOP} CASCADE")
            self.sql("CREATE SCHEMA public")
        elif self.dialect == "sqlite":  # a database in memory goes with its connection
            self.close()
            for path in self.files:
                path.unlink(missing_ok=True)
            self.connection = oxyde.connect(self.backend.url, self.alias)
        else:
            self._drop_all()

    def _drop_all(self) -> None:
        found = self.sql("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE()")
        for kind in ("VIEW", "TABLE"):
            names = [self.quoted(name) for name, type in found if (type == "VIEW") == (kind == "VIEW")]
            if names and self.dialect == "mariadb":  # foreign keys go with their tables
                self.sql(f"SET STATEMENT foreign_key_checks = 0 FOR DROP {kind} {', '.join(names)}")
            elif names:
                self._drop_keys()
                self.sql(f"DROP {kind} {', '.join(names)}")

    def _drop_keys(self) -> None:
        keys = "SELECT table_name, constraint_name FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()"
        for table, key in self.sql(keys):
            self.sql(f"ALTER TABLE {self.quoted(table)} DROP FOREIGN KEY {self.quoted(key)}")

    def make(self, state: State) -> None:
        """Makes all of a state."""
        for step in script(diff(State(), state), State(), self.dialect):
            for text in step.texts:
                self.sql(text)

    def read(self) -> State:
        """Returns the state as the catalogue has it."""
        schemas = [None, SHOP] if self.dialect == "postgres" else None
        return run_blocking(live.read(self.dialect, schemas=schemas), route(self.alias))

    def rows(self, table: Table) -> Rows:
        """Returns the rows of a table, each value as text."""
        texts = [f"{self._text(name, column.type.kind)} AS c{place}" for place, (name, column) in enumerate(table.columns.items())]
        found = self.sql(f"SELECT {', '.join(texts)} FROM {self.table(table.address)}")
        return [dict(zip(table.columns, row, strict=True)) for row in found]

    def _text(self, name: str, kind: str) -> str:
        column = self.quoted(name)
        if self.dialect == "postgres":
            return f"{column}::text"
        if kind == "bytes":
            return f"CASE WHEN {column} IS NOT NULL THEN HEX({column}) END"
        return f"CAST({column} AS {'TEXT' if self.dialect == 'sqlite' else 'CHAR'})"

    def insert(self, table: Table, values: Iterable[tuple[str, Kind, str | None]]) -> None:
        """Adds a row."""
        given = [(self.quoted(name), "NULL" if text is None else literal(kind, text, self.dialect)) for name, kind, text in values]
        names, texts = ", ".join(name for name, _ in given), ", ".join(text for _, text in given)
        self.sql(f"INSERT INTO {self.table(table.address)} ({names}) VALUES ({texts})")


class World:
    """Both databases.

    Attributes:
        walked: The one that walks.
        afresh: The one in which each state is made anew.
    """

    def __init__(self, walked: Database, afresh: Database) -> None:
        self.walked = walked
        self.afresh = afresh
        self.dialect = walked.dialect

    def made_afresh(self, state: State) -> State:
        """Returns what a state looks like in an empty database."""
        if self.dialect != "postgres":
            self.afresh.clear()
            self.afresh.make(state)
            return self.afresh.read()
        with oxyde.sync.atomic(using=self.afresh.alias) as block:
            self.afresh.make(state)
            found = self.afresh.read()
            block.set_rollback()
        return found


@contextmanager
def world(backend: Backend, folder: Path, *, shared: bool = False) -> Iterator[World]:
    """Yields two databases on a server.

    Args:
        backend: The server.
        folder: Where files are made.
        shared: Whether other processes are to reach the one that walks, so that it cannot be in memory.
    """
    with ExitStack() as stack:
        made = []
        for alias in ("walked", "afresh"):
            if backend.dialect == "sqlite" and not (shared and alias == "walked"):
                place = Backend("sqlite", "sqlite::memory:")
            else:
                place = stack.enter_context(fresh(backend, folder))
                if backend.dialect == "postgres":  # whose commits need not reach the disk
                    query(place, f"ALTER DATABASE {place.url.rpartition('/')[2]} SET synchronous_commit = off")
            made.append(Database(place, alias))
            stack.callback(made[-1].close)
        yield World(*made)
