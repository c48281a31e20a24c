"""Numbers compare as the numbers that they are, on every backend: decimals of any size, and ints beyond a column's range."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from operator import eq, ge, gt, le, lt
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import (
    Avg,
    Ceil,
    DataError,
    F,
    Field,
    FieldError,
    FieldValueError,
    Floor,
    Greatest,
    Least,
    Model,
    NotFoundError,
    NullIf,
    Q,
    Round,
    Sqrt,
    Window,
)
from tests.backends import Backend
from tests.tables import blocking_tables, table

LOOKUPS: Final[dict[str, Callable[[Any, Any], bool]]] = {"exact": eq, "lt": lt, "lte": le, "gt": gt, "gte": ge}
BEYOND = 10**20


class Number(Model):
    """Decimals of several sizes, and ints of several widths."""

    id: int = Field(db_pk=True)
    huge: Decimal = Field(max_digits=65, decimal_places=0)
    tiny: Decimal = Field(max_digits=38, decimal_places=35)
    money: Decimal = Field(max_digits=10, decimal_places=2)
    free: Decimal
    small: int = Field(db_type="SMALLINT")
    maybe: int | None = None
    real: float = 0.0
    divisor: float = 1.0

    Meta = table("exact_number")


ROWS: Final = [
    Number(id=1, huge=10**36, tiny=Decimal("4E-31"), money=Decimal("1.50"), free=Decimal("1.5"), small=1, real=0.3, divisor=0.1),
    Number(id=2, huge=10**36 + 1, tiny=Decimal("1.5"), money=Decimal(3), free=Decimal(3), small=2, maybe=0, real=1e17, divisor=3.0),
    Number(
        id=3,
        huge=7,
        tiny=Decimal("-4E-35"),
        money=Decimal(-7),
        free=Decimal("12345678901234567890.125"),
        small=3,
        maybe=9,
        real=-7.5,
        divisor=2.0,
    ),
    Number(
        id=4, huge=-(10**64), tiny=Decimal(0), money=Decimal("99999999.99"), free=Decimal("1E-30"), small=-9, real=1e300, divisor=7e-300
    ),
]
DECIMALS: Final = ("huge", "tiny", "money", "free")


@pytest.fixture(scope="module")
def numbers(backend_module: Backend) -> Any:
    """A connection to a backend with the rows."""
    with oxyde.connect(backend_module.url, "default"), blocking_tables(Number):
        Number.objects.sync.bulk_create([row.model_copy() for row in ROWS])
        yield backend_module


def test_decimals_compare_as_numbers(numbers: Backend) -> None:
    """Whatever their digits are, in the column and in the value."""
    known = [Decimal(getattr(row, name)) for row in ROWS for name in DECIMALS]
    with localcontext(prec=120):
        close = [value + Decimal(step) for value in known for step in ("1E-33", "-1E-33")]
    values = st.one_of(
        st.sampled_from(known),
        st.sampled_from(close),
        st.decimals(-(10**30), 10**30, places=4),
        st.decimals(-2, 2, places=33),
        st.integers(-(10**38), 10**38).map(Decimal),
    )

    @settings(max_examples=40, deadline=None, database=None)
    @given(st.sampled_from(DECIMALS), values, values)
    def check(name: str, value: Decimal, other: Decimal) -> None:
        query, held = Number.objects.sync, [getattr(row, name) for row in ROWS]
        for lookup, holds in LOOKUPS.items():
            assert query.filter(**{f"{name}__{lookup}": value}).count() == sum(holds(one, value) for one in held), (name, lookup, value)
        assert query.filter(**{f"{name}__in": [value, other]}).count() == sum(one in {value, other} for one in held), (name, value)
        assert query.filter(**{f"{name}__between": (value, other)}).count() == sum(value <= one <= other for one in held), (name, value)

    check()


def test_decimals_that_no_float_holds(numbers: Backend) -> None:
    """A value with more digits than a column of few is compared by all of them, in functions too."""
    above = Decimal("1.500000000000000000000000000000000001")
    row = Number.objects.sync.filter(id=1)
    assert not row.filter(money=above).exists()
    assert row.filter(F("money") < above).filter(money__in=[above, Decimal("1.5")]).exclude(money=above).exists()
    assert row.annotate(least=Least("money", above), most=Greatest("money", above), kept=NullIf("money", above)).values(
        "least", "most", "kept"
    ).get() == {"least": Decimal("1.5"), "most": above, "kept": Decimal("1.5")}


def test_what_no_number_is_says_why(numbers: Backend) -> None:
    """In words, whatever a server has to be asked so that it fails."""
    for value, message in ((F("small") / 0, "division by zero"), (Sqrt(F("small") - 99), "square root of a negative number")):
        with pytest.raises(DataError, match=message) as caught:
            Number.objects.sync.annotate(value=value).all()
        assert "CHAR_LENGTH" not in str(caught.value).upper()


def test_decimals_of_different_scales_meet(numbers: Backend) -> None:
    """A wide decimal is found among narrow ones, and the other way round."""
    assert Number.objects.sync.filter(free__in=Number.objects.values("money")).count() == 2
    assert Number.objects.sync.filter(money__in=Number.objects.values("free")).count() == 2
    assert Number.objects.sync.filter(Q(free__gte=Decimal(0)) & ~(F("money") > F("free"))).count() == 3


@pytest.mark.parametrize("name", ["huge", "money", "free"])
def test_quotients_have_twenty_digits(numbers: Backend, name: str) -> None:
    """Of decimals divided by decimals; what divides evenly is exact."""
    with localcontext(prec=80):
        for by in (Decimal(3), Decimal("0.7"), Decimal(8)):
            found = Number.objects.sync.filter(id__lt=4).annotate(share=F(name) / by).order_by("id").values("share").all()
            for row, held in zip(found, ROWS, strict=False):
                wanted = Decimal(getattr(held, name)) / by
                assert abs(row["share"] - wanted) <= abs(wanted) * Decimal("1E-19"), (name, by)
                if by == 8:
                    assert row["share"] == wanted


def test_float_remainders_are_exact(numbers: Backend) -> None:
    """They are Python's: with the sign of the divisor, and no digit lost on the way."""
    found = Number.objects.sync.annotate(rest=F("real") % F("divisor")).order_by("id").values("rest").all()
    assert [row["rest"] for row in found] == [row.real % row.divisor for row in ROWS]


def test_raw_decimals_are_numbers(numbers: Backend) -> None:
    """Beside columns, expressions and constants."""
    raw = oxyde.sync.execute_raw
    two = {"m": Decimal(2)}
    assert raw("SELECT count(*) AS n FROM exact_number WHERE money * 2 > :m", two) == [{"n": 3}]
    assert raw("SELECT count(*) AS n FROM exact_number WHERE abs(money) <= :m", {"m": Decimal("1.50")}) == [{"n": 1}]
    assert raw("SELECT count(*) AS n FROM exact_number WHERE money IN :l", {"l": [Decimal("1.5"), Decimal(3)]}) == [{"n": 2}]
    assert raw("SELECT count(*) AS n FROM exact_number WHERE money BETWEEN :m AND :m", {"m": Decimal("3.0")}) == [{"n": 1}]
    assert [bool(row["bigger"]) for row in raw("SELECT 3 > :m AS bigger", two)] == [True]
    if numbers.dialect == "sqlite":
        with pytest.raises(FieldValueError, match="give such a decimal as text"):
            raw("SELECT :m AS x", {"m": Decimal("12345678901234567890.5")})
    else:
        sql = "SELECT count(*) AS n FROM exact_number WHERE free {}"
        for other in (Decimal("12345678901234567890.126"), Decimal("12345678901234567890.9")):
            assert raw(sql.format("= :x"), {"x": other}) == raw(sql.format("IN (:x, 77)"), {"x": other}) == [{"n": 0}]
            assert raw(sql.format("BETWEEN :x AND :x"), {"x": other}) == [{"n": 0}]


def test_ints_beyond_the_range(numbers: Backend) -> None:
    """They are numbers that no row has, and that all are less or greater than."""
    query = Number.objects.sync
    with pytest.raises(NotFoundError):
        query.get(id=BEYOND)
    assert query.get_or_none(pk=-BEYOND) is None
    counts = {
        query.filter(id=BEYOND): 0,
        query.filter(id__lt=BEYOND): 4,
        query.filter(id__gte=-BEYOND): 4,
        query.filter(id__gt=BEYOND): 0,
        query.filter(maybe__lt=BEYOND): 2,
        query.exclude(maybe__lt=BEYOND): 2,
        query.exclude(maybe=BEYOND): 4,
        query.filter(id__in=[1, BEYOND]): 1,
        query.filter(id__in=[BEYOND]): 0,
        query.filter(id__between=(2, BEYOND)): 3,
        query.filter(id__between=(-BEYOND, 2)): 2,
        query.filter(maybe__between=(-BEYOND, BEYOND)): 2,
        query.filter(F("id") < BEYOND): 4,
        query.filter(F("id") + 1 > BEYOND): 0,
        query.filter(small__lt=2**40): 4,
        query.filter(small=2**40): 0,
        query.filter(small__in=[1, 2**40]): 1,
        query.filter(small__between=(-(2**40), 1)): 2,
    }
    for asked, count in counts.items():
        assert asked.count() == count, asked.sql()
    assert query.filter(id=BEYOND).delete() == query.filter(id=BEYOND).update(maybe=1) == 0
    with pytest.raises(FieldError, match=r"Number\.id takes an int"):
        query.create(id=BEYOND, huge=1, tiny=1, money=1, free=1, small=1)


def test_whole_floats_have_fractions_again(numbers: Backend) -> None:
    """What is computed of rounded floats has all of its digits; MariaDB has a number of digits for each float expression."""
    del numbers
    query = Number.objects.filter(id__lte=3).sync  # 0.1, 3.0 and 2.0
    for term, mean in ((Floor("divisor"), 5 / 3), (Ceil("divisor"), 2.0), (Round("divisor"), 5 / 3), (Round("divisor", 1), 5.1 / 3)):
        assert query.aggregate(mean=Avg(term))["mean"] == pytest.approx(mean, rel=1e-15)
        windowed = query.annotate(mean=Window(Avg(term))).values_list("mean", flat=True).all()
        assert windowed == [pytest.approx(mean, rel=1e-15)] * 3
    assert query.annotate(third=Floor("divisor") / 3).values_list("third", flat=True).get(id=3) == 2 / 3
