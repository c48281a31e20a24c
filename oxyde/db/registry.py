"""The connections of a process, by alias."""

from __future__ import annotations

from typing import Final, Generic, Protocol, TypeVar

from oxyde.exceptions import ConnectionNotFound


class Named(Protocol):
    """What a registry holds: something with an alias and a URL."""

    @property
    def name(self) -> str:
        """The alias."""
        ...

    @property
    def url(self) -> str:
        """The URL, without its password."""
        ...


D = TypeVar("D", bound=Named)


class Registry(Generic[D]):
    """Connections by alias."""

    def __init__(self) -> None:
        self._connections: dict[str, D] = {}

    def register(self, database: D, *, overwrite: bool = False) -> None:
        """Registers a database by its name.

        Raises:
            ValueError: The name is taken, and ``overwrite`` is not set.
        """
        known = self._connections.get(database.name)
        if known is not None and known is not database and not overwrite:
            message = (
                f'a connection named "{database.name}" is registered already ({known.url}); choose another name or give overwrite=True'
            )
            raise ValueError(message)
        self._connections[database.name] = database

    def get(self, name: str | None = None) -> D:
        """Returns the database of that name; by default the one named default, else the only one.

        Raises:
            ConnectionNotFound: There is none.
        """
        found = self.find(name)
        if found is None:
            raise ConnectionNotFound(self._missing(name))
        return found

    def find(self, name: str | None = None) -> D | None:
        """Returns the same, or None.

        Raises:
            TypeError: The alias is not a str.
        """
        if name is not None:
            if not isinstance(name, str):
                message = f"a connection is named by its alias, a str, not {type(name).__name__}; what connect() returned goes to client="
                raise TypeError(message)
            return self._connections.get(name)
        found = self._connections.get(DEFAULT)
        return next(iter(self._connections.values())) if found is None and len(self._connections) == 1 else found

    def forget(self, database: D) -> None:
        """Unregisters a database; another one of its name stays registered."""
        if self._connections.get(database.name) is database:
            del self._connections[database.name]

    def all(self) -> tuple[D, ...]:
        """Returns all databases, in the order in which they were registered."""
        return tuple(self._connections.values())

    def _missing(self, name: str | None) -> str:
        """Returns the message for an alias, or for a default, that does not exist."""
        alias = name if name is not None and name.isidentifier() else DEFAULT
        example = f'await db.init({alias}="postgresql://...")'
        missing = f'no connection is named "{name or DEFAULT}"'
        if not self._connections:
            return f'{missing}, nothing is connected yet; call {example} or oxyde.connect("postgresql://...") first'
        aliases = sorted(self._connections)
        known = ", ".join(f'"{one}"' for one in aliases)
        if name is None:
            return f'{missing}, and there are several others: {known}; say which one is meant: using="{aliases[0]}"'
        return f"{missing}; known are {known}; call {example} to add it"


DEFAULT: Final = "default"
"""The alias of the connection that verbs use when none is named."""
