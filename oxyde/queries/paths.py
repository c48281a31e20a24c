"""Paths: names like ``team__name``, followed through relations to their column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from oxyde.exceptions import FieldError
from oxyde.schema import Column, Relation, Table
from oxyde.schema.memo import remembered
from oxyde.schema.naming import meant

PathKey: TypeAlias = "tuple[str, ...]"

_BETWEEN: Final = re.compile("__(?!_)")
"""Between the parts of a name; a field may end in an underscore (``class_``), none begins with one."""
VARIOUS: Final = frozenset({"datetime", "datetime_tz", "time", "uuid"})
"""Types whose values have several text forms where the server stores them as text."""


@dataclass(frozen=True, eq=False)
class Hop:
    """A step from a table to a related one.

    Attributes:
        relation: The relation.
        origin: The table it starts from.
        table: The table it leads to.
    """

    relation: Relation
    origin: Table
    table: Table


@dataclass(frozen=True, eq=False)
class Path:
    """A column, seen from a table. Compared by identity: ``resolve`` returns the same one for the same name.

    Attributes:
        name: The name as written, without lookups.
        hops: The relations on the way.
        column: The column at the end.
        table: The table that has it.
        relation: The relation that the name ends in, if it names one instead of a column.
    """

    name: str
    hops: tuple[Hop, ...]
    column: Column
    table: Table
    relation: Relation | None = None

    @property
    def nullable(self) -> bool:
        """Whether the value may be missing: NULL, or no row on the way."""
        return self.column.nullable or any(hop.relation.nullable for hop in self.hops)

    @property
    def searched(self) -> bool:
        """Whether an index serves the column, without NULLs, and values of its type may be spelt in several ways."""
        column = self.column
        return column.indexed and not column.nullable and not self.hops and column.type.kind in VARIOUS

    @property
    def key(self) -> PathKey:
        """What identifies the column among all columns seen from the same table, however it was written."""
        return (*(hop.relation.field for hop in self.hops), self.column.field)

    @property
    def where(self) -> str:
        """Model and field, for messages."""
        return f"{self.table.model}.{self.column.field}"

    @property
    def end(self) -> str:
        """Model and relation of a name that ends in a relation, else model and field; for messages."""
        if self.relation is None:
            return self.where
        origin = self.hops[-1].origin if self.relation.kind != "one" else self.table
        return f"{origin.model}.{self.relation.field}"

    @cached_property
    def many(self) -> int | None:
        """The index of the first hop that may lead to several rows, or None."""
        return next((at for at, hop in enumerate(self.hops) if hop.relation.to_many), None)


def split(name: str) -> list[str]:
    """Returns the parts of a name: fields, relations, lookups."""
    return _BETWEEN.split(name)


def parts_of(table: Table, name: str) -> list[str]:
    """Returns the parts of a name that begins at a table. The key of a relation named ``after_`` is one: ``after__id``."""
    parts, at, here = split(name), 0, table
    while at < len(parts):
        key = "__".join(parts[at : at + 2])
        if at + 1 < len(parts) and key in here.by_field:
            return [*parts[:at], key, *parts[at + 2 :]]
        relation = here.relations.get(parts[at])
        if relation is None:
            break
        here, at = here.find(relation.target), at + 1
    return parts


@remembered(4096)
def resolve(table: Table, name: str) -> tuple[Path, tuple[str, ...]]:
    """Follows a name as far as fields and relations go.

    Args:
        table: Where it starts.
        name: Fields and relations joined by ``__``, perhaps with lookups behind.

    Returns:
        The path, and the remaining parts: lookups.

    Raises:
        FieldError: The first part, or a part behind a relation, is not a field.
    """
    parts = parts_of(table, name)
    hops: list[Hop] = []
    here = table
    for at, part in enumerate(parts):
        rest = tuple(parts[at + 1 :])
        column = key_of(here) if part == "pk" else here.by_field.get(part)
        if column is not None:
            return Path("__".join(parts[: at + 1]), tuple(hops), column, here), rest
        relation = here.relations.get(part)
        if relation is None:
            raise unknown(here, part)
        target = here.find(relation.target)
        following = rest[0] if rest else None
        leads_on = following is not None and (following == "pk" or following in target.by_field or following in target.relations)
        if relation.kind == "one" and (not leads_on or _is_key(relation, target, following)):
            kept = at + 1 if not leads_on else at + 2
            end = Path("__".join(parts[:kept]), tuple(hops), here.by_field[relation.column], here, None if leads_on else relation)
            return end, tuple(parts[kept:])
        hops.append(Hop(relation, here, target))
        if not leads_on:
            return Path("__".join(parts[: at + 1]), tuple(hops), key_of(target), target, relation), rest
        here = target
    raise unknown(here, parts[-1])


@dataclass(frozen=True, eq=False)
class WholeKey:
    """What a name means that stands for a key of several columns: ``pk``, or a relation to rows that have such a key.

    Attributes:
        before: What precedes the name of a column of the key, as seen from the table where the name begins.
        table: The table that has the key.
        relation: The relation, if the name ends in one and not in ``pk``.
        lookup: The lookup behind the name.
        name: Model and relation, or model and ``pk``; for messages.
    """

    before: str
    table: Table
    relation: Relation | None
    lookup: str
    name: str

    @property
    def column(self) -> str:
        """The name alone."""
        return self.name.rpartition(".")[2]


@remembered(4096)
def whole_key(table: Table, name: str) -> WholeKey | None:
    """Returns what a name means if it stands for a key of several columns, else None."""
    parts = parts_of(table, name)
    here = table
    for at, part in enumerate(parts):
        lookup = "__".join(parts[at + 1 :]) or "exact"
        if part == "pk":
            return (
                WholeKey("".join(f"{one}__" for one in parts[:at]), here, None, lookup, f"{here.model}.pk") if len(here.key) > 1 else None
            )
        relation = None if part in here.by_field else here.relations.get(part)
        if relation is None:
            return None
        origin, here = here, here.find(relation.target)
        following = parts[at + 1] if at + 1 < len(parts) else None
        if following != "pk" and following not in here.by_field and following not in here.relations:
            is_whole = relation.kind != "one" and len(here.key) > 1
            before = "".join(f"{one}__" for one in parts[: at + 1])
            return WholeKey(before, here, relation, lookup, f"{origin.model}.{part}") if is_whole else None
    return None


def _is_key(relation: Relation, target: Table, name: str | None) -> bool:
    """Whether a name behind a foreign key is its target column, whose value this table has too."""
    if name == "pk":
        return len(target.key) == 1 and target.key[0].field == relation.target_column
    return name == relation.target_column


def key_of(table: Table) -> Column:
    """Returns the one column of a table's primary key.

    Raises:
        FieldError: There is no key, or it has several columns.
    """
    if len(table.key) == 1:
        return table.key[0]
    reason = "has no primary key" if not table.key else f"has a key of several fields ({', '.join(column.field for column in table.key)})"
    message = f"{table.model} {reason}; name the fields themselves"
    raise FieldError(message, table=table.name)


def unknown(table: Table, name: str, others: Iterable[str] = ()) -> FieldError:
    """Returns the error for a name that is neither a field of the table nor another name of the query."""
    known = [*table.by_field, *table.relations, *others]
    near = column_meant(table, name) or meant(name, known) or f"; it has {', '.join(known)}"
    return FieldError(f'{table.model} has no field "{name}"{near}', table=table.name, column=name)


def column_meant(table: Table, name: str) -> str:
    """Returns a hint for the message about an unknown field if a database column has that name, else an empty str."""
    column = table.by_name.get(name)
    return "" if column is None else f'; that is the name of a column in the database, and its field is "{column.field}"'


def column_path(table: Table, name: str) -> Path:
    """Resolves a path without a lookup.

    Raises:
        FieldError: A part is not a field.
    """
    path, rest = resolve(table, name)
    if rest and path.relation is not None:
        raise unknown(path.table.find(path.relation.target), rest[0])
    if rest:
        message = f'{path.where} is a column, and "{"__".join(rest)}" behind it means nothing here; name the field alone'
        raise FieldError(message, table=table.name, column=name)
    return path


@remembered(1024)
def all_columns(table: Table) -> tuple[Path, ...]:
    """Returns the paths of a table's own columns, in order."""
    return tuple(resolve(table, column.field)[0] for column in table.columns)


@remembered(1024)
def columns_at(table: Table, names: PathKey) -> tuple[Path, ...]:
    """Returns the columns of the table that relations lead to, its key included, not this side's copy of it."""
    hops: list[Hop] = []
    here = table
    for name in names:
        relation = here.relations[name]
        hops.append(Hop(relation, here, here.find(relation.target)))
        here = hops[-1].table
    return tuple(Path("__".join((*names, column.field)), tuple(hops), column, here) for column in here.columns)
