"""A model with a column of every type, values for each, and what independent drivers should see."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import uuid
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from oxyde import Field, Model
from tests.tables import table


class Flavour(str, enum.Enum):
    """Labels that need quoting."""

    PLAIN = "plain"
    QUOTED = "it's"
    WIDE = "größe"


class Inner(BaseModel):
    """A nested model."""

    a: int
    b: str | None = None


class Everything(Model):
    """One nullable column of each type."""

    id: int | None = Field(default=None, db_pk=True)
    integer: int | None = None
    real: float | None = None
    text: str | None = None
    short: str | None = Field(default=None, max_length=40)
    flag: bool | None = None
    blob: bytes | None = None
    money: Decimal | None = Field(default=None, max_digits=12, decimal_places=2)
    wide: Decimal | None = Field(default=None, max_digits=30, decimal_places=10)
    exact: Decimal | None = None
    day: dt.date | None = None
    clock: dt.time | None = None
    moment: dt.datetime | None = None
    instant: AwareDatetime | None = None
    span: dt.timedelta | None = None
    uid: uuid.UUID | None = None
    data: dict[str, Any] | None = None
    inner: Inner | None = None
    numbers: list[int] | None = None
    words: list[str] | None = None
    flavour: Flavour | None = None

    Meta = table("round_trip")


FIELDS = tuple(name for name in Everything.model_fields if name != "id")
INT64 = st.integers(-(2**63), 2**63 - 1)
EPOCH = dt.datetime(1970, 1, 1)


def _text(dialect: str, longest: int | None = None) -> st.SearchStrategy[str]:
    banned = "\x00" if dialect == "postgres" else ""
    anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=banned), max_size=longest or 60)
    awkward = [
        "",
        " ",
        "'",
        '"',
        "\\",
        "%_!",
        "NULL",
        "\t\r\n",
        "\U0001f600",
        "e\u0301",
        "\u202e",
        "x" * (longest or 300),
        "{}",
        "1970-01-01",
    ]
    return st.one_of(anything, st.sampled_from(awkward))


def _decimal(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    return st.one_of(st.integers(-most, most), st.sampled_from([0, 1, -1, most, -most])).map(
        lambda unscaled: Decimal(unscaled).scaleb(-places, _WIDE)
    )


_WIDE = decimal.Context(prec=200)


def _floats(dialect: str) -> st.SearchStrategy[float]:
    edges = [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, 0.1, 1 / 3, 2.0**53, 1e16]
    strange = {"postgres": [float("inf"), float("-inf")], "sqlite": [float("inf"), float("-inf")]}.get(dialect, [])
    return st.one_of(st.floats(allow_nan=False, allow_infinity=bool(strange)), st.sampled_from(edges + strange))


def _json(dialect: str) -> st.SearchStrategy[Any]:
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00" if dialect == "postgres" else ""), max_size=8)
    number = st.one_of(INT64, st.floats(-1e15, 1e15, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-6))
    leaf = st.one_of(st.none(), st.booleans(), number, text)
    return st.dictionaries(
        text,
        st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=5),
        max_size=3,
    )


def strategies(dialect: str) -> dict[str, st.SearchStrategy[Any]]:
    """Returns values that a server can hold, by field."""
    text = _text(dialect)
    first = dt.datetime(1, 1, 1)
    moments = st.one_of(
        st.datetimes(first),
        st.sampled_from([first, dt.datetime.max, EPOCH, dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(2000, 2, 29)]),
    )
    zones = st.sampled_from([dt.timezone.utc, dt.timezone(dt.timedelta(hours=5, minutes=45)), dt.timezone(-dt.timedelta(hours=11))])
    aware = st.builds(
        lambda moment, zone: moment.replace(tzinfo=zone), st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31)), zones
    )
    unbounded = _decimal(60, 25) if dialect in {"mysql", "mariadb"} else st.one_of(_decimal(60, 25), _decimal(90, 40), _decimal(40, 0))
    longest = 10**17
    return {
        "integer": st.one_of(INT64, st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63), 2**31, 2**53 + 1])),
        "real": _floats(dialect),
        "text": text,
        "short": _text(dialect, 40),
        "flag": st.booleans(),
        "blob": st.one_of(st.binary(max_size=40), st.sampled_from([b"", b"\x00", b"\xff" * 20])),
        "money": _decimal(12, 2),
        "wide": _decimal(30, 10),
        "exact": unbounded,
        "day": st.one_of(st.dates(), st.sampled_from([dt.date.min, dt.date.max, dt.date(2000, 2, 29)])),
        "clock": st.one_of(st.times(), st.sampled_from([dt.time.min, dt.time.max])),
        "moment": moments,
        "instant": aware,
        "span": st.one_of(st.integers(-longest, longest), st.sampled_from([0, 1, -1, -1_000_001])).map(
            lambda us: dt.timedelta(microseconds=us)
        ),
        "uid": st.uuids(),
        "data": _json(dialect),
        "inner": st.builds(Inner, a=INT64, b=st.none() | _text(dialect, 10)),
        "numbers": st.lists(INT64, max_size=4),
        "words": st.lists(_text(dialect, 10), max_size=4),
        "flavour": st.sampled_from(Flavour),
    }


def rows(dialect: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Returns lists of rows; one value in ten is None."""
    fields = {name: st.one_of(*[strategy] * 9, st.none()) for name, strategy in strategies(dialect).items()}
    return st.lists(st.fixed_dictionaries(fields), min_size=24, max_size=24)


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same to the bit and the type; decimals by number."""
    if isinstance(left, float) and isinstance(right, float):
        return left.hex() == right.hex() or left == right == 0.0
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


def arrow_value(name: str, value: Any) -> Any:
    """Returns what the Arrow column's Python value should be."""
    if value is None:
        return None
    if name in {"data", "inner"}:
        return value.model_dump() if isinstance(value, Inner) else value
    if name == "flavour":
        return value.value
    if name == "instant":
        return value.astimezone(dt.timezone.utc)
    return value


def from_arrow(name: str, value: Any) -> Any:
    """Returns the value of an Arrow column, with JSON parsed and unbounded decimals as numbers."""
    if value is None:
        return None
    if name in {"data", "inner"}:
        return json.loads(value)
    if name == "exact":
        return Decimal(value)
    if name == "instant":
        return value.astimezone(dt.timezone.utc)
    return value
