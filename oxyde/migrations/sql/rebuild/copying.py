"""How the rows of a table get into the one that replaces it: an expression for each column, from those that were there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.operations import AddColumn, AlterColumn, AlterEnumType, Operation
from oxyde.migrations.parts import Column
from oxyde.migrations.sql.rebuild.declaration import mentions
from oxyde.migrations.state import State
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address

ROWID: Final = "oxyde_rowid"
"""What the rowid is called in the query of the rows."""


@dataclass
class Copied:
    """The query of the rows.

    Attributes:
        layers: Expressions by column in lower case, as SQLite knows no case; those of a layer read the columns of the one before.
        converted: The columns whose type changes, with what they become, as far as the migration does not say how to convert them.
    """

    layers: list[dict[str, str]] = field(default_factory=lambda: [{}])
    converted: dict[str, Column] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether every column is copied as it is."""
        return not any(self.layers)

    @property
    def changed(self) -> frozenset[str]:
        """The columns that get other values, in lower case."""
        return frozenset(name for layer in self.layers for name in layer)

    def set(self, name: str, sql: str) -> None:
        """Gives a column an expression over the columns as they are by now."""
        last = self.layers[-1]
        name = folded(name)
        if name in last or any(mentions(sql, known) for known in last):
            self.layers.append({})
        self.layers[-1][name] = sql

    def select(self, source: str, table: str, there: Sequence[str], wanted: Sequence[str], rowid: str | None) -> str:
        """Returns the query.

        Args:
            source: The table that has the rows, quoted.
            table: The name by which expressions may know it, quoted.
            there: Its columns.
            wanted: The columns of the query.
            rowid: What the rowid is called there, if it is wanted.
        """
        sql = source
        known = list(there)
        for place, layer in enumerate(self.layers):
            is_last = place == len(self.layers) - 1
            names = wanted if is_last else [*known, *(name for name in layer if name not in map(folded, known))]
            first = [] if rowid is None else [rowid if place == 0 else ROWID]
            if first and not is_last and place == 0:
                first = [f"{rowid} AS {ROWID}"]
            parts = [*first, *(_part(name, layer, is_last=is_last) for name in names)]
            query = f"SELECT {', '.join(parts)} FROM {sql}"  # noqa: S608 - names are quoted, expressions those of the migration
            if is_last:
                return query
            sql, known = f"({query}) AS {table}", list(names)
        raise AssertionError("there is at least one layer")


def _part(name: str, layer: dict[str, str], *, is_last: bool) -> str:
    sql = layer.get(folded(name))
    if sql is None:
        return quoted(name)
    return sql if is_last else f"{sql} AS {quoted(name)}"


def copied(address: Address, operations: Sequence[tuple[Operation, State]]) -> Copied:
    """Returns how rows are copied.

    Args:
        address: The table.
        operations: The operations on it, each with the state before it.
    """
    made = Copied()
    for operation, before in operations:
        table = before.table(address)
        match operation:
            case AddColumn(_, column, _, fill) if column.generated is None:
                made.set(column.name, f"({fill})" if fill is not None else column.default or "NULL")
            case AlterColumn(_, name):
                _alter(made, table.column(name), operation.after(before), operation)
            case AlterEnumType(enum, _, changes) if changes:
                for other, column in before.columns_of(enum):
                    if other.address == address:
                        made.set(column.name, _relabelled(quoted(column.name), changes))
    return made


def _alter(made: Copied, before: Column, after: Column, operation: AlterColumn) -> None:
    if after.generated is not None:
        return
    value = f"({operation.using})" if operation.using is not None else conversion(before, after)
    if operation.using is None and (before.type != after.type or before.db_type != after.db_type):
        made.converted[after.name] = after
    if operation.fill is not None:
        value = f"coalesce({value or quoted(after.name)}, ({operation.fill}))"
    if value is not None:
        made.set(after.name, value)


def conversion(before: Column, after: Column) -> str | None:
    """Returns the expression that converts the values of a column, or None where storing them in the new one does."""
    name = quoted(before.name)
    if before.db_type is not None or after.db_type is not None or before.type.kind == after.type.kind:
        return None
    match before.type.kind, after.type.kind:
        case (("int" | "float" | "decimal" | "bool" | "duration"), "text"):
            return f"CAST({name} AS TEXT)"
        case (("int" | "float" | "decimal"), "bool"):
            return f"{name} <> 0"
        case "date", ("datetime" | "datetime_tz"):
            return f"{name} || ' 00:00:00'"
        case (("datetime" | "datetime_tz"), "date"):
            return f"substr({name}, 1, 10)"
        case (("datetime" | "datetime_tz"), "time"):
            return f"substr({name}, 12)"
        case _:
            return None


STORED: Final = {
    "int": ("integer",),
    "bool": ("integer",),
    "duration": ("integer",),
    "float": ("real", "integer"),
    "decimal": ("integer", "real", "text"),
    "bytes": ("blob",),
    "any": ("integer", "real", "text", "blob"),
}
"""How SQLite stores the values of a kind; all others as text."""


def misfit(column: Column) -> str | None:
    """Returns the condition of rows whose value is none of a column's type; None where that cannot be told."""
    if column.db_type is not None:
        return None
    name, kind = quoted(column.name), column.type.kind
    stored = ", ".join(f"'{one}'" for one in STORED.get(kind, ("text",)))
    wrong = f"typeof({name}) NOT IN ('null', {stored})"
    match kind:
        case "bool":
            return f"{wrong} OR {name} NOT IN (0, 1)"
        case "decimal":
            return f"{wrong} OR (typeof({name}) = 'text' AND {name} GLOB '*[^0-9.eE+-]*')"
        case "json":
            return f"{wrong} OR json_valid({name}) = 0"
        case "date":
            return f"{wrong} OR date({name}) IS NOT {name}"
        case "datetime" | "datetime_tz":
            return f"{wrong} OR datetime({name}) IS NULL AND {name} IS NOT NULL"
        case "time":
            return f"{wrong} OR time({name}) IS NULL AND {name} IS NOT NULL"
        case _:
            return wrong


def _relabelled(name: str, changes: Mapping[str, str | None]) -> str:
    """Returns the expression of the new value of an enumeration."""
    cases = "".join(f" WHEN {literal(old)} THEN {'NULL' if new is None else literal(new)}" for old, new in changes.items())
    return f"CASE {name}{cases} ELSE {name} END"


def literal(text: str) -> str:
    """Returns text as SQLite has it.

    >>> literal("it's")
    "'it''s'"
    """
    return quoted(text, "'")
