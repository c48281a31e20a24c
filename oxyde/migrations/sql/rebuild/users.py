"""Views and triggers, which name columns of tables and work no more when one is gone; SQLite notices only when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Atomically, Steps
from oxyde.exceptions import DatabaseError
from oxyde.schema.naming import quoted

DIALECT: Final = "sqlite"
_USERS: Final = "SELECT type AS kind, name, tbl_name AS owner FROM {schema}.sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name"
_COLUMNS: Final = "SELECT name FROM pragma_table_xinfo(:name, :schema) WHERE hidden = 0"


def refusals(schema: str | None) -> Steps[Mapping[str, str | None]]:
    """Returns the views, and the events that triggers wait for, for people, with why SQLite does not take a statement that uses them.

    Args:
        schema: The database schema; None for the main one.
    """
    named = "main" if schema is None else schema
    rows = yield from query(_USERS.format(schema=quoted(named)), {}, DIALECT)
    texts: dict[str, str] = {}
    for row in rows:
        target = f"{quoted(named)}.{quoted(row['owner'])}"
        if row["kind"] == "view":
            texts[f"the view {row['name']}"] = f"EXPLAIN SELECT * FROM {target}"  # noqa: S608 - quoted names
        elif (said := f"a trigger of {row['owner']}: DELETE") not in texts:
            columns = yield from query(_COLUMNS, {"name": row["owner"], "schema": named}, DIALECT)
            sets = ", ".join(f"{quoted(one['name'])} = {quoted(one['name'])}" for one in columns)
            texts[said] = f"EXPLAIN DELETE FROM {target}"  # noqa: S608 - quoted names
            texts[f"a trigger of {row['owner']}: UPDATE"] = f"EXPLAIN UPDATE {target} SET {sets}"  # noqa: S608 - quoted names
            texts[f"a trigger of {row['owner']}: INSERT"] = f"EXPLAIN INSERT INTO {target} DEFAULT VALUES"
    found: dict[str, str | None] = {}
    for name, text in texts.items():
        found[name] = yield from _refusal(text)
    return found


def newly_broken(before: Mapping[str, str | None], schema: str | None) -> Steps[list[tuple[str, str]]]:
    """Returns what worked and does not any more, with what SQLite says.

    Args:
        before: What was refused before.
        schema: The database schema; None for the main one.
    """
    now = yield from refusals(schema)
    return [(name, reason) for name, reason in now.items() if reason is not None and before.get(name, "") is None]


def _refusal(text: str) -> Steps[str | None]:
    """Returns why SQLite does not take a statement; None where it does."""
    try:
        yield Atomically(query(text, {}, DIALECT))  # a savepoint: the transaction goes on
    except DatabaseError as error:
        return str(error)
    return None
