"""States of one schema, as parts of a state of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

T = TypeVar("T")


def only(state: State, schema: str | None) -> State:
    """Returns what a state has of a schema."""

    def of(there: Mapping[Address, T]) -> dict[Address, T]:
        return {address: one for address, one in there.items() if address[0] == schema}

    return State(of(state.tables), of(state.enums), of(state.views))


def with_state(state: State, other: State, schema: str | None) -> State:
    """Returns a state with another one, whose tables that name no schema are in one; what views are over then is not known."""

    def placed(address: Address) -> Address:
        return schema if address[0] is None else address[0], address[1]

    tables = {placed(address): _in(table, schema) for address, table in other.tables.items()}
    return State(
        {**state.tables, **tables},
        {**state.enums, **{placed(address): one for address, one in other.enums.items()}},
        {**state.views, **{address: one for address, one in other.views.items() if address[0] == schema}},
    )


def _in(table: Table, schema: str | None) -> Table:
    """Returns a table in a schema; its foreign keys point to it, too."""
    constraints = {
        name: replace(one, target=(schema if one.target[0] is None else one.target[0], one.target[1]))
        if isinstance(one, ForeignKey)
        else one
        for name, one in table.constraints.items()
    }
    return replace(table, schema=table.schema or schema, constraints=constraints)
