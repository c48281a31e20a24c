"""Queries on every backend: what is asked is what comes, NULLs, slices and paths to several rows included."""

from __future__ import annotations

import pytest

from oxyde import F, MultipleObjectsReturned, NotFoundError, Q
from tests.backends import Backend
from tests.models import Author, Comment, Post, PostTag, Tag
from tests.tables import statements


async def test_nulls_stay_outside(blog: Backend) -> None:
    """``exclude(x=...)`` keeps the rows without x."""
    await Author.objects.bulk_create([Author(name=name, email=name, bio=bio) for name, bio in (("a", "x"), ("b", "y"), ("c", None))])
    names = Author.objects.order_by("name").values_list("name", flat=True)
    assert await names.exclude(bio="x").all() == ["b", "c"]
    assert await names.exclude(bio="x", name="a").all() == ["b", "c"]
    assert await names.exclude(bio=None).all() == ["a", "b"]
    assert await names.exclude(bio__in=["x", "y"]).all() == ["c"]
    assert await names.exclude(bio__in=[]).all() == ["a", "b", "c"]
    assert await names.filter(bio__in=[]).all() == []
    assert await names.exclude(Q(bio="x") | Q(name="b")).all() == ["c"]


async def blog_rows() -> tuple[list[Author], list[Post]]:
    """Fills the blog: Ada has two posts, Bob one, Cleo none; tags cross."""
    authors = await Author.objects.bulk_create([Author(name=name, email=name) for name in ("Ada", "Bob", "Cleo")])
    posts = await Post.objects.bulk_create(
        [
            Post(title="one", views=5, author=authors[0]),
            Post(title="two", views=7, author=authors[0]),
            Post(title="three", views=0, author=authors[1]),
            Post(title="four", views=7),
        ]
    )
    tags = await Tag.objects.bulk_create([Tag(name=name) for name in ("red", "blue", "unused")])
    await PostTag.objects.bulk_create([PostTag(post=posts[at], tag=tags[to]) for at, to in ((0, 0), (0, 1), (1, 0), (2, 1))])
    await Comment.objects.bulk_create([Comment(text=text, post=posts[0]) for text in ("a", "b", "c")])
    return authors, posts


async def test_to_many_filters_never_repeat_rows(blog: Backend) -> None:
    """A row is there once, however many related rows match; conditions of one filter meet in one related row."""
    authors, posts = await blog_rows()
    names = Author.objects.order_by("id").values_list("name", flat=True)
    assert await names.filter(posts__views__gt=4).all() == ["Ada"]
    assert await names.filter(posts__comments__text__in=["a", "b"]).all() == ["Ada"]
    assert await names.filter(posts__title="one", posts__views=7).all() == []
    assert await names.filter(posts__title="one").filter(posts__views=7).all() == ["Ada"]
    assert await names.exclude(posts__views__gt=4).all() == ["Bob", "Cleo"]
    assert await names.exclude(posts__title="one", posts__views=7).all() == ["Ada", "Bob", "Cleo"]
    assert await names.filter(posts__tags__name="red").all() == ["Ada"]
    assert await names.filter(posts__isnull=True).all() == ["Cleo"]
    assert await names.filter(posts=None).all() == ["Cleo"]
    assert await names.filter(posts__isnull=False).all() == ["Ada", "Bob"]
    assert await names.exclude(posts__isnull=True).all() == ["Ada", "Bob"]
    assert await names.filter(posts__tags__isnull=True).all() == []
    assert await names.filter(posts__comments__isnull=True).all() == ["Ada", "Bob"]
    assert await names.filter(posts=posts[2]).all() == ["Bob"]
    assert await names.filter(posts__in=[posts[0].id, posts[1].id]).all() == ["Ada"]
    titles = Post.objects.order_by("id").values_list("title", flat=True)
    assert await titles.filter(tags__name__in=["red", "blue"]).all() == ["one", "two", "three"]
    assert await titles.exclude(tags__name="red").all() == ["three", "four"]
    assert await titles.filter(author=authors[0]).all() == ["one", "two"]
    assert await titles.filter(author__in=authors[:2]).count() == 3
    assert await titles.exclude(author__name="Ada").all() == ["three", "four"]
    assert await Tag.objects.filter(name="red").count() == 1


async def test_filters_across_relations_read_nothing_else(blog: Backend) -> None:
    """A path in a filter selects no column of the other table."""
    await blog_rows()
    with statements() as sent:
        rows = await Post.objects.filter(author__name="Ada").order_by("author__name", "id").all()
    assert [row.title for row in rows] == ["one", "two"]
    assert "email" not in sent[0]


async def test_values_across_relations(blog: Backend) -> None:
    """Across a foreign key a column, across a to-many path a row for each related row, and ``count()`` counts those."""
    await blog_rows()
    posts = Post.objects.order_by("id").values_list("title", "author__name")
    assert await posts.all() == [("one", "Ada"), ("two", "Ada"), ("three", "Bob"), ("four", None)]
    pairs = Author.objects.values_list("name", "posts__title")
    found = await pairs.all()
    assert sorted(found, key=str) == sorted([("Ada", "one"), ("Ada", "two"), ("Bob", "three"), ("Cleo", None)], key=str)
    assert await pairs.count() == len(found)
    assert await pairs.order_by("name", "id").limit(3).count() == 3


async def test_counts(blog: Backend) -> None:
    """``count`` respects limit, offset and distinct; ``exists`` of nothing is False."""
    await blog_rows()
    posts = Post.objects.order_by("id")
    assert [await posts.count(), await posts.limit(2).count(), await posts.offset(3).count(), await posts[1:3].count()] == [4, 2, 1, 2]
    assert await Post.objects.values("views").distinct().count() == 3
    assert await posts.limit(0).exists() is False
    assert await posts.limit(0).all() == []
    assert await posts.limit(0).first() is None
    assert await posts.offset(4).exists() is False
    assert await posts[2:5][0:1].values_list("title", flat=True).all() == ["three"]


async def test_aggregates(blog: Backend) -> None:
    """Types are kept, nothing gives None, a slice sums its own rows."""
    await blog_rows()
    posts = Post.objects
    found = [await posts.sum("views"), await posts.avg("views"), await posts.min("views"), await posts.max("title")]
    assert found == [19, 4.75, 0, "two"]
    assert [type(value) for value in found] == [int, float, int, str]
    assert await posts.filter(views=99).sum("views") is None
    assert await posts.order_by("-views", "id").limit(2).sum("views") == 14


async def test_distinct_in_any_order(blog: Backend) -> None:
    """Equal rows once, also by chance or in the order of something else."""
    await blog_rows()
    views = Post.objects.values_list("views", flat=True).distinct()
    assert sorted(await views.order_by("?").all()) == [0, 5, 7]
    assert await views.order_by("-views").all() == [7, 5, 0]
    assert len(await Post.objects.distinct().order_by("?").all()) == 4
    assert [post.title for post in await Post.objects.distinct().order_by("-author__name", "-id").filter(author__isnull=False).all()] == [
        "three",
        "two",
        "one",
    ]


async def test_first_and_last(blog: Backend) -> None:
    """By key without an order, else by it; of a slice its own ends."""
    await blog_rows()
    posts = Post.objects
    assert [(await posts.first()).title, (await posts.last()).title] == ["one", "four"]
    assert [(await posts.distinct().first()).title, (await posts.distinct().last()).title] == ["one", "four"]
    ordered = posts.order_by("-views", "title")
    assert [(await ordered.first()).title, (await ordered.last()).title] == ["four", "three"]
    assert [(await ordered[1:3].first()).title, (await ordered[1:3].last()).title] == ["two", "one"]
    assert [post.title for post in await ordered.reverse().all()] == ["three", "one", "two", "four"]
    assert await posts.filter(views=99).last() is None


async def test_one_row(blog: Backend) -> None:
    """``get`` takes lookups and conditions; none and several are errors of their own."""
    await blog_rows()
    assert (await Post.objects.get(Q(title="one") & Q(views=5))).views == 5
    assert await Post.objects.get_or_none(title="no") is None
    with pytest.raises(NotFoundError, match="no Post matches"):
        await Post.objects.get(title="no")
    for verb in (Post.objects.get, Post.objects.get_or_none):
        with pytest.raises(MultipleObjectsReturned, match="more than one Post"):
            await verb(views=7)
    with pytest.raises(MultipleObjectsReturned):
        await Post.objects.order_by("id")[:2].get()


async def test_what_follows_a_slice(blog: Backend) -> None:
    """Conditions and orders after a limit act on its rows, as the text reads."""
    await blog_rows()
    top = Post.objects.order_by("-views", "id")[:2]
    assert await top.filter(views=5).count() == 0
    assert await top.order_by("title").values_list("title", flat=True).all() == ["four", "two"]
    assert await top.filter(title="four").values_list("title", flat=True).all() == ["four"]
    assert await top.exclude(title="four").values_list("title", flat=True).all() == ["two"]


async def test_querysets_inside_querysets(blog: Backend) -> None:
    """``in`` takes a queryset, sliced ones too."""
    await blog_rows()
    busy = Author.objects.filter(posts__views__gt=4)
    assert await Post.objects.filter(author__in=busy).count() == 2
    assert await Post.objects.exclude(author__in=busy).count() == 2
    first = Post.objects.order_by("-views", "id")[:1]
    assert await Post.objects.filter(id__in=first).values_list("title", flat=True).all() == ["two"]
    assert await Post.objects.filter(title__in=Post.objects.filter(views=0).values_list("title", flat=True)).count() == 1


async def test_expressions(blog: Backend) -> None:
    """``F`` compares, orders and computes, by the column's own name."""
    await blog_rows()
    assert await Post.objects.filter(views__gt=F("id") * 1000).count() == 0
    assert await Post.objects.filter(author__name=F("author__email")).count() == 3
    ordered = Post.objects.order_by(F("views").desc(nulls_last=True), -F("id")).values_list("title", flat=True)
    assert await ordered.all() == ["four", "two", "one", "three"]
    by_author = Post.objects.order_by(F("author__name").asc(nulls_first=True), "id").values_list("title", flat=True)
    assert await by_author.all() == ["four", "one", "two", "three"]
