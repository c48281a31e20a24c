"""What a table adds to validation: keys follow relations, zones are those of the column, days are exact."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import AwareDatetime, ValidationError

from oxyde import Field, Model
from tests.models import Author, Comment, Post
from tests.tables import table

UTC = dt.timezone.utc
NOON = dt.datetime(2024, 2, 29, 12)


class Moments(Model):
    """A column of every kind of time."""

    id: int | None = Field(default=None, db_pk=True)
    naive: dt.datetime = NOON
    aware: AwareDatetime = NOON.replace(tzinfo=UTC)
    written: dt.datetime = Field(default=NOON.replace(tzinfo=UTC), db_type="TIMESTAMPTZ")
    several: list[dt.datetime] = []  # noqa: RUF012 - as applications write it

    Meta = table("unit_moments")


class Special(Author):
    """Authors of a table of their own."""

    Meta = table("unit_special")


ANNA: Any = {"name": "Anna", "email": "a@example.org"}


def kind(model: Any, **values: Any) -> str:
    """Returns the kind of the error that values meet."""
    with pytest.raises(ValidationError) as caught:
        model(**values)
    return caught.value.errors()[0]["type"]


def test_a_key_is_taken_from_its_relation() -> None:
    """Given alone, either is enough; both must name one row."""
    anna = Author(id=3, **ANNA)
    assert Post(title="a", author=anna).model_dump()["author_id"] == 3
    assert Post(title="a", author=None).model_dump()["author_id"] is None
    assert Post(title="a", author=anna, author_id=3).author is anna  # type: ignore[call-arg] # added by the foreign key
    assert kind(Post, title="a", author=anna, author_id=4) == "relation_conflict"
    assert kind(Comment, text="a") == "missing"


def test_objects_of_another_table() -> None:
    """Their rows are not those that the key points to."""
    assert kind(Post, title="a", author=Special(id=3, **ANNA)) == "relation_table"


@pytest.mark.parametrize(
    ("field", "zone", "error"),
    [
        ("naive", None, None),
        ("naive", UTC, "timezone_naive"),
        ("aware", UTC, None),
        ("aware", None, "timezone_aware"),
        ("written", UTC, None),
        ("written", None, "timezone_aware"),
    ],
)
def test_zones(field: str, zone: dt.timezone | None, error: str | None) -> None:
    """The annotation decides, and the SQL type that was written for the column."""
    value = NOON.replace(tzinfo=zone)
    if error is None:
        assert getattr(Moments(**{field: value}), field) == value
    else:
        assert kind(Moments, **{field: value}) == error


def test_zones_inside_lists() -> None:
    """Members are columns' values too."""
    assert kind(Moments, several=[NOON, NOON.replace(tzinfo=UTC)]) == "timezone_naive"
