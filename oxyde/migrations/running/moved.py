"""The rows of tables as operations will leave them, as queries over the rows that are there, and what those rows may not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropTable,
    Operation,
    RenameColumn,
    RenameTable,
    ValidateConstraint,
)
from oxyde.migrations.parts import Check, Constraint, Unique, shown, written
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.naming import mark, quoted
from oxyde.schema.relation import Address

EMPTY: Final = ""
"""The query of a table that the operations make, which has no rows."""


class Moved:
    """Follows operations, and says of each which rows it does not allow, while nothing has been run."""

    def __init__(self, dialect: str) -> None:
        """Begins with the rows that are there."""
        self._dialect = dialect
        self._queries: dict[Address, str] = {}
        self._untold: set[tuple[Address, str]] = set()

    def rules(self, operation: Operation, before: State) -> Iterator[tuple[str, str]]:
        """Yields queries that count the rows which an operation does not allow, and what is wrong about them; none where it cannot tell."""
        match operation:
            case AddColumn(address, column):
                if not (column.nullable or column.generated is not None or _is_given(operation)):
                    yield from self._filled(address, _with(before.table(address), operation), column.name)
            case AlterColumn(address, name):
                if not operation.after(before).nullable and (before.table(address).column(name).nullable or operation.using is not None):
                    yield from self._filled(address, self._changed(before.table(address), operation), name)
            case AddConstraint(address, constraint, False):
                yield from self._of(constraint, before.table(address), before)
            case ValidateConstraint(address, name):
                yield from self._of(before.table(address).constraint(name), before.table(address), before)
            case CreateIndex(address, index) if index.unique and set(index.parts) <= set(before.table(address).columns):
                if index.where is None:
                    yield from self._same(before.table(address), index.parts)
            case AlterKey(address, columns) if columns:
                yield from self._same(before.table(address), columns)

    def follow(self, operation: Operation, before: State) -> None:
        """Takes an operation as done."""
        match operation:
            case CreateTable(table):
                self._queries[table.address] = EMPTY
            case DropTable(address):
                self._queries.pop(address, None)
            case RenameTable(address):
                self._queries[operation.new] = self._source(before.table(address))
                self._untold |= {(operation.new, name) for table, name in self._untold if table == address}
            case AddColumn(address, column):
                self._put(before.table(address), _with(before.table(address), operation))
                if _is_given(operation):
                    self._untold.add((address, column.name))
            case AlterColumn(address, name):
                self._put(before.table(address), self._changed(before.table(address), operation))
                if {"type", "db_type", "length", "generated", "collation"} & operation.changes.keys():
                    self._untold.add((address, name))
            case RenameColumn(address, old, new):
                table = before.table(address)
                self._put(table, {new if name == old else name: self._quoted(name) for name in table.columns})
                self._untold |= {(address, new) for untold in self._untold if untold == (address, old)}
            case DropColumn(address, gone):
                table = before.table(address)
                self._put(table, {name: self._quoted(name) for name in table.columns if name != gone})
            case AlterEnumType(enum):
                self._untold |= {(table.address, column.name) for table, column in before.columns_of(enum)}

    def _changed(self, table: Table, operation: AlterColumn) -> dict[str, str | None]:
        """Returns the values of a table's columns once one has changed; None where they stay."""
        value = operation.using
        if operation.fill is not None:
            value = f"COALESCE({value or self._quoted(operation.name)}, ({operation.fill}))"
        return {**dict.fromkeys(table.columns), operation.name: value}

    def _quoted(self, name: str) -> str:
        return quoted(name, mark(self._dialect))

    def _source(self, table: Table) -> str:
        """Returns what the rows of a table are read from, which is called as the table is."""
        return self._queries.get(table.address, written(table.address, self._dialect))

    def _put(self, table: Table, values: Mapping[str, str | None]) -> None:
        if self._source(table) != EMPTY:
            self._queries[table.address] = self._select(table, values)

    def _select(self, table: Table, values: Mapping[str, str | None]) -> str:
        """Returns a query of the rows with other values, as something to read from."""
        listed = ", ".join(f"{self._value(name, value)} AS {self._quoted(name)}" for name, value in values.items())
        return f"(SELECT {listed} FROM {self._named(table)})"  # noqa: S608 - names are quoted, expressions those of the migration

    def _value(self, name: str, value: str | None) -> str:
        return self._quoted(name) if value is None else f"({value})"

    def _named(self, table: Table) -> str:
        """Returns the rows of a table under the name that expressions may know it by."""
        source = self._source(table)
        return f"{source} AS {self._quoted(table.name)}" if source.startswith("(") else source

    def _tells(self, table: Table, columns: Iterable[str]) -> bool:
        return self._source(table) != EMPTY and not any((table.address, name) in self._untold for name in columns)

    def _filled(self, address: Address, values: Mapping[str, str | None], name: str) -> Iterator[tuple[str, str]]:
        table = Table(address[1], address[0])
        if self._tells(table, values):
            rows = f"{self._select(table, values)} AS {self._quoted(table.name)}"
            problem = f"NULL in {name}, which takes none; say what they get: fill="
            yield _count(rows, f"{self._quoted(name)} IS NULL"), problem

    def _same(self, table: Table, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
        if not self._tells(table, columns):
            return
        names = [self._quoted(name) for name in columns]
        filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
        groups = f"SELECT COUNT(*) AS n FROM {self._named(table)} WHERE {filled} GROUP BY {', '.join(names)} HAVING COUNT(*) > 1"  # noqa: S608 - as above
        yield f"SELECT SUM(n) AS n FROM ({groups}) AS oxyde_groups", f"the same {' and '.join(columns)} as others"  # noqa: S608 - as above

    def _of(self, constraint: Constraint, table: Table, before: State) -> Iterator[tuple[str, str]]:
        match constraint:
            case Unique(_, columns):
                yield from self._same(table, columns)
            case Check(name, sql) if self._tells(table, list(table.columns)):
                yield _count(self._named(table), f"NOT ({sql})"), f"values that break {name}: {sql}"
            case ForeignKey(_, columns, target, others) if self._tells(table, columns):
                yield from self._orphans(table, columns, before.table(target), others)

    def _orphans(self, table: Table, columns: Sequence[str], target: Table, others: Sequence[str]) -> Iterator[tuple[str, str]]:
        here = [f"{self._quoted(table.name)}.{self._quoted(name)}" for name in columns]
        conditions = [f"{name} IS NOT NULL" for name in here]
        if self._source(target) != EMPTY:
            if not self._tells(target, others):
                return
            source = self._source(target)
            pairs = " AND ".join(f"oxyde_target.{self._quoted(other)} = {name}" for other, name in zip(others, here, strict=True))
            conditions.append(f"NOT EXISTS (SELECT 1 FROM {source} AS oxyde_target WHERE {pairs})")  # noqa: S608 - as above
        problem = f"a {' and '.join(columns)} that no row of {shown(target.address)} has"
        rows = self._named(table)
        named = rows if rows.startswith("(") else f"{rows} AS {self._quoted(table.name)}"
        yield _count(named, " AND ".join(conditions)), problem


def _with(table: Table, operation: AddColumn) -> dict[str, str | None]:
    """Returns the values of a table's columns with one that is added; None where they stay."""
    column = operation.column
    return {**dict.fromkeys(table.columns), column.name: column.generated or operation.fill or column.default or "NULL"}


def _is_given(operation: AddColumn) -> bool:
    """Whether the server itself gives the rows values: a counter, or what the SQL type says beside the type."""
    column = operation.column
    return column.auto or column.identity is not None or (column.db_type is not None and operation.fill is None and column.default is None)


def _count(rows: str, condition: str) -> str:
    return f"SELECT COUNT(*) AS n FROM {rows} WHERE {condition}"  # noqa: S608 - names are quoted, expressions those of the migration
