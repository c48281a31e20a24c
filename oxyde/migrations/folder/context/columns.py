"""Recording of operations on columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import legacy
from oxyde.migrations.folder.context.base import Recorder
from oxyde.migrations.folder.factories import NewColumn, type_of
from oxyde.migrations.operations import AddColumn, AddConstraint, AlterColumn, CommentColumn, DropColumn, RenameColumn
from oxyde.migrations.parts import Column
from oxyde.schema.naming import meant

TYPE: Final = ("precision", "scale", "name", "values", "item")
"""The parameters of types, beside the length of text."""
PLAIN: Final = tuple(attribute.name for attribute in fields(Column) if attribute.name not in {"name", "type"})
"""What else of a column can change."""


class Columns(Recorder):
    """Records operations on columns."""

    def add_column(self, table: str, column: NewColumn | Mapping[str, Any], *, fill: str | None = None, schema: str | None = None) -> None:
        """Adds a column.

        Args:
            table: The table.
            column: What ``column()`` returns.
            fill: SQL whose value the rows that are there get; it may name other columns.
            schema: The database schema of the table.
        """
        if isinstance(column, NewColumn):
            self.record(AddColumn((schema, table), column.column, column.key, fill))
            return
        self.older = True
        new, uniques = legacy.column_of(table, column)
        self.record(*legacy.changed_enums(self.state, schema, [new.column]))
        self.record(AddColumn((schema, table), new.column, new.key, fill), *(AddConstraint((schema, table), one) for one in uniques))

    def drop_column(self, table: str, column: str, *, fill: str | None = None, schema: str | None = None) -> None:
        """Drops a column, and the constraints and indexes over it.

        Args:
            table: The table.
            column: The column.
            fill: SQL whose value the rows get when the column comes back.
            schema: The database schema of the table.
        """
        self.record(DropColumn((schema, table), column, fill))

    def rename_column(self, table: str, column: str, new: str, *, schema: str | None = None) -> None:
        """Renames a column."""
        self.record(RenameColumn((schema, table), column, new))

    def alter_column(
        self,
        table: str,
        column: str,
        /,
        *,
        using: str | None = None,
        fill: str | None = None,
        schema: str | None = None,
        **changes: Any,
    ) -> None:
        """Changes what is named of a column, and leaves the rest.

        Args:
            table: The table.
            column: The column.
            using: The SQL expression that converts the values.
            fill: SQL whose value replaces NULL where the column takes no NULL any more.
            schema: The database schema of the table.
            changes: ``type`` and the other keywords of ``column()``. A type that is named is named whole: length, digits and ``db_type``
                that are not named with it go.

        Raises:
            MigrationError: Something named is unknown.
        """
        address = schema, table
        if legacy.KEYWORDS & changes.keys():
            self.older = True
            changes, parts = legacy.changes_of(self.state.table(address), column, changes)
            self.record(*legacy.changed_enums(self.state, schema, [Column(column, changes["type"])] if "type" in changes else []))
            self.record(*([AlterColumn(address, column, changes, using, fill)] if changes else []), *parts)
            return
        made = _changes(self.state.table(address).column(column), changes)
        self.record(AlterColumn(address, column, made, using, fill))

    def comment_column(self, table: str, column: str, comment: str | None, *, schema: str | None = None) -> None:
        """Sets the comment of a column; None removes it."""
        self.record(CommentColumn((schema, table), column, comment))


def _changes(old: Column, said: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the attributes of a column that change, from the keywords of ``column()``."""
    where, known = f"column {old.name!r}", ("type", *TYPE, *PLAIN)
    for name in said:
        if name not in known:
            raise MigrationError(f"alter_column has no keyword {name!r}{meant(name, known)}; it takes {', '.join(known)}, using, fill")
    changes = {name: value for name, value in said.items() if name in PLAIN}
    parameters = {name: value for name, value in said.items() if name in TYPE}
    if "type" in said:
        changes = {"length": None, "db_type": None, **changes, "type": type_of(where, said["type"], **parameters)}
    elif parameters:
        kind = old.type.item if old.type.kind == "array" and old.type.item is not None else old.type
        before = {
            "precision": kind.precision,
            "scale": kind.scale,
            "name": old.type.name,
            "item": None if old.type.item is None else kind.kind,
        }
        changes["type"] = type_of(where, old.type.kind, **{**before, **parameters})
    if changes.get("length") is not None and changes.get("type", old.type).kind != "text":
        raise MigrationError(f"{where}: length is for text, not for {changes.get('type', old.type).kind}")
    return {name: changes[name] for name in ("type", *PLAIN) if name in changes and changes[name] != getattr(old, name)}
