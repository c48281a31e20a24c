"""Where a verb runs: which connection, and in which transaction."""

from __future__ import annotations

from dataclasses import dataclass

from oxyde import _native
from oxyde.db.block import Block, block_of, grounds, innermost
from oxyde.db.database import AsyncDatabase, Connection, connections
from oxyde.db.steps import Call
from oxyde.exceptions import FieldError


@dataclass(slots=True)  # not frozen, which makes an object three times as slowly, and every verb makes one
class Route:
    """A database, and the running code's transaction on it, if any."""

    database: AsyncDatabase
    block: Block | None = None

    @property
    def session(self) -> _native.Session | None:
        """The transaction in the core, if any."""
        return None if self.block is None else self.block.session

    @property
    def is_outside(self) -> bool:
        """Whether the running code has no transaction on it; that which a test runs in is none of the code's own."""
        return self.block is None or self.block.ground

    def is_alone(self, call: Call) -> bool:
        """Whether a statement is to have a savepoint of its own: that of code without a transaction, while a test runs."""
        return self.block is not None and self.block.ground and not call.locks and call.cursor is None and call.stream is None

    def start(self, call: Call, queue: _native.Queue | None, *, arrow: bool = False) -> _native.Operation:
        """Starts a statement; its values are converted at once."""
        session = None
        if call.locks and self.is_outside:
            message = "for_update() and for_share() lock rows until the transaction ends, and there is none; read inside atomic()"
            raise FieldError(message)
        if self.block is not None:
            self.block.require_free()
            session = self.block.session
        return self.database.native.submit(
            queue,
            session,
            call.shape,
            call.values,
            arrow=arrow or call.arrow,
            timeout=call.timeout,
            stream=call.stream,
            cursor=call.cursor,
        )


def route(using: str | None = None, client: object | None = None) -> Route:
    """Picks the connection, and the running code's transaction on it, if any.

    Args:
        using: An alias. By default the connection named default, else the only one.
        client: An ``AsyncDatabase``, what ``oxyde.connect()`` returned, an atomic block, or an alias.

    Raises:
        ConnectionNotFound: No connection has that alias, or there are several and none is named.
        TransactionBroken: The transaction that the running task inherited has ended.
        TypeError: The client is none of these, or both were given.
    """
    if client is None:
        return _by_alias(using)
    if using is not None:
        raise TypeError("using= and client= both name a connection; give one of them")
    if isinstance(client, str):
        return _by_alias(client)
    if isinstance(client, Block):
        client.require_open()
        inner = block_of(None, client.database)
        return Route(client.database, inner if inner is not None and inner.session is client.session else client)
    if isinstance(client, Connection):
        client = client.database
    if isinstance(client, AsyncDatabase):
        return Route(client, block_of(None, client) or grounds.get(client))
    models = "; models are given by name: models=[...]" if isinstance(client, (type, list, tuple)) else ""
    message = f"client= takes a connection, an atomic block or an alias, not {type(client).__name__}{models}"
    raise TypeError(message)


def home(at: str | AsyncDatabase | None) -> Route:
    """Picks the same for a connection that is named by its alias, or given itself.

    Raises:
        ConnectionNotFound: No connection has that alias, or there are several and none is named.
        TransactionBroken: The transaction that the running task inherited has ended.
    """
    return route(client=at) if isinstance(at, AsyncDatabase) else _by_alias(at)


def _by_alias(alias: str | None) -> Route:
    if innermost() is None:
        return _on(connections.get(alias))
    database = connections.find(alias)
    block = block_of(database.name if alias is None and database is not None else alias, database)
    return _on(connections.get(alias)) if block is None else Route(block.database, block)


def _on(database: AsyncDatabase) -> Route:
    """Returns the route of code that is in no block on a database."""
    return Route(database, grounds.get(database) if grounds else None)


__all__ = ["Route", "home", "route"]
