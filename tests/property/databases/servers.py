"""What servers have themselves, copied into a database of the tests: schemas that are on every machine."""

from __future__ import annotations

from dataclasses import dataclass

from oxyde.schema.naming import quoted
from tests.backends import Backend
from tests.migrating import query


@dataclass(frozen=True)
class Own:
    """The tables or views of a schema that belongs to a server.

    Attributes:
        dialect: The server.
        schema: The schema.
        views: Whether views are made over what it has instead of copies of its tables.
    """

    dialect: str
    schema: str
    views: bool = False

    @property
    def moving(self) -> bool:
        """Whether its rows change while they are read."""
        return self.views

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.schema}{'_views' if self.views else ''}-{self.dialect}"

    def load(self, backend: Backend) -> None:
        """Copies it into an empty database; the original is only read."""
        if self.dialect == "postgres":
            self._load_postgres(backend)
        else:
            self._load_mysql(backend)

    def _load_postgres(self, backend: Backend) -> None:
        names = query(
            backend,
            "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            f"WHERE n.nspname = '{self.schema}' AND c.relkind IN ('r', 'v') ORDER BY 1",
        )
        for (name,) in names:
            kind = "VIEW" if self.views else "TABLE"
            query(backend, f'CREATE {kind} public."{name}" AS SELECT * FROM {self.schema}."{name}"')

    def _load_mysql(self, backend: Backend) -> None:
        kind = "VIEW" if self.views else "BASE TABLE"
        names = query(
            backend,
            f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{self.schema}' AND TABLE_TYPE = '{kind}' ORDER BY 1",
        )
        for (name,) in names:
            original = f"{self.schema}.{quoted(name, '`')}"
            if self.views:
                query(backend, f"CREATE VIEW {quoted(name, '`')} AS SELECT * FROM {original}")
            else:
                query(backend, f"CREATE TABLE {quoted(name, '`')} LIKE {original}")
                query(backend, f"INSERT INTO {quoted(name, '`')} SELECT * FROM {original}")


OWNED = (
    Own("mariadb", "mysql"),
    Own("mariadb", "sys"),
    Own("mariadb", "sys", views=True),
    Own("postgres", "information_schema"),
    Own("postgres", "information_schema", views=True),
)
"""Every schema that is copied."""
