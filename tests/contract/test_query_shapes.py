"""What the query language is built on: annotations and conditions as values, on every backend."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import F, FieldError, Q, Value
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
