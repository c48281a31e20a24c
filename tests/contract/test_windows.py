"""Windows, on every backend: the rows around a row, conditions on them, and what is refused."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from oxyde import (
    Avg,
    Count,
    DataError,
    DenseRank,
    Exists,
    F,
    Field,
    FieldError,
    FirstValue,
    Lag,
    LastValue,
    Lead,
    Max,
    Model,
    NthValue,
    Ntile,
    NullIf,
    OuterRef,
    Q,
    Rank,
    RowNumber,
    Subquery,
    Sum,
    Value,
    Window,
)
from tests.backends import Backend
from tests.tables import table, tables


class WindowRun(Model):
    """A result in a race."""

    id: int | None = Field(default=None, db_pk=True)
    race: str = Field(max_length=10)
    points: int
    paid: Decimal = Field(max_digits=10, decimal_places=2)
    speed: float | None = None
    splits: list[WindowSplit] = Field(default=[], db_reverse_fk="run")

    Meta = table("window_run")


class WindowSplit(Model):
    """Part of a run."""

    id: int | None = Field(default=None, db_pk=True)
    run: WindowRun

    Meta = table("window_split")


@pytest.fixture
async def runs(database: Backend) -> AsyncIterator[Backend]:
    """Five runs in two races."""
    given = [("a", 5, "0.10", 1.5), ("a", 7, "0.20", None), ("a", 7, "0.30", 2.5), ("b", 1, "0.40", 0.5), ("b", 3, "0.50", 0.5)]
    async with tables(WindowRun, WindowSplit):
        await WindowRun.objects.bulk_create(
            [
                {"id": at, "race": race, "points": points, "paid": Decimal(paid), "speed": speed}
                for at, (race, points, paid, speed) in enumerate(given, 1)
            ]
        )
        yield database


async def read(*windows: Any) -> list[Any]:
    """Returns the values of windows over the runs, in the order of their keys."""
    query = WindowRun.objects.annotate(**{f"w{at}": window for at, window in enumerate(windows)}).order_by("id")
    return await query.values_list(*(f"w{at}" for at in range(len(windows)))).all()


async def test_places(runs: Backend) -> None:
    """Numbers and ranks, of partitions and of all."""
    order = {"partition_by": "race", "order_by": "-points"}
    found = await read(
        Window(RowNumber(), partition_by="race", order_by=["-points", "id"]), Window(Rank(), **order), Window(DenseRank(), **order)
    )
    assert found == [(3, 3, 2), (1, 1, 1), (2, 1, 1), (2, 2, 2), (1, 1, 1)]
    assert await read(Window(Ntile(2), order_by="id")) == [(1,), (1,), (1,), (2,), (2,)]


async def test_values_around(runs: Backend) -> None:
    """Before, after, first, last and n-th, within the partition and the frame; None where there is no such row."""
    lags = await read(Window(Lag("points"), partition_by="race", order_by="id"), Window(Lead("paid", 2), order_by="id"))
    assert lags == [(None, Decimal("0.30")), (5, Decimal("0.40")), (7, Decimal("0.50")), (None, None), (1, None)]
    window = {"partition_by": "race", "order_by": "id"}
    filled = await read(Window(Lag("points", default=-1), **window), Window(Lag("race", 1, default=Value("none")), **window))
    assert filled == [(-1, "none"), (5, "a"), (7, "a"), (-1, "none"), (1, "b")]
    missing = await read(Window(Lag(NullIf("points", 5), default=0), **window))
    assert [one[0] for one in missing][:2] == [0, None]
    paid = await read(Window(Lag("paid", default=Decimal("0.25")), order_by="id"), Window(Lag("paid", default="paid"), order_by="id"))
    assert [type(one) for row in paid for one in row if one is not None] == [Decimal] * sum(one is not None for row in paid for one in row)
    assert (paid[0][0], paid[0][1]) == (Decimal("0.25"), (await WindowRun.objects.order_by("id").first()).paid)
    every = ("rows", None, None)
    ends = await read(
        Window(FirstValue("id"), partition_by="race", order_by="-id"),
        Window(LastValue("id"), partition_by="race", order_by="id", frame=every),
        Window(NthValue("race", 4), order_by="id"),
    )
    assert ends == [(3, 3, None), (3, 3, None), (3, 3, None), (5, 5, "b"), (5, 5, "b")]


async def test_an_empty_list_makes_no_difference(runs: Backend) -> None:
    """A condition on a window is one on its rows, whatever is in its list: windows are computed of all rows then."""
    query = WindowRun.objects.annotate(at=Window(RowNumber(), order_by="id"))
    for keys in ([], [9]):
        for inside in (Q(id=4) | Q(at__in=keys), Q(id=4) & ~Q(at__in=keys), Q(id=4) & Q(at__lt=10**20), Q(id=4) | Q(at__gt=10**20)):
            assert await query.filter(inside).values_list("id", "at").all() == [(4, 4)], (keys, inside)
    assert await query.filter(id=4).values_list("id", "at").all() == [(4, 1)]


async def test_subqueries_name_windows_of_the_row_around(runs: Backend) -> None:
    """In conditions and in values; the windows are computed first."""
    query = WindowRun.objects.annotate(before=Window(Lag("id"), order_by="id"))
    earlier = WindowRun.objects.filter(id=OuterRef("before"))
    assert await query.filter(Exists(earlier.filter(points=7))).order_by("id").values_list("id", flat=True).all() == [3, 4]
    assert await query.exclude(Exists(earlier)).values_list("id", flat=True).all() == [1]
    points = query.annotate(points_before=Subquery(earlier.values("points")[:1])).order_by("id")
    assert await points.values_list("points_before", flat=True).all() == [None, 5, 7, 7, 1]
    assert await points.filter(points_before=7).values_list("id", flat=True).all() == [3, 4]


async def test_aggregates_of_windows(runs: Backend) -> None:
    """Running sums keep their type and are exact; frames are relative to the row; a filter narrows."""
    found = await read(
        Window(Sum("points"), order_by="id"),
        Window(Sum("paid"), partition_by="race", order_by="id"),
        Window(Avg("points"), order_by="id", frame=("rows", -1, 1)),
        Window(Count(filter=Q(points=7)), order_by="id"),
        Window(Max("points")),
        Window(Sum("points"), order_by="points", frame=("range", None, 0)),
    )
    assert found == [
        (5, Decimal("0.10"), 6.0, 0, 7, 9),
        (12, Decimal("0.30"), 19 / 3, 1, 7, 23),
        (19, Decimal("0.60"), 5.0, 2, 7, 23),
        (20, Decimal("0.40"), 11 / 3, 2, 7, 1),
        (23, Decimal("0.90"), 2.0, 2, 7, 4),
    ]
    assert [type(value) for value in found[0]] == [int, Decimal, float, int, int, int]


async def test_windows_of_infinities(runs: Backend) -> None:
    """Where infinities of both signs meet the sum is no number: NaN, on SQLite an error, and never NULL; MariaDB holds none."""
    if runs.dialect == "mariadb":
        return
    await WindowRun.objects.filter(id=1).update(speed=math.inf)
    assert await read(Window(Sum("speed"), order_by="id")) == [(math.inf,)] * 5
    await WindowRun.objects.filter(id=3).update(speed=-math.inf)
    if runs.dialect == "sqlite":
        with pytest.raises(DataError, match="the result is no number"):
            await read(Window(Sum("speed"), order_by="id"))
        return
    found = [value for (value,) in await read(Window(Sum("speed"), order_by="id"))]
    assert found[:2] == [math.inf, math.inf]
    assert all(value is not None and math.isnan(value) for value in found[2:])


async def test_conditions_on_windows(runs: Backend) -> None:
    """They are those of a query around; earlier conditions choose the rows of the window, later ones act on its result."""
    first = WindowRun.objects.alias(place=Window(RowNumber(), partition_by="race", order_by=["-points", "id"]))
    assert await first.filter(place=1).order_by("id").values_list("id", flat=True).all() == [2, 5]
    assert [run.id for run in await first.exclude(place__gt=1).order_by("id").all()] == [2, 5]
    assert await first.filter(Q(place=3) | Q(id=4)).count() == 2
    assert await first.filter(id__gt=2).filter(place=1).order_by("id").values_list("id", flat=True).all() == [3, 5]
    assert await first.filter(place=1).filter(id__gt=2).values_list("id", flat=True).all() == [5]
    assert (await first.filter(place=1).sum("points"), await first.max("place"), await first.count()) == (10, 3, 5)
    assert await first.aggregate(n=Count(), most=Max("place")) == {"n": 5, "most": 3}
    rows: list[Any] = await WindowRun.objects.annotate(r=Window(Rank(), order_by="points")).filter(r__lte=2).order_by("r").all()
    assert [(row.id, row.r) for row in rows] == [(4, 1), (5, 2)]
    assert await first.filter(place=3).update(points=0) == 1
    assert await first.filter(place=1).delete() == 2


async def test_windows_and_groups(runs: Backend) -> None:
    """Windows over groups, and groups of what windows compute."""
    races = WindowRun.objects.values("race").annotate(n=Count(), total=Sum("points"))
    placed = races.annotate(place=Window(RowNumber(), order_by=F("total").desc()))
    assert await placed.order_by("race").values_list("race", "place", "n").all() == [("a", 1, 3), ("b", 2, 2)]
    assert await placed.filter(place=2).values_list("race", flat=True).all() == ["b"]
    halves = WindowRun.objects.annotate(half=Window(Ntile(2), order_by="id")).values("half").annotate(n=Count(), most=Max("points"))
    assert await halves.order_by("half").values_list("half", "n", "most").all() == [(1, 3, 7), (2, 2, 3)]


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: Window("points"), TypeError, r"Window\(\) takes a window function such as RowNumber\(\)"),
    (lambda: Window(Count("points", distinct=True)), FieldError, r"Count\(distinct=True\) has no window"),
    (lambda: Window(Sum("points"), frame=("groups", 0, 0)), FieldError, 'a frame is \\("rows" or "range"'),  # type: ignore[arg-type] # that is the point
    (lambda: Window(Sum("points"), frame=("rows", 1, -1)), FieldError, "ends before it starts"),
    (lambda: Window(Sum("points"), frame=("rows", "1", None)), FieldError, "an end that is a plain int"),  # type: ignore[arg-type] # that is the point
    (lambda: Ntile(0), FieldError, "a number of parts that is a plain int from 1"),
    (lambda: Lag("points", -1), FieldError, "a number of rows that is a plain int from 0"),
    (lambda: WindowRun.objects.annotate(n=Rank()), TypeError, r"not Rank; write Window\(Rank\(\), order_by=...\)"),  # type: ignore[arg-type] # that is the point
    (lambda: WindowRun.objects.annotate(n=Window(Rank(), order_by="pionts")), FieldError, 'did you mean "points"'),
    (lambda: WindowRun.objects.annotate(n=Window(Rank(), order_by=[3])), TypeError, "takes field names and expressions"),
    (lambda: WindowRun.objects.annotate(n=Window(Lag("pionts"), order_by="id")), FieldError, 'did you mean "points"'),
    (lambda: WindowRun.objects.annotate(n=Window(Lag("points", default=dt.date.min))), FieldError, r"Lag\(\) takes values of one type"),
    (lambda: WindowRun.objects.annotate(n=Window(Rank())).annotate(m=Window(Sum("n"))), FieldError, "is of another window"),
    (lambda: WindowRun.objects.annotate(n=Window(Rank())).annotate(m=Window(Lag("n"))), FieldError, "which is a window"),
    (lambda: WindowRun.objects.values("race").annotate(m=Max(Window(Rank()))).sql(), FieldError, "an aggregate of a window needs its name"),
    (lambda: WindowRun.objects.annotate(n=Window(Count("splits"))), FieldError, "leads to several rows"),
    (lambda: WindowRun.objects.filter(F("id") > Window(Rank(), order_by="id")).sql(), FieldError, r"filter\(\) of a window needs its name"),
    (
        lambda: WindowRun.objects.values("race").annotate(n=Count()).annotate(m=Window(Sum("points"))).sql(),
        FieldError,
        "WindowRun.points is neither grouped",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    """Each says what is wrong and what to write, without a connection."""
    with pytest.raises(error, match=message):
        call()


async def test_pages_in_the_order_of_a_window(runs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its values are those of all rows on every page, forwards and backwards."""
    monkeypatch.setenv("OXYDE_SECRET", "the secret of the tests")
    place = Window(RowNumber(), partition_by="race", order_by="-id")
    named = WindowRun.objects.annotate(place=place)
    hidden = WindowRun.objects.alias(place=place).order_by("-place", "race").values("id")
    for query, ids in (
        (named.order_by("place", "race"), [3, 5, 2, 4, 1]),
        (named.filter(place__lt=3).order_by("place", "-race"), [5, 3, 4, 2]),
    ):
        first = await query.page(size=2)
        second = await query.page(first.next, size=9)
        assert [row.id for row in first.items + second.items] == ids == [row.id for row in await query.all()]
        assert (await query.page(before=second.prev, size=2)).items == first.items
    first_rows = await hidden.page(size=3)
    assert first_rows.items + (await hidden.page(first_rows.next, size=3)).items == [{"id": at} for at in (1, 2, 4, 3, 5)]
    with pytest.raises(FieldError, match=r"page\(\) by a window needs its name: alias\(place=Window"):
        await WindowRun.objects.order_by(place).page(size=2)


async def test_a_window_is_no_new_value(runs: Backend) -> None:
    """No server takes one in UPDATE; as a condition it is one of a query around."""
    with pytest.raises(FieldError, match=r"update\(\) computes WindowRun.points from one row, which has no window"):
        await WindowRun.objects.update(points=Window(RowNumber(), order_by="id"))
    counted = WindowRun.objects.alias(n=Window(Count(), partition_by="race")).filter(n=2)
    assert await counted.update(points=0) == 2
