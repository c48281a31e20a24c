"""Constraints and indexes of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from oxyde.schema.relation import Address

Action = Literal["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"]


@dataclass(frozen=True)
class ForeignKey:
    """Columns that point to a row of another table.

    Attributes:
        name: The constraint's name.
        columns: Our columns, by database name.
        target: The address of the other table: its schema and name.
        target_columns: Its columns, by database name.
        on_delete: What happens here when the other row goes.
        on_update: What happens here when the other row's key changes.
        deferrable: Checked at COMMIT (PostgreSQL, SQLite).
    """

    name: str
    columns: tuple[str, ...]
    target: Address
    target_columns: tuple[str, ...]
    on_delete: Action = "RESTRICT"
    on_update: Action = "CASCADE"
    deferrable: bool = False


@dataclass(frozen=True, init=False)
class Unique:
    """Fields whose values together are unique.

    Attributes:
        fields: Field names; a foreign key by its relation.
        name: The constraint's name; derived from table and fields when None.
        deferrable: Checked at COMMIT (PostgreSQL).
    """

    fields: tuple[str, ...]
    name: str | None
    deferrable: bool

    def __init__(self, fields: Sequence[str], name: str | None = None, *, deferrable: bool = False) -> None:
        object.__setattr__(self, "fields", (fields,) if isinstance(fields, str) else tuple(fields))
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "deferrable", deferrable)


@dataclass(frozen=True)
class Check:
    """A condition that every row fulfils.

    Attributes:
        sql: The condition, in SQL.
        name: The constraint's name; derived from the table and the condition when None.
    """

    sql: str
    name: str | None = None


@dataclass(frozen=True, init=False)
class Exclude:
    """No two rows for which all operators hold (PostgreSQL).

    Attributes:
        elements: Pairs of an SQL expression and an operator.
        method: The index method.
        where: Only rows that fulfil this SQL condition.
        name: The constraint's name; derived from the table and the elements when None.
    """

    elements: tuple[tuple[str, str], ...]
    method: str
    where: str | None
    name: str | None

    def __init__(
        self,
        elements: Sequence[tuple[str, str]],
        *,
        method: str = "gist",
        where: str | None = None,
        name: str | None = None,
    ) -> None:
        object.__setattr__(self, "elements", tuple((expression, operator) for expression, operator in elements))
        object.__setattr__(self, "method", method)
        object.__setattr__(self, "where", where)
        object.__setattr__(self, "name", name)


@dataclass(frozen=True, init=False)
class Index:
    """An index over fields or expressions.

    Attributes:
        fields: Field names (a leading ``-`` for descending), or SQL expressions (anything that is not a field name).
        unique: No two rows share the values.
        method: The index method, as the server names it.
        where: Only rows that fulfil this SQL condition.
        name: The index's name; derived from table and fields when None.
        include: Fields kept in the index without being searched (PostgreSQL).
        desc: Field names in descending order.
    """

    fields: tuple[str, ...]
    unique: bool
    method: str | None
    where: str | None
    name: str | None
    include: tuple[str, ...]
    desc: tuple[str, ...]

    def __init__(
        self,
        fields: Sequence[str],
        *,
        unique: bool = False,
        method: str | None = None,
        where: str | None = None,
        name: str | None = None,
        include: Sequence[str] = (),
        desc: Sequence[str] = (),
    ) -> None:
        object.__setattr__(self, "fields", (fields,) if isinstance(fields, str) else tuple(fields))
        object.__setattr__(self, "unique", unique)
        object.__setattr__(self, "method", method)
        object.__setattr__(self, "where", where)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "include", tuple(include))
        object.__setattr__(self, "desc", tuple(desc))
