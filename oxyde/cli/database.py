"""The database that a command works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from oxyde.cli.config import Config
from oxyde.db.database import AsyncDatabase

F = TypeVar("F", bound=Callable[..., Any])


def on_database(command: F) -> F:
    """Gives a command ``--db-alias``."""
    return click.option("--db-alias", default="default", show_default=True, metavar="A", help="The database, by its alias in DATABASES.")(
        command
    )


@contextmanager
def connected(config: Config, alias: str) -> Iterator[AsyncDatabase]:
    """Connects to a database of the configuration, under its alias.

    Raises:
        ConfigError: The configuration has no such database.
        ConnectionFailed: The server cannot be reached.
    """
    database = AsyncDatabase(config.url(alias), name=alias, overwrite=True).connect_blocking()
    try:
        yield database
    finally:
        database.disconnect_blocking()
