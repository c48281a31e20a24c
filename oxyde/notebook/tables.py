"""The tables and views of a database, for ``%oxyde tables``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from oxyde.notebook.command import MagicLine
from oxyde.notebook.connection import route
from oxyde.notebook.result import Preview, Result, many
from oxyde.notebook.run import run

_MYSQL: Final = """
    SELECT table_name AS name, CASE table_type WHEN 'BASE TABLE' THEN 'table' ELSE lower(table_type) END AS kind
    FROM information_schema.tables WHERE table_schema = database() ORDER BY 1
"""
CATALOGUES: Final = {
    "postgres": """
        SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname::text ELSE n.nspname || '.' || c.relname END AS name,
               CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
          AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
        ORDER BY 1
    """,
    "sqlite": """
        SELECT name, type AS kind FROM sqlite_master
        WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY 1
    """,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}


def find(pattern: str, alias: str | None) -> Preview:
    """Returns the tables and views whose name matches a pattern.

    Args:
        pattern: A part of the name, or a whole name with ``*`` and ``?``; empty for all.
        alias: The connection.

    Raises:
        OxydeError: There is no such connection, or the server refused.
    """
    where = route(alias).database
    found = run(CATALOGUES[where.dialect], {}, MagicLine(on=where.name, all=True))
    wanted = pattern.lower() if {"*", "?"} & {*pattern} else f"*{pattern.lower()}*"
    rows = [row for row in found if fnmatchcase(str(row[0]).lower(), wanted)] if isinstance(found, Result) else []
    counted = many(len(rows), "table", "tables")
    return Preview(
        ["name", "kind"], rows, f"{counted} · {where.name}" if rows or not pattern else f"no table matches {pattern} · {where.name}"
    )
