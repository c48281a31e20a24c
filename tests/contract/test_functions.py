"""Functions, casts and arithmetic have Python's values on every backend, or raise DataError where Python raises or the type ends."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any, Final

import pytest
from pydantic import AwareDatetime

import oxyde
from oxyde import (
    Abs,
    Cast,
    Ceil,
    Coalesce,
    Concat,
    DataError,
    F,
    Field,
    Floor,
    Greatest,
    Least,
    Length,
    Lower,
    Mod,
    Model,
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
from tests.backends import Backend
from tests.tables import blocking_tables, table

BIGGEST, SMALLEST = 2**63 - 1, -(2**63)
UTC = dt.timezone.utc


class Shade(str, enum.Enum):
    """Is text by its value."""

    LIGHT = "Light"
    DARK = "dark"


class Sample(Model):
    """Arguments of every type, two of some, and a column for results of each type."""

    id: int = Field(db_pk=True)
    i: int | None = None
    j: int | None = None
    f: float | None = None
    g: float | None = None
    d: Decimal | None = Field(default=None, max_digits=14, decimal_places=4)
    w: Decimal | None = None
    s: str | None = None
    t: str | None = None
    b: bool | None = None
    shade: Shade | None = Field(default=None, db_enum_name="function_shade")
    photo: bytes | None = None
    day: dt.date | None = None
    at: dt.datetime | None = None
    tz: AwareDatetime | None = None
    as_int: int | None = None
    as_float: float | None = None
    as_decimal: Decimal | None = None
    as_text: str | None = None

    Meta = table("function_sample")


def _rows() -> list[Sample]:
    ints = [0, 1, -1, 2, 7, -7, 3, 249, 250, 350, -350, 10**15, BIGGEST, SMALLEST, None]
    floats = [0.0, 1.5, -2.5, 0.5, 2.675, 1.005, -0.285, 1e300, -7.5, 0.1, 4503599627370497.5, 123456.785, 1e17, 5e-5, None]
    decimals = ["0", "1.5", "-2.5", "0.5", "2.6750", "-7.1255", "9999999999.9999", "-0.0001", "250", "3.3", "7", "2", "0.125", "100", None]
    wide = [*decimals[:6], "12345678901234567890.123456789", "-1E-20", "350", "0.25", "-3", "0.7", "10000000000000000000", "5.5", None]
    texts = [
        "",
        "abc",
        " é\t",
        "ßA",
        "12",
        " -7\n",
        "12abc",
        "1.50",
        "true",
        "No",
        "😀x😀",
        "9223372036854775808",
        "\u3000x\u00a0",
        "a%_\\'b",
        None,
    ]
    rows = []
    for number in range(len(ints)):
        other = (number * 4 + 3) % len(ints)
        decimal = decimals[number]
        rows.append(
            Sample(
                id=number + 1,
                i=ints[number],
                j=ints[other],
                f=floats[number],
                g=floats[other],
                d=None if decimal is None else Decimal(decimal),
                w=None if wide[other] is None else Decimal(str(wide[other])),
                s=texts[number],
                t=texts[other],
                b=None if number % 3 == 2 else number % 3 == 0,
                shade=[Shade.LIGHT, Shade.DARK, None][number % 3],
                photo=None if number % 3 == 2 else bytes(range(number)),
                day=None if number % 5 == 4 else dt.date(1999 + number, 12, 31),
                at=None if number % 5 == 3 else dt.datetime(2000 + number, 2, 28, 23, 59, 59, number),
                tz=None if number % 5 == 2 else dt.datetime(2000 + number, 2, 28, 23, 59, 59, number, tzinfo=UTC),
            )
        )
    return rows


ROWS: Final = _rows()


@pytest.fixture(scope="module")
def samples(backend_module: Backend) -> Iterator[Backend]:
    """A connection to a backend with the rows."""
    with oxyde.connect(backend_module.url, "default"), blocking_tables(Sample):
        Sample.objects.sync.bulk_create([row.model_copy() for row in ROWS])
        yield backend_module


@dataclass(frozen=True)
class Law:
    """A row of the table: an expression over columns, and what Python makes of their values.

    Attributes:
        made: The expression.
        of: The columns.
        python: The value; it raises where there is none.
        near: Whether digits beyond the twentieth may differ.
        nulls: Whether Python sees None; else it makes the result None.
    """

    made: Any
    of: str
    python: Callable[..., Any]
    near: bool = False
    nulls: bool = False


def upper(text: str) -> str:
    """Letter by letter: none becomes two."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def lower(text: str) -> str:
    """Letter by letter."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def word(text: str) -> bool:
    """The words that Pydantic takes for truth values."""
    return {"1": True, "true": True, "yes": True, "0": False, "no": False, "false": False}[text.lower()]


def text_of(number: Decimal) -> str:
    """Without zeros at the end, or an exponent."""
    return f"{number.normalize():f}"


def digits(number: Decimal) -> Decimal:
    """Six digits, two of them after the point."""
    rounded = round(number, 2)
    if abs(rounded) >= 10000:
        raise OverflowError
    return rounded


LAWS: Final = {
    "int add": Law(F("i") + F("j"), "i j", lambda i, j: i + j),
    "int subtract": Law(F("i") - F("j"), "i j", lambda i, j: i - j),
    "int multiply": Law(F("i") * F("j"), "i j", lambda i, j: i * j),
    "int divide": Law(F("i") / F("j"), "i j", lambda i, j: float(i) / float(j)),
    "int floor": Law(F("i") // F("j"), "i j", lambda i, j: i // j),
    "int modulo": Law(F("i") % F("j"), "i j", lambda i, j: i % j),
    "int by plain": Law(F("i") / 4, "i", lambda i: float(i) / 4),
    "plain by int": Law(100 // F("i"), "i", lambda i: 100 // i),
    "float add": Law(F("f") + F("g"), "f g", lambda f, g: f + g),
    "float multiply": Law(F("f") * F("g"), "f g", lambda f, g: f * g),
    "float divide": Law(F("f") / F("g"), "f g", lambda f, g: f / g),
    "float modulo": Law(F("f") % F("g"), "f g", lambda f, g: f % g),
    "float by int": Law(F("f") % F("i"), "f i", lambda f, i: f % i),
    "int by float": Law(F("i") / F("f"), "i f", lambda i, f: float(i) / f),
    "decimal add": Law(F("d") + F("w"), "d w", lambda d, w: d + w),
    "decimal divide": Law(F("d") / F("w"), "d w", lambda d, w: d / w, near=True),
    "decimal modulo": Law(F("d") % F("w"), "d w", lambda d, w: d % w),
    "decimal by int": Law(F("d") / F("i"), "d i", lambda d, i: d / i, near=True),
    "Mod": Law(Mod("i", "j"), "i j", lambda i, j: i % j),
    "Abs int": Law(Abs("i"), "i", abs),
    "Abs float": Law(Abs("f"), "f", abs),
    "Abs decimal": Law(Abs("d"), "d", abs),
    "Round int": Law(Round("i"), "i", round),
    "Round int -1": Law(Round("i", -1), "i", lambda i: round(i, -1)),
    "Round int -2": Law(Round("i", -2), "i", lambda i: round(i, -2)),
    "Round int -18": Law(Round("i", -18), "i", lambda i: round(i, -18)),
    "Round float": Law(Round("f"), "f", lambda f: round(f, 0)),
    "Round float 2": Law(Round("f", 2), "f", lambda f: round(f, 2)),
    "Round float 4": Law(Round("f", 4), "f", lambda f: round(f, 4)),
    "Round float 15": Law(Round("f", 15), "f", lambda f: round(f, 15)),
    "Round float -1": Law(Round("f", -1), "f", lambda f: round(f, -1)),
    "Round decimal": Law(Round("d"), "d", lambda d: round(d, 0)),
    "Round decimal 2": Law(Round("d", 2), "d", lambda d: round(d, 2)),
    "Round decimal -2": Law(Round("w", -2), "w", lambda w: round(w, -2)),
    "Floor float": Law(Floor("f"), "f", lambda f: float(math.floor(f))),
    "Ceil float": Law(Ceil("f"), "f", lambda f: float(math.ceil(f))),
    "Floor decimal": Law(Floor("d"), "d", lambda d: Decimal(math.floor(d))),
    "Ceil decimal": Law(Ceil("w"), "w", lambda w: Decimal(math.ceil(w))),
    "Floor int": Law(Floor("i"), "i", math.floor),
    "Power": Law(Power("f", 2), "f", lambda f: math.pow(f, 2)),
    "Power int": Law(Power("j", "i"), "j i", math.pow),
    "Power decimal": Law(Power("d", Value(0.5)), "d", lambda d: math.pow(d, 0.5)),
    "Sqrt": Law(Sqrt("f"), "f", math.sqrt),
    "Sqrt int": Law(Sqrt("i"), "i", math.sqrt),
    "Upper": Law(Upper("s"), "s", upper),
    "Lower": Law(Lower("s"), "s", lower),
    "Lower enum": Law(Lower("shade"), "shade", lambda shade: shade.value.lower()),
    "Length": Law(Length("s"), "s", len),
    "Length bytes": Law(Length("photo"), "photo", len),
    "Trim": Law(Trim("s"), "s", str.strip),
    "Substr": Law(Substr("s", 2), "s", lambda s: s[1:]),
    "Substr length": Law(Substr("s", 1, 2), "s", lambda s: s[:2]),
    "Substr none": Law(Substr("s", 2, 0), "s", lambda s: s[1:1]),
    "Replace": Law(Replace("s", "A", "bb"), "s", lambda s: s.replace("A", "bb")),
    "Replace column": Law(Replace("s", "x", F("t")), "s t", lambda s, t: s.replace("x", t)),
    "Concat": Law(Concat("s", Value("-"), "t"), "s t", lambda s, t: f"{s or ''}-{t or ''}", nulls=True),
    "Coalesce": Law(Coalesce("i", "j", 5), "i j", lambda i, j: i if i is not None else j if j is not None else 5, nulls=True),
    "Coalesce text": Law(Coalesce("shade", Value("none")), "shade", lambda shade: shade.value if shade else "none", nulls=True),
    "Coalesce mixed": Law(Coalesce("d", "i"), "d i", lambda d, i: d if d is not None else i, nulls=True),
    "NullIf": Law(NullIf("i", "j"), "i j", lambda i, j: None if i == j else i, nulls=True),
    "NullIf plain": Law(NullIf("s", Value("abc")), "s", lambda s: None if s == "abc" else s, nulls=True),
    "Greatest": Law(Greatest("i", "j"), "i j", max),
    "Greatest plain": Law(Greatest("i", 5), "i", lambda i: max(i, 5)),
    "Greatest float": Law(Greatest("f", "g", 5), "f g", lambda f, g: float(max(f, g, 5))),
    "Least decimal": Law(Least("d", "w"), "d w", min),
    "Least mixed": Law(Least("d", "i"), "d i", lambda d, i: Decimal(min(d, i))),
    "Least moment": Law(Least("at", dt.datetime(2005, 1, 1)), "at", lambda at: min(at, dt.datetime(2005, 1, 1))),
    "int to str": Law(Cast("i", str), "i", str),
    "int to float": Law(Cast("i", float), "i", float),
    "int to Decimal": Law(Cast("i", Decimal), "i", Decimal),
    "int to bool": Law(Cast("i", bool), "i", bool),
    "float to int": Law(Cast("f", int), "f", int),
    "float to Decimal": Law(Cast("f", Decimal), "f", lambda f: Decimal(str(f))),
    "float to bool": Law(Cast("f", bool), "f", bool),
    "Decimal to int": Law(Cast("d", int), "d", int),
    "wide Decimal to int": Law(Cast("w", int), "w", int),
    "Decimal to float": Law(Cast("w", float), "w", float),
    "Decimal to str": Law(Cast("d", str), "d", text_of),
    "wide Decimal to str": Law(Cast("w", str), "w", text_of),
    "Decimal to bool": Law(Cast("w", bool), "w", bool),
    "Decimal to digits": Law(Cast("d", Decimal, max_digits=6, decimal_places=2), "d", digits),
    "str to int": Law(Cast("s", int), "s", int),
    "str to float": Law(Cast("s", float), "s", float),
    "str to Decimal": Law(Cast("s", Decimal), "s", Decimal),
    "str to bool": Law(Cast("s", bool), "s", word),
    "bool to int": Law(Cast("b", int), "b", int),
    "bool to str": Law(Cast("b", str), "b", str),
    "enum to str": Law(Cast("shade", str), "shade", lambda shade: shade.value),
    "date to str": Law(Cast("day", str), "day", str),
    "date to datetime": Law(Cast("day", dt.datetime), "day", lambda day: dt.datetime.combine(day, dt.time())),
    "datetime to date": Law(Cast("at", dt.date), "at", lambda at: at.date()),
    "aware to time": Law(Cast("tz", dt.time), "tz", lambda tz: tz.time()),
    "nested": Law(
        Length(Concat(Upper("s"), Cast("i", str))) + 1, "s i", lambda s, i: len(s or "") + len(str("" if i is None else i)) + 1, nulls=True
    ),
}

RESULTS: Final = {int: "as_int", float: "as_float", Decimal: "as_decimal", str: "as_text"}


def expected(law: Law, row: Sample) -> Any:
    """Returns the value by Python, or DataError where it has none that the type holds."""
    given = [getattr(row, name) for name in law.of.split()]
    if not law.nulls and any(value is None for value in given):
        return None
    try:
        with localcontext(prec=80):
            value = law.python(*given)
    except (ArithmeticError, ValueError, KeyError):
        return DataError
    too_long = isinstance(value, int) and not SMALLEST <= value <= BIGGEST
    return DataError if too_long or (isinstance(value, float) and math.isinf(value)) else value


def beyond(dialect: str, value: Any) -> bool:
    """Whether a server refuses a value that Python and the others have: floats next to zero, decimals of more than 65 digits."""
    if dialect == "postgres":
        return value == 0.0 and isinstance(value, float)
    return dialect in {"mysql", "mariadb"} and isinstance(value, Decimal) and abs(value) >= Decimal("1E+35")


def same(law: Law, found: Any, wanted: Any, least: str = "1E-38") -> bool:
    """Whether a value is the wanted one, of its type."""
    if law.near and wanted is not None:
        return isinstance(found, Decimal) and abs(found - wanted) <= max(abs(wanted) * Decimal("1E-19"), Decimal(least))
    return type(found) is type(wanted) and bool(found == wanted)


@pytest.mark.parametrize("name", LAWS)
def test_values(samples: Backend, name: str) -> None:
    """Of columns: selected, row by row."""
    law, wrong = LAWS[name], []
    for row in ROWS:
        wanted: Any = expected(law, row)
        found: Any
        try:
            found = Sample.objects.sync.filter(id=row.id).annotate(x=law.made).values("x").get()["x"]
        except DataError as error:
            found = str(error) if samples.dialect == "sqlite" and "oxyde_" in str(error) else DataError
        alike = found is wanted is DataError or (found is DataError and beyond(samples.dialect, wanted))
        if not alike and not same(law, found, wanted):
            wrong.append(({name: getattr(row, name) for name in law.of.split()}, found, wanted))
    assert wrong == []


@pytest.mark.parametrize("name", LAWS)
def test_found_and_ordered(samples: Backend, name: str) -> None:
    """A value that was selected is found by ``filter()`` and sorted by ``order_by()``."""
    law = LAWS[name]
    good = {row.id: value for row in ROWS if (value := expected(law, row)) not in {DataError, None} and not beyond(samples.dialect, value)}
    wanted = sorted(good, key=lambda key: (good[key], key))
    with oxyde.sync.atomic() as block:  # a server may compute a value of rows that another condition excludes
        Sample.objects.sync.exclude(id__in=wanted).delete()
        query = Sample.objects.sync.annotate(x=law.made)
        if not isinstance(good[wanted[0]], str):
            assert query.order_by("x", "id").values_list("id", flat=True).all() == wanted
        if not law.near:
            for key, value in good.items():
                assert key in query.filter(x=value).values_list("id", flat=True).all(), (key, value)
        block.set_rollback()


@pytest.mark.parametrize("name", LAWS)
def test_stored(samples: Backend, name: str) -> None:
    """``update()`` stores what is selected, or raises the same."""
    law = LAWS[name]
    kinds = {type(value) for row in ROWS if (value := expected(law, row)) not in {DataError, None}}
    column = RESULTS.get(kinds.pop())
    if column is None:
        return
    for row in ROWS:
        wanted, one = expected(law, row), Sample.objects.sync.filter(id=row.id)
        one.update(**{column: None})
        if wanted is DataError or beyond(samples.dialect, wanted):
            with suppress(DataError) if wanted is not DataError else pytest.raises(DataError):
                one.update(**{column: law.made})
        else:
            one.update(**{column: law.made})
            found = one.values(column).get()[column]
            rounded = samples.dialect in {"mysql", "mariadb"} and column == "as_decimal"
            assert same(replace(law, near=law.near or rounded), found, wanted, "1E-30" if rounded else "1E-38"), (row.id, found, wanted)


def test_now(samples: Backend) -> None:
    """The present in UTC, with a zone or without, beside columns of either."""
    before = dt.datetime.now(UTC) - dt.timedelta(seconds=1)
    found = Sample.objects.sync.filter(id=1).annotate(aware=Now(), naive=Now(naive=True)).values("aware", "naive").get()
    after = dt.datetime.now(UTC) + dt.timedelta(seconds=1)
    assert before <= found["aware"] <= after
    assert before.replace(tzinfo=None) <= found["naive"] <= after.replace(tzinfo=None)
    assert Sample.objects.sync.filter(tz__lt=Now(), at__lt=Now(naive=True), id=1).count() == 1
