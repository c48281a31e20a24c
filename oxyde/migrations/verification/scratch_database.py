"""A database of its own for a trial, or a schema where none can be made: made beside another one, and dropped afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

from oxyde.db.database import AsyncDatabase
from oxyde.db.lifecycle import connected_blocking
from oxyde.db.raw import execute_raw_blocking
from oxyde.db.urls import parts_of
from oxyde.exceptions import DatabaseError, MigrationError
from oxyde.migrations.folder.files import Stage
from oxyde.migrations.verification.confining import leaving
from oxyde.schema.naming import mark, quoted

PREFIX: Final = "oxyde_verify_"
"""What the names of scratch databases begin with."""


DENIED: Final = "42501"
"""What PostgreSQL says to a role that may not make databases."""
SCHEMAS: Final = "SELECT nspname::text AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'"


@contextlib.contextmanager
def scratch_database(url: str, dialect: str, stages: Sequence[Stage] = ()) -> Iterator[AsyncDatabase]:
    """Yields a connection to an empty database on the server of a URL, of a name that no other run has, and drops it.

    A role of PostgreSQL that may not make databases gets a schema, if the migrations stay in it.

    Args:
        url: The URL of the database that is there, which is not changed.
        dialect: postgres, mysql, mariadb or sqlite.
        stages: The migrations that it is for.

    Raises:
        MigrationError: The server lets nobody make databases, and a schema is not enough; or a pooler leads elsewhere.
        ConnectionFailed: The server cannot be reached.
    """
    parts = parts_of(url)
    asked = dict(parse_qsl(parts.query)).get("dbname", parts.path)
    name = f"{PREFIX}{hashlib.blake2b(asked.encode(), digest_size=6).hexdigest()}_{secrets.token_hex(4)}"
    if dialect == "sqlite":
        with (
            tempfile.TemporaryDirectory(prefix=PREFIX) as folder,
            connected_blocking(f"sqlite:///{Path(folder) / name}.db", name) as database,
        ):
            yield database
        return
    with connected_blocking(url, f"{name}_server") as server:
        kind = _made(server, name, dialect, stages)
        query = _without_database(parts.query)
        place = parts._replace(path=f"/{name}", query=query) if kind == "DATABASE" else parts._replace(query=_in_schema(parts.query, name))
        try:
            with connected_blocking(place.geturl(), name) as database:
                _require_there(database, kind, name, dialect)
                yield database
        finally:
            _drop(server, kind, name, dialect)


def _made(server: AsyncDatabase, name: str, dialect: str, stages: Sequence[Stage]) -> Literal["DATABASE", "SCHEMA"]:
    """Makes the database, or the schema, and returns which of them it is."""
    shown = quoted(name, mark(dialect))
    try:
        execute_raw_blocking(f"CREATE DATABASE {shown}", client=server)
    except DatabaseError as error:
        if dialect != "postgres" or error.sqlstate != DENIED:
            raise MigrationError(f"the scratch database {name} cannot be made: {error}") from error
        denied = error
    else:
        return "DATABASE"
    schemas = [row["name"] for row in execute_raw_blocking(SCHEMAS, client=server) if row["name"] != name]
    reason = leaving(stages, schemas)
    if reason is not None:
        message = f"the scratch database {name} cannot be made: {denied}; a schema is not enough, for {reason}: give the role CREATEDB"
        raise MigrationError(message) from denied
    try:
        execute_raw_blocking(f"CREATE SCHEMA {shown}", client=server)
    except DatabaseError as error:
        raise MigrationError(f"neither the scratch database {name} can be made nor a schema: {error}; give the role CREATEDB") from error
    return "SCHEMA"


def _require_there(database: AsyncDatabase, kind: Literal["DATABASE", "SCHEMA"], name: str, dialect: str) -> None:
    """Raises MigrationError where the connection is to another place, as of a pooler that decides itself: its tables would be lost."""
    asked = f"current_{kind.lower()}()::text" if dialect == "postgres" else "DATABASE()"
    (row,) = execute_raw_blocking(f"SELECT {asked} AS name", client=database)
    if row["name"] != name:
        where = "nowhere" if row["name"] is None else f"in {row['name']}"
        raise MigrationError(
            f"a connection to the scratch {kind.lower()} {name} ends up {where}, which a trial would destroy: "
            "name a connection that goes to the server itself, not through a pooler"
        )


def _drop(server: AsyncDatabase, kind: Literal["DATABASE", "SCHEMA"], name: str, dialect: str) -> None:
    cascade = " CASCADE" if kind == "SCHEMA" else ""
    execute_raw_blocking(f"DROP {kind} IF EXISTS {quoted(name, mark(dialect))}{cascade}", client=server)


def _without_database(query: str) -> str:
    """Returns the query of a URL without the database, which counts more than its path.

    >>> _without_database("sslmode=disable&dbname=app")
    'sslmode=disable'
    """
    return urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "dbname"])


def _in_schema(query: str, name: str) -> str:
    """Returns the query of a URL whose connections see one schema alone.

    >>> _in_schema("sslmode=disable", "trial")
    'sslmode=disable&options=-c+search_path%3Dtrial'
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    options = " ".join([*(value for key, value in pairs if key == "options"), f"-c search_path={name}"])
    return urlencode([*(pair for pair in pairs if pair[0] != "options"), ("options", options)])
