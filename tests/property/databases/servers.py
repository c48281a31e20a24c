"""What servers have themselves, copied into a database of the tests: schemas that are on every machine."""

from __future__ import annotations

from dataclasses import dataclass

from oxyde.schema.naming import quoted
from tests.backends import Backend
from tests.migrating import query

COLUMNS = """
SELECT c.relname, a.attname, t.typtype = 'p' OR t.typname = '_pg_statistic'
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_type AS t ON t.oid = a.atttypid
WHERE c.relnamespace = '{}'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
ORDER BY c.relname, a.attnum
"""
"""The columns of a schema's tables and views, and whether a table of users cannot have them."""
KEYS = """
SELECT relname, definition FROM (
    SELECT conrelid AS of, pg_get_constraintdef(oid) AS definition, contype
    FROM pg_constraint WHERE contype IN ('p', 'u')
    UNION ALL
    SELECT fktable, format(
        'FOREIGN KEY ("%s") REFERENCES public."%s" ("%s")',
        array_to_string(fkcols, '", "'), substr(pktable::text, 4), array_to_string(pkcols, '", "')
    ), 'r'
    FROM pg_get_catalog_foreign_keys() WHERE NOT is_array AND NOT is_opt
) AS k JOIN pg_class ON pg_class.oid = k.of
WHERE relnamespace = 'pg_catalog'::regnamespace
ORDER BY contype, relname, definition
"""
"""The keys of the catalogue, which PostgreSQL 14 and later say; of its foreign keys, those that have no 0 instead of NULL."""


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
        """Copies without ``pg_``, which PostgreSQL would look up in its own schema; the rows last and at once, because tables add some."""
        columns: dict[str, list[str]] = {}
        for name, column, as_text in query(backend, COLUMNS.format(self.schema)):
            if self.views or column not in {"xmin", "xmax"}:
                columns.setdefault(name, []).append(f'"{column}"::text AS "{column}"' if as_text else f'"{column}"')
        made = {name: f'public."{name.removeprefix("pg_")}"' for name in columns}
        selects = {name: f'SELECT {", ".join(of)} FROM {self.schema}."{name}"' for name, of in columns.items()}
        if self.views:
            query(backend, ";".join(f"CREATE VIEW {made[name]} AS {select}" for name, select in selects.items()))
            return
        keys = query(backend, KEYS) if self.schema == "pg_catalog" else []
        query(backend, ";".join(f"CREATE TABLE {made[name]} AS {select} WITH NO DATA" for name, select in selects.items()))
        inserts = ";".join(f"INSERT INTO {made[name]} {select}" for name, select in selects.items())
        query(backend, f"BEGIN ISOLATION LEVEL REPEATABLE READ;{inserts};COMMIT")
        for name, key in keys:
            query(backend, f"ALTER TABLE {made[name]} ADD {key}")

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
    Own("postgres", "pg_catalog"),
    Own("postgres", "pg_catalog", views=True),
    Own("postgres", "information_schema"),
    Own("postgres", "information_schema", views=True),
)
"""Every schema that is copied."""
