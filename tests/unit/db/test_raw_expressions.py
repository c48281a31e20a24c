"""``RawSQL``: how its text is cut, what its result is, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from oxyde import FieldError, FieldValueError, RawSQL
from tests.cases.models import Novelist

NAMES = Novelist.objects._state.names


def test_pieces() -> None:
    """Only what every server reads as a placeholder is one; a value used twice is bound twice, in the order of the text."""
    made = RawSQL("a::text || ':b' || :b || c[1:n] || :b", {"b": "x"}, str)
    values: list[Any] = []
    made.resolve(NAMES).shape(values)
    assert values == ["x", "x"]
    assert [str(getattr(piece, "text", piece)) for piece in made._pieces] == ["a::text || ':b' || ", ":b", " || c[1:n] || ", ":b"]
    assert [made.resolve(NAMES).nullable, made.resolve(NAMES).type.kind] == [True, "text"]
    assert repr(made) == "RawSQL(\"a::text || ':b' || :b || c[1:n] || :b\", {'b': …}, str)"


@pytest.mark.parametrize(
    ("sql", "params", "message"),
    [
        ("a + :more", {"mroe": 1}, r'^RawSQL\(\) has :more, and no value is called "more"; did you mean "mroe"\?'),
        ("a + :more", None, r'no value is called "more"; given: none$'),
        ("a", {"b": 1}, r"^RawSQL\(\) has no placeholder for 'b'; write :b in the SQL$"),
        ("a = ?", None, r"takes :name placeholders, which mean the same on every server, and \? is none"),
        ("a = $1", None, r"and \$1 is none"),
        ("a = @b", None, r"and @b is none"),
        (r"'it\'s' = :b", {"b": 1}, r"the databases do not agree where the strings and comments of this SQL end; give its texts as values"),
        ("a) OR (b", None, r"has brackets that do not match: 'a\) OR \(b'$"),
        ("(a", None, r"has brackets that do not match"),
        (" ", None, r"this text is empty"),
        ("a\0", None, r"has a NUL character"),
        ("a -- b", None, r"takes one expression, without comments and semicolons"),
        ("a; DROP TABLE b", None, r"takes one expression, without comments and semicolons"),
    ],
)
def test_bad_text(sql: str, params: Any, message: str) -> None:
    """The error says what to write; nothing is sent."""
    with pytest.raises(FieldError, match=message):
        RawSQL(sql, params, int)


def test_bad_values() -> None:
    """Values are named ones that every server takes alike; the result has a class."""
    with pytest.raises(TypeError, match=r"^RawSQL\(\) takes SQL text, not int$"):
        RawSQL(3, None, int)  # type: ignore[arg-type] # the test
    with pytest.raises(TypeError, match=r"^RawSQL\(\) takes its values as a dict, because :name means the same on every server, not list"):
        RawSQL("a + ?", [1], int)  # type: ignore[arg-type] # the test
    with pytest.raises(TypeError, match=r"^RawSQL\(\) takes the class of its result \(bool, int, .*, UUID\), not list$"):
        RawSQL("a", None, list)
    with pytest.raises(FieldValueError, match=r"^RawSQL\(\) cannot bind :b: an expression takes plain values .*, not set"):
        RawSQL("a IN :b", {"b": {1}}, bool)
    with pytest.raises(FieldValueError, match=r"^RawSQL\(\) cannot bind :b, a timedelta"):
        RawSQL("a > :b", {"b": dt.timedelta(1)}, bool)
    with pytest.raises(FieldValueError, match=r"^RawSQL\(\) cannot bind :b, which is beyond 64 bits"):
        RawSQL("a > :b", {"b": 2**63}, bool)
    assert RawSQL("a > :b", {"b": Decimal(2**63)}, bool).resolve(NAMES).type.kind == "bool"
