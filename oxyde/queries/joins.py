"""``join()``: the related tables whose columns a query reads beside its own, so that their rows become instances too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.queries.foreign_values import named
from oxyde.queries.paths import PathKey, columns_at, split, unknown
from oxyde.queries.source import State
from oxyde.schema import Table
from oxyde.schema.naming import meant


def joined(state: State, names: Sequence[str]) -> State:
    """Returns the same rows with the related rows at these paths and at each step on the way.

    Raises:
        ValueError: No path was given.
        FieldError: A path does not name a relation.
        UnsupportedError: The paths lead to several collections of rows, or rows cannot be told apart.
    """
    if not names:
        raise ValueError('join() takes at least one path to a related model: join("author"), join("author__team")')
    if state.selection is not None:
        raise FieldError('join() reads related instances, and values() has none; name their fields instead: values("author__name")')
    found = dict.fromkeys(state.joined)
    for name in names:
        if not isinstance(name, str):
            message = f"join() takes paths to related models as text, not {named(name)}"
            raise TypeError(message)
        path = followed(state.table, name, "join()")
        found.update(dict.fromkeys(path[:end] for end in range(1, len(path) + 1)))
    _check_collections(state.table, list(found))
    return state.with_(joined=tuple(_in_order(list(found), ())))


def _check_collections(table: Table, paths: Sequence[PathKey]) -> None:
    """Raises UnsupportedError if rows would be multiplied with each other, or those that have a collection have no key."""
    collections = sorted((path for path in paths if columns_at(table, path)[0].hops[-1].relation.to_many), key=len)
    if collections and not table.key:
        message = f'{table.model} has no primary key to identify its rows in a join; load them by prefetch("{"__".join(collections[0])}")'
        raise UnsupportedError(message, table=table.name)
    for path in collections:
        if collections[-1][: len(path)] != path:
            one, other = ("__".join(found) for found in (path, collections[-1]))
            message = f'join() loads one collection of rows, because two multiply each other: leave "{one}" or "{other}" to prefetch()'
            raise UnsupportedError(message, table=table.name, column=path[-1])


def followed(table: Table, name: str, verb: str) -> PathKey:
    """Returns the relations that a path names.

    Raises:
        FieldError: A part of it is no relation; ``verb`` says who takes them.
    """
    parts = [name] if name in table.relations else split(name)
    here = table
    for part in parts:
        relation = here.relations.get(part)
        if relation is None:
            column = here.by_field.get(part)
            if column is None:
                raise unknown(here, part)
            known = list(here.relations)
            near = f'; did you mean "{column.relation}"?' if column.relation else meant(part, known)
            near = near or (f"; its relations are {', '.join(known)}" if known else "")
            message = f"{verb} takes relations, and {here.model}.{part} is a column{near}"
            raise FieldError(message, table=here.name, column=part)
        here = here.find(relation.target)
    return tuple(parts)


def _in_order(paths: Sequence[PathKey], here: PathKey) -> Iterator[PathKey]:
    """Yields the paths in an order where each is directly followed by those that extend it."""
    for path in paths:
        if path[:-1] == here:
            yield path
            yield from _in_order(paths, path)
