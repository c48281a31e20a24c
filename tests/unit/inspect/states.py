"""States that unit tests turn into models."""

from __future__ import annotations

from collections.abc import Iterable

from oxyde.migrations.parts import Column, Constraint, Index
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.naming import foreign_key_name
from oxyde.schema.types import INT, TEXT


def ident(name: str = "id") -> Column:
    """Returns a key that the server counts."""
    return Column(name, INT, auto=True)


def number(name: str, *, nullable: bool = False) -> Column:
    """Returns a column of integers."""
    return Column(name, INT, nullable=nullable)


def word(name: str, *, nullable: bool = False) -> Column:
    """Returns a column of text."""
    return Column(name, TEXT, nullable=nullable)


def to(table: str, column: str, target: str, target_column: str = "id", **actions: str) -> ForeignKey:
    """Returns a foreign key under the name that we give."""
    return ForeignKey(foreign_key_name(table, [column]), (column,), (None, target), (target_column,), **actions)  # type: ignore[arg-type] # words


def made(
    name: str,
    *columns: Column,
    key: tuple[str, ...] = ("id",),
    constraints: Iterable[Constraint] = (),
    indexes: Iterable[Index] = (),
    schema: str | None = None,
    comment: str | None = None,
) -> Table:
    """Returns a table."""
    by_name = {one.name: one for one in constraints}
    return Table(name, schema, {one.name: one for one in columns}, key, by_name, {one.name: one for one in indexes}, comment)


def state(*tables: Table) -> State:
    """Returns a state of tables."""
    found = State()
    for table in tables:
        found = found.with_table(table)
    return found
