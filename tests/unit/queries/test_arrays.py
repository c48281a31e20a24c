"""Lookups of arrays: what they take, and what they refuse before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import F, Field, FieldLookupError, FieldLookupValueError, Model
from tests.cases.models import Novelist
from tests.tables import table
from tests.unit.queries.shapes import values_of

everyone = Novelist.objects


class Sack(Model):
    """A list whose members have no place of their own."""

    id: int | None = Field(default=None, db_pk=True)
    blobs: list[bytes] = Field(default=[])

    Meta = table("arrays_sack")


def test_values() -> None:
    """Members of the column's type, in any collection."""
    assert values_of(everyone.filter(tags__contains=("a", "b"))) == [["a", "b"]]
    assert values_of(everyone.filter(tags__overlap={"a"})) == [["a"]]
    assert values_of(everyone.filter(tags__contained_by=[])) == [[]]
    assert values_of(everyone.filter(tags__len=2)) == [2]
    assert values_of(everyone.filter(tags__0="x", tags__1__in=["y"])) == ["x", ["y"]]


@pytest.mark.parametrize(
    "lookups",
    [
        {"tags__contains": "a"},
        {"tags__contains": [1]},
        {"tags__contains": ["a", None]},
        {"tags__overlap": {"a": 1}},
        {"tags__overlap": F("tags")},
        {"tags__contained_by": 3},
        {"tags__len": "2"},
        {"tags__len": True},
        {"tags__0": 1},
        {"tags__0__gt": None},
    ],
    ids=repr,
)
def test_wrong_values_are_refused(lookups: dict[str, Any]) -> None:
    """The message names model and field."""
    with pytest.raises(FieldLookupValueError, match=r"Novelist\.tags"):
        everyone.filter(**lookups)


def test_wrong_names_are_refused() -> None:
    """With the near match."""
    with pytest.raises(FieldLookupError, match='array and has no lookup "overlaps"; did you mean "overlap"'):
        everyone.filter(tags__overlaps=["a"])
    with pytest.raises(FieldLookupError, match='array and has no lookup "lem"; did you mean "len"'):
        everyone.filter(tags__lem=1)
    with pytest.raises(FieldLookupError, match="no list is that long"):
        everyone.filter(**{f"tags__{2**31}": "a"})
    with pytest.raises(FieldLookupError, match=r"Sack\.blobs is array of bytes, whose members are not compared one by one"):
        Sack.objects.filter(blobs__0=b"x")
