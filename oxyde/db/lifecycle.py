"""The connections of a program, from its start to its end."""

from __future__ import annotations

import atexit
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncContextDecorator, asynccontextmanager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Final, NoReturn

from oxyde import _native
from oxyde.db.block import grounds
from oxyde.db.database import IN_BLOCKING, AsyncDatabase, Connection, connections
from oxyde.db.hidden import hide, hide_all
from oxyde.db.settings import PoolSettings

EXIT_TIMEOUT = 2.0
"""Seconds that the interpreter waits at exit for running operations."""

atexit.register(_native.shutdown, EXIT_TIMEOUT)


_NAMED: Final = 'connections are given by alias: {call}(default="postgresql://user@host/name")'


class Secret:
    """The key that encrypts the cursors of ``page()``, if the program has set one."""

    value: str | None = None


async def init(_url: None = None, /, *, settings: PoolSettings | None = None, secret: str | None = None, **aliases: str) -> None:
    """Connects, and registers the connections by their aliases: ``await db.init(default="postgresql://...")``.

    Existing connections of these aliases are replaced once all new ones are connected; running statements finish on the old ones.
    One that a test runs on (``oxyde.testing.migrated``) stays.

    Args:
        settings: The settings of each pool.
        secret: The key that encrypts the cursors of ``page()``.
        **aliases: A URL for each alias.

    Raises:
        TypeError: The URL was given without an alias.
        ValueError: No alias was given, or a URL is invalid.
        ConnectionFailed: A server cannot be reached or refused the connection; nothing has changed then.
    """
    if _url is not None:
        raise TypeError(_NAMED.format(call="await db.init"))
    if not aliases:
        raise ValueError('db.init() needs at least one alias: await db.init(default="postgresql://user@host/name")')
    wanted = {name: url for name, url in hide_all(aliases).items() if connections.find(name) not in grounds}
    fresh = [AsyncDatabase(url, name=name, settings=settings, auto_register=False) for name, url in wanted.items()]
    try:
        for database in fresh:
            await database.connect()
    except BaseException:
        for database in fresh:
            await database.disconnect()
        raise
    if secret is not None:
        Secret.value = secret
    old = [connections.find(name) for name in wanted]
    for database in fresh:
        connections.register(database, overwrite=True)
    for replaced in old:
        if replaced is not None:
            await replaced.disconnect()


async def close() -> None:
    """Closes every connection and unregisters the aliases; does nothing if none is open. One that a test runs on stays."""
    for database in connections.all():
        if database not in grounds:
            await database.disconnect()


disconnect_all = close
"""The older name of ``close``."""


class Connecting(AsyncContextDecorator):
    """What ``connect()`` returns: a connection for the length of an ``async with`` block, or of each call of a decorated function."""

    def __init__(self, url: str, name: str, settings: PoolSettings | None) -> None:
        self._url, self._name, self._settings = hide(url), name, settings
        self._open: list[AsyncDatabase] = []

    async def __aenter__(self) -> AsyncDatabase:
        database = AsyncDatabase(self._url, name=self._name, settings=self._settings)
        try:
            await database.connect()
        except BaseException:
            await database.disconnect()
            raise
        self._open.append(database)
        return database

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._open.pop().disconnect()

    if not TYPE_CHECKING:  # a type checker flags `with` by itself

        def __enter__(self) -> NoReturn:
            raise TypeError(f"db.connect() is asynchronous: write `async with db.connect(...):`, {IN_BLOCKING}")

        __exit__ = __enter__

        def __await__(self) -> NoReturn:
            raise TypeError("db.connect() is for a block: write `async with db.connect(...):`; `db.init(default=...)` stays connected")


def connect(url: str, name: str = "default", settings: PoolSettings | None = None) -> Connecting:
    """Connects for the length of a block: ``async with db.connect("sqlite://shop.db"):``.

    Raises:
        ValueError: The URL is invalid, or the name is taken.
        ConnectionFailed: The server cannot be reached, or refused the connection.
    """
    return Connecting(url, name, settings)


def lifespan(
    _url: None = None, /, *, settings: PoolSettings | None = None, secret: str | None = None, **aliases: str
) -> Callable[..., AbstractAsyncContextManager[None]]:
    """Returns a lifespan function for ASGI frameworks: ``FastAPI(lifespan=db.lifespan(default=url))``."""
    if _url is not None:
        raise TypeError(_NAMED.format(call="db.lifespan"))
    aliases = hide_all(aliases)

    @asynccontextmanager
    async def life(app: object = None) -> AsyncIterator[None]:  # noqa: ARG001 - frameworks pass themselves
        await init(settings=settings, secret=secret, **aliases)
        try:
            yield
        finally:
            await close()

    return life


@contextmanager
def connected_blocking(url: str, name: str, settings: PoolSettings | None = None) -> Iterator[AsyncDatabase]:
    """Connects for the length of a block, without asyncio, in place of a connection of that name.

    Raises:
        ValueError: The URL is invalid.
        ConnectionFailed: The server cannot be reached, or refused the connection.
    """
    database = AsyncDatabase(hide(url), name=name, settings=settings, overwrite=True).connect_blocking()
    try:
        yield database
    finally:
        database.disconnect_blocking()


def connect_blocking(url: str, name: str = "default", *, settings: PoolSettings | None = None) -> Connection:
    """Connects without asyncio, for scripts and notebooks; public as ``oxyde.connect``.

    A connection of that name is replaced once the new one is connected, so that a notebook cell can run again.

    Args:
        url: ``postgresql://user:password@host/name``, ``mysql://``, ``mariadb://`` or ``sqlite://path``.
        name: The alias that verbs name it by.
        settings: The settings of the pool.

    Returns:
        The open connection; it closes with ``close()``, or at the end of a ``with`` block.

    Raises:
        ValueError: The URL is invalid.
        ConnectionFailed: The server cannot be reached, or refused the connection.
    """
    url = hide(url)
    database = AsyncDatabase(url, name=name, settings=settings, auto_register=False).connect_blocking()
    old = connections.find(name)
    connections.register(database, overwrite=True)
    if old is not None:
        old.disconnect_blocking()
    return Connection(database)
