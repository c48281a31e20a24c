"""Reads the plan of models from a live database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.inspect.allowed import without_refused
from oxyde.inspect.fitted import without_unreadable
from oxyde.inspect.looked import as_looked_at
from oxyde.inspect.plan import Plan
from oxyde.inspect.planning import plan
from oxyde.inspect.stored import as_stored
from oxyde.inspect.views import columns_of_views, others, virtual
from oxyde.migrations import live
from oxyde.migrations.parts import Column, shown
from oxyde.migrations.state import State
from oxyde.schema.naming import meant, quoted
from oxyde.schema.relation import Address

SCHEMAS: Final[Mapping[str, str]] = {
    "postgres": "SELECT nspname::text AS name FROM pg_namespace ORDER BY nspname",
    "mysql": "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME",
    "sqlite": "SELECT name FROM pragma_database_list ORDER BY seq",
}
"""The schemas of a server; those of MySQL are its databases, those of SQLite the files that are attached."""

FILLED: Final[Mapping[str, str]] = {
    "postgres": """
        SELECT DISTINCT n.nspname::text AS name
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
        ORDER BY name
    """,
    "mysql": """
        SELECT DISTINCT TABLE_SCHEMA AS name FROM information_schema.TABLES
        WHERE TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY name
    """,
}
"""The schemas that have tables, but for the server's own."""
MOST: Final = 5
"""The most schemas that a message names."""


class NoTables(ValueError):
    """There is nothing to make models of."""


def read(dialect: str, *, tables: Collection[str] = (), schemas: Collection[str] = ()) -> Steps[Plan]:
    """Reads the plan of the models of a database.

    Of SQLite every row is looked at, because any column may hold any value there; of MySQL the first million of each table or view.

    Args:
        dialect: postgres, mysql, mariadb or sqlite.
        tables: The names of tables and views; all of them when empty.
        schemas: The schemas; the server's default one when empty.

    Raises:
        ValueError: There is no such table, or no such schema.
        NoTables: There is no table at all, or none that may be read.
    """
    yield from _known_schemas(dialect, schemas)
    state = yield from live.read(dialect, schemas=schemas or None, tables=set(tables) or None)
    besides = yield from others(dialect, schemas, tables)
    if not tables and not (state.tables or state.views or besides):
        raise NoTables((yield from _nothing(dialect, schemas)))
    there = {name for _, name in (*state.tables, *state.views, *besides)}
    for name in sorted(set(tables) - there):
        every = yield from live.read(dialect, schemas=schemas or None)
        besides = yield from others(dialect, schemas, ())
        known = {other for _, other in (*every.tables, *every.views, *besides)}
        message = f'the database has no table or view "{name}"{f" in {_listed(schemas)}" if schemas else ""}{meant(name, known)}'
        raise ValueError(message)
    made = yield from _planned(dialect, state, besides)
    notes = yield from virtual(dialect, schemas, tables)
    return replace(made, notes=(*made.notes, *notes))


def _planned(dialect: str, state: State, besides: Mapping[Address, str]) -> Steps[Plan]:
    views: Mapping[Address, Sequence[Column]] = yield from columns_of_views(dialect, state, besides)
    remarks: dict[tuple[Address, str], str] = {}
    refused: Mapping[Address, str] = {}
    if dialect != "sqlite":
        allowed = yield from without_refused(state, views, dialect)
        state, views, refused = allowed.state, allowed.views, allowed.refused
        remarks |= allowed.remarks
        if refused and not (state.tables or views):
            raise NoTables("\n".join(refused.values()))
    if dialect in {"mysql", "mariadb"}:
        looked = yield from as_looked_at(state, views, dialect)
        state, views = looked.state, looked.views
        remarks |= looked.remarks
    named = {address: columns for address, columns in views.items() if columns}
    trial = as_stored(state, named) if dialect == "sqlite" else without_unreadable(state, named, dialect)
    found = yield from trial
    tables = {address: table for address, table in found.state.tables.items() if table.columns}
    seen = {address: columns for address, columns in found.views.items() if columns}
    remarks |= found.remarks
    others = {address: said for address, said in besides.items() if address not in refused}
    made = plan(replace(found.state, tables=tables), dialect, views=seen, remarks=remarks, others=others)
    bare = sorted((found.state.tables.keys() | views.keys()) - tables.keys() - seen.keys(), key=shown)
    without = [*(_bare(address, remarks) for address in bare), *(refused[address] for address in sorted(refused, key=shown))]
    return replace(made, notes=tuple(without))


def _bare(address: Address, remarks: Mapping[tuple[Address, str], str]) -> str:
    """Returns what is said of a table or view that no model can be of."""
    left_out = "".join(f"; column {name or quoted(name)} is {said}" for (of, name), said in remarks.items() if of == address)
    return f"{shown(address)} has no column that can be read, and no model{left_out}."


def _nothing(dialect: str, schemas: Collection[str]) -> Steps[str]:
    """Returns what is said of a database without tables: where there are some."""
    here = yield from live.default_schema(dialect)
    asked = [] if dialect == "sqlite" else schemas or ([] if here is None else [here])
    where = f" in {_listed(asked)}" if asked else ""
    nothing = f"there are no tables and no views{where}"
    if dialect == "sqlite":
        return f"{nothing}; is it the file that is meant?"
    rows = yield from query(FILLED["mysql" if dialect == "mariadb" else dialect], None, dialect)
    names = [row["name"] for row in rows]
    if not names:
        return f"{nothing}, nor in another schema; is it the database that is meant?"
    others = ", ".join(names[:MOST]) + (", ..." if len(names) > MOST else "")
    return f"{nothing}; name another schema: schemas=[{names[0]!r}], or --schema {names[0]} (it has tables in {others})"


def _known_schemas(dialect: str, schemas: Collection[str]) -> Steps[None]:
    if not schemas:
        return
    rows = yield from query(SCHEMAS["mysql" if dialect == "mariadb" else dialect], None, dialect)
    known = [row["name"] for row in rows]
    for name in schemas:
        if name not in known:
            message = f'the server has no schema "{name}"{meant(name, known)}; it has {", ".join(sorted(known))}'
            raise ValueError(message)


def _listed(schemas: Collection[str]) -> str:
    names: Sequence[str] = sorted(schemas)
    return f"schema{'s' if len(names) > 1 else ''} {', '.join(names)}"
