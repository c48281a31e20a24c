"""Recursive common table expressions, on every backend: trees, calendars, cycles."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from oxyde import Cast, Concat, Count, DataError, F, Field, FieldError, Model, RawSQL, Value, With
from tests.backends import Backend
from tests.tables import table, tables


class Twig(Model):
    """A node of a tree."""

    id: int = Field(db_pk=True)
    name: str = Field(max_length=4)
    day: dt.date | None = None
    parent: Twig | None = None

    Meta = table("recursive_twig")


@pytest.fixture
async def twigs(database: Backend) -> AsyncIterator[Backend]:
    """Two trees and a cycle."""
    async with tables(Twig):
        given = [(1, "r", None), (2, "a", 1), (3, "b", 1), (4, "c", 2), (5, "d", 4), (6, "s", None), (7, "x", None), (8, "y", 7)]
        for key, name, parent in given:
            await Twig.objects.create(id=key, name=name, day=dt.date(2024, 2, 27) if key == 1 else None, parent_id=parent)
        await Twig.objects.filter(id=7).update(parent_id=8)
        yield database


def tree(**first: Any) -> With:
    """A walk down from some rows, with the depth."""
    return With(
        "tree",
        Twig.objects.filter(**first).annotate(depth=Value(0)),
        recursive=lambda cte: cte.join(Twig.objects, parent_id="id").annotate(depth=cte.col("depth") + 1),
    )


async def test_a_tree(twigs: Backend) -> None:
    """Down, up, and what other verbs make of it."""
    down = tree(parent=None)
    rows: list[Any] = await down.query().with_(down).order_by("depth", "id").all()
    assert [(type(row), row.id, row.depth) for row in rows] == [
        (Twig, 1, 0),
        (Twig, 6, 0),
        (Twig, 2, 1),
        (Twig, 3, 1),
        (Twig, 4, 2),
        (Twig, 5, 3),
    ]
    assert await down.query().with_(down).filter(depth__gt=1).count() == 2
    assert await Twig.objects.with_(down).filter(id__in=down.values("id"), parent_id=1).count() == 2
    assert await down.query().with_(down).values("depth").annotate(n=Count()).order_by("depth").values_list("depth", "n").all() == [
        *((0, 2), (1, 2), (2, 1)),
        (3, 1),
    ]
    up = With("up", Twig.objects.filter(name="d"), recursive=lambda cte: cte.join(Twig.objects, id="parent_id"))
    assert await up.query().with_(up).order_by("id").values_list("id", flat=True).all() == [1, 2, 4, 5]
    beside = down.join(Twig.objects, id="id").with_(down).filter(down.col("depth") > 1).annotate(deep=down.col("depth") * 10)
    assert await beside.order_by("id").values_list("id", "deep").all() == [(4, 20), (5, 30)]
    assert await Twig.objects.with_(down).filter(id__in=down.query().filter(depth=3).values("id")).delete() == 1


async def test_a_path(twigs: Backend) -> None:
    """MySQL and MariaDB make a text as wide as the first one: a longer one is an error there, and no part of it."""

    def path(first: Any) -> With:
        return With(
            "walk",
            Twig.objects.filter(id=1).annotate(path=first).values("id", "path"),
            recursive=lambda cte: (
                cte.join(Twig.objects, parent_id="id").annotate(more=Concat(cte.col("path"), Value("/////"), "name")).values("id", "more")
            ),
        )

    is_narrow = twigs.dialect in {"mysql", "mariadb"}
    if is_narrow:
        narrow = path(Concat("name", Value("")))
        with pytest.raises(DataError):
            await narrow.query().with_(narrow).all()
    wide = path(RawSQL("CAST(recursive_twig.name AS char(99))", None, str) if is_narrow else Concat("name", Value("")))
    assert await wide.query().with_(wide).order_by("id").values_list("path", flat=True).all() == [
        *("r", "r/////a", "r/////b"),
        *("r/////a/////c", "r/////a/////c/////d"),
    ]


async def test_a_calendar(twigs: Backend) -> None:
    """Numbers and dates that are in no table."""
    days = With(
        "days",
        Twig.objects.filter(id=1).annotate(n=Value(1)).values("n"),
        recursive=lambda cte: cte.query().filter(n__lt=3000).annotate(more=F("n") + 1).values("more"),
    )
    assert await days.query().with_(days).order_by("n").values_list("n", flat=True).all() == list(range(1, 3001))
    moments = With(
        "moments",
        Twig.objects.filter(id=1).annotate(at=Cast("day", dt.datetime)).values("at"),
        recursive=lambda cte: (
            cte.query().filter(at__lt=dt.datetime(2024, 3, 1)).annotate(more=F("at") + dt.timedelta(days=1)).values("more")
        ),
    )
    found = await moments.query().with_(moments).order_by("at").values_list("at", flat=True).all()
    assert found == [dt.datetime(2024, 2, 27) + dt.timedelta(days=n) for n in range(4)]


async def test_a_cycle(twigs: Backend) -> None:
    """Equal rows once, it ends."""
    cycle = With("cycle", Twig.objects.filter(id=7), recursive=lambda cte: cte.join(Twig.objects, parent_id="id"), distinct=True)
    assert await cycle.query().with_(cycle).order_by("id").values_list("id", flat=True).all() == [7, 8]


async def test_null_that_follows(twigs: Backend) -> None:
    """A value that is never NULL at first may be NULL later."""
    never = With(
        "never",
        Twig.objects.filter(id=1).annotate(n=Value(1)).values("id", "n"),
        recursive=lambda cte: cte.join(Twig.objects, parent_id="id").alias(p=F("parent__parent_id")).values("id", "p"),
    )
    assert await never.query().with_(never).order_by("id").values_list("id", "n").all() == [(1, 1), (2, None), (3, None), (4, 1), (5, 2)]


async def test_what_is_refused(twigs: Backend) -> None:
    """It is attached as others are."""
    down = tree(parent=None)
    with pytest.raises(FieldError, match=r'"tree" is used but not attached'):
        await down.join(Twig.objects, id="id").all()
    with pytest.raises(FieldError, match=r'tree\.col\("depth"\) is a field of "tree", which this query is not joined with'):
        await Twig.objects.with_(down).annotate(depth=down.col("depth")).all()
