"""The catalog of lookups: which names may follow a column of which kind, those that the application registered among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from oxyde.queries import arrays, date_parts, documents, lookups
from oxyde.queries.lookups import Lookup
from oxyde.schema.memo import forget

_ROWS: Final[dict[tuple[str, str], Lookup]] = {}
"""Every lookup, by the kind of the column and the name."""


def _enter(rows: Iterable[Lookup]) -> None:
    for row in rows:
        for kind in row.on:
            _ROWS[kind, row.name] = row


_enter((*lookups.LOOKUPS.values(), *arrays.LOOKUPS, *documents.LOOKUPS))


def find(kind: str, name: str) -> Lookup | None:
    """Returns the lookup of that name for a kind of columns."""
    return _ROWS.get((kind, name))


def names(kind: str) -> list[str]:
    """Returns the names of the lookups that a kind of columns has."""
    return [name for on, name in _ROWS if on == kind]


def is_lookup(name: str) -> bool:
    """Whether a lookup of that name exists for any kind."""
    return any(known == name for _, known in _ROWS)


def taken(name: str, kinds: Iterable[str]) -> str | None:
    """Returns the first of the kinds that has a lookup or a date part of that name; None if the name is free."""
    part = date_parts.PARTS.get(name)
    return next((kind for kind in sorted(kinds) if (kind, name) in _ROWS or (part is not None and kind in part.on)), None)


def add(row: Lookup) -> None:
    """Adds a lookup of the application's."""
    _enter([row])
    forget()


def remove(name: str, kinds: Iterable[str]) -> None:
    """Removes a lookup of the application's."""
    for kind in kinds:
        _ROWS.pop((kind, name), None)
    forget()
