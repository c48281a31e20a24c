"""What later migrations have made of a database already, where one before them is still to come, as after a rebase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.operations import AddColumn, CreateTable, Operation, RenameColumn, RenameTable
from oxyde.migrations.state import State
from oxyde.schema.relation import Address

Place = tuple[Address, str | None]
"""A column in lower case, or all columns of a table."""


@dataclass(frozen=True)
class Later:
    """What later migrations have made.

    Attributes:
        state: The state after the last of them.
        brought: The names that they gave to columns, with the migration: what had such a name before has another one now, or is gone.
    """

    state: State
    brought: Mapping[Place, str] = field(default_factory=dict)

    def brought_by(self, address: Address, column: str) -> str | None:
        """Returns the migration that gave a column its name; None where it is the one that it was."""
        return self.brought.get((address, folded(column))) or self.brought.get((address, None))


def later(migrations: Iterable[tuple[str, Sequence[Operation], State]]) -> Later | None:
    """Returns what migrations have made.

    Args:
        migrations: Their names, operations and states after them, in order.
    """
    brought: dict[Place, str] = {}
    last: State | None = None
    for name, operations, after in migrations:
        last = after
        brought |= {place: name for operation in operations for place in _brought(operation)}
    return None if last is None else Later(last, brought)


def _brought(operation: Operation) -> Iterator[Place]:
    match operation:
        case AddColumn(address, column):
            yield address, folded(column.name)
        case RenameColumn(address, _, new):
            yield address, folded(new)
        case CreateTable(table):
            yield table.address, None
        case RenameTable(address, name):
            yield (address[0], name), None
