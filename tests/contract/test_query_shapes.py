"""What the query language is built on: annotations, conditions as values, unions and named queries, on every backend."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import F, FieldError, Q, Value, With
from tests.backends import Backend
from tests.models import Author, Post


@pytest.fixture
async def posts(blog: Backend) -> list[Post]:
    """Four posts of two authors, and one of nobody."""
    authors = await Author.objects.bulk_create([Author(name=name, email=name, bio=bio) for name, bio in (("Ada", "x"), ("Bob", None))])
    given = [("one", 5, authors[0]), ("two", 7, authors[0]), ("three", 0, authors[1]), ("four", 7, None)]
    return await Post.objects.bulk_create([Post(title=title, views=views, author=author) for title, views, author in given])


async def test_annotations_of_instances(posts: list[Post]) -> None:
    """An annotation is an attribute of each instance, and no field of it."""
    annotated = Post.objects.annotate(twice=F("views") * 2, writer=F("author__name"), seen=Q(views__gt=0)).order_by("-twice", "id")
    rows: list[Any] = await annotated.filter(twice__gte=0).all()
    assert [(row.title, row.twice, row.writer, row.seen) for row in rows] == [
        ("two", 14, "Ada", True),
        ("four", 14, None, True),
        ("one", 10, "Ada", True),
        ("three", 0, "Bob", False),
    ]
    assert "twice" not in rows[0].model_dump()
    assert "twice" not in rows[0].model_fields_set
    rows[0].views = 70
    await rows[0].save()
    assert (await annotated.first()).twice == 140
    one: Any = await annotated.get(title="three")
    assert (one.twice, one.seen) == (0, False)


async def test_annotations_in_conditions(posts: list[Post]) -> None:
    """Lookups, orders and other expressions know annotations by name, behind slices and in aggregates too."""
    some = Post.objects.annotate(twice=F("views") * 2)
    assert await some.filter(twice__in=[14, 10.0]).count() == 3
    assert await some.filter(twice__between=(1, 10)).values_list("title", flat=True).all() == ["one"]
    assert await some.filter(views=F("twice")).values_list("title", flat=True).all() == ["three"]
    assert await some.exclude(twice=14).order_by("id").values_list("title", flat=True).all() == ["one", "three"]
    assert (await some.sum("twice"), await some.order_by("-views")[:2].sum("twice"), await some.max("twice")) == (38, 28, 14)
    sliced = some.order_by("id")[1:3].annotate(more=F("twice") + 1).filter(more__gt=1)
    assert await sliced.values("title", "twice", "more").all() == [{"title": "two", "twice": 14, "more": 15}]
    assert await some.values("views").annotate(odd=F("views") % 2).distinct().order_by("-odd", "views").all() == [
        {"views": 5, "odd": 1},
        {"views": 7, "odd": 1},
        {"views": 0, "odd": 0},
    ]
    assert await some.filter(twice__gt=10).update(title="many") == 2
    assert await some.filter(twice=0).delete() == 1


async def test_conditions_as_values(posts: list[Post]) -> None:
    """A condition has a value, is compared and ordered by; NOT keeps its complement where it is unknown."""
    flagged = Author.objects.annotate(known=Q(bio="x"), writes=Q(posts__views__gt=0)).order_by("id")
    assert await flagged.values_list("name", "known", "writes").all() == [("Ada", True, True), ("Bob", None, False)]
    assert await flagged.filter(known=True).values_list("name", flat=True).all() == ["Ada"]
    assert await flagged.exclude(known=True).values_list("name", flat=True).all() == ["Bob"]
    assert await flagged.filter(~Q(writes=True)).values_list("name", flat=True).all() == ["Bob"]
    titles = Post.objects.values_list("title", flat=True)
    assert await titles.order_by(Q(author=None).desc(), "-id").all() == ["four", "three", "two", "one"]
    assert await titles.filter(F("views") > F("id") * 0 + 5, Q(author__isnull=False)).all() == ["two"]
    assert await titles.filter((F("views") < 1) | (F("views") >= 7)).order_by("id").all() == ["two", "three", "four"]
    assert await Post.objects.annotate(same=Value(3)).filter(same=3).count() == 4


async def test_names_that_annotations_cannot_have(blog: Backend) -> None:
    """A field, an attribute, or what would read as a path."""
    for name in ("views", "author", "pk", "save", "objects", "a__b", "_a", "Title"):
        with pytest.raises(FieldError, match=name):
            Post.objects.annotate(**{name: F("id")})
    with pytest.raises(TypeError, match="a plain value is Value"):
        Post.objects.annotate(n=3)  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="before values_list"):
        Post.objects.values_list("id", flat=True).annotate(n=F("id"))


async def test_unions_of_instances(posts: list[Post]) -> None:
    """The rows of both; lookups, orders, counts, slices and verbs that write act on them all."""
    both = Post.objects.filter(views=7).union(Post.objects.filter(title="two"))
    assert [row.title for row in await both.order_by("id").all()] == ["two", "four"]
    assert (await both.count(), await both.exists(), await both.sum("views")) == (2, True, 14)
    every = Post.objects.filter(views=7).union_all(Post.objects.filter(title="two"))
    assert (await every.count(), await every.filter(author__name="Ada").count()) == (3, 2)
    assert [row.title for row in await every.order_by("-id")[:2].all()] == ["four", "two"]
    third = both.union(Post.objects.order_by("id")[:1]).values_list("title", flat=True)
    assert await third.order_by("id").all() == ["one", "two", "four"]
    assert await Post.objects.filter(id__in=both).exclude(author=None).values_list("title", flat=True).all() == ["two"]
    some: Any = Post.objects.annotate(twice=F("views") * 2)
    rows: list[Any] = await some.filter(views=5).union(some.filter(views=0)).order_by("twice").all()
    assert [(row.title, row.twice) for row in rows] == [("three", 0), ("one", 10)]
    assert await both.update(views=1) == 2
    assert await Post.objects.filter(views=1).count() == 2
    assert await Post.objects.filter(title="one").union_all(Post.objects.filter(title="three")).delete() == 2


async def test_unions_of_values(posts: list[Post]) -> None:
    """Values of several tables go together where their types do; a value that may be NULL on one side may be."""
    titles = Post.objects.filter(views__gt=5).annotate(said=F("title")).values_list("title", "said")
    names = titles.union(Author.objects.values_list("name", "bio"))
    assert await names.order_by("title").all() == [("Ada", "x"), ("Bob", None), ("four", "four"), ("two", "two")]
    assert await names.filter(said=None).all() == [("Bob", None)]
    assert await names.exclude(said="x").count() == 3
    with pytest.raises(FieldError, match="views"):
        await names.filter(views=1).all()
    for other in (Author.objects.all, Author.objects, Author.objects.values("id", "bio"), Author.objects.values("name"), 3):
        with pytest.raises(TypeError, match=r"union\(\) takes"):
            titles.union(other)
    with pytest.raises(TypeError, match=r"union\(\) takes"):
        Post.objects.union(Author.objects)


async def test_named_queries(posts: list[Post]) -> None:
    """A common table expression is read by conditions and as a source, wherever the query that has it is cut or counted."""
    seen = With("seen", Post.objects.filter(views__gt=0))
    writers = Author.objects.with_(seen).filter(id__in=seen.values("author_id"))
    assert await writers.values_list("name", flat=True).all() == ["Ada"]
    assert await writers.order_by("id")[:5].filter(name__startswith="A").count() == 1
    assert await seen.query().with_(seen).filter(author__name="Ada").order_by("-views").values_list("title", flat=True).all() == [
        "two",
        "one",
    ]
    top = With("top_posts", seen.query().order_by("-views", "id")[:1])
    rows: list[Any] = await top.query().with_(seen, top).all()
    assert [(type(row), row.title) for row in rows] == [(Post, "two")]
    assert await Post.objects.with_(seen).filter(id__in=seen.values("id")).union(Post.objects.filter(views=0)).count() == 4
    assert await Post.objects.with_(seen).filter(id__in=seen.values("id")).update(views=F("views") + 1) == 3
    assert await Post.objects.with_(seen).exclude(id__in=seen.values("id")).delete() == 1


async def test_named_queries_that_are_refused(blog: Backend) -> None:
    """One that is not attached, two of one name, and the name of a table."""
    seen = With("seen", Post.objects.filter(views__gt=0))
    with pytest.raises(FieldError, match=r"not attached.*with_\(seen\)"):
        await Post.objects.filter(id__in=seen.values("id")).all()
    other = With("seen", Post.objects.filter(views=0))
    with pytest.raises(FieldError, match="attach the one that is used"):
        await Post.objects.with_(other).filter(id__in=seen.values("id")).all()
    with pytest.raises(FieldError, match="attached already"):
        Post.objects.with_(seen, other)
    with pytest.raises(FieldError, match="the name of a table"):
        With("Blog_Author", Post.objects)
    with pytest.raises(FieldError, match="letters, digits and underscores"):
        With('a"b', Post.objects)
    for wrong in (lambda: With("x", 3), lambda: Post.objects.with_(3)):  # type: ignore[arg-type] # what is refused
        with pytest.raises(TypeError, match="not int"):
            wrong()
