"""``models()`` and ``source()``: the models of a live database, as classes and as the source of a module."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from oxyde.db.database import AsyncDatabase
from oxyde.db.execute import run, run_blocking
from oxyde.db.hidden import hide
from oxyde.db.route import Route, route
from oxyde.db.sqlite_url import check_present
from oxyde.db.steps import Dialect, Steps
from oxyde.inspect import module, reading
from oxyde.inspect.classes import classes
from oxyde.inspect.plan import Plan
from oxyde.models.model import Model

ALIAS: Final = "inspected"
"""The name of connections that are made for models, in their ``repr``; nothing is registered under it."""
SERVERS: Final = {"postgres": "PostgreSQL", "sqlite": "SQLite", "mysql": "MySQL", "mariadb": "MariaDB"}


async def models(
    url: str | None = None,
    *,
    tables: Collection[str] = (),
    schemas: Collection[str] = (),
    using: str | None = None,
    client: object | None = None,
) -> dict[str, type[Model]]:
    """Returns the models of a live database by name, usable at once: ``m = await oxyde.inspect.models("sqlite://shop.db")``.

    They know each other, and no other models know them: ``create_tables()`` and migrations leave them alone. Their verbs use the
    connection that they were read by; one that was made for ``url`` lives as long as they do.

    Args:
        url: The database. By default the connection that ``using`` or ``client`` names, or the default one.
        tables: The names of tables and views; all of them when empty.
        schemas: The schemas; the server's default one when empty.
        using: The alias of a connection.
        client: A connection.

    Raises:
        ValueError: There is no such table or schema, no table at all, or the URL is invalid.
        TypeError: More than one of ``url``, ``using`` and ``client`` was given.
        ConnectionFailed: The server cannot be reached or refused the connection, or the file is not there.
    """
    where = await _connected(url, using, client)
    return classes(_source(await run(_plan(tables, schemas), where), where.database), where.database)


async def source(
    url: str | None = None,
    *,
    tables: Collection[str] = (),
    schemas: Collection[str] = (),
    using: str | None = None,
    client: object | None = None,
) -> str:
    """Returns the source of a module with the models of a live database: what ``oxyde inspectdb`` prints.

    Args:
        url: The database. By default the connection that ``using`` or ``client`` names, or the default one.
        tables: The names of tables and views; all of them when empty.
        schemas: The schemas; the server's default one when empty.
        using: The alias of a connection.
        client: A connection.

    Raises:
        ValueError: There is no such table or schema, no table at all, or the URL is invalid.
        TypeError: More than one of ``url``, ``using`` and ``client`` was given.
        ConnectionFailed: The server cannot be reached or refused the connection, or the file is not there.
    """
    where = await _connected(url, using, client)
    try:
        return _source(await run(_plan(tables, schemas), where), where.database)
    finally:
        if url is not None:
            await where.database.disconnect()


def models_blocking(
    url: str | None = None,
    *,
    tables: Collection[str] = (),
    schemas: Collection[str] = (),
    using: str | None = None,
    client: object | None = None,
) -> dict[str, type[Model]]:
    """The blocking twin of ``models``, public as ``oxyde.inspect.sync.models``."""
    where = _connected_blocking(url, using, client)
    return classes(_source(run_blocking(_plan(tables, schemas), where), where.database), where.database)


def source_blocking(
    url: str | None = None,
    *,
    tables: Collection[str] = (),
    schemas: Collection[str] = (),
    using: str | None = None,
    client: object | None = None,
) -> str:
    """The blocking twin of ``source``, public as ``oxyde.inspect.sync.source``."""
    where = _connected_blocking(url, using, client)
    try:
        return _source(run_blocking(_plan(tables, schemas), where), where.database)
    finally:
        if url is not None:
            where.database.disconnect_blocking()


def _source(plan: Plan, database: AsyncDatabase) -> str:
    version = ".".join(map(str, database.native.version or ()))
    server = f"{SERVERS[database.dialect]} {version}".strip()
    return module.source(plan, f"Models of {database.url}, a database of {server}, read by oxyde inspectdb.")


def _plan(tables: Collection[str], schemas: Collection[str]) -> Steps[Plan]:
    for name, value in (("tables", tables), ("schemas", schemas)):
        if isinstance(value, str):
            message = f"{name} takes a list of names, not a text: [{value!r}]"
            raise TypeError(message)
    dialect = yield Dialect()
    return (yield from reading.read(dialect, tables=tables, schemas=schemas))


def _route(url: str | None, using: str | None, client: object | None) -> Route:
    if url is None:
        return route(using, client)
    if using is not None or client is not None:
        raise TypeError("url, using= and client= name a database each; give one of them")
    return Route(AsyncDatabase(hide(url), name=ALIAS, auto_register=False))


async def _connected(url: str | None, using: str | None, client: object | None) -> Route:
    where = _route(url, using, client)
    if not where.database.connected:  # MariaDB says who it is once it is connected
        check_present(where.database.url)
        await where.database.connect()
    return where


def _connected_blocking(url: str | None, using: str | None, client: object | None) -> Route:
    where = _route(url, using, client)
    if not where.database.connected:
        check_present(where.database.url)
        where.database.connect_blocking()
    return where
