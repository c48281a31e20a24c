"""Arithmetic of Decimals is Python's on every backend, with the same zeros, row by row and in sums."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, localcontext
from typing import Any, Final

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import Case, Coalesce, F, Field, Model, Sum, When
from tests.backends import Backend
from tests.property.test_grouping import EXAMPLES
from tests.tables import blocking_tables, table

EXACT: Final = Context(prec=200)


class Measure(Model):
    """A row of numbers with different digits."""

    id: int | None = Field(default=None, db_pk=True)
    amount: Decimal = Field(max_digits=8, decimal_places=2)
    share: Decimal = Field(max_digits=6, decimal_places=6)
    wide: Decimal | None = Field(default=None, max_digits=20, decimal_places=3)
    pieces: int

    Meta = table("property_measure")


@pytest.fixture(scope="module")
def connected(backend_module: Backend) -> Iterator[Backend]:
    """A single connection to the table."""
    with oxyde.connect(backend_module.url, settings=oxyde.PoolSettings(max_connections=1)), blocking_tables(Measure):
        yield backend_module


Row = dict[str, Any]
Made = tuple[Any, Callable[[Row], Any]]
"""An expression, and what it is of a row in Python."""

FIELDS: Final[list[Made]] = [(F(name), operator.itemgetter(name)) for name in ("amount", "share", "wide", "pieces")]
OPERATORS: Final[list[Callable[[Any, Any], Any]]] = [operator.add, operator.sub, operator.mul]


def joined(sign: Callable[[Any, Any], Any], left: Made, right: Made) -> Made:
    """Returns the arithmetic of two expressions; NULL if one is."""

    def value(row: Row) -> Any:
        one, two = left[1](row), right[1](row)
        return None if one is None or two is None else sign(one, two)

    return sign(left[0], right[0]), value


def chosen(inner: Made) -> Made:
    """Returns an expression, or 0 where it is NULL or the pieces are none."""
    return Coalesce(Case(When(pieces__gt=0, then=inner[0])), 0), lambda row: (inner[1](row) if row["pieces"] > 0 else None) or Decimal(0)


LEAVES: Final = st.sampled_from(FIELDS) | st.integers(-1000, 1000).map(lambda number: (oxyde.Value(number), lambda _: number))
EXPRESSIONS: Final = st.recursive(LEAVES, lambda inner: st.builds(joined, st.sampled_from(OPERATORS), inner, inner), max_leaves=4)
DECIMALS: Final = st.builds(joined, st.sampled_from(OPERATORS), st.sampled_from(FIELDS[:3]), EXPRESSIONS)


def number(most: int, places: int) -> st.SearchStrategy[Decimal]:
    """Returns numbers of a column's digits, the largest more often than by chance."""
    unscaled = st.integers(1 - 10**most, 10**most - 1) | st.sampled_from([10**most - 1, 1 - 10**most, 0, 100])
    return unscaled.map(lambda value: Decimal(value).scaleb(-places, EXACT))


ROWS: Final = st.lists(
    st.fixed_dictionaries(
        {"amount": number(8, 2), "share": number(6, 6), "wide": st.none() | number(20, 3), "pieces": st.integers(-(2**20), 2**20)}
    ),
    min_size=1,
    max_size=4,
)


def check(column: pa.ChunkedArray, wanted: list[Decimal | None], *, mixed: bool = False) -> None:
    """Asserts values: with Python's zeros where the type has digits, or those of the longest if they are of mixed digits."""
    if pa.types.is_string(column.type):
        assert [None if text is None else Decimal(text) for text in column.to_pylist()] == wanted
        return
    zeros = Decimal(1).scaleb(-column.type.scale)
    assert [None if value is None else str(value) for value in column.to_pylist()] == [
        None if value is None else str((value or Decimal(0)).quantize(zeros)) for value in wanted
    ]
    assert mixed or {-int(value.as_tuple().exponent) for value in wanted if value is not None} <= {column.type.scale}


@pytest.mark.timeout(600)
def test_arithmetic_is_that_of_python(connected: Backend) -> None:
    """Sums, differences and products of rows, what is chosen of them, and their sums over all rows."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ROWS, DECIMALS)
    def checked(rows: list[Row], made: Made) -> None:
        Measure.objects.sync.delete()
        Measure.objects.sync.bulk_create(rows)
        expression, value = made
        query = Measure.objects.annotate(x=expression, y=chosen(made)[0]).order_by("id").values("x", "y")
        totals = Measure.objects.annotate(one=oxyde.Value(1)).values("one").annotate(total=Sum(expression)).values("total")
        found, summed = query.sync.to_arrow(), totals.sync.to_arrow()
        with localcontext(EXACT):
            values = [value(row) for row in rows]
            check(found["x"], values)
            check(found["y"], [chosen(made)[1](row) for row in rows], mixed=True)
            known = [one for one in values if one is not None]
            check(summed["total"], [sum(known, Decimal(0)) if known else None])

    checked()
