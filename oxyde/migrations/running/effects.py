"""Whether a statement that was interrupted took effect, as the database shows it."""

from __future__ import annotations

import re
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps

_NAME: Final = r"(?:`(?P<schema>(?:[^`]|``)+)`\.)?`(?P<table>(?:[^`]|``)+)`"
_ONE: Final = r"`(?P<name>(?:[^`]|``)+)`"
_TABLES: Final = (
    "SELECT 1 AS found FROM information_schema.tables WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table"
)
_COLUMNS: Final = (
    "SELECT 1 AS found FROM information_schema.columns "
    "WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table AND column_name = :name"
)
_CONSTRAINTS: Final = (
    "SELECT 1 AS found FROM information_schema.table_constraints "
    "WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table AND constraint_name = :name AND constraint_type = "
)
_KEYS: Final = f"{_CONSTRAINTS}'FOREIGN KEY'"
"""Apart from indexes: the server gives a foreign key one of its name, which stays when the key goes."""
_CHECKS: Final = f"{_CONSTRAINTS}'CHECK'"
_INDEXES: Final = (
    "SELECT 1 AS found FROM information_schema.statistics "
    "WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table AND index_name = :name"
)
_MYSQL: Final = tuple(
    (re.compile(f"^{pattern}"), look, shows)
    for pattern, look, shows in (
        (rf"CREATE (?:TABLE|VIEW) {_NAME}", _TABLES, True),
        (rf"DROP (?:TABLE|VIEW) {_NAME}", _TABLES, False),
        (rf"ALTER TABLE {_NAME} RENAME TO ", _TABLES, False),
        (rf"ALTER TABLE {_NAME} ADD COLUMN {_ONE}", _COLUMNS, True),
        (rf"ALTER TABLE {_NAME} DROP COLUMN {_ONE}", _COLUMNS, False),
        (rf"ALTER TABLE {_NAME} RENAME COLUMN {_ONE}", _COLUMNS, False),
        (rf"ALTER TABLE {_NAME} ADD CONSTRAINT {_ONE} FOREIGN KEY ", _KEYS, True),
        (rf"ALTER TABLE {_NAME} DROP FOREIGN KEY {_ONE}", _KEYS, False),
        (rf"ALTER TABLE {_NAME} ADD CONSTRAINT {_ONE} CHECK ", _CHECKS, True),
        (rf"ALTER TABLE {_NAME} DROP CONSTRAINT {_ONE}", _CHECKS, False),
        (rf"ALTER TABLE {_NAME} ADD CONSTRAINT {_ONE} UNIQUE ", _INDEXES, True),
        (rf"ALTER TABLE {_NAME} (?:DROP|RENAME) INDEX {_ONE}", _INDEXES, False),
        (rf"CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX {_ONE} ON {_NAME}", _INDEXES, True),
        (rf"DROP INDEX {_ONE} ON {_NAME}", _INDEXES, False),
        (rf"ALTER TABLE {_NAME} DROP PRIMARY KEY$", _INDEXES, False),
        (rf"ALTER TABLE {_NAME} ADD PRIMARY KEY ", _INDEXES, True),
    )
)
"""The statements that we write for MySQL and MariaDB and that cannot run twice: what each is about, and whether it is there afterwards."""
_CONCURRENT: Final = re.compile(
    r'^(?P<verb>CREATE|DROP) (?:UNIQUE )?INDEX CONCURRENTLY (?:"(?P<schema>(?:[^"]|"")+)"\.)?"(?P<name>(?:[^"]|"")+)"'
)
_INDEX: Final = (
    "SELECT i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE c.relname = :name AND c.relnamespace = COALESCE(to_regnamespace(quote_ident(:schema)), current_schema()::regnamespace)"
)


def took_effect(text: str, dialect: str) -> Steps[bool]:
    """Returns whether a statement of ours took effect before it was interrupted; one that may run again counts as one that did not.

    An index that PostgreSQL left invalid is dropped.
    """
    if dialect == "postgres":
        return (yield from _is_built(text))
    for pattern, look, shows in _MYSQL:
        if (match := pattern.match(text)) is not None:
            named = {"schema": None, "name": "PRIMARY", **match.groupdict()}
            params = {key: None if value is None else value.replace("``", "`") for key, value in named.items() if f":{key}" in look}
            found = yield from query(look, params, dialect)
            return bool(found) is shows
    return False


def _is_built(text: str) -> Steps[bool]:
    match = _CONCURRENT.match(text)
    if match is None:
        return False
    named = {key: None if value is None else value.replace('""', '"') for key, value in match.groupdict().items()}
    params = {"name": named["name"], "schema": named["schema"]}
    found = yield from query(_INDEX, params, "postgres")
    if named["verb"] == "DROP":
        return not found
    if found and not found[0]["valid"]:
        quoted = ".".join(f'"{part}"' for part in (match["schema"], match["name"]) if part is not None)
        yield from query(f"DROP INDEX CONCURRENTLY {quoted}", {}, "postgres")
        return False
    return bool(found)
