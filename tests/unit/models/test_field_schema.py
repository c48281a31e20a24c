"""One field: its JSON reads back, and its validators leave what is stored alone."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pandas as pd
import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, TypeAdapter, ValidationInfo

from oxyde.exceptions import FieldValueError
from oxyde.models.field_schema import FieldSchema
from tests.property.kinds import Code


def twice(value: int) -> int:
    return value * 2


def refuses_large(value: int) -> int:
    if value > 9:
        message = "too large"
        raise ValueError(message)
    return value * 2


def looks_around(value: int, info: ValidationInfo) -> int:
    return value + int(info.data["other"])


class Hue(Enum):
    RED = "red"


class Mood(str, Enum):
    GLAD = "glad"


class Kept(BaseModel):
    """Keeps values of members."""

    model_config = ConfigDict(use_enum_values=True)

    hue: Hue
    mood: Literal[Mood.GLAD]


class Coded(BaseModel):
    """Holds one, and shows something else."""

    code: Code
    price: Annotated[Decimal, PlainSerializer(float)] = Decimal("1.10")


def field(kind: Any, *, types_only: bool = False) -> FieldSchema:
    return FieldSchema("M.f", TypeAdapter(kind).core_schema, {}, None, types_only=types_only)


def test_json_reads_back() -> None:
    """Or is refused by its path."""
    assert field(dict[str, list[int]]).json({"a": [1]}) == '{"a":[1]}'
    with pytest.raises(FieldValueError, match=r"^M\.f\.a\[0\] would be read back as another value"):
        field(dict[str, list[Annotated[int, AfterValidator(twice)]]]).json({"a": [1]})
    assert field(dict[str, Annotated[int, AfterValidator(twice)]], types_only=True).json({"a": 1}) == '{"a":1}'
    with pytest.raises(FieldValueError, match=r"^M\.f\.a is a tuple, which JSON does not give back"):
        field(Any).json({"a": (1,)})


def cycle() -> list[Any]:
    """Returns a list that contains itself."""
    made: list[Any] = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (Any, {"a": b"\xff"}, "it holds bytes that are no UTF-8 text"),
        (Any, cycle(), "it holds itself; break the cycle"),
        (Any, {"a": object()}, "Unable to serialize unknown type: <class 'object'>"),
        (dict[str, dt.datetime], {"a": pd.NaT}, "a value inside it is not of the type that is declared for it"),
    ],
    ids=["bytes", "cycle", "object", "NaT"],
)
def test_what_json_cannot_hold(kind: Any, value: Any, reason: str) -> None:
    """The reason is told, the value is not."""
    with pytest.raises(FieldValueError, match=rf"^M\.f cannot be kept as JSON: {reason}"):
        field(kind).plain(value)


class Shelf(BaseModel):
    """Holds numbers."""

    sizes: list[int] = []


def test_what_is_of_another_type_is_named_by_its_path() -> None:
    """An instance that was changed inside, or made without validation."""
    for wrong in ("x", object()):
        shelf = Shelf(sizes=[1])
        shelf.sizes.append(wrong)  # type: ignore[arg-type] # planted
        with pytest.raises(FieldValueError, match=r"^M\.f\.a\.sizes\[1\] cannot be kept as JSON: Input should be a valid integer"):
            field(dict[str, Shelf]).json({"a": shelf})


@pytest.mark.parametrize(("kind", "key"), [(tuple[int, int], (1, 2)), (frozenset[int], frozenset({1}))])
def test_keys_of_several_values(kind: Any, key: Any) -> None:
    """The remedy is another key: no validator gives one to JSON."""
    said = rf"^M\.f\.a\[0\], in a key, is a {type(key).__name__}, and JSON's keys are text; use text keys, or a list of pairs$"
    with pytest.raises(FieldValueError, match=said):
        field(dict[str, list[dict[kind, int]]]).json({"a": [{key: 1}]})


def test_equal_sets_are_equal_texts() -> None:
    """Whatever order they are iterated in."""
    for kind, made in ((set[int], set), (frozenset[int], frozenset), (dict[str, set[int]], lambda members: {"a": set(members)})):
        texts = {field(kind).json(made(members)) for members in ([0, 8, 16, 24], [24, 16, 8, 0], [8, 24, 0, 16])}
        assert len(texts) == 1
    assert field(set[str]).json({"b", "a"}) == '["a","b"]'


def test_values_of_members_are_written() -> None:
    """Where the configuration keeps those."""
    assert field(Kept).json(Kept(hue=Hue.RED, mood=Mood.GLAD)) == '{"hue":"red","mood":"glad"}'


def test_types_of_the_application_are_written_by_their_serializers() -> None:
    """And what has a JSON form of its own still by that; what does not read back is refused."""
    text = '{"code":"a","price":"1.10"}'
    assert field(Coded).json(Coded(code=Code("a"))) == text
    assert field(Coded).read({"code": "a", "price": "1.10"}) == Coded(code=Code("a"))
    masked = Annotated[Code, PlainSerializer(lambda _: "***")]
    with pytest.raises(FieldValueError, match=r"^M\.f\[0\] would be read back as another value"):
        field(list[masked]).json([Code("a")])


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
