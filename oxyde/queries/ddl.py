"""Compiles tables into the statements that create and drop them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from oxyde.ir import schema, statement, wire
from oxyde.schema import Table


def create(tables: Iterable[Table], *, if_not_exists: bool = False, home: str | None = None) -> bytes:
    """Returns the packed CREATE of tables and of the enumerations they need.

    Args:
        tables: The tables.
        if_not_exists: Leave existing tables alone.
        home: The schema to write for tables that name none, if it must be written.
    """
    ordered = in_order(tables if home is None else [_at_home(table, home) for table in tables])
    return wire.pack(statement.create_tables([schema.table(table) for table in ordered], _enums(ordered), if_not_exists=if_not_exists))


def drop(tables: Iterable[Table], *, if_exists: bool = False) -> bytes:
    """Returns the packed DROP of tables and of their enumerations."""
    ordered = in_order(tables)
    return wire.pack(statement.drop_tables([schema.table(table) for table in ordered], _enums(ordered), if_exists=if_exists))


def crosses_schemas(tables: Iterable[Table]) -> bool:
    """Whether a table with a schema refers to one without: MySQL would look for it in the first one's schema."""
    return any(table.schema is not None and key.target[0] is None for table in tables for key in table.foreign_keys)


def _at_home(table: Table, home: str) -> Table:
    keys = tuple(replace(key, target=(key.target[0] or home, key.target[1])) for key in table.foreign_keys)
    return replace(table, schema=table.schema or home, foreign_keys=keys)


def _enums(tables: Sequence[Table]) -> list[dict[str, Any]]:
    found: dict[tuple[Any, Any], dict[str, Any]] = {}
    for table in tables:
        for kind in schema.enum_types(table):
            found.setdefault((kind.get("schema"), kind["name"]), kind)
    return list(found.values())


def in_order(tables: Iterable[Table]) -> list[Table]:
    """Returns the managed tables in an order where each follows the tables that it refers to, as far as possible."""
    left = {table.address: table for table in tables if table.managed and table.view is None}
    made: list[Table] = []
    while left:
        waiting = left.keys()
        ready = [table for table in left.values() if not {key.target for key in table.foreign_keys} & waiting - {table.address}]
        # In a cycle one goes first; its foreign key is added once both exist.
        for table in ready or [next(iter(left.values()))]:
            made.append(table)
            del left[table.address]
    return made
