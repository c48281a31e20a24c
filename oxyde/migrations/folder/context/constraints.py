"""Recording of operations on constraints and indexes; they take what the factories return, or its parts one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oxyde.migrations.folder import legacy
from oxyde.migrations.folder.context.base import Recorder
from oxyde.migrations.operations import (
    AddConstraint,
    CreateIndex,
    DropConstraint,
    DropIndex,
    RenameConstraint,
    RenameIndex,
    ValidateConstraint,
)
from oxyde.migrations.parts import Check, Exclude, Index, Unique
from oxyde.schema import ForeignKey


class Constraints(Recorder):
    """Records operations on constraints and indexes."""

    def create_index(self, table: str, index: Index | Mapping[str, Any], *, concurrently: bool = False, schema: str | None = None) -> None:
        """Creates an index.

        Args:
            table: The table.
            index: What ``index()`` returns.
            concurrently: Without keeping writers out, and outside a transaction (PostgreSQL).
            schema: The database schema of the table.
        """
        if not isinstance(index, Index):
            self.older = True
            index = legacy.index_of(table, index)
        self.record(CreateIndex((schema, table), index, concurrently))

    def drop_index(self, table: str, name: str, *, concurrently: bool = False, schema: str | None = None) -> None:
        """Drops an index."""
        self.record(DropIndex((schema, table), name, concurrently))

    def rename_index(self, table: str, name: str, new: str, *, schema: str | None = None) -> None:
        """Renames an index."""
        self.record(RenameIndex((schema, table), name, new))

    def rename_constraint(self, table: str, name: str, new: str, *, schema: str | None = None) -> None:
        """Renames a constraint."""
        self.record(RenameConstraint((schema, table), name, new))

    def add_foreign_key(
        self,
        table: str,
        name: ForeignKey | str,
        columns: Sequence[str] = (),
        ref_table: str = "",
        ref_columns: Sequence[str] = (),
        *,
        on_delete: str | None = None,
        on_update: str | None = None,
        not_valid: bool = False,
        schema: str | None = None,
    ) -> None:
        """Adds a foreign key: what ``foreign_key()`` returns, or its name, columns, table and columns there.

        With ``not_valid`` (PostgreSQL) the rows that are there are not checked, and nobody waits; ``validate_constraint`` checks them.
        """
        key = name
        if not isinstance(key, ForeignKey):
            said = {"name": key, "columns": columns, "ref_table": ref_table, "ref_columns": ref_columns}
            key = legacy.foreign_key_of(table, {**said, "on_delete": on_delete, "on_update": on_update})
        self.record(AddConstraint((schema, table), key, not_valid))

    def drop_foreign_key(self, table: str, name: str, *, schema: str | None = None) -> None:
        """Drops a foreign key."""
        self.record(DropConstraint((schema, table), ForeignKey, name))

    def add_check(self, table: str, name: Check | str, sql: str = "", *, not_valid: bool = False, schema: str | None = None) -> None:
        """Adds a check: what ``check()`` returns, or its name and condition.

        With ``not_valid`` (PostgreSQL) the rows that are there are not checked, and nobody waits; ``validate_constraint`` checks them.
        """
        self.record(AddConstraint((schema, table), name if isinstance(name, Check) else Check(name, sql), not_valid))

    def validate_constraint(self, table: str, name: str, *, schema: str | None = None) -> None:
        """Checks the rows that were there before a check or foreign key that was added with ``not_valid`` (PostgreSQL)."""
        self.record(ValidateConstraint((schema, table), name))

    def drop_check(self, table: str, name: str, *, schema: str | None = None) -> None:
        """Drops a check."""
        self.record(DropConstraint((schema, table), Check, name))

    def add_unique(self, table: str, name: Unique | str, columns: Sequence[str] = (), *, schema: str | None = None) -> None:
        """Adds a unique constraint: what ``unique()`` returns, or its name and columns."""
        self.record(AddConstraint((schema, table), name if isinstance(name, Unique) else Unique(name, tuple(columns))))

    def drop_unique(self, table: str, name: str, *, schema: str | None = None) -> None:
        """Drops a unique constraint."""
        self.record(DropConstraint((schema, table), Unique, name))

    def add_exclude(self, table: str, exclude: Exclude, *, schema: str | None = None) -> None:
        """Adds an exclusion constraint (PostgreSQL): what ``exclude()`` returns."""
        self.record(AddConstraint((schema, table), exclude))

    def drop_exclude(self, table: str, name: str, *, schema: str | None = None) -> None:
        """Drops an exclusion constraint."""
        self.record(DropConstraint((schema, table), Exclude, name))
