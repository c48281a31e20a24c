"""A state that leaves out the name of the default schema."""

from __future__ import annotations

from oxyde.migrations.comparing.addressed import addressed
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT


def state(schema: str | None) -> State:
    """Returns a state of two tables, one of them in another schema, with an enumeration and a view."""
    columns = {"id": Column("id", INT)}
    key = ForeignKey("fk", ("id",), (schema, "users"), ("id",))
    tables = [Table("users", schema, columns, ("id",)), Table("tags", "shop", columns, (), {"fk": key})]
    return State({one.address: one for one in tables}, {(schema, "mood"): ("good",)}, {(schema, "top"): "SELECT 1"})


def test_the_default_schema() -> None:
    """Tables, what they point to, enumerations and views; other schemas keep their names."""
    assert addressed(state("public"), "public") == state(None)
    assert addressed(state("other"), "public") == state("other")
    assert addressed(state(None), None) == state(None)
