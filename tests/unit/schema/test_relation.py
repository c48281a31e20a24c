"""A relation: which kinds lead to several rows."""

from __future__ import annotations

from typing import Literal

import pytest

from oxyde.schema import Relation


@pytest.mark.parametrize(("kind", "several"), [("one", False), ("reverse", True), ("reverse_one", False), ("many", True)])
def test_relations_to_several_rows(kind: Literal["one", "reverse", "reverse_one", "many"], several: bool) -> None:
    """The rows that point here and those of many-to-many are several."""
    assert Relation("r", kind, (None, "t"), "id", "r_id").to_many is several


def test_equality_leaves_out_functions() -> None:
    """What turns an object into a key does not tell two relations apart, and changes nothing by default."""
    relation = Relation("r", "one", (None, "t"), "r_id", "id")
    assert relation == Relation("r", "one", (None, "t"), "r_id", "id", key=int)
    assert relation.key("x") == "x"
