"""Reads the plan of models from a live database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.inspect.fitted import without_unreadable
from oxyde.inspect.plan import Plan
from oxyde.inspect.planning import plan
from oxyde.inspect.stored import as_stored
from oxyde.inspect.views import columns_of_views, others
from oxyde.migrations import live
from oxyde.migrations.state import State
from oxyde.schema.naming import meant
from oxyde.schema.relation import Address

SCHEMAS: Final[Mapping[str, str]] = {
    "postgres": "SELECT nspname::text AS name FROM pg_namespace ORDER BY nspname",
    "mysql": "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME",
    "sqlite": "SELECT name FROM pragma_database_list ORDER BY seq",
}
"""The schemas of a server; those of MySQL are its databases, those of SQLite the files that are attached."""


def read(dialect: str, *, tables: Collection[str] = (), schemas: Collection[str] = ()) -> Steps[Plan]:
    """Reads the plan of the models of a database. Of SQLite every row is looked at: any column may hold any value there.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        tables: The names of tables and views; all of them when empty.
        schemas: The schemas; the server's default one when empty.

    Raises:
        ValueError: There is no such table, or no such schema.
    """
    yield from _known_schemas(dialect, schemas)
    state = yield from live.read(dialect, schemas=schemas or None, tables=set(tables) or None)
    besides = yield from others(dialect, schemas, tables)
    there = {name for _, name in (*state.tables, *state.views, *besides)}
    for name in sorted(set(tables) - there):
        every = yield from live.read(dialect, schemas=schemas or None)
        besides = yield from others(dialect, schemas, ())
        known = {other for _, other in (*every.tables, *every.views, *besides)}
        message = f'the database has no table or view "{name}"{f" in {_listed(schemas)}" if schemas else ""}{meant(name, known)}'
        raise ValueError(message)
    return (yield from _planned(dialect, state, besides))


def _planned(dialect: str, state: State, besides: Mapping[Address, str]) -> Steps[Plan]:
    views = yield from columns_of_views(dialect, state, besides)
    trial = as_stored(state, views) if dialect == "sqlite" else without_unreadable(state, views, dialect)
    found = yield from trial
    return plan(found.state, dialect, views=found.views, remarks=found.remarks, others=besides)


def _known_schemas(dialect: str, schemas: Collection[str]) -> Steps[None]:
    if not schemas:
        return
    rows = yield from query(SCHEMAS["mysql" if dialect == "mariadb" else dialect], None, dialect)
    known = [row["name"] for row in rows]
    for name in schemas:
        if name not in known:
            message = f'the server has no schema "{name}"{meant(name, known)}'
            raise ValueError(message)


def _listed(schemas: Collection[str]) -> str:
    names: Sequence[str] = sorted(schemas)
    return f"schema{'s' if len(names) > 1 else ''} {', '.join(names)}"
