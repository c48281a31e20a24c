"""Changes of tables on the wire: what the core reads back is what was packed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oxyde.db.render import describe
from oxyde.ir import alter, wire

CHECK = {"check": {"name": "c", "sql": "a > 0"}}
INDEX = {"name": "i", "parts": [{"column": "a"}]}
COLUMN = {"name": "a", "type": "int"}


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (alter.add_column(COLUMN), {"add_column": {"column": COLUMN}}),
        (alter.add_column(COLUMN, key=True, fill="1"), {"add_column": {"column": COLUMN, "key": True, "fill": "1"}}),
        (alter.drop_column("a"), {"drop_column": {"name": "a"}}),
        (alter.rename_column("a", "b"), {"rename_column": {"name": "a", "new": "b"}}),
        (alter.alter_column(COLUMN, COLUMN), {"alter_column": {"before": COLUMN, "after": COLUMN}}),
        (
            alter.alter_column(COLUMN, COLUMN, using="b", fill="c"),
            {"alter_column": {"before": COLUMN, "after": COLUMN, "using": "b", "fill": "c"}},
        ),
        (alter.rename("u"), {"rename": {"new": "u"}}),
        (alter.key([], ["a"]), {"key": {"before": [], "after": ["a"]}}),
        (alter.comment("c"), {"comment": {"comment": "c"}}),
        (alter.comment(None), {"comment": {}}),
        (alter.add_constraint(CHECK), {"add_constraint": {"constraint": CHECK}}),
        (alter.drop_constraint("c", "foreign_key"), {"drop_constraint": {"name": "c", "kind": "foreign_key"}}),
        (alter.rename_constraint("b", CHECK), {"rename_constraint": {"name": "b", "constraint": CHECK}}),
        (alter.create_index(INDEX), {"create_index": {"index": INDEX}}),
        (alter.create_index(INDEX, concurrently=True), {"create_index": {"index": INDEX, "concurrently": True}}),
        (alter.drop_index("i", concurrently=True), {"drop_index": {"name": "i", "concurrently": True}}),
        (alter.rename_index("h", INDEX), {"rename_index": {"name": "h", "index": INDEX}}),
    ],
)
def test_changes(made: dict[str, Any], wanted: dict[str, Any]) -> None:
    """A default is left out."""
    assert made == wanted
    statement = alter.alter_table({"name": "t"}, made)
    assert json.loads(describe(wire.pack(statement)))["statement"] == statement


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (alter.rename_type("state"), {"rename_type": {"new": "state"}}),
        (alter.add_label("x"), {"add_label": {"label": "x"}}),
        (alter.relabel(["b"], {"a": "b", "c": None}), {"relabel": {"labels": ["b"], "map": [["a", "b"], ["c", None]]}}),
        (alter.relabel(["b"], {}), {"relabel": {"labels": ["b"]}}),
    ],
)
def test_changes_of_enumerations(made: dict[str, Any], wanted: dict[str, Any]) -> None:
    """With the columns that have its labels."""
    assert made == wanted
    columns = [{"table": {"name": "t"}, "column": COLUMN}]
    for statement in (alter.alter_enum({"name": "e", "labels": ["a"]}, made, columns), alter.create_schema("s")):
        assert json.loads(describe(wire.pack(statement)))["statement"] == statement
