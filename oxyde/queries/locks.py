"""Locks on the rows that a query reads, held until the transaction ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from oxyde.ir import query
from oxyde.queries.foreign_values import named
from oxyde.queries.paths import PathKey
from oxyde.queries.scope import Scope

OWN: Final[tuple[PathKey, ...]] = ((),)
"""The query's own table, as what is locked."""


@dataclass(frozen=True)
class Lock:
    """What a query locks.

    Attributes:
        kind: ``update`` keeps others from locking and changing the rows, ``share`` from changing them. ``present`` is for rows that an
            insert of ours has met: ``share`` on MySQL, where it holds that lock already, elsewhere ``update``.
        wait: What happens at a row that somebody else has locked; None waits.
        of: The tables whose rows are locked, by path; ``()`` is the query's own.
        optional: Leave it out where the server has no row locks.
    """

    kind: Literal["update", "share", "present"]
    wait: Literal["nowait", "skip_locked"] | None = None
    of: tuple[PathKey, ...] = OWN
    optional: bool = False

    def compile(self, scope: Scope) -> dict[str, Any]:
        """Returns the lock as IR; its tables are named only where there are several."""
        of = [scope.alias_of(path) for path in self.of] if scope.joins or self.of != OWN else []
        return query.lock(self.kind, wait=self.wait, of=of, optional=self.optional)


FOR_CHANGE = Lock("update", optional=True)
"""The lock on a row that a verb will change, where there are locks of rows."""

PRESENT = Lock("present", optional=True)
"""The lock on a row that an insert has met."""


def lock(verb: str, kind: Literal["update", "share"], *, nowait: bool, skip_locked: bool, of: Sequence[str]) -> Lock:
    """Returns the lock that a verb asks for.

    Raises:
        TypeError: ``of`` is no sequence of paths.
        ValueError: A row cannot both be skipped and be an error, or no table is left.
    """
    if nowait and skip_locked:
        message = f"{verb}(nowait=True, skip_locked=True): a locked row is either an error or left out; choose one"
        raise ValueError(message)
    if not isinstance(of, Iterable):
        message = f'{verb}(of=...) takes "self" and the paths of joined tables, not {named(of)}'
        raise TypeError(message)
    paths = (of,) if isinstance(of, str) else tuple(of)
    for path in paths:
        if not isinstance(path, str):
            message = f'{verb}(of=...) takes "self" and the paths of joined tables, not {named(path)}'
            raise TypeError(message)
    if not paths:
        message = f'{verb}(of=()) locks nothing; name "self" or the path of a joined table'
        raise ValueError(message)
    wait: Literal["nowait", "skip_locked"] | None = "nowait" if nowait else "skip_locked" if skip_locked else None
    return Lock(kind, wait, tuple(() if path == "self" else tuple(path.split("__")) for path in paths))
