"""Tables become statements that create and drop them, in an order that their foreign keys allow."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from oxyde import Field, Model
from oxyde.queries import ddl
from oxyde.schema import Table
from tests.cases.models import Novelist, Team
from tests.models import BLOG
from tests.tables import table
from tests.unit.queries.shapes import unpacked


class Egg(Model):
    """Comes from a hen."""

    id: int | None = Field(default=None, db_pk=True)
    hen: Hen | None = None

    Meta = table()


class Hen(Model):
    """Comes from an egg."""

    id: int | None = Field(default=None, db_pk=True)
    egg: Egg | None = None
    mother: Hen | None = None

    Meta = table()


class Watched(Model):
    """A view."""

    id: int = Field(db_pk=True)

    Meta = table(managed=False, view="select 1 as id")


class Elsewhere(Model):
    """Somebody else makes its table."""

    id: int = Field(db_pk=True)

    Meta = table("unit_elsewhere", managed=False)


class Cellar(Model):
    """Names no schema."""

    id: int = Field(db_pk=True)

    Meta = table("unit_cellar")


class Attic(Model):
    """Names one, and refers to a table of each kind."""

    id: int = Field(db_pk=True)
    cellar: Cellar | None = None
    other: Attic | None = None

    Meta = table("unit_attic", schema="away")


def tables(*models: type[Model]) -> list[Table]:
    """Returns the tables of models."""
    return [model.__table__ for model in models]


@pytest.mark.parametrize("order", list(itertools.permutations(BLOG))[::7])
def test_a_table_stands_after_those_that_it_refers_to(order: Any) -> None:
    """Whatever the order in which models are given."""
    made = [table.address for table in ddl.in_order(tables(*order))]
    assert sorted(made) == sorted(table.address for table in tables(*order))
    for owner in tables(*order):
        assert all(made.index(key.target) < made.index(owner.address) for key in owner.foreign_keys)


def test_cycles() -> None:
    """Tables that refer to each other are all there, each once."""
    assert {table.model for table in ddl.in_order(tables(Hen, Egg))} == {"Hen", "Egg"}
    assert len(ddl.in_order(tables(Hen, Egg, Hen))) == 2


def test_views_are_left_out() -> None:
    """What is not managed is neither created nor dropped."""
    assert ddl.in_order(tables(Watched, Elsewhere)) == []


def test_enumerations_come_along_once() -> None:
    """Types of their own are created before the tables that use them."""
    statement = unpacked(ddl.create(tables(Novelist, Team, Novelist), if_not_exists=True))["create_tables"]
    assert [enum["name"] for enum in statement["enums"]] == ["mood_enum"]
    assert [table["table"]["name"] for table in statement["tables"]] == ["case_team", "case_author"]
    assert statement["if_not_exists"] is True
    assert "if_exists" not in unpacked(ddl.drop(tables(Team)))["drop_tables"]


def test_schemas() -> None:
    """A table of a named schema that refers to one that names none is found, and both can be given a home."""
    assert ddl.crosses_schemas(tables(Attic, Cellar))
    assert not ddl.crosses_schemas(tables(Novelist, Team, Cellar))
    made = unpacked(ddl.create(tables(Attic, Cellar), home="here"))["create_tables"]["tables"]
    assert [one["table"] for one in made] == [{"name": "unit_cellar", "schema": "here"}, {"name": "unit_attic", "schema": "away"}]
    assert [key["target"] for key in made[1]["foreign_keys"]] == [
        {"name": "unit_cellar", "schema": "here"},
        {"name": "unit_attic", "schema": "away"},
    ]


def test_a_table_in_ir() -> None:
    """Names of the database, types, nullability, keys and what refers elsewhere."""
    statement = unpacked(ddl.create(tables(Novelist, Team)))["create_tables"]
    author = statement["tables"][1]
    columns = {column["name"]: column for column in author["columns"]}
    assert columns["id"]["auto"] is True
    assert columns["mail"]["nullable"] is True
    assert columns["mail"]["length"] == 80
    assert columns["balance"]["type"] == {"decimal": {"precision": 12, "scale": 2}}
    (key,) = author["foreign_keys"]
    assert (key["columns"], key["target"], key["target_columns"], key["on_delete"]) == (
        ["team_id"],
        {"name": "case_team"},
        ["id"],
        "cascade",
    )
