"""The database that a command works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click

from oxyde.cli.config import Config
from oxyde.db.database import AsyncDatabase
from oxyde.db.settings import PoolSettings

F = TypeVar("F", bound=Callable[..., Any])


def on_database(command: F) -> F:
    """Gives a command ``--db-alias``."""
    return click.option("--db-alias", default="default", show_default=True, metavar="A", help="The database, by its alias in DATABASES.")(
        command
    )


@contextmanager
def connected(config: Config, alias: str, *, patience: float | None = None) -> Iterator[AsyncDatabase]:
    """Connects to a database of the configuration, under its alias.

    Args:
        config: The configuration.
        alias: The alias.
        patience: How many seconds SQLite waits for another writer before an attempt fails, if that is less than usual.

    Raises:
        ConfigError: The configuration has no such database.
        ConnectionFailed: The server cannot be reached.
    """
    usual = PoolSettings()
    wait = usual.sqlite_busy_timeout if patience is None else int(min(usual.sqlite_busy_timeout, patience * 1_000))
    settings = replace(usual, sqlite_busy_timeout=wait)
    database = AsyncDatabase(config.url(alias), name=alias, settings=settings, overwrite=True).connect_blocking()
    try:
        yield database
    finally:
        database.disconnect_blocking()
