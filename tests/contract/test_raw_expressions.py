"""``RawSQL`` in every verb that takes expressions, on every backend: values are bound, results have their type."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Cast, DatabaseError, DecodeError, F, Q, RawSQL, Sum
from tests.backends import Backend
from tests.models import Author, Post

NASTY = "it's :b \\' \" -- ?"


@pytest.fixture
async def rows(blog: Backend) -> Backend:
    """Three posts, two of one author."""
    ada = await Author.objects.create(name=NASTY, email="a")
    given = [("one", 5, ada), ("two", 7, ada), ("three", 0, None)]
    await Post.objects.bulk_create([Post(title=title, views=views, author=author) for title, views, author in given])
    return blog


async def test_verbs(rows: Backend) -> None:
    """annotate, filter, exclude, order_by, values, update and aggregates; beside other expressions, and behind slices."""
    more = RawSQL("blog_post.views * :n + :m", {"n": 2, "m": 1}, int)
    assert await Post.objects.annotate(x=more).order_by("x").values_list("x", flat=True).all() == [1, 11, 15]
    assert await Post.objects.annotate(x=more).filter(x__gt=1).order_by("-x")[:1].values("title", "x").all() == [{"title": "two", "x": 15}]
    assert await Post.objects.annotate(x=more).order_by("x")[1:].filter(x__lt=15).values_list("x", flat=True).all() == [11]
    assert await Post.objects.filter(more > F("views") * 2, views__gt=0).count() == 2
    is_short = RawSQL("blog_post.title IN (:one, :two)", {"one": "one", "two": "two"}, bool)
    assert await Post.objects.filter(is_short).count() == 2
    assert await Post.objects.exclude(is_short).values_list("title", flat=True).all() == ["three"]
    assert await Post.objects.filter(Q(is_short) | Q(views=0)).count() == 3
    assert await Post.objects.annotate(x=is_short).order_by("id").values_list("x", flat=True).all() == [True, True, False]
    assert await Post.objects.order_by(RawSQL("blog_post.views", None, int).desc()).values_list("views", flat=True).all() == [7, 5, 0]
    assert await Post.objects.aggregate(n=Sum(more)) == {"n": 27}
    assert await Post.objects.filter(title="one").update(views=RawSQL("views + :n", {"n": 10}, int)) == 1
    assert await Post.objects.filter(title="one").values_list("views", flat=True).all() == [15]


async def test_values_are_bound(rows: Backend) -> None:
    """Whatever is in a text, it is that text; NULL is unknown."""
    joined = Post.objects.filter(author__name__isnull=False)
    assert await joined.filter(RawSQL("author.name = :b", {"b": NASTY}, bool)).count() == 2
    assert await Post.objects.filter(RawSQL("blog_post.title = :b", {"b": "' OR 1=1 --"}, bool)).count() == 0
    assert await Post.objects.filter(RawSQL("blog_post.title = :b", {"b": None}, bool)).count() == 0
    assert await Post.objects.exclude(RawSQL("blog_post.title = :b", {"b": None}, bool)).count() == 3


@pytest.mark.parametrize(
    ("sql", "output", "value"),
    [
        ("NULLIF(1, 1)", int, None),
        ("1", int, 1),
        ("2.50", Decimal, Decimal("2.5")),
        ("'x'", str, "x"),
        ("1 = 1", bool, True),
        ("'2024-02-29'", dt.date, dt.date(2024, 2, 29)),
        ("'2024-02-29 01:02:03'", dt.datetime, dt.datetime(2024, 2, 29, 1, 2, 3)),
        ("0.5e0", float, 0.5),
    ],
)
async def test_results(rows: Backend, sql: str, output: type, value: Any) -> None:
    """They have the type that was said, and compare as values of it."""
    if rows.dialect == "postgres" and output in {dt.date, dt.datetime, float}:
        sql = f"CAST({sql} AS {'double precision' if output is float else 'date' if output is dt.date else 'timestamp'})"
    made = RawSQL(sql, None, output)
    found = await Post.objects.annotate(x=made).values_list("x", flat=True).first()
    assert found == value
    assert type(found) is type(value)
    if value is not None:
        assert await Post.objects.annotate(x=made).filter(x=value).count() == 3
    if output is int:
        assert await Post.objects.annotate(x=Cast(made, str)).values_list("x", flat=True).first() == (None if value is None else "1")


async def test_wrong_results(rows: Backend) -> None:
    """What is no such value is an error, as is text that the server does not understand."""
    with pytest.raises((DecodeError, DatabaseError)):
        await Post.objects.annotate(x=RawSQL("'x'", None, uuid.UUID)).values_list("x", flat=True).all()
    with pytest.raises((DecodeError, DatabaseError)):
        await Post.objects.annotate(x=RawSQL("'x'", None, int)).values_list("x", flat=True).all()
    with pytest.raises(DatabaseError):
        await Post.objects.filter(RawSQL("blog_post.nothing = :n", {"n": 1}, bool)).all()
