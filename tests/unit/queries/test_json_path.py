"""``JsonPath``: its types, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oxyde import FieldError, JsonPath
from tests.cases.models import Novelist

NAMES = Novelist.objects._state.names


def test_types() -> None:
    """Without an output the value is JSON; every value may be missing."""
    found = [JsonPath("data", "k", output=output).resolve(NAMES) for output in (None, str, int, float, Decimal, bool)]
    assert [term.type.kind for term in found] == ["json", "text", "int", "float", "decimal", "bool"]
    assert all(term.nullable for term in found)
    assert repr(JsonPath("data", "a", 0, output=int)) == "JsonPath('data', 'a', 0, output=int)"


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ((), {}, r"^JsonPath\(\) takes the keys that lead to the value"),
        ((-1,), {}, r"^JsonPath\(\) takes keys that are str and places from 0 to 2147483647, not -1"),
        ((True,), {}, "not True"),
        ((1.5,), {}, "not float"),
        (("a\0",), {}, "a character that no text in JSON has"),
        (("a",), {"output": list}, r"^JsonPath\(\) has an output of str, bool, int, float, Decimal, not list"),
        (("a",), {"output": "int"}, "not str"),
    ],
)
def test_what_is_refused(path: tuple[Any, ...], options: dict[str, Any], message: str) -> None:
    """A step that is neither key nor place, and an output of another class."""
    with pytest.raises(FieldError, match=message):
        JsonPath("data", *path, **options)


def test_what_is_no_document() -> None:
    """A value of another type has no path."""
    with pytest.raises(FieldError, match=r"^JsonPath\(\) takes json, and Novelist\.name is text"):
        JsonPath("name", "k").resolve(NAMES)
