"""Lookups: the values that each takes, and those that it refuses before anything is sent."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde import F
from oxyde.exceptions import FieldError, FieldLookupValueError
from oxyde.queries.comparisons import rounded
from oxyde.queries.lookups import LOOKUPS
from tests.cases.models import Mood, Novelist, Team
from tests.models import Author as Writer
from tests.models import Post
from tests.unit.queries.shapes import flat, values_of, where_of

everyone = Novelist.objects
AWARE = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    "lookups",
    [
        {"name__contains": 123},
        {"name__iexact": 123},
        {"name__regex": None},
        {"name__search": 1},
        {"name__trigram_similar": None},
        {"age__between": 5},
        {"age__between": (1,)},
        {"age__between": (1, 2, 3)},
        {"age__between": (None, 2)},
        {"age__range": "ab"},
        {"age__gt": None},
        {"age__in": 1},
        {"age__in": None},
        {"name__in": "abc"},
        {"age__in": [1, None]},
        {"age__in": [1, "2"]},
        {"age__in": F("age")},
        {"age__isnull": 1},
        {"age__isnull": None},
        {"age": "1"},
        {"age": 1.0},
        {"age": True},
        {"active": 1},
        {"name": 1},
        {"name": b"x"},
        {"balance": 1.5},
        {"born": dt.datetime(2024, 1, 1)},
        {"born": "2024-01-01"},
        {"seen": AWARE},
        {"joined": dt.datetime(2024, 1, 1)},
        {"wakes": dt.time(1, tzinfo=dt.timezone.utc)},
        {"uid": "not-a-uuid"},
        {"mood": "loud"},
        {"born__year": "1994"},
        {"born__year": True},
        {"born__month": (2024, 13)},
        {"born__month": (2024,)},
        {"born__day": (2024, 2, 30)},
        {"born__day": (2023, 2, 29)},
        {"born__day": (2024, 2)},
        {"born__month": (2024, True)},
        {"seen__date": dt.datetime(2024, 1, 1)},
        {"seen__time": AWARE.timetz()},
        {"team": "1"},
        {"team_id": "x"},
    ],
    ids=lambda lookups: "-".join(f"{name}={value!r}"[:50] for name, value in lookups.items()),
)
def test_values_of_another_type_are_refused(lookups: dict[str, Any]) -> None:
    """Nothing is guessed or cast: the error names model and field, and does not show the value."""
    with pytest.raises(FieldLookupValueError) as caught:
        everyone.filter(**lookups)
    assert "Novelist." in str(caught.value)
    assert caught.value.column


@pytest.mark.parametrize(
    ("lookups", "values"),
    [
        ({"age": 1}, [1]),
        ({"age__between": [1, 2]}, [1, 2]),
        ({"age__in": {7}}, [[7]]),
        ({"age__in": range(3)}, [[0, 1, 2]]),
        ({"age__in": (number for number in (4, 5))}, [[4, 5]]),
        ({"balance": 1}, [1]),
        ({"score": 1}, [1]),
        ({"mood": Mood.GLAD}, ["glad"]),
        ({"mood": "glad"}, ["glad"]),
        ({"mood__in": [Mood.GLAD, "sad"]}, [["glad", "sad"]]),
        ({"team": 1}, [1]),
        ({"team_id": 1}, [1]),
        ({"team": Team(id=4, name="t")}, [4]),
        ({"team__in": [Team(id=4, name="t"), 5]}, [[4, 5]]),
        ({"team__id": 1}, [1]),
        ({"team": None}, []),
        ({"pk": 1}, [1]),
        ({"pk__in": [1]}, [[1]]),
        ({"age__in": []}, []),
        ({"age__gt": F("id")}, []),
        ({"age__gt": F("id") + 3}, [3]),
    ],
    ids=lambda part: str(part).partition(" at 0x")[0][:50],
)
def test_values_that_fit(lookups: dict[str, Any], values: list[Any]) -> None:
    """The wire values stand beside the statement, with their exact types."""
    found = values_of(everyone.filter(**lookups))
    assert found == values
    assert [type(one) for one in found] == [type(one) for one in values]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=70))
def test_lists_share_shapes(members: list[int]) -> None:
    """The shape of a list knows its length only up to the next power of two, so that plans are reused."""
    size = where_of(everyone.filter(age__in=members))["in"]["size"]
    assert size >= len(members)
    assert size == 1 or size < 2 * len(members)
    assert size & (size - 1) == 0


@pytest.mark.parametrize("members", [["a\x00b"], ["x", "\x00"], [1.0, math.inf], [math.nan]])
def test_what_json_cannot_hold_is_padded(members: list[Any]) -> None:
    """NUL and numbers that are not finite would be read less exactly as JSON."""
    field = "name__in" if isinstance(members[0], str) else "score__in"
    assert where_of(everyone.filter(**{field: members}))["in"]["padded"] is True
    assert "padded" not in where_of(everyone.filter(name__in=["a"]))["in"]


def test_querysets_as_lists() -> None:
    """``in`` takes a queryset: its key, or the one column that it selects."""
    inner = Team.objects.filter(name="Red")
    by_key = where_of(everyone.filter(team__in=inner))["in_select"]
    assert [output["name"] for output in flat(by_key["query"])["outputs"]] == ["id"]
    by_name = where_of(everyone.filter(name__in=inner.values_list("name", flat=True)))["in_select"]
    assert [output["name"] for output in flat(by_name["query"])["outputs"]] == ["name"]
    assert values_of(everyone.filter(age=3, team__in=inner)) == [3, "Red"]
    with pytest.raises(TypeError, match="takes a queryset of one column, and this one has 2"):
        everyone.filter(team__in=inner.values("id", "name"))


def test_none_is_null() -> None:
    """``x=None`` is IS NULL and ``x__isnull`` the same."""
    assert where_of(everyone.filter(email=None)) == where_of(everyone.filter(email__isnull=True))
    assert list(where_of(everyone.filter(email__isnull=False))) == ["is_not_null"]


def test_a_column_is_named_by_the_database() -> None:
    """A field with ``db_column`` is compared under its column's name everywhere."""
    assert where_of(everyone.filter(email="x"))["compare"]["left"] == {"column": {"table": "case_author", "name": "mail"}}


def test_subclasses_of_str_are_plain_text() -> None:
    """A str with behaviour of its own crosses the border as its characters."""

    class Loud(str):
        __slots__ = ()

        def __str__(self) -> str:
            return self.upper()

    assert values_of(everyone.filter(name__contains=Loud("a"))) == ["a"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Team(name="t"), r"Novelist\.team was given an unsaved Team"),
        (Writer(id=1, name="n", email="e"), r"Novelist\.team takes a Team or its id, not Author"),
    ],
)
def test_objects_that_are_no_row_of_the_relation(value: Any, message: str) -> None:
    """An object that is not saved, or of another class, is refused by a FieldError that names the relation."""
    for lookups in ({"team": value}, {"team__in": [value]}):
        with pytest.raises(FieldError, match=message):
            everyone.filter(**lookups)


def test_secrets_do_not_stand_in_messages() -> None:
    """The refused value is described by its type alone."""
    with pytest.raises(FieldLookupValueError) as caught:
        everyone.filter(age="hunter2")
    assert "hunter2" not in str(caught.value)


def test_every_lookup_builds() -> None:
    """Each row of the table becomes a condition on a column that has it."""
    samples: dict[str, Any] = {"isnull": True, "between": (1, 2), "range": (1, 2), "in": [1]}
    for name, lookup in LOOKUPS.items():
        field, value = ("age", samples.get(name, 1)) if "int" in lookup.on else ("name", "x")
        assert where_of(everyone.filter(**{f"{field}__{name}": value})), name


def test_exact_types_of_decimals() -> None:
    """A Decimal is sent as it is, digits and all."""
    value = Decimal("1.10")
    (sent,) = values_of(everyone.filter(balance=value))
    assert (sent, str(sent)) == (value, "1.10")


def test_a_key_of_another_type_is_refused_behind_a_path() -> None:
    """Values are checked at the end of every path."""
    with pytest.raises(FieldLookupValueError, match=r"Author\.email takes str"):
        Post.objects.filter(author__email=3)


def test_computed_values_are_compared_with_their_type() -> None:
    """A value, and each member of a list, that is of another type is refused."""
    computed = everyone.annotate(older=F("age") + 1)
    for lookups, kind in (({"older": "x"}, "a value that is text"), ({"older__in": ["x", "y"]}, "values that are text")):
        with pytest.raises(FieldLookupValueError, match=f"older is int, and cannot be compared with {kind}"):
            computed.filter(**lookups)
    assert values_of(computed.filter(older__in=[3, 4])) == [1, 1, [3, 4]]


def test_lists_have_few_lengths() -> None:
    """Each text serves many lists, and the longest that MySQL takes is not padded beyond its parameters."""
    assert [rounded(length) for length in (1, 2, 3, 5, 32_768, 32_769, 36_865, 61_440, 70_000)] == [
        *(1, 2, 4, 8, 32_768, 36_864, 40_960, 61_440, 131_072)
    ]
    assert all(length <= rounded(length) < 2 * length + 1 for length in range(1, 70_000, 7))
