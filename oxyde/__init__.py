"""Oxyde: typed models over a Rust core; the public names."""

from oxyde import db, exceptions, sync
from oxyde.db import (
    AsyncDatabase,
    PoolSettings,
    atomic,
    create_tables,
    disconnect_all,
    drop_tables,
    execute_raw,
    get_connection,
    on_commit,
    register_connection,
)
from oxyde.db.lifecycle import connect_blocking as connect
from oxyde.exceptions import *  # noqa: F403
from oxyde.models import Field, Manager, Model, QuerySet
from oxyde.models import Manager as QueryManager
from oxyde.models import Model as OxydeModel
from oxyde.models import QuerySet as Query
from oxyde.notebook import load_ipython_extension, unload_ipython_extension  # noqa: F401 - what %load_ext calls
from oxyde.queries import F, Q, Value
from oxyde.schema import Check, Exclude, Index, Unique

__all__ = [  # noqa: PLE0604 - the errors' names are strings too
    "AsyncDatabase",
    "Check",
    "Exclude",
    "F",
    "Field",
    "Index",
    "Manager",
    "Model",
    "OxydeModel",
    "PoolSettings",
    "Q",
    "Query",
    "QueryManager",
    "QuerySet",
    "Unique",
    "Value",
    "atomic",
    "connect",
    "create_tables",
    "db",
    "disconnect_all",
    "drop_tables",
    "execute_raw",
    "get_connection",
    "on_commit",
    "register_connection",
    "sync",
    *exceptions.__all__,
]


def __getattr__(name: str) -> str:
    """Returns the version when it is asked for: reading it costs more than all other imports."""
    if name == "__version__":
        from importlib.metadata import version

        return version("oxyde")
    message = f"module 'oxyde' has no attribute {name!r}"
    raise AttributeError(message)
