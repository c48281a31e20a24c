"""How types are written in a stub, and what it imports for them."""

from __future__ import annotations

import collections
import datetime as dt
import enum
from typing import Annotated, Any, Generic, Literal, NewType, Optional, TypeVar, Union

import pytest
from pydantic import BaseModel, EmailStr

from oxyde.stubs.names import Names

T = TypeVar("T")


class Shade(enum.Enum):
    DARK = 1


class Box(BaseModel, Generic[T]):
    inside: T

    class Lid(BaseModel):
        pass


Number = NewType("Number", int)


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "int"),
        (None, "None"),
        (Any, "Any"),
        (Optional[int], "int | None"),  # noqa: UP045 - as older code writes it
        (Union[int, None, str], "int | str | None"),  # noqa: UP007 - as older code writes it
        (Annotated[int, 3], "int"),
        (list[int | None], "list[int | None]"),
        (dict[str, list[dt.date]], "dict[str, list[date]]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Literal["a", 1, Shade.DARK], "Literal['a', 1, Shade.DARK]"),
        (Shade, "Shade"),
        (Box[int], "Box[int]"),
        (Box.Lid, "Box.Lid"),
        (Number, "Number"),
        (T, "Any"),
        ("Later", "Any"),
        (collections.OrderedDict[str, int], "OrderedDict[str, int]"),
        (Any | None, "Any"),
        (EmailStr, "EmailStr"),
        (type("Hidden", (), {}), "Any"),
    ],
)
def test_types(annotation: Any, text: str) -> None:
    """A type is written as its modules name it; what no module names is Any."""
    assert Names({}, ()).type(annotation) == text


def test_imports() -> None:
    """What the text uses is imported, and nothing else."""
    names = Names({}, ())
    used, _ = names.type(dt.date), names.type(dt.time)
    assert names.lines([f"x: {used}"]) == ["from datetime import date"]


def test_a_name_of_the_module_is_used() -> None:
    """No import is made of what the module has under its name."""
    names = Names({"date": dt.date}, ())
    assert names.type(dt.date) == "date"
    assert names.lines(["x: date"]) == []


def test_a_taken_name_is_imported_as_another() -> None:
    """Neither a name of the module nor a field hides what is meant."""
    names = Names({"date": 3, "_time": 4}, {"time", "int"})
    assert [names.type(dt.date), names.type(dt.time), names.type(int)] == ["_date", "_time_", "_int"]
    assert names.lines(["_date _time_ _int"]) == ["from builtins import int as _int", "from datetime import date as _date, time as _time_"]


def test_a_field_that_hides_a_name_of_the_module() -> None:
    """The name has a second one, which classes use: a second import, or an alias of what is made here."""
    names = Names({"__name__": "here", "date": dt.date, "Shade": Shade, "number": 3}, {"date", "number", "list", "unknown"})
    assert names.type(dt.date) == names.visible("date") == "_date"
    assert [names.visible("list"), names.visible("number"), names.visible("unknown")] == ["_list", "_number", "unknown"]
    lines = names.lines(["x: _date, _list, _number"])
    assert lines[:2] == ["from builtins import list as _list", "from datetime import date as _date"]
    assert lines[2:] == ["from typing import TypeAlias", "_number: TypeAlias = number"]


def test_what_the_module_imports_for_checkers() -> None:
    """It is used under the name that it has there."""
    names = Names({}, ())
    names.imported("datetime", "date", "day")
    assert names.type(dt.date) == "day"
