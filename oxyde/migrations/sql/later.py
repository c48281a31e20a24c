"""What later migrations have made of a database already, where one before them is still to come, as after a rebase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from oxyde.db.tokens import sql_tokens
from oxyde.exceptions import MigrationError
from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.operations import AddColumn, CreateTable, Operation, RenameColumn, RenameTable
from oxyde.migrations.parts import shown
from oxyde.migrations.state import State
from oxyde.schema.relation import Address

Place = tuple[Address, str | None]
"""A column, or all columns of a table."""


@dataclass(frozen=True)
class Later:
    """What later migrations have made.

    Attributes:
        state: The state after the last of them.
        dialect: postgres, mysql, mariadb or sqlite.
        brought: The names that they gave to columns, with the migration: what had such a name before has another one now, or is gone.
    """

    state: State
    dialect: str
    brought: Mapping[Place, str] = field(default_factory=dict)

    def brought_by(self, address: Address, column: str) -> str | None:
        """Returns the migration that gave a column its name; None where it is the one that it was."""
        return self.brought.get((address, _known_as(column, self.dialect))) or self.brought.get((address, None))

    def check(self, operation: Operation, before: State) -> None:
        """Refuses an operation about a column that is another one by now.

        Args:
            operation: The operation.
            before: The state before it, as the migrations have it.

        Raises:
            MigrationError: It is about one.
        """
        address: Address | None = getattr(operation, "address", None)
        table = None if address is None else before.tables.get(address)
        if address is None or table is None:
            return
        named = {_known_as(name, self.dialect) for name in _names(operation)}
        for name in table.columns:
            if (migration := self.brought_by(address, name)) is not None and _known_as(name, self.dialect) in named:
                raise MigrationError(is_another(f"{shown(address)}.{name}", migration))


def is_another(column: str, migration: str) -> str:
    """Returns that a column is another one since a migration, and what to do."""
    return (
        f"{column} is another column since {migration}, which is applied already: undo {migration} first, by migrating to this migration, "
        "and then migrate on"
    )


def later(migrations: Iterable[tuple[str, Sequence[Operation], State]], dialect: str) -> Later | None:
    """Returns what migrations have made.

    Args:
        migrations: Their names, operations and states after them, in order.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    brought: dict[Place, str] = {}
    last: State | None = None
    for name, operations, after in migrations:
        last = after
        for operation in operations:
            brought |= {(address, column and _known_as(column, dialect)): name for address, column in _brought(operation)}
    return None if last is None else Later(last, dialect, brought)


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
    elif is_dataclass(value):
        for one in fields(value):
            if one.name not in {"address", "comment"}:
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
