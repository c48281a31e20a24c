"""Querysets behind ``in``: which of their columns is compared, and what is refused."""

from __future__ import annotations

import pytest

from oxyde.exceptions import FieldError
from oxyde.queries import paths
from oxyde.queries.paths import Path
from oxyde.queries.subquery import rows
from oxyde.queries.term import MAYBE, NEVER
from tests.cases.models import Item, Novelist, Team


def path(name: str) -> Path:
    """Returns a path from an author."""
    return paths.resolve(Novelist.__table__, name)[0]


def test_whole_rows_are_compared_by_what_the_relation_refers_to() -> None:
    """Without a relation by their key."""
    assert rows(Team.objects._state, "team", path("team")).column.path.column.field == "id"  # type: ignore[attr-defined] # a reference
    assert rows(Novelist.objects._state, "id", None).column.path.column.field == "id"  # type: ignore[attr-defined] # a reference


def test_one_column_is_compared_as_it_is() -> None:
    """Its type and its NULLs are those of the rows."""
    found = rows(Novelist.objects.values_list("score", flat=True)._state, "age", path("age"))
    assert found.type == Novelist.__table__.by_field["score"].type
    assert found.unknown is MAYBE
    assert rows(Novelist.objects.values("age")._state, "age", path("age")).unknown is NEVER


def test_several_columns() -> None:
    """They are compared with nothing."""
    with pytest.raises(TypeError, match=r"^age__in takes a queryset of one column, and this one has 2; name it: \.values_list"):
        rows(Novelist.objects.values("age", "name")._state, "age", path("age"))


def test_rows_of_another_table() -> None:
    """The error says which model is meant, and how to compare with a column."""
    with pytest.raises(FieldError, match="takes a queryset of Team, not of Novelist; to compare with a column of Novelist, name it"):
        rows(Novelist.objects._state, "team", path("team"))


def test_rows_of_another_table_for_a_key() -> None:
    """A key is compared with the keys of its own rows, and a foreign key with those that it refers to."""
    for name in ("id", "team__id", "team_id"):
        wrong = Item.objects._state
        with pytest.raises(
            FieldError, match=r"takes a queryset of (Novelist|Team), not of Item; to compare with a column of Item, name it"
        ):
            rows(wrong, name, path(name))
    assert rows(Novelist.objects._state, "id", path("id")).column is rows(Novelist.objects.values("id")._state, "id", path("id")).column
    assert rows(Team.objects._state, "team_id", path("team_id")).column is rows(Team.objects.values("id")._state, "id", None).column
    assert rows(Item.objects._state, "age", path("age")).type == Item.__table__.by_field["id"].type


def test_two_querysets_are_two() -> None:
    """Equal text is no proof of equal rows, the text of the statement is shared all the same."""
    one, two = (rows(Novelist.objects.filter(age=age).values("id")._state, "id", path("id")) for age in (1, 2))
    assert one.key != two.key
    first: list[object] = []
    second: list[object] = []
    assert one.shape(first) == two.shape(second)
    assert (first, second) == ([1], [2])
