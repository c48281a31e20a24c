"""One field: its JSON reads back, and its validators leave what is stored alone."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, TypeAdapter, ValidationInfo

from oxyde.exceptions import FieldValueError
from oxyde.models.field_schema import FieldSchema


def twice(value: int) -> int:
    return value * 2


def refuses_large(value: int) -> int:
    if value > 9:
        message = "too large"
        raise ValueError(message)
    return value * 2


def looks_around(value: int, info: ValidationInfo) -> int:
    return value + int(info.data["other"])


def field(kind: Any, *, types_only: bool = False) -> FieldSchema:
    return FieldSchema("M.f", TypeAdapter(kind).core_schema, [], None, types_only=types_only)


def test_json_reads_back() -> None:
    """Or is refused by its path."""
    assert field(dict[str, list[int]]).json({"a": [1]}) == '{"a":[1]}'
    with pytest.raises(FieldValueError, match=r"^M\.f\.a\[0\] would be read back as another value"):
        field(dict[str, list[Annotated[int, AfterValidator(twice)]]]).json({"a": [1]})
    assert field(dict[str, Annotated[int, AfterValidator(twice)]], types_only=True).json({"a": 1}) == '{"a":1}'
    with pytest.raises(FieldValueError, match=r"^M\.f\.a is a tuple, which JSON does not give back"):
        field(Any).json({"a": (1,)})


@pytest.mark.parametrize(("function", "reason"), [(twice, "make another value of it"), (refuses_large, "refuse it on reading")])
def test_validators_that_change_what_is_stored(function: Any, reason: str) -> None:
    """Are named."""
    wire = 10
    with pytest.raises(FieldValueError, match=rf"^M\.f: the validator {function.__name__} would {reason}"):
        field(Annotated[int, AfterValidator(function)]).check_readable(int, wire)


def test_validators_that_leave_it_alone() -> None:
    """Idempotent ones, those that look at fields that are not there, and all where reading goes by types."""
    field(Annotated[int, AfterValidator(abs)]).check_readable(int, 3)
    field(Annotated[int, AfterValidator(looks_around)]).check_readable(int, 3)
    field(Annotated[int, AfterValidator(twice)], types_only=True).check_readable(int, 3)


@pytest.mark.parametrize("value", [1e15, 1e16, -7.14262361929919e16, 1e22, 1.7976931348623157e308, 5e-324, 1e-7, 0.1])
def test_large_floats_have_a_point(value: float) -> None:
    """So that no server takes them for whole numbers; texts that look like one stay."""
    text = field(Any).json({"a 1e+30": value, "b": "1e+16", "c": [value, 10**30]})
    assert json.loads(text) == {"a 1e+30": value, "b": "1e+16", "c": [value, 10**30]}
    assert type(json.loads(text)["c"][0]) is float
    assert abs(value) < 1 or "e" not in text.replace("1e+", "")
