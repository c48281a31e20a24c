"""A state in which nothing names the default schema of the server: ``public.posts`` is ``posts``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from oxyde.migrations.parts import Constraint
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

T = TypeVar("T")


def unnamed(address: Address, default: str | None) -> Address:
    """Returns an address without a schema where it is the default one.

    >>> unnamed(("public", "posts"), "public"), unnamed(("shop", "posts"), "public")
    ((None, 'posts'), ('shop', 'posts'))
    """
    schema, name = address
    return (None, name) if schema == default else address


def addressed(state: State, default: str | None) -> State:
    """Returns a state that leaves out the name of the default schema.

    Args:
        state: The state; what it says of a table with and without the name is of one table.
        default: The name of the server's default schema.
    """

    def moved(there: Mapping[Address, T]) -> dict[Address, T]:
        return {unnamed(address, default): one for address, one in there.items()}

    tables = {address: _table(table, address, default) for address, table in moved(state.tables).items()}
    return State(tables, moved(state.enums), moved(state.views))


def _table(table: Table, address: Address, default: str | None) -> Table:
    constraints: dict[str, Constraint] = {
        name: replace(one, target=unnamed(one.target, default)) if isinstance(one, ForeignKey) else one
        for name, one in table.constraints.items()
    }
    return replace(table, schema=address[0], constraints=constraints)
