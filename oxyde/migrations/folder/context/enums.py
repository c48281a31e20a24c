"""Recording of operations on enumeration types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.context.base import Recorder
from oxyde.migrations.operations import AddEnumValue, AlterEnumType, CreateEnumType, DropEnumType, RenameEnumType, StateOnly


class Enums(Recorder):
    """Records operations on enumeration types."""

    def create_enum_type(self, name: str, values: Sequence[str], *, schema: str | None = None) -> None:
        """Creates an enumeration type."""
        self.record(CreateEnumType((schema, name), tuple(values)))

    def drop_enum_type(self, name: str, *, schema: str | None = None) -> None:
        """Drops an enumeration type that no column has any more."""
        self.record(DropEnumType((schema, name)))

    def rename_enum_type(self, name: str, new: str, *, schema: str | None = None) -> None:
        """Renames an enumeration type."""
        self.record(RenameEnumType((schema, name), new))

    def add_enum_value(self, name: str, value: str, *, schema: str | None = None, fields: Any = None) -> None:
        """Adds a value to an enumeration type, as its last.

        Args:
            name: The type.
            value: The value.
            schema: The database schema of the type.
            fields: What files of the older format say of its columns; not needed.
        """
        self.older = self.older or fields is not None
        self.record(AddEnumValue((schema, name), value))

    def alter_enum_type(
        self,
        name: str,
        values: Sequence[str] | None = None,
        *,
        map: Mapping[str, str | None] | None = None,
        schema: str | None = None,
        old_values: Sequence[str] | None = None,
        new_values: Sequence[str] | None = None,
    ) -> None:
        """Gives an enumeration type other values, and the rows of its columns too.

        Args:
            name: The type.
            values: The new values, in order.
            map: What becomes of a value that goes: a new one, or None for NULL.
            schema: The database schema of the type.
            old_values: Said by files of the older format, which change the database by statements of their own.
            new_values: The same.

        Raises:
            MigrationError: No values are given.
        """
        if new_values is not None:
            self.older = True
            del old_values
            self.record(StateOnly((AlterEnumType((schema, name), tuple(new_values)),)))
            return
        if values is None:
            raise MigrationError(f"say the values of {name!r}: ctx.alter_enum_type({name!r}, ['draft', 'live'], map={{'old': 'draft'}})")
        self.record(AlterEnumType((schema, name), tuple(values), dict(map or {})))
