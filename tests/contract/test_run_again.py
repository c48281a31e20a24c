"""Statements run again on one connection, with other values: MariaDB does not find columns, or misses rows, in what it prepared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde import F, Field, Model, Q, With, atomic, execute_raw
from tests.backends import Backend
from tests.models import Author, Comment, Post
from tests.tables import table

ROWS = [(1, 5, 1), (2, 7, 1), (3, 0, 2), (4, 7, None), (5, 2, 3)]
"""The posts: key, views, author. Posts 2 and 3 have a comment."""


@pytest.fixture
async def posts(blog: Backend) -> Backend:
    """Posts of three authors, and two comments."""
    await Author.objects.bulk_create([Author(id=key, name=f"n{key}", email=f"e{key}", bio=None if key > 1 else "x") for key in (1, 2, 3)])
    await Post.objects.bulk_create([Post(id=key, title=f"t{key}", views=views, author_id=author) for key, views, author in ROWS])
    await Comment.objects.bulk_create([Comment(text="c", post_id=key) for key in (2, 3)])
    return blog


def ids(queryset: Any) -> Any:
    """Returns the keys of a query."""
    return queryset.order_by("id").values_list("id", flat=True)


def above(least: int) -> Any:
    """Returns the posts of many views."""
    return Post.objects.filter(views__gt=least)


def named(least: int) -> Any:
    """Returns the posts that a common table expression does not have."""
    seen = With("seen", above(least))
    return Post.objects.with_(seen).exclude(id__in=seen.values("id"))


SHAPES: dict[str, tuple[Callable[[int], Any], Callable[[int], list[int]]]] = {
    "not_in": (
        lambda least: Post.objects.filter(~Q(author_id__in=Author.objects.filter(id__gt=least))),
        lambda least: [key for key, _, author in ROWS if not author or author <= least],
    ),
    "not_in_or": (
        lambda least: Author.objects.filter(~Q(id__in=Post.objects.filter(id__lt=least).values("author_id")) | Q(id__in=[3, 4])),
        lambda least: [key for key in (1, 2, 3) if key == 3 or key not in {author for post, _, author in ROWS if post < least}],
    ),
    "union_without_related": (
        lambda least: Post.objects.filter(id__in=above(least).union(Post.objects.filter(id=3)).exclude(comments__text="c")),
        lambda least: [key for key, views, _ in ROWS if (views > least or key == 3) and key not in {2, 3}],
    ),
    "slice_with_related": (
        lambda least: above(least).order_by("id")[:4].filter(Q(comments__text="c") | Q(author__posts__views__gt=least)).order_by("-id")[:3],
        lambda least: [key for key, views, author in ROWS if views > least and author],
    ),
    "distinct_values": (
        lambda least: Author.objects.filter(
            id__in=Post.objects.filter(views__gt=least).values("author_id").distinct().order_by("author_id")
        ),
        lambda least: sorted({author for _, views, author in ROWS if author and views > least}),
    ),
    "union_all": (
        lambda least: above(least).union_all(Post.objects.filter(views__lte=least)),
        lambda least: [key for key, _, _ in ROWS],
    ),
    "named": (named, lambda least: [key for key, views, _ in ROWS if views <= least]),
    "related_twice": (
        lambda least: Author.objects.exclude(posts__comments__id__gt=least).exclude(posts__views=least),
        lambda least: [key for key in (1, 2, 3) if not any(author == key and views == least for _, views, author in ROWS)],
    ),
    "flag_of_rows": (
        lambda least: Post.objects.annotate(flag=Q(author_id__in=Author.objects.filter(id__gt=least))).exclude(flag=False),
        lambda least: [key for key, _, author in ROWS if least < 3 and (author is None or author > least)],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_shapes(posts: Backend, shape: str) -> None:
    """The rows are those of the values that are given, however often the statement ran before."""
    made, expected = SHAPES[shape]
    if shape == "related_twice":
        await Comment.objects.delete()
    async with atomic():
        for least in (0, 5, 2, 0, 9, 1):
            assert (least, await ids(made(least)).all()) == (least, expected(least))
            assert (least, await made(least).count()) == (least, len(expected(least)))
            assert await made(least).exists() is bool(expected(least))


async def test_changes(posts: Backend) -> None:
    """UPDATE and DELETE choose the right rows at every run."""
    async with atomic():
        for least, changed in ((3, 5), (0, 1), (1, 3), (0, 1)):
            others = Post.objects.exclude(author_id__in=Author.objects.filter(id__gt=least))
            assert await others.update(title=F("title")) == changed
        for most, gone in ((0, 0), (2, 1), (0, 0), (7, 2)):
            alone = Post.objects.exclude(id__in=Comment.objects.filter(id__gt=0).values("post_id"))
            assert await alone.filter(views__lte=most).order_by("id").limit(5).delete() == gone
    assert await ids(Post.objects).all() == [2, 3]


async def test_raw_sql(posts: Backend) -> None:
    """SQL of the application's runs through prepared statements, too."""
    mark = "$1" if posts.dialect == "postgres" else "?"
    sql = f"SELECT id FROM blog_author WHERE NOT (id IN (SELECT author_id FROM blog_post WHERE author_id > {mark})) OR id > 5 ORDER BY id"
    async with atomic():
        for least, found in ((0, []), (2, [1, 2]), (1, [1]), (0, []), (9, [1, 2, 3])):
            assert [row["id"] for row in await execute_raw(sql, [least])] == found


class Seen(Model):
    """A view, which hides queries."""

    id: int = Field(db_pk=True)
    title: str

    Meta = table("again_seen", managed=False, view="in the database")


async def test_views(posts: Backend) -> None:
    """What a view reads is not to be seen in the statement."""
    await execute_raw("DROP VIEW IF EXISTS again_seen")
    groups = "SELECT author_id AS of_author, MAX(id) AS id FROM blog_post GROUP BY author_id"
    related = "SELECT 1 FROM blog_comment WHERE post_id = g.id OR g.of_author = 3"
    await execute_raw(
        f"CREATE VIEW again_seen AS SELECT g.id, p.title FROM ({groups}) g JOIN blog_post p ON p.id = g.id WHERE EXISTS ({related})"
    )
    try:
        for _ in range(3):
            assert await ids(Seen.objects).all() == [2, 3, 5]
            assert (await Seen.objects.get(id=2)).title == "t2"
            assert [row["id"] for row in await execute_raw("SELECT id FROM again_seen ORDER BY id")] == [2, 3, 5]
    finally:
        await execute_raw("DROP VIEW again_seen")
