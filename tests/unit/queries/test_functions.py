"""The table of functions: arguments, results and NULLs of each; what they refuse."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import oxyde
from oxyde import (
    Abs,
    Cast,
    Ceil,
    Coalesce,
    Concat,
    F,
    Floor,
    Greatest,
    Least,
    Length,
    Lower,
    Mod,
    Now,
    NullIf,
    Power,
    Replace,
    Round,
    Sqrt,
    Substr,
    Trim,
    Upper,
    Value,
)
from oxyde.exceptions import FieldError
from oxyde.queries.functions import FUNCTIONS
from oxyde.queries.names import names_of
from oxyde.queries.term import Reference
from tests.cases.models import Novelist

NAMES = names_of(Novelist.__table__)


@pytest.mark.parametrize(
    ("expression", "kind", "nullable"),
    [
        (Coalesce("email", "name"), "text", False),
        (Coalesce("balance", "worth", 1), "decimal", False),
        (Coalesce("mood", Value("?")), "text", False),
        (NullIf("age", 0), "int", True),
        (Greatest("age", 5), "int", False),
        (Least("born", "born"), "date", True),
        (Concat("email", "name"), "text", False),
        (Lower("mood"), "text", True),
        (Upper("name"), "text", False),
        (Length("photo"), "int", True),
        (Trim("name"), "text", False),
        (Substr("name", 1), "text", False),
        (Replace("name", "a", F("email")), "text", True),
        (Abs("score"), "float", True),
        (Round("balance", 1), "decimal", False),
        (Floor("balance"), "decimal", False),
        (Ceil("score"), "float", True),
        (Mod("age", 2), "int", False),
        (Power("age", 2), "float", False),
        (Sqrt("balance"), "float", False),
        (Now(), "datetime_tz", False),
        (Now(naive=True), "datetime", False),
        (Length(Concat(Upper("name"), Cast("age", str))) + 1, "int", False),
    ],
    ids=repr,
)
def test_results(expression: Any, kind: str, nullable: bool) -> None:
    """The type, and whether it may be NULL."""
    term = expression.resolve(NAMES)
    assert (term.type.kind, term.nullable) == (kind, nullable)


def test_ints_are_whole() -> None:
    """Nothing is left to round."""
    for expression in (Floor("age"), Ceil("age"), Round("age"), Round("age", 3)):
        assert isinstance(expression.resolve(NAMES), Reference)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Concat("name", "age"), r"Concat\(\) takes text, enum, and Novelist\.age is int; Cast"),
        (lambda: Greatest("name", "email"), r"Greatest\(\) takes int, float, .* and Novelist\.name is text"),
        (lambda: Coalesce("age", "score"), r"Coalesce\(\) takes values of one type, not float and int"),
        (lambda: Coalesce("data", "data"), r"Novelist\.data is json"),
        (lambda: Abs("active"), r"Abs\(\) takes int, float, decimal, and Novelist\.active is bool"),
        (lambda: Round("age", -19), r"Round\(\) of int takes digits from -18 to 18, not -19"),
        (lambda: Round("score", 16), r"Round\(\) of float takes digits from -15 to 15, not 16"),
        (lambda: Round("score", "2"), r"Round\(\) takes digits that is a plain int"),
        (lambda: Substr("name", 0), r"Substr\(\) takes a start that is a plain int from 1 to 2147483647, not 0"),
        (lambda: Substr("name", -2), r"not -2"),
        (lambda: Substr("name", 1, -1), r"Substr\(\) takes a length that is a plain int from 0"),
        (lambda: Substr("name", F("age")), r"not F"),
        (lambda: Replace("name", "", "x"), r"Replace\(\) cannot replace the empty text, which is everywhere"),
        (lambda: Power("name", 2), r"Power\(\) takes int, float, decimal, and Novelist\.name is text"),
    ],
)
def test_what_is_refused(make: Callable[[], Any], message: str) -> None:
    """By name, when the queryset is made."""
    with pytest.raises(FieldError, match=message):
        make().resolve(NAMES)


def test_the_table() -> None:
    """Every function is public, shows itself, copies and pickles."""
    assert {one.__name__ for one in FUNCTIONS.values()} <= set(oxyde.__all__)
    for one in (Coalesce("a", 1, F("b")), Now(), Now(naive=True), Mod("a", 2), Cast("a", Decimal, max_digits=4, decimal_places=1)):
        assert repr(copy.deepcopy(one)) == repr(pickle.loads(pickle.dumps(one))) == repr(one)
    assert repr(Coalesce("a", 1, F("b"))) == "Coalesce('a', 1, F(\"b\"))"
    assert [repr(Round("a", 1)), repr(Substr("a", 1, 2)), repr(Replace("a", "b", "c"))] == [
        "Round('a', 1)",
        "Substr('a', 1, 2)",
        "Replace('a', 'b', 'c')",
    ]
    assert repr(F("a") % 2) == '(F("a") % 2)'
