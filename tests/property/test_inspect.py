"""Laws of inspection: the models made of a state have that state, in what a model can say."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import given, settings

from oxyde.inspect.classes import classes
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.inspect.references import references
from oxyde.migrations.changes.adoption import derived
from oxyde.migrations.from_models import from_models
from oxyde.migrations.parts import Column, Constraint, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address
from oxyde.schema.types import TEXT
from tests.property.schemas import states

MANY = settings(max_examples=5_000 if os.environ.get("OXYDE_LONG") else 150, deadline=None)


def sayable(state: State) -> State:
    """Returns what models can say of a state: tables with a key, relations of one column, our names of them."""
    relations = references(state, "postgres").relations
    tables: dict[Address, Table] = {}
    for address, table in state.tables.items():
        if not table.key:
            continue
        kept = {one.key.name: one for one in relations if one.table is table}
        columns = {name: replace(column, nullable=column.nullable and name not in table.key) for name, column in table.columns.items()}
        for reference in kept.values():
            name = reference.column.name
            columns[name] = replace(columns[name], db_type=columns[name].db_type or reference.db_type)
        constraints: list[Constraint] = []
        for one in table.constraints.values():
            match one:
                case ForeignKey() if one.name not in kept:
                    continue
                case ForeignKey() | Unique(columns=(_,), deferrable=False) if not (isinstance(one, Unique) and one.columns == table.key):
                    constraints.append(replace(one, name=derived(table, one)))
                case _:
                    constraints.append(one)
        tables[address] = replace(table, columns=columns, constraints={one.name: one for one in constraints})
    used = {(table.schema, column.enum) for table in tables.values() for column in table.columns.values()}
    return State(tables, {enum: values for enum, values in state.enums.items() if enum in used})


@MANY
@given(states())
def test_models_of_a_state_have_that_state(state: State) -> None:
    """Whatever its tables and columns are called; nothing is lost that a model can say."""
    models = classes(source(plan(state, "postgres"), "Models."))
    made = from_models(model.__table__ for model in models.values())
    assert made == sayable(state)
    assert len(models) == len(state.tables)


@given(states())
def test_views_are_models_too(state: State) -> None:
    """With their text, and columns of any name."""
    columns = [Column(name, TEXT, nullable=True) for name in ("a", "A", "class", "Größe", "objects", "x__y")]
    planned = plan(state, "postgres", views=dict.fromkeys(state.views, columns))
    models = classes(source(planned, "Models."))
    made = {model.__table__.address: model.__table__ for model in models.values()}
    assert {address: made[address].view for address in state.views} == state.views
    assert all([column.name for column in made[address].columns] == [column.name for column in columns] for address in state.views)
