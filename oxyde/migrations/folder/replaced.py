"""The names of the migrations that a squashed one replaces, as its file says them in ``replaces``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

from oxyde.exceptions import MigrationError

Replaced: TypeAlias = "str | tuple[Replaced, ...]"
"""A migration by its name; one that was itself squashed is a tuple of its name and what it replaces."""


def understood(value: Any, where: str) -> tuple[Replaced, ...]:
    """Returns what a file says.

    Args:
        value: The value of ``replaces``.
        where: File and line, for the message.

    Raises:
        MigrationError: It is no list of names.
    """
    if not isinstance(value, (list, tuple)) or not all(map(_is_one, value)):
        raise MigrationError(f"{where}: replaces is a list of the names of migrations, not {value!r}")
    return tuple(_frozen(one) for one in value)


def _is_one(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and isinstance(value[0], str) and all(map(_is_one, value))
    return isinstance(value, str)


def _frozen(value: Any) -> Replaced:
    return value if isinstance(value, str) else tuple(_frozen(one) for one in value)


def name_of(one: Replaced) -> str:
    """Returns the name of the migration itself."""
    return one if isinstance(one, str) else name_of(one[0])


def names(replaces: Sequence[Replaced]) -> Iterator[str]:
    """Yields all names, those of what was squashed before among them."""
    for one in replaces:
        if isinstance(one, str):
            yield one
        else:
            yield from names(one)


def lacking(replaces: Sequence[Replaced], applied: Collection[str]) -> list[str]:
    """Returns the names that a database lacks: neither they nor what replaced them are applied."""
    found: list[str] = []
    for one in replaces:
        if isinstance(one, str):
            found += [] if one in applied else [one]
        elif name_of(one) not in applied:
            found += lacking(one[1:], applied)
    return found


def last_number(name: str, replaces: Sequence[Replaced]) -> int:
    """Returns the highest number in the names of a migration and of what it replaces."""
    return max(int(match[0]) for one in (name, *names(replaces)) if (match := re.match(r"\d+", one)) is not None)
