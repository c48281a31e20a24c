"""Connections, transactions and raw SQL: everything that runs something on a database."""

from oxyde.db import events
from oxyde.db.database import AsyncDatabase, Connection, get_connection, register_connection
from oxyde.db.lifecycle import close, connect, disconnect_all, init, lifespan
from oxyde.db.raw import execute_raw
from oxyde.db.settings import PoolSettings
from oxyde.db.tables import create_tables, drop_tables
from oxyde.db.transaction import atomic, on_commit
from oxyde.exceptions import TransactionTimeoutError

__all__ = [
    "AsyncDatabase",
    "Connection",
    "PoolSettings",
    "TransactionTimeoutError",
    "atomic",
    "close",
    "connect",
    "create_tables",
    "disconnect_all",
    "drop_tables",
    "events",
    "execute_raw",
    "get_connection",
    "init",
    "lifespan",
    "on_commit",
    "register_connection",
]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
