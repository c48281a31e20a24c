"""Constraints and indexes take lists as well as tuples, and compare by value."""

from __future__ import annotations

import dataclasses

import pytest

from oxyde import Check, Index
from oxyde.schema.constraint import Exclude, Unique


def test_an_index_of_one_name() -> None:
    assert Index("title").fields == Index(["title"]).fields == ("title",)


def test_lists_become_tuples() -> None:
    made = Index(["a", "-b"], include=["c"], desc=["a"])
    assert (made.fields, made.include, made.desc) == (("a", "-b"), ("c",), ("a",))
    assert made == Index(("a", "-b"), include=("c",), desc=("a",))
    assert hash(made) == hash(Index(("a", "-b"), include=("c",), desc=("a",)))
    assert Exclude([["during", "&&"]]).elements == (("during", "&&"),)
    assert Unique(["a", "b"]).fields == ("a", "b")


@pytest.mark.parametrize("made", [Index("a"), Check("a > 0"), Unique(("a", "b")), Exclude([("a", "=")])])
def test_nothing_can_be_assigned(made: object) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.name = "other"  # type: ignore[attr-defined] # that is what is refused
