"""Schemas without display, and the differences between what is written and what is read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_serializer
from pydantic_core import SchemaSerializer

from oxyde.models.by_value import by_value, compound_key, first_difference, is_free, not_plain


class Shown(BaseModel):
    """Shows nothing as it is."""

    model_config = ConfigDict(ser_json_temporal="seconds")

    span: dt.timedelta
    hidden: int = Field(default=1, exclude=True)
    named: int = Field(default=2, serialization_alias="other")

    @field_serializer("named")
    def show(self, value: int) -> str:
        return f"<{value}>"


class More(Shown):
    """Has a field more."""

    more: int = 0


class Same(Shown):
    """Has none more."""


@dataclasses.dataclass(slots=True)
class Slotted:
    """Has no ``__dict__``."""

    a: int


class Hue(str, Enum):
    """Is text."""

    RED = "red"


def test_a_schema_without_display() -> None:
    """Values are written by their types."""
    schema = by_value(TypeAdapter(list[Shown]).core_schema)
    shown = SchemaSerializer(schema, None, _use_prebuilt=False).to_python([Shown(span=dt.timedelta(days=1))], mode="json")
    assert shown == [{"span": "P1D", "hidden": 1, "named": 2}]


@pytest.mark.parametrize(
    ("kind", "free"),
    [
        (Any, True),
        (dict, True),
        (dict[str, Any], True),
        (list[Any] | None, True),
        (dict[str, int], False),
        (Shown, False),
        (list[int], False),
    ],
)
def test_free_json(kind: Any, free: bool) -> None:
    """What takes anything."""
    assert is_free(TypeAdapter(kind).core_schema) is free


def test_plain_values() -> None:
    """And the path of the first that is none."""
    assert not_plain({"a": [1, 2.5, "x", None, True, {"b": Hue.RED}]}) is None
    path, part = not_plain({"a": [{"b": 1}, {"b": (1,)}]}) or ("", None)
    assert (path, part) == (".a[1].b", (1,))


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, None),
        (1, True, ""),
        (Decimal("1.10"), Decimal("1.1"), ""),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ".a[1].b"),
        ({"a": 1}, {"b": 1}, ""),
        ([1], [1, 2], ""),
        ((1, 2), [1, 2], ""),
        ({1, 2}, {2, 1}, None),
        (Slotted(1), Slotted(1), None),
        (Slotted(1), Slotted(2), ".a"),
        (Shown(span=dt.timedelta(1)), Shown(span=dt.timedelta(1)), None),
        (Shown(span=dt.timedelta(1)), Shown(span=dt.timedelta(2)), ".span"),
        (More(span=dt.timedelta(1)), Shown(span=dt.timedelta(1)), ""),
        (Same(span=dt.timedelta(1)), Shown(span=dt.timedelta(1)), None),
    ],
)
def test_differences(old: Any, new: Any, path: str | None) -> None:
    """Are named by the path of the first."""
    found = first_difference(old, new)
    assert (None if found is None else found[0]) == path


def test_what_differs_is_told() -> None:
    """With its path, for a message that says what was given and what would be read."""
    assert first_difference({"a": [1, "x"]}, {"a": [1, 5]}) == (".a[1]", "x", 5)


def test_keys_that_are_no_text() -> None:
    """The first one is told, inside lists and mappings, too."""
    assert compound_key({"a": [1, {2: "b"}], "c": None}) is None
    assert compound_key({"a": [{}, {(1, 2): 3}]}) == (".a[1]", (1, 2))
