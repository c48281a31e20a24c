"""A migration in which tables are made anew, watched for rows that point to nothing in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from oxyde.db.steps import Steps
from oxyde.migrations.operations import AddColumn, AlterKey, DropColumn, Operation, RenameTable
from oxyde.migrations.sql.rebuild import orphans

T = TypeVar("T")


def watched(steps: Steps[T], migration: str, operations: Iterable[Operation], warn: Callable[[str], Any]) -> Steps[T]:
    """Runs the steps of operations, and refuses rows that point to nothing afterwards and did not before; see ``orphans.watched``.

    Args:
        steps: The steps.
        migration: Its name, for messages.
        operations: The operations.
        warn: Called with what was wrong before.
    """
    return (yield from orphans.watched(steps, migration, _changes(operations), warn))


def _changes(operations: Iterable[Operation]) -> orphans.Changes:
    """Returns what operations do to tables."""
    renames: dict[str, str] = {}
    rekeyed: set[str] = set()
    for operation in operations:
        match operation:
            case RenameTable((_, old), new):
                renames = {first: new if last == old else last for first, last in renames.items()}
                renames.setdefault(old, new)
                rekeyed = {new if name == old else name for name in rekeyed}
            case AlterKey((_, name)) | AddColumn((_, name), key=True) | DropColumn((_, name)):
                rekeyed.add(name)
    return orphans.Changes(renames, frozenset(rekeyed))
