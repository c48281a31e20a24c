"""A connected database: its name, its settings, its pool."""

from __future__ import annotations

import html
import os
from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from typing_extensions import Self

from oxyde import _native
from oxyde.db import sqlite_url
from oxyde.db.hidden import hide
from oxyde.db.registry import Registry
from oxyde.db.settings import PoolSettings
from oxyde.db.wait import result, result_blocking
from oxyde.exceptions import OxydeError

IN_BLOCKING: Final = "or in blocking code `with oxyde.connect(...):`"
"""What messages about asynchronous connections say of blocking code."""

_DIALECTS: Final = {"postgres": "postgres", "postgresql": "postgres", "mysql": "mysql", "mariadb": "mariadb", "sqlite": "sqlite"}


class AsyncDatabase:
    """A pool of connections to one server.

    Args:
        url: ``postgresql://user:password@host/name``, ``mysql://``, ``mariadb://`` or ``sqlite://path``.
        name: The alias that verbs name it by.
        settings: The settings of the pool.
        auto_register: Register the alias at once.
        overwrite: Replace another connection of that name.

    Attributes:
        url: Without password.
        name: The alias.
        settings: The settings of the pool.

    Raises:
        TypeError: The URL is not a str; an environment variable that is not set is None.
        ValueError: The URL or its scheme is invalid, or the name is taken.
    """

    name: str = "?"
    url: str = "?"
    _connected = False

    def __init__(
        self, url: str, *, name: str = "default", settings: PoolSettings | None = None, auto_register: bool = True, overwrite: bool = False
    ) -> None:
        if not isinstance(url, str):
            unset = "; is an environment variable not set?" if url is None else ""
            message = f'the connection {name!r} needs a URL such as "postgresql://user@host/name", not {type(url).__name__}{unset}'
            raise TypeError(message)
        self.name = name
        self._settings = settings or PoolSettings()
        self._secret_url = url = hide(url)
        self._registers = auto_register
        self._overwrites = overwrite
        self._connected = False
        self._open()
        sqlite_url.warn(url)
        if auto_register:
            connections.register(self, overwrite=overwrite)

    def _open(self) -> None:
        self.native = _native.Database(self._secret_url, self._settings.wire())
        self.url = self.native.url
        self._process = os.getpid()
        self._closed = False

    @property
    def connected(self) -> bool:
        """True from ``connect()`` to ``disconnect()``."""
        return self._connected

    @property
    def settings(self) -> PoolSettings:
        """The settings of the pool; they may be assigned until it is connected."""
        return self._settings

    @settings.setter
    def settings(self, settings: PoolSettings) -> None:
        if not isinstance(settings, PoolSettings):
            message = f"settings takes PoolSettings(...), not {type(settings).__name__}"
            raise TypeError(message)
        if self.native.version is not None and not self._closed:
            message = f"the connection {self.name!r} is in use with its settings; disconnect() first, or give them to db.init()"
            raise OxydeError(message)
        self._settings = settings
        self._open()

    @property
    def backend(self) -> str:
        """The kind of the server: postgres, sqlite or mysql, which MariaDB is too."""
        return "mysql" if self.dialect == "mariadb" else self.dialect

    @property
    def dialect(self) -> str:
        """The server's dialect: postgres, sqlite, mysql or mariadb; after the first connect as the server said."""
        return self.native.family or _DIALECTS[self.url.partition(":")[0].partition("+")[0].lower()]

    def __repr__(self) -> str:
        state = "connected" if self._connected else "not connected"
        return f"<AsyncDatabase {self.name}: {self.url}, {state}>"

    def _repr_html_(self) -> str:
        """Returns the same for a notebook; like ``repr`` it never shows a password and asks the server nothing."""
        return _html(self, "connected" if self._connected else "not connected")

    def _reopen(self) -> None:
        """Makes a new pool where the old one is closed or belongs to the process that forked this one."""
        if self._closed or self._process != os.getpid():
            self._open()
            if self._registers:
                connections.register(self, overwrite=self._overwrites)

    async def connect(self) -> Self:
        """Opens the first connection, so that a wrong address or password is reported now.

        Raises:
            ConnectionFailed: The server cannot be reached, or refused the connection.
        """
        self._reopen()
        with sqlite_url.explained(self._secret_url):
            await result(self.native.connect)
        self._connected = True
        return self

    async def disconnect(self) -> None:
        """Closes the connections (those in use when they are returned) and unregisters the alias."""
        if self._forget():
            await result(self.native.close)

    def connect_blocking(self) -> Self:
        """The blocking twin of ``connect``."""
        self._reopen()
        with sqlite_url.explained(self._secret_url):
            result_blocking(self.native.connect)
        self._connected = True
        return self

    def disconnect_blocking(self) -> None:
        """The blocking twin of ``disconnect``."""
        if self._forget():
            result_blocking(self.native.close)

    def _forget(self) -> bool:
        """Unregisters the alias; returns whether this process has a pool to close."""
        connections.forget(self)
        self._connected = False
        if self._closed:
            return False
        self._closed = True
        return self._process == os.getpid()

    async def __aenter__(self) -> Self:
        return await self.connect()

    def __await__(self) -> Generator[Any, Any, Self]:
        """Connects if that has not been done yet: ``database = await db.get_connection()``."""
        return self._connected_self().__await__()

    async def _connected_self(self) -> Self:
        return self if self._connected else await self.connect()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.disconnect()

    if not TYPE_CHECKING:  # a type checker flags `with` by itself

        def __enter__(self) -> NoReturn:
            raise TypeError(f"AsyncDatabase is asynchronous: write `async with`, {IN_BLOCKING}")

        __exit__ = __enter__


class Connection:
    """A connected database for scripts and notebooks: what ``oxyde.connect()`` returns.

    Attributes:
        database: The pool, as asynchronous code sees it.
    """

    def __init__(self, database: AsyncDatabase) -> None:
        self.database = database

    @property
    def name(self) -> str:
        """The alias."""
        return self.database.name

    @property
    def url(self) -> str:
        """Without password."""
        return self.database.url

    @property
    def backend(self) -> str:
        """The kind of the server: postgres, sqlite or mysql, which MariaDB is too."""
        return self.database.backend

    @property
    def dialect(self) -> str:
        """The server's dialect: postgres, sqlite, mysql or mariadb."""
        return self.database.dialect

    @property
    def connected(self) -> bool:
        """True until it is closed."""
        return self.database.connected

    def close(self) -> None:
        """Closes the connections and unregisters the alias; closing twice is fine."""
        self.database.disconnect_blocking()

    def __repr__(self) -> str:
        state = "" if self.connected else ", closed"
        return f"<Connection {self.name}: {self.url}{state}>"

    def _repr_html_(self) -> str:
        """Returns the same for a notebook."""
        return _html(self, "connected" if self.connected else "closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    if not TYPE_CHECKING:  # as above

        def __aenter__(self) -> NoReturn:
            raise TypeError("oxyde.connect() is blocking: write `with oxyde.connect(...):`, or in async code `async with db.connect(...):`")

        __aexit__ = __aenter__


def _html(connection: AsyncDatabase | Connection, state: str) -> str:
    name, url = html.escape(connection.name), html.escape(connection.url)
    return f"<p><strong>{name}</strong> · {html.escape(connection.dialect)} · <code>{url}</code> · {state}</p>"


connections: Final[Registry[AsyncDatabase]] = Registry()
"""The connections of this process."""

register_connection = connections.register


def get_connection(name: str | None = None) -> AsyncDatabase:
    """Returns the connection of that name; ``await`` it to connect it as well.

    Args:
        name: The alias. By default the connection named default, else the only one.

    Raises:
        ConnectionNotFound: There is none, or there are several and none is named default.
    """
    return connections.get(name)
