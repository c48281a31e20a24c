"""All tables that were declared, by key."""

from __future__ import annotations

from collections.abc import Callable

from oxyde.exceptions import OxydeError
from oxyde.schema.memo import forget
from oxyde.schema.table import Table


class Registry:
    """The tables of a process, in the order they were declared.

    A table may be declared by a function that makes it when it is first asked for, because the tables it refers to may come later.
    """

    def __init__(self) -> None:
        self._tables: dict[str, Table | Callable[[], Table]] = {}
        self._forgotten: dict[str, Table | Callable[[], Table]] = {}

    def add(self, table: Table) -> None:
        """Adds a table, or replaces the one of the same key."""
        self._replace(table.id, table)

    def declare(self, key: str, make: Callable[[], Table]) -> None:
        """Adds a table that is made when it is first asked for, or replaces the one of the same key."""
        self._replace(key, make)

    def _replace(self, key: str, table: Table | Callable[[], Table]) -> None:
        if key in self._tables:
            forget()
        self._tables[key] = table

    def remove(self, key: str) -> None:
        """Forgets a table; unknown keys are fine."""
        if self._tables.pop(key, None) is not None:
            forget()

    def clear(self) -> None:
        """Forgets all tables; those that refer to each other still find each other."""
        self._forgotten.update(self._tables)
        self._tables.clear()
        forget()

    def get(self, key: str) -> Table:
        """Returns the table of that key.

        Raises:
            OxydeError: There is none.
        """
        home = self._tables if key in self._tables else self._forgotten
        found = home.get(key)
        if found is None:
            message = f"no table is registered for {key}; import the module that defines it before it is used"
            raise OxydeError(message)
        if not isinstance(found, Table):
            found = home[key] = found()
        return found

    def made(self) -> tuple[Table, ...]:
        """Returns the tables that were asked for already."""
        return tuple(table for table in self._tables.values() if isinstance(table, Table))

    def all(self) -> tuple[Table, ...]:
        """Returns all tables in the order they were declared; junctions that others bring along come last."""
        for key in list(self._tables):
            self.get(key)
        return tuple(self.get(key) for key in list(self._tables))


tables = Registry()
"""The registry that models fill."""
