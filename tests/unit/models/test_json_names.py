"""Paths into typed JSON: the names of the model are known, and a near match is told."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from oxyde import Field, FieldError, Model
from tests.tables import table
from tests.unit.queries.shapes import values_of


class Street(BaseModel):
    """Nested."""

    name: str
    number: int | None = None


@dataclasses.dataclass
class Point:
    """A dataclass."""

    north: float
    east: float


class Seen(TypedDict):
    """A dictionary with names."""

    when: str


class Open(BaseModel):
    """It may hold more."""

    model_config = ConfigDict(extra="allow")
    name: str


class Place(BaseModel):
    """What the field holds."""

    street: Street
    streets: list[Street] = []
    points: dict[str, Point] = {}
    seen: Seen | None = None
    within: Place | None = None
    either: Street | Point | None = None
    anything: Any = None
    more: Open | None = None


class House(Model):
    """A field of a model, and a free one."""

    id: int | None = Field(default=None, db_pk=True)
    place: Place
    places: list[Place] = Field(default=[])
    free: dict[str, Any] = Field(default={})

    Meta = table("inside_house")


@pytest.mark.parametrize(
    "path",
    [
        *("place__street__name", "place__streets__0__number", "place__points__home__north", "place__seen__when", "place__anything__x__y"),
        *("place__within__within__street__name", "place__either__name", "place__either__north", "place__more__other", "free__a__b"),
        *("places__3__street__name", "place__street"),
    ],
)
def test_names_that_are_there(path: str) -> None:
    """In models, dataclasses, typed dictionaries, in lists and dictionaries of them, and in what contains itself."""
    assert values_of(House.objects.filter(**{path: None}))[-1] == "null"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("place__stret__name", r'House\.place has no field "stret" inside; did you mean "street"\?'),
        ("place__street__nam__contains", r'House\.place__street has no field "nam" inside; did you mean "name"\?'),
        ("place__streets__0__zzz", r'House\.place__streets__0 has no field "zzz" inside; it has name, number'),
        ("place__streets__first", r'House\.place__streets has no field "first" inside'),
        ("place__points__home__nort", r'did you mean "north"'),
        ("place__seen__wen", r'did you mean "when"'),
        ("place__within__within__seem", r'did you mean "seen"'),
        ("place__either__est", r'did you mean "east"'),
        ("place__street__name__first", r'House\.place__street__name has no field "first" inside, nor any other'),
        ("places__street", r'House\.places has no field "street" inside'),
    ],
)
def test_names_that_are_not_there(path: str, message: str) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(FieldError, match=message):
        House.objects.filter(**{path: 1})
