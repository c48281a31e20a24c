"""Recording of operations on tables, views and schemas."""

from __future__ import annotations

from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import legacy
from oxyde.migrations.folder.context.base import Recorder
from oxyde.migrations.folder.factories import NewColumn
from oxyde.migrations.operations import (
    AlterKey,
    CommentTable,
    CreateSchema,
    CreateTable,
    CreateView,
    DropTable,
    DropView,
    RenameTable,
)
from oxyde.migrations.parts import Constraint, Index
from oxyde.migrations.state import Table
from oxyde.schema.naming import twice


class Tables(Recorder):
    """Records operations on tables, views and schemas."""

    def create_table(
        self,
        name: str,
        *parts: NewColumn | Constraint | Index,
        schema: str | None = None,
        comment: str | None = None,
        **older: Any,
    ) -> None:
        """Creates a table.

        Args:
            name: Its name.
            parts: What ``column() foreign_key() unique() check() exclude() index()`` return.
            schema: The database schema it is in.
            comment: A comment for the database.
            older: What files of the older format say: ``fields indexes foreign_keys checks``.

        Raises:
            MigrationError: Two parts have one name, or the table cannot be made.
        """
        if older:
            self.older = True
            parts = (*parts, *legacy.parts_of(name, **older))
        columns = [part for part in parts if isinstance(part, NewColumn)]
        indexes = [part for part in parts if isinstance(part, Index)]
        constraints = [part for part in parts if not isinstance(part, (NewColumn, Index))]
        for kind, names in (
            ("column", [new.column.name for new in columns]),
            ("index", [part.name for part in indexes]),
            ("constraint", [part.name for part in constraints]),
        ):
            if (repeated := twice(names)) is not None:
                raise MigrationError(f"table {name!r} has two parts of one name: {kind} {repeated!r}")
        if self.older:
            self.record(*legacy.changed_enums(self.state, schema, [new.column for new in columns]))
        table = Table(
            name,
            schema,
            {new.column.name: new.column for new in columns},
            tuple(new.column.name for new in columns if new.key),
            {part.name: part for part in constraints},
            {part.name: part for part in indexes},
            comment,
        )
        self.record(CreateTable(table))

    def drop_table(self, name: str, *, schema: str | None = None) -> None:
        """Drops a table with all its rows."""
        self.record(DropTable((schema, name)))

    def rename_table(self, name: str, new: str, *, schema: str | None = None) -> None:
        """Renames a table."""
        self.record(RenameTable((schema, name), new))

    def alter_key(self, table: str, *columns: str, schema: str | None = None) -> None:
        """Gives a table another primary key; without columns, none."""
        self.record(AlterKey((schema, table), columns))

    def comment_table(self, name: str, comment: str | None, *, schema: str | None = None) -> None:
        """Sets the comment of a table; None removes it."""
        self.record(CommentTable((schema, name), comment))

    def create_schema(self, name: str) -> None:
        """Creates a schema where it is not there yet."""
        self.record(CreateSchema(name))

    def create_view(self, name: str, sql: str, *, schema: str | None = None) -> None:
        """Creates a view of a SELECT."""
        self.record(CreateView((schema, name), sql))

    def drop_view(self, name: str, *, schema: str | None = None) -> None:
        """Drops a view."""
        self.record(DropView((schema, name)))
