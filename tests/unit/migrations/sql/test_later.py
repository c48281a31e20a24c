"""What later migrations have made already."""

from __future__ import annotations

from oxyde.migrations.operations import AddColumn, DropColumn, RenameColumn, RenameTable
from oxyde.migrations.parts import Column
from oxyde.migrations.sql.later import later
from oxyde.migrations.state import State
from oxyde.schema.types import INT


def test_names_that_they_gave() -> None:
    """Are those of new and renamed columns, and all of a table that was renamed to a name."""
    table, other = (None, "later_pets"), (None, "later_cats")
    swap = [RenameColumn(table, "a", "tmp"), RenameColumn(table, "b", "A"), DropColumn(table, "gone")]
    made = later([("0003_swap", swap, State()), ("0004_table", [RenameTable((None, "dogs"), "later_cats")], State())], "sqlite")
    assert made is not None
    assert [made.brought_by(table, name) for name in ("a", "tmp", "b", "gone")] == ["0003_swap", "0003_swap", None, None]
    assert made.brought_by(other, "any") == "0004_table"
    assert later([], "sqlite") is None
    added = later([("0005_add", [AddColumn(table, Column("x", INT))], State())], "mysql")
    assert added is not None
    assert added.brought_by(table, "X") == "0005_add"
    exact = later([("0003_swap", swap, State())], "postgres")
    assert exact is not None
    assert [exact.brought_by(table, name) for name in ("a", "A")] == [None, "0003_swap"]
