"""Which columns fit the fields of row types."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, HttpUrl, TypeAdapter
from typing_extensions import TypedDict

from oxyde.models.row_fields import Slot
from oxyde.models.row_types import row_type
from oxyde.queries.term import Bound
from oxyde.schema import types as kinds


class RowColour(enum.Enum):
    RED = "red"
    NONE = None


class RowPart(BaseModel):
    size: int


@dataclasses.dataclass
class RowPlace:
    city: str


class RowTitle(TypedDict):
    text: str


def slot(annotation: Any) -> Slot:
    """Returns the field of a row type."""
    return Slot("x", True, TypeAdapter(annotation).core_schema)


@pytest.mark.parametrize(
    ("annotation", "column", "fits"),
    [
        (int, kinds.INT, True),
        (int | None, kinds.TEXT, False),
        (int | str, kinds.TEXT, True),
        (int | bytes, kinds.TEXT, False),
        (Literal["a", 1], kinds.INT, True),
        (Literal["a"], kinds.INT, False),
        (RowColour, kinds.INT, True),  # one of its members is in no column by itself
        (HttpUrl, kinds.INT, True),  # has a function of its own
        (RowPart, kinds.INT, False),
        (RowPart, kinds.JSON, True),
        (frozenset[int], kinds.INT, False),
        (Any, kinds.INT, True),
    ],
)
def test_what_fits(annotation: Any, column: Any, fits: bool) -> None:
    assert slot(annotation).fits(Bound(None, column)) is fits


def test_what_holds_objects() -> None:
    found = {one: slot(one).object for one in (RowPart, RowPlace | None, RowTitle, int, list[RowPart])}
    assert list(found.values()) == ["RowPart", "RowPlace", "RowTitle", None, None]


def test_references_are_followed() -> None:
    class Twice(BaseModel):
        first: RowPart
        second: RowPart | None

    slots = row_type(Twice).slots
    assert [slots[name].object for name in ("first", "second")] == ["RowPart"] * 2
