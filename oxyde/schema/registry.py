"""A set of tables that refer to each other by schema and name; and the set that models fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from oxyde.schema.memo import forget
from oxyde.schema.relation import Address
from oxyde.schema.table import Table, Tables, find


class Registry:
    """Tables by schema and name, in the order they were declared.

    A table may be declared by a function that makes it when it is first asked for, because the tables it refers to may come later.
    Several registries can hold versions of one table side by side: a table finds others in the one that it was added to.
    """

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        """Begins with tables that are there already."""
        self._tables: Tables = {}
        for table in tables:
            self.add(table)

    @property
    def tables(self) -> Tables:
        """The tables, or what makes them, by address; those of before ``clear()`` are in another dictionary."""
        return self._tables

    def add(self, table: Table) -> None:
        """Adds a table, or replaces the one of the same address; a table can be in one registry alone."""
        table.join(self._tables)
        self._replace(table.address, table)

    def declare(self, address: Address, make: Callable[[], Table]) -> None:
        """Adds a table that is made when it is first asked for, or replaces the one of the same address."""
        self._replace(address, make)

    def _replace(self, address: Address, table: Table | Callable[[], Table]) -> None:
        if address in self._tables:
            forget()
        self._tables[address] = table

    def remove(self, address: Address) -> None:
        """Forgets a table; unknown addresses are fine."""
        if self._tables.pop(address, None) is not None:
            forget()

    def clear(self) -> None:
        """Forgets all tables; those that were here together still find each other, for as long as one of them is held."""
        self._tables = {}
        forget()

    def __contains__(self, address: object) -> bool:
        return address in self._tables

    def __iter__(self) -> Iterator[Table]:
        """Yields all tables in the order they were declared, then the junctions of relations that name none."""
        found: dict[Table, None] = {}
        for address in list(self._tables):
            found[find(self._tables, address)] = None
        for table in list(found):
            for relation in table.relations.values():
                if relation.through is not None:
                    found[table.find(relation.through)] = None
        return iter(found)


tables: Final = Registry()
"""The tables of the models of this process."""
