"""A table: what a model class amounts to in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeAlias

from oxyde.exceptions import OxydeError
from oxyde.schema.column import Column
from oxyde.schema.constraint import Check, Exclude, ForeignKey, Index, Unique
from oxyde.schema.relation import Address, Relation

Tables: TypeAlias = "MutableMapping[Address, Table | Callable[[], Table]]"
"""Tables that refer to each other, by address; a function makes a table that has not been asked for yet."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table and its parts. Compared by identity: one class, one table.

    Attributes:
        model: The model's class name, for messages.
        name: The table's name in the database.
        schema: The database schema it lives in; the server's default when None.
        columns: In the order of the model's fields.
        relations: By field name.
        uniques: Unique constraints of several fields, or named ones.
        checks: Check constraints.
        excludes: Exclusion constraints.
        foreign_keys: Foreign keys.
        indexes: Indexes.
        comment: A comment for the database.
        was: The name it had before, for migrations.
        managed: Whether ``create_tables`` makes it.
        view: The SELECT of a view; a view is read-only.
        implicit: The junction of a many-to-many relation that names no model for it.
        junctions: The implicit junctions of its own relations.
    """

    model: str
    name: str
    schema: str | None = None
    columns: tuple[Column, ...] = ()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    uniques: tuple[Unique, ...] = ()
    checks: tuple[Check, ...] = ()
    excludes: tuple[Exclude, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    was: str | None = None
    managed: bool = True
    view: str | None = None
    implicit: bool = False
    junctions: Tables = field(default_factory=dict, repr=False)
    _tables: Tables | None = field(default=None, init=False, repr=False)

    @property
    def address(self) -> Address:
        """Schema and name, by which foreign keys and relations name their target."""
        return self.schema, self.name

    def join(self, tables: Tables) -> None:
        """Notes where the table finds those that it refers to."""
        object.__setattr__(self, "_tables", tables)

    def find(self, address: Address) -> Table:
        """Returns the table of an address, among those that this one is with.

        Raises:
            OxydeError: There is none.
        """
        if address == self.address:
            return self
        return find(self.junctions if address in self.junctions else self._tables or {}, address)

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """The columns by field name."""
        return {column.field: column for column in self.columns}

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by database name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """The columns of the primary key; empty when there is none."""
        return tuple(column for column in self.columns if column.key)

    @cached_property
    def places(self) -> Mapping[str, tuple[int, Column]]:
        """Each column with its place among the columns, by field name."""
        return {column.field: (place, column) for place, column in enumerate(self.columns)}

    @cached_property
    def row(self) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
        """Returns the values of all columns from values by field; raises KeyError where one is absent."""
        names = [*self.by_field]
        return itemgetter(*names) if len(names) > 1 else lambda values: tuple([values[name] for name in names])

    @cached_property
    def mutable(self) -> tuple[tuple[int, Column], ...]:
        """The columns whose values may change inside, with their places."""
        return tuple((place, column) for place, column in self.places.values() if column.mutable)

    @cached_property
    def writers(self) -> Mapping[str, Callable[[Any], Any]]:
        """The ``writer`` of each column, by field name."""
        return {column.field: column.writer for column in self.columns}

    @cached_property
    def stored(self) -> tuple[Column, ...]:
        """The columns that are written, not computed by the database."""
        return tuple(column for column in self.columns if column.generated is None)

    @cached_property
    def computed(self) -> tuple[Column, ...]:
        """The columns that the database computes."""
        return tuple(column for column in self.columns if column.generated is not None)

    @cached_property
    def stamped(self) -> tuple[Column, ...]:
        """The columns that every write sets to the present."""
        return tuple(column for column in self.columns if column.auto_now)

    @cached_property
    def version(self) -> Column | None:
        """The column that is checked and raised by one on every save."""
        return next((column for column in self.columns if column.version), None)

    @cached_property
    def by_relation(self) -> Mapping[str, Column]:
        """The foreign key columns by the field name of their relation."""
        return {column.relation: column for column in self.columns if column.relation is not None}

    def __repr__(self) -> str:
        """Returns one line without the parts."""
        count = "1 column" if len(self.columns) == 1 else f"{len(self.columns)} columns"
        return f"<Table {self.name} of {self.model}, {count}>"


def find(tables: Tables, address: Address) -> Table:
    """Returns the table of an address, which is made when it is first asked for.

    Raises:
        OxydeError: There is none.
    """
    found = tables.get(address)
    if found is None:
        shown = ".".join(part for part in address if part is not None)
        message = f"no table {shown!r} is registered; import the module that defines its model before it is used"
        raise OxydeError(message)
    if not isinstance(found, Table):
        found = tables[address] = found()
        if found._tables is None:  # unless it knows those that it was declared beside
            found.join(tables)
    return found
