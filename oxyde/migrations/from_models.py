"""The state that the tables of models describe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from oxyde import schema
from oxyde.ir.schema import table as described
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address


def from_models(tables: Iterable[schema.Table]) -> State:
    """Returns the state of the managed tables, and of the views that say their SELECT.

    Args:
        tables: The tables of models, with the junctions that no model describes.

    Raises:
        MigrationError: Two tables give an enumeration other values.
    """
    state = State()
    views: dict[Address, str] = {}
    for table in tables:
        if table.view is not None:
            views[table.address] = table.view
        elif table.managed:
            state = state.with_table(table_of(table))
    return replace(state, views=views)


def table_of(table: schema.Table) -> Table:
    """Returns the value of a table; its columns still hold the values of their enumerations."""
    made = described(table)
    constraints = [*_constraints(made), *table.foreign_keys]
    return Table(
        table.name,
        table.schema,
        {column.name: _column(column) for column in table.columns},
        tuple(made.get("key", ())),
        {one.name: one for one in constraints},
        {one["name"]: _index(one) for one in made.get("indexes", ())},
        table.comment,
    )


def _column(column: schema.Column) -> Column:
    generated = column.generated
    return Column(
        column.name,
        column.type,
        nullable=column.nullable,
        length=column.length,
        db_type=column.db_type,
        auto=column.auto,
        default=column.default,
        generated=None if generated is None else generated.sql,
        stored=generated is not None and generated.stored,
        comment=column.comment,
        collation=column.collation,
    )


def _constraints(made: dict[str, Any]) -> Iterator[Constraint]:
    """Yields the constraints of a described table, foreign keys aside."""
    for one in made.get("uniques", ()):
        yield Unique(one["name"], tuple(one["columns"]), deferrable=one.get("deferrable", False))
    for one in made.get("checks", ()):
        yield Check(one["name"], one["sql"])
    for one in made.get("excludes", ()):
        elements = tuple((expression, operator) for expression, operator in one["elements"])
        yield Exclude(one["name"], elements, one["method"], one.get("where"))


def _index(one: dict[str, Any]) -> Index:
    parts = [(part.get("column") or part["sql"], part.get("desc", False)) for part in one["parts"]]
    return Index(
        one["name"],
        tuple(text for text, _ in parts),
        unique=one.get("unique", False),
        method=one.get("method"),
        where=one.get("where"),
        include=tuple(one.get("include", ())),
        desc=tuple(text for text, desc in parts if desc),
    )
