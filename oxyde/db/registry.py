"""The connections of a process, by alias."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oxyde.exceptions import ConnectionNotFound

if TYPE_CHECKING:
    from oxyde.db.database import AsyncDatabase

_connections: Final[dict[str, AsyncDatabase]] = {}


def register_connection(database: AsyncDatabase, *, overwrite: bool = False) -> None:
    """Makes a database known by its name.

    Raises:
        ValueError: Another one has that name, and ``overwrite`` is not set.
    """
    known = _connections.get(database.name)
    if known is not None and known is not database and not overwrite:
        message = f'a connection named "{database.name}" is registered already ({known.url}); choose another name or give overwrite=True'
        raise ValueError(message)
    _connections[database.name] = database


def get_connection(name: str = "default") -> AsyncDatabase:
    """Returns the database of that name.

    Raises:
        ConnectionNotFound: There is none.
    """
    try:
        return _connections[name]
    except KeyError:
        pass
    example = f'await db.init({name}="postgresql://...")' if name.isidentifier() else 'await db.init(default="postgresql://...")'
    if _connections:
        known = ", ".join(f'"{alias}"' for alias in sorted(_connections))
        message = f'no connection is named "{name}"; known are {known}; call {example} to add it'
    else:
        message = f'no connection is named "{name}", nothing is connected yet; call {example} or oxyde.connect("postgresql://...") first'
    raise ConnectionNotFound(message) from None


def find_connection(name: str) -> AsyncDatabase | None:
    """Returns the database of that name, or None."""
    return _connections.get(name)


def forget(database: AsyncDatabase) -> None:
    """Makes a database unknown; another one of its name stays."""
    if _connections.get(database.name) is database:
        del _connections[database.name]


def connections() -> tuple[AsyncDatabase, ...]:
    """Returns all databases, in the order in which they were registered."""
    return tuple(_connections.values())
