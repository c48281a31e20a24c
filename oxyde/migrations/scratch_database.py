"""A database of its own for a trial: made beside another one, and dropped afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from oxyde.db.database import AsyncDatabase
from oxyde.db.raw import execute_raw_blocking
from oxyde.exceptions import DatabaseError, MigrationError
from oxyde.schema.naming import mark, quoted

PREFIX: Final = "oxyde_verify_"
"""What the names of scratch databases begin with."""


@contextlib.contextmanager
def scratch_database(url: str, dialect: str) -> Iterator[AsyncDatabase]:
    """Yields a connection to an empty database on the server of a URL; one that an earlier run left is dropped first.

    Args:
        url: The URL of the database that is there, which is not changed.
        dialect: postgres, mysql, mariadb or sqlite.

    Raises:
        MigrationError: The server lets nobody make databases.
        ConnectionFailed: The server cannot be reached.
    """
    name = PREFIX + hashlib.blake2b(urlsplit(url).path.encode(), digest_size=6).hexdigest()
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder, _connected(f"sqlite:///{Path(folder) / name}.db", name) as database:
            yield database
        return
    shown = quoted(name, mark(dialect))
    drop = f"DROP DATABASE IF EXISTS {shown}"
    with _connected(url, f"{name}_server") as server:
        try:
            execute_raw_blocking(drop, client=server)
            execute_raw_blocking(f"CREATE DATABASE {shown}", client=server)
        except DatabaseError as error:
            raise MigrationError(f"the scratch database {name} cannot be made: {error}") from error
        try:
            with _connected(urlsplit(url)._replace(path=f"/{name}").geturl(), name) as database:
                yield database
        finally:
            execute_raw_blocking(drop, client=server)


@contextlib.contextmanager
def _connected(url: str, name: str) -> Iterator[AsyncDatabase]:
    database = AsyncDatabase(url, name=name, overwrite=True).connect_blocking()
    try:
        yield database
    finally:
        database.disconnect_blocking()
