"""Orders in which things can be made, dropped and renamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from oxyde.migrations.parts import shown
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import short
from oxyde.schema.relation import Address

K = TypeVar("K", bound=Hashable)


def by_name(address: Address) -> tuple[str, str]:
    """Returns what addresses are sorted by."""
    return address[0] or "", address[1]


def after_needed(names: Iterable[K], needs: Mapping[K, set[K]]) -> list[K]:
    """Returns names in an order where each follows those that it needs, else as they were given.

    In a cycle the one that was given first goes first.
    """
    left = list(dict.fromkeys(names))
    done: list[K] = []
    while left:
        waiting = set(left)
        ready = [name for name in left if not (needs.get(name, set()) - {name}) & waiting]
        done += ready or left[:1]
        left = [name for name in left if name not in (ready or left[:1])]
    return done


def tables_in_order(tables: Iterable[Table]) -> list[Table]:
    """Returns tables in an order where each follows those that its foreign keys point to, as far as possible; else by name."""
    known = {table.address: table for table in sorted(tables, key=lambda table: by_name(table.address))}
    needs = {address: {key.target for key in table.foreign_keys} for address, table in known.items()}
    return [known[address] for address in after_needed(known, needs)]


def views_in_order(state: State, views: Iterable[Address]) -> list[Address]:
    """Returns views in an order where each follows those that its SELECT mentions; else by name."""
    names = sorted(views, key=by_name)
    needs = {
        view: {other for other in names if re.search(rf"(?<!\w){re.escape(other[1])}(?!\w)", state.views[view]) is not None}
        for view in names
    }
    return after_needed(names, needs)


def renames_in_order(renames: Mapping[K, K], aside: Callable[[K], K]) -> Iterator[tuple[K, K]]:
    """Yields renames in an order where each new name is free by then; in a cycle one is put aside for a while.

    Args:
        renames: New names by old ones; no two are alike.
        aside: Makes a name that nothing has.
    """
    left = dict(renames)
    while left:
        ready = [old for old, new in left.items() if new not in left]
        if not ready:
            old = next(iter(left))
            away = aside(old)
            yield old, away
            left = {away if key == old else key: new for key, new in left.items()}
            continue
        for old in ready:
            yield old, left.pop(old)


def aside(name: str, taken: Iterable[str]) -> str:
    """Returns a name that is not taken, for a while."""
    there, made = set(taken), short(f"{name}_old")
    while made in there:
        made = short(f"{made}_")
    return made


__all__ = ["after_needed", "aside", "by_name", "renames_in_order", "shown", "tables_in_order", "views_in_order"]
