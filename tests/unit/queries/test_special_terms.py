"""Terms that no expression of an application makes."""

from __future__ import annotations

from oxyde.queries import paths
from oxyde.queries.special_terms import Chance, Masked, One
from oxyde.queries.term import Reference, reference
from tests.cases.models import Novelist


def _of(name: str) -> Reference:
    return reference(paths.column_path(Novelist.__table__, name))


def test_masks_are_null_where_there_is_nothing() -> None:
    """A mask tells no value, but whether there is one."""
    assert Masked(_of("score")).nullable
    assert not Masked(_of("age")).nullable


def test_constants_bind_nothing() -> None:
    """They belong to the text of a statement."""
    values: list[object] = []
    assert One().shape(values) == One().shape(values) != Chance().shape(values)
    assert values == []
