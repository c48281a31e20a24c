"""What later migrations have made of a database already, where one before them is still to come, as after a rebase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final

from oxyde.db.tokens import sql_tokens
from oxyde.exceptions import MigrationError
from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
    CreateTable,
    CreateView,
    DropTable,
    DropView,
    Operation,
    RenameColumn,
    RenameTable,
)
from oxyde.migrations.parts import Column, shown
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

Place = tuple[Address, str | None]
"""A column, or all columns of a table."""
Setting = tuple[Address, str | None, str]
"""What an operation sets anew: an attribute of a column, or of a table, a type or a view."""
BESIDE: Final = frozenset({"address", "comment", "db_type", "kind", "type"})
"""Attributes of operations and their parts that name no column."""


@dataclass(frozen=True)
class Later:
    """What later migrations have made.

    Attributes:
        state: The state after the last of them.
        dialect: postgres, mysql, mariadb or sqlite.
        brought: The names that they gave to columns, with the migration: what had such a name before has another one now, or is gone.
        settings: What they set anew, with the migration.
    """

    state: State
    dialect: str
    brought: Mapping[Place, str] = field(default_factory=dict)
    settings: Mapping[Setting, str] = field(default_factory=dict)

    def brought_by(self, address: Address, column: str) -> str | None:
        """Returns the migration that gave a column its name; None where it is the one that it was."""
        return self.brought.get((address, _known_as(column, self.dialect))) or self.brought.get((address, None))

    def check(self, operation: Operation, before: State) -> None:
        """Refuses an operation about a column that is another one by now, or that would undo what was set.

        Args:
            operation: The operation.
            before: The state before it, as the migrations have it.

        Raises:
            MigrationError: It is about one.
        """
        for setting in (*_settings(operation, self.dialect, is_pending=True), *self._users(operation, before)):
            if (migration := self.settings.get(setting)) is not None:
                name = shown(setting[0]) if setting[1] is None else f"{shown(setting[0])}.{setting[1]}"
                raise MigrationError(f"{name} is {'used' if setting[2] == 'used' else 'changed'} by {migration} too, {_undo(migration)}")
        for key in _keys(operation):
            if (migration := self.settings.get((key.target, None, "gone"))) is not None:
                raise MigrationError(f"{shown(key.target)} has another name or is gone since {migration}, {_undo(migration)}")
        address: Address | None = getattr(operation, "address", None)
        table = None if address is None else before.tables.get(address)
        if address is None or table is None:
            return
        named = {_known_as(name, self.dialect) for name in _names(operation)}
        for name in table.columns:
            if (migration := self.brought_by(address, name)) is not None and _known_as(name, self.dialect) in named:
                raise MigrationError(f"{shown(address)}.{name} is another column since {migration}, {_undo(migration)}")

    def _users(self, operation: Operation, before: State) -> Iterator[Setting]:
        """Yields what would have to be as it was for an operation that says the values of an enumeration with a column."""
        if self.dialect != "postgres":
            yield from ((enum, None, "values") for enum in _enums(operation, before))


def _undo(migration: str) -> str:
    """Returns what to do about a migration that is applied too early."""
    return f"which is applied already: undo {migration} first, by migrating to this migration, and then migrate on"


def later(migrations: Iterable[tuple[str, Sequence[Operation], State]], dialect: str) -> Later | None:
    """Returns what migrations have made.

    Args:
        migrations: Their names, operations and states after them, in order.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    brought: dict[Place, str] = {}
    settings: dict[Setting, str] = {}
    last: State | None = None
    for name, operations, after in migrations:
        last = after
        for operation in operations:
            brought |= {(address, column and _known_as(column, dialect)): name for address, column in _brought(operation)}
            settings |= dict.fromkeys(_settings(operation, dialect), name)
            if dialect != "postgres":
                settings |= {(enum, None, "used"): name for enum in _enums(operation, None)}
    return None if last is None else Later(last, dialect, brought, settings)


def _known_as(column: str, dialect: str) -> str:
    """Returns the name by which a server knows a column; PostgreSQL alone tells capitals apart."""
    return column if dialect == "postgres" else folded(column)


def _names(value: Any) -> Iterator[str]:
    """Yields the texts of an operation that may name columns, and the words of those that are SQL."""
    if isinstance(value, str):
        yield value
        yield from (text.strip('"`') for kind, text in sql_tokens(value) if kind in {"word", "quoted"})
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _names(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if one.name not in BESIDE:
                yield from _names(getattr(value, one.name))
    elif isinstance(value, Iterable):
        for one in value:
            yield from _names(one)


def _brought(operation: Operation) -> Iterator[Place]:
    match operation:
        case AddColumn(address, column):
            yield address, column.name
        case RenameColumn(address, _, new):
            yield address, new
        case CreateTable(table):
            yield table.address, None
        case RenameTable(address, name):
            yield (address[0], name), None


def _settings(operation: Operation, dialect: str, *, is_pending: bool = False) -> Iterator[Setting]:
    """Yields what an operation sets; of a pending one what must not have been set."""
    match operation:
        case AlterColumn(address, name) | CommentColumn(address, name):
            changes = operation.changes if isinstance(operation, AlterColumn) else {"comment"}
            whole = dialect in {"mysql", "mariadb"}  # whose MODIFY says all of a column
            yield from ((address, _known_as(name, dialect), change) for change in (["all"] if whole else changes))
        case AlterKey(address):
            yield address, None, "key"
        case CommentTable(address):
            yield address, None, "comment"
        case AddEnumValue(address) if dialect == "postgres":  # which takes one of each
            yield address, None, "values of one" if is_pending else "values"
        case AddEnumValue(address) | AlterEnumType(address):
            yield address, None, "values"
            yield address, None, "used" if is_pending else "values of one"
        case CreateView(address) | DropView(address):
            yield address, None, "view"
        case RenameTable(address) | DropTable(address) if not is_pending:
            yield address, None, "gone"


def _enums(operation: Operation, before: State | None) -> Iterator[Address]:
    """Yields the enumerations of the columns that an operation makes or, where the state before it is known, says anew."""
    match operation:
        case AddColumn((schema, _), column):
            columns: Iterable[Column] = (column,)
        case CreateTable(table):
            schema, columns = table.schema, table.columns.values()
        case AlterColumn((schema, _) as address, name, changes) if before is not None:
            column = before.table(address).column(name)
            columns = (column, replace(column, **changes))
        case _:
            return
    yield from ((schema, column.enum) for column in columns if column.enum is not None)


def _keys(operation: Operation) -> Iterator[ForeignKey]:
    match operation:
        case AddConstraint(_, ForeignKey() as key):
            yield key
        case CreateTable(table):
            yield from (key for key in table.foreign_keys if key.target != table.address)
