"""The database that a command works on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import click

from oxyde.cli.completion import complete_aliases
from oxyde.cli.config import Config
from oxyde.db.database import AsyncDatabase
from oxyde.db.lifecycle import connected_blocking
from oxyde.db.settings import PoolSettings
from oxyde.db.urls import parts_of
from oxyde.exceptions import ConnectionFailed

F = TypeVar("F", bound=Callable[..., Any])
NO_DATABASE: Final = frozenset({"3D000", "42000"})
"""What PostgreSQL and MySQL say at connect where there is no database of that name."""
REFUSED: Final = frozenset({"28000", "28P01"})
"""What they say to a user who does not exist, or may not come in, and of a wrong password."""


def on_database(command: F) -> F:
    """Gives a command ``--db-alias``."""
    return click.option(
        "--db-alias",
        default="default",
        show_default=True,
        metavar="A",
        shell_complete=complete_aliases,
        help="The database, by its alias in DATABASES.",
    )(command)


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
    url = config.url(alias)
    with ExitStack() as stack:
        with helped(url, config.place(alias)):
            database = stack.enter_context(connected_blocking(url, alias, settings))
        yield database


@contextmanager
def helped(url: str, place: str) -> Iterator[None]:
    """Lets an error of connecting say what to do.

    Args:
        url: The URL.
        place: Where the URL is written, and would be corrected.
    """
    try:
        yield
    except ConnectionFailed as error:
        error.hint = error.hint or _remedy(error, url, place)
        raise


def _remedy(error: ConnectionFailed, url: str, place: str) -> str | None:
    parts = parts_of(url)
    if parts.scheme.startswith("sqlite"):
        return f"correct {place}"
    if error.sqlstate in NO_DATABASE and "Access denied" in str(error):  # which MySQL says of one that is not there, too
        return f"grant the user access to the database, create it, or correct its name in {place}"
    if error.sqlstate in NO_DATABASE:
        return f"create the database, or correct its name in {place}"
    if error.sqlstate in REFUSED:
        return f"correct the user or the password in {place}"
    asked = dict(parse_qsl(parts.query))
    host = asked.get("host", asked.get("hostaddr", parts.hostname)) or "127.0.0.1"
    try:
        if not host.startswith("/"):
            socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return f"correct the host in {place}"
    return f"start the server, or correct host and port in {place}"
