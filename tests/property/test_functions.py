"""Arithmetic, casts and functions of random values are Python's on every backend, or DataError; the values are bound."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from operator import add, floordiv, mod, mul, sub, truediv
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import (
    Abs,
    Cast,
    Ceil,
    Concat,
    DataError,
    Field,
    Floor,
    Greatest,
    Least,
    Length,
    Lower,
    Model,
    Replace,
    Round,
    Substr,
    Trim,
    Upper,
    Value,
)
from tests.backends import Backend
from tests.tables import table

BIGGEST, SMALLEST = 2**63 - 1, -(2**63)
LETTERS: Final = "abzABZ éÉßñÑäÄøØœŒşŞжЖяЯёЁαΑωΩςσΣ"
"""Those whose case every server knows; the rarer ones depend on its version of Unicode."""


class One(Model):
    """A table of one row, so that a query has one value."""

    id: int = Field(db_pk=True)

    Meta = table("property_one")


@pytest.fixture(scope="module")
def one(backend_module: Backend) -> Iterator[Backend]:
    """A connection to a backend with the row."""
    with oxyde.connect(backend_module.url, "default"):
        oxyde.sync.drop_tables(models=One, if_exists=True)
        oxyde.sync.create_tables(models=One)
        One.objects.sync.create(id=1)
        yield backend_module
        oxyde.sync.drop_tables(models=One)


def ends(*values: int) -> st.SearchStrategy[int]:
    """Ints near the ends of their range, and these."""
    return st.sampled_from([*values, BIGGEST, BIGGEST - 1, SMALLEST, SMALLEST + 1, 0, 1, -1])


INTS: Final = st.one_of(ends(), st.integers(SMALLEST, BIGGEST), st.integers(-1000, 1000))
FLOATS: Final = st.one_of(
    st.floats(-1e6, 1e6, allow_subnormal=False),
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    st.integers(-(10**6), 10**6).map(lambda number: number / 1000),
    st.integers(-(10**6), 10**6).map(lambda number: number + 0.5),
)
DECIMALS: Final = st.one_of(st.decimals(-(10**6), 10**6, places=3), st.decimals(-(10**14), 10**14, places=10))
TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NUMERALS: Final = st.one_of(
    INTS.map(str), FLOATS.map(str), DECIMALS.map(lambda number: f"{number:f}"), st.text("0123456789+-. \t\neEx_naif", max_size=8), TEXTS
)


def fits(number: Decimal) -> bool:
    """Whether it has at most 35 digits before the point and 30 after it."""
    _, digits, exponent = number.normalize().as_tuple()
    return isinstance(exponent, int) and exponent >= -30 and len(digits) + exponent <= 35


def compare(backend: Backend, made: Any, python: Callable[[], Any], *, near: Decimal | None = None) -> None:
    """Runs an expression, and asserts that it has Python's value and type, or that both have none.

    Args:
        backend: Where.
        made: The expression.
        python: Computes the value.
        near: How much a Decimal may differ, as a share of it.
    """
    wanted: Any
    try:
        with localcontext(prec=100):
            wanted = python()
    except (ArithmeticError, ValueError):
        wanted = DataError
    too_long = isinstance(wanted, int) and not SMALLEST <= wanted <= BIGGEST
    wanted = DataError if too_long or (isinstance(wanted, float) and not math.isfinite(wanted)) else wanted
    try:
        found = One.objects.sync.annotate(x=made).values("x").get()["x"]
    except DataError:
        # PostgreSQL refuses floats next to zero; MariaDB and MySQL decimals of more than 65 digits, 30 of them after the point, and the
        # greatest float as a text.
        small = backend.dialect == "postgres" and isinstance(wanted, float) and abs(wanted) < 2.3e-308
        wide = backend.dialect in {"mysql", "mariadb"} and isinstance(wanted, Decimal) and not fits(wanted)
        greatest = isinstance(wanted, float) and abs(wanted) == sys.float_info.max
        assert wanted is DataError or small or wide or greatest, (made, wanted)
        return
    if near is None or wanted is DataError:
        assert type(found) is type(wanted), (made, found, wanted)
        assert found == wanted, (made, found, wanted)
    else:
        assert abs(found - wanted) <= max(abs(wanted) * near, Decimal("1E-38")), (made, found, wanted)


EXAMPLES: Final = 60 * (10 if os.environ.get("OXYDE_LONG") else 1)
LIMITS: Final = settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate])


def test_ints(one: Backend) -> None:
    """The operators, and ``Round()`` before the point."""

    @LIMITS
    @given(INTS, INTS, st.integers(-18, 3))
    def check(left: int, right: int, digits: int) -> None:
        for op in (add, sub, mul, floordiv, mod):
            compare(one, op(Value(left), Value(right)), lambda op=op: op(left, right))
        compare(one, Value(left) / Value(right), lambda: float(left) / float(right))
        compare(one, Round(left, digits), lambda: round(left, digits))
        compare(one, Abs(left), lambda: abs(left))
        compare(one, Greatest(left, right), lambda: max(left, right))

    check()


def test_floats(one: Backend) -> None:
    """The operators, and ``Round()`` to any digits."""

    @LIMITS
    @given(FLOATS, FLOATS, st.integers(-15, 15))
    def check(left: float, right: float, digits: int) -> None:
        for op in (add, sub, mul, truediv, mod):
            compare(one, op(Value(left), Value(right)), lambda op=op: op(left, right))
        compare(one, Round(left, digits), lambda: round(left, digits))
        compare(one, Round(left), lambda: round(left, 0))
        compare(one, Floor(left), lambda: float(math.floor(left)))
        compare(one, Ceil(left), lambda: float(math.ceil(left)))
        compare(one, Least(left, right), lambda: min(left, right))
        compare(one, Cast(left, int), lambda: int(left))
        compare(one, Cast(left, Decimal), lambda: Decimal(str(left)))

    check()


def test_the_greatest_floats(one: Backend) -> None:
    """Decimals of theirs: those next to the end, and those that lie halfway between two floats."""
    last = sys.float_info.max
    near = [last, math.nextafter(last, 0), 1.797693134862315e308, 1.79769313486231e308, 1e308, 5e22, 9007199254740993.0, 1e23, 8.41e21]
    for value in near:
        compare(one, Cast(value, Decimal), lambda value=value: Decimal(str(value)))
        compare(one, Cast(-value, Decimal), lambda value=value: Decimal(str(-value)))


def test_halves_of_floats(one: Backend) -> None:
    """``Round()`` of what is a half, or looks like one."""

    @LIMITS
    @given(st.integers(-(10**9), 10**9), st.integers(1, 15))
    def check(number: int, digits: int) -> None:
        value = (2 * number + 1) * 5 / 10 ** (digits + 1)
        for some in (value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)):
            compare(one, Round(some, digits), lambda some=some: round(some, digits))
        large = float((2 * number + 1) * 5 * 10 ** (digits - 1))
        for some in (large, math.nextafter(large, math.inf), math.nextafter(large, -math.inf)):
            compare(one, Round(some, -digits), lambda some=some: round(some, -digits))

    check()


def test_decimals(one: Backend) -> None:
    """The operators, ``Round()``, and casts."""

    @LIMITS
    @given(DECIMALS, DECIMALS, st.integers(-6, 12))
    def check(left: Decimal, right: Decimal, digits: int) -> None:
        for op in (add, sub, mul, mod):
            compare(one, op(Value(left), Value(right)), lambda op=op: op(left, right))
        compare(one, Value(left) / Value(right), lambda: left / right, near=Decimal("1E-19"))
        compare(one, Round(left, digits), lambda: round(left, digits))
        compare(one, Floor(left), lambda: Decimal(math.floor(left)))
        compare(one, Ceil(left), lambda: Decimal(math.ceil(left)))
        compare(one, Cast(left, int), lambda: int(left))
        compare(one, Cast(left, float), lambda: float(left))
        compare(one, Cast(left, str), lambda: "0" if left == 0 else f"{left.normalize():f}")
        compare(one, Cast(left, Decimal, max_digits=17, decimal_places=2), lambda: round(left, 2))

    check()


def test_texts(one: Backend) -> None:
    """By characters."""

    @LIMITS
    @given(TEXTS, TEXTS, st.text("aAbB ", min_size=1, max_size=2), st.integers(1, 14), st.integers(0, 14), st.text(LETTERS))
    def check(text: str, other: str, old: str, start: int, length: int, letters: str) -> None:
        compare(one, Length(Value(text)), lambda: len(text))
        compare(one, Trim(Value(text)), text.strip)
        compare(one, Concat(Value(text), Value(other)), lambda: text + other)
        compare(one, Replace(Value(text), old, other), lambda: text.replace(old, other))
        compare(one, Substr(Value(text), start), lambda: text[start - 1 :])
        compare(one, Substr(Value(text), start, length), lambda: text[start - 1 :][:length])
        compare(one, Upper(Value(letters)), lambda: "".join(c if c == "ß" else c.upper() for c in letters))
        compare(one, Lower(Value(letters)), lambda: "".join(c.lower() for c in letters))

    check()


def test_numerals(one: Backend) -> None:
    """What is written as a number is one, anything else is refused."""
    white = "[\t-\r ]*"

    def read(text: str, pattern: str, make: Callable[[str], Any]) -> Any:
        if re.fullmatch(f"{white}[+-]?{pattern}{white}", text, re.ASCII) is None:
            raise ValueError(text)
        return make(text)

    @LIMITS
    @given(NUMERALS)
    def check(text: str) -> None:
        compare(one, Cast(Value(text), int), lambda: read(text, "[0-9]+", int))
        mantissa = r"([0-9]+\.?[0-9]*|\.[0-9]+)"
        compare(one, Cast(Value(text), float), lambda: read(text, mantissa + "([eE][+-]?[0-9]+)?", float))
        if "e" not in text.lower():
            compare(one, Cast(Value(text), Decimal), lambda: read(text, mantissa, Decimal))

    check()
