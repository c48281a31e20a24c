"""A table: what a model class amounts to in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from oxyde.schema.column import Column
from oxyde.schema.constraint import Check, Exclude, ForeignKey, Index, Unique
from oxyde.schema.relation import Relation


@dataclass(frozen=True, eq=False)
class Table:
    """A table and its parts. Compared by identity: one class, one table.

    Attributes:
        id: The registry key: ``module.QualName`` of the model.
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
        managed: Whether ``create_tables`` makes it.
        view: The SELECT of a view; a view is read-only.
    """

    id: str
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
    managed: bool = True
    view: str | None = None

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
        return f"<Table {self.name} of {self.model}, {len(self.columns)} columns>"
