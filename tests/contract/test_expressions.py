"""Choices, aliases, subqueries and set operations, on every backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde import Case, Count, Exists, F, FieldError, OuterRef, Q, Subquery, Sum, Value, When
from tests.backends import Backend
from tests.models import Author, Comment, Post
from tests.tables import statements


@pytest.fixture
async def posts(blog: Backend) -> list[Post]:
    """Four posts of two authors, and one of nobody; comments."""
    authors = await Author.objects.bulk_create(
        [Author(name=name, email=name, bio=bio) for name, bio in (("Ada", "x"), ("Bob", None), ("Eve", "y"))]
    )
    given = [("one", 5, authors[0]), ("two", 7, authors[0]), ("three", 0, authors[1]), ("four", 7, None)]
    made = await Post.objects.bulk_create([Post(title=title, views=views, author=author) for title, views, author in given])
    await Comment.objects.bulk_create([Comment(text=text, post=made[at]) for text, at in (("a", 0), ("b", 0), ("c", 2))])
    return made


async def test_choices(posts: list[Post]) -> None:
    """The first condition that is true decides, unknown is not true; in filters, orders, updates and aggregates."""
    band = Case(When(views=0, then=Value("none")), When(Q(views__gt=6) | Q(author__name="Ada"), then=Value("much")), default=Value("some"))
    rows: list[Any] = await Post.objects.annotate(band=band).order_by("id").all()
    assert [row.band for row in rows] == ["much", "much", "none", "much"]
    assert await Post.objects.annotate(band=band).filter(band="none").values_list("title", flat=True).all() == ["three"]
    unknown = Case(When(~Q(author__name="Ada"), then=1), default=2)
    assert await Post.objects.order_by(unknown, "id").values_list("title", flat=True).all() == ["three", "four", "one", "two"]
    assert await Post.objects.annotate(n=Case(When(author=None, then="views"))).order_by("id").values_list("n", flat=True).all() == [
        *(None, None, None),
        7,
    ]
    assert await Post.objects.aggregate(n=Sum(Case(When(views__gt=5, then=F("views") * 2), default=-1))) == {"n": 26}
    assert await Post.objects.update(views=Case(When(title="one", then=100), default="views")) == 4
    assert await Post.objects.order_by("id").values_list("views", flat=True).all() == [100, 7, 0, 7]


async def test_aliases(posts: list[Post]) -> None:
    """They are there for every other verb, behind slices too, and no row has them."""
    query = Post.objects.alias(twice=F("views") * 2).annotate(more=F("twice") + 1)
    rows: list[Any] = await query.order_by("-twice", "id")[:2].filter(twice=14).all()
    assert [(row.title, row.more) for row in rows] == [("two", 15), ("four", 15)]
    assert not hasattr(rows[0], "twice")
    assert await query.filter(twice=10).values().all() == [
        {"id": posts[0].id, "title": "one", "views": 5, "published": None, "author_id": posts[0].author_id, "more": 11}
    ]
    assert await query.values("twice").filter(twice=0).all() == [{"twice": 0}]
    assert await query.filter(twice=14).union(query.filter(twice=0)).count() == 3
    assert (await query.sum("twice"), await query.filter(twice__gt=1).count()) == (38, 3)
    by_author = Post.objects.values("author__name").alias(n=Count()).filter(n__gt=1)
    assert await by_author.all() == [{"author__name": "Ada"}]


async def test_subqueries(posts: list[Post]) -> None:
    """A query inside reads the row around; in one statement, in conditions, values, orders, and two levels deep."""
    mine = Post.objects.filter(author=OuterRef("id"))
    with statements() as sent:
        assert await Author.objects.filter(Exists(mine.filter(views__gt=5))).values_list("name", flat=True).all() == ["Ada"]
        assert await Author.objects.filter(~Exists(mine)).values_list("name", flat=True).all() == ["Eve"]
        assert await Author.objects.exclude(Exists(mine) & Q(bio="x")).order_by("id").values_list("name", flat=True).all() == ["Bob", "Eve"]
    assert len(sent) == 3
    best = Subquery(mine.order_by("-views").values("title")[:1])
    rows: list[Any] = await Author.objects.annotate(best=best, any=Exists(mine)).order_by("id").all()
    assert [(row.name, row.best, row.any) for row in rows] == [("Ada", "two", True), ("Bob", "three", True), ("Eve", None, False)]
    assert await Author.objects.annotate(best=best).filter(best="three").count() == 1
    commented = mine.filter(Exists(Comment.objects.filter(post=OuterRef("id"), text="c")))
    assert await Author.objects.filter(Exists(commented)).values_list("name", flat=True).all() == ["Bob"]
    counted = Subquery(mine.values("author_id").annotate(n=Count()).values("n")[:1])
    assert await Author.objects.annotate(n=counted).order_by("id").values_list("n", flat=True).all() == [2, 1, None]
    above = Post.objects.filter(views__gt=Subquery(Post.objects.filter(title="one").values("views")[:1]))
    assert await above.count() == 2
    same = Post.objects.filter(Exists(Post.objects.filter(views=OuterRef("views")).exclude(id=OuterRef("id"))))
    assert await same.order_by("id").values_list("title", flat=True).all() == ["two", "four"]
    assert await Author.objects.annotate(any=Exists(mine)).values("any").annotate(n=Count()).order_by("any").values_list(
        "any", "n"
    ).all() == [
        (False, 1),
        (True, 2),
    ]


async def test_set_operations(posts: list[Post]) -> None:
    """They chain, nest from left to right, and make rows that other verbs act on."""
    busy, ada = Post.objects.filter(views__gte=5), Post.objects.filter(author__name="Ada")
    assert [post.title for post in await busy.intersect(ada).order_by("id").all()] == ["one", "two"]
    assert [post.title for post in await busy.except_(ada).all()] == ["four"]
    views = Post.objects.values("views")
    assert await views.except_(views.filter(views=7)).order_by("views").values_list("views", flat=True).all() == [0, 5]
    assert await views.union(views).intersect(views.filter(views__gt=0)).except_(views.filter(views=5)).count() == 1
    assert await views.except_(views.except_(views.filter(views=7))).values_list("views", flat=True).all() == [7]
    assert await views.union_all(views.filter(views=0).intersect(views)).count() == 5
    assert await Post.objects.filter(id__in=busy.except_(ada)).count() == 1


async def test_the_row_two_queries_around(posts: list[Post]) -> None:
    """Is read by one OuterRef() in another, in conditions, negations and values."""
    by_title = {post.title: post for post in posts}
    await Comment.objects.create(text="Bob", post=by_title["three"])
    await Comment.objects.create(text="Bob", post=by_title["two"])
    signed = Exists(Comment.objects.filter(post=OuterRef("id"), text=OuterRef(OuterRef("name"))))
    mine = Post.objects.filter(author=OuterRef("id"))
    authors = Author.objects.order_by("id")
    assert await authors.filter(Exists(mine.filter(signed))).values_list("name", flat=True).all() == ["Bob"]
    assert await authors.filter(Exists(mine.exclude(signed))).values_list("name", flat=True).all() == ["Ada"]
    title = Subquery(mine.filter(signed).order_by("id").values("title")[:1])
    assert await authors.annotate(title=title).values_list("title", flat=True).all() == [None, "three", None]
    assert await authors.filter(Exists(mine.filter(signed))).update(bio="signs") == 1


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (Case, TypeError, r"Case\(\) takes When objects"),
    (lambda: Case(Q(views=1)), TypeError, r"Case\(\) takes When objects"),  # type: ignore[arg-type] # that is the point
    (lambda: When(then=1), FieldError, r"When\(\) needs a condition"),
    (lambda: Post.objects.annotate(x=Case(When(views=1, then="views"), default="title")), FieldError, r"Case\(\) takes values of one type"),
    (lambda: Post.objects.annotate(x=Case(When(veiws=1, then=1))), FieldError, 'did you mean "views"'),
    (lambda: Post.objects.annotate(x=Case(When(views=1, then="much"))), FieldError, r'plain text is Value\("..."\)'),
    (lambda: Post.objects.alias(views=F("id")), FieldError, 'has an attribute "views" already|already has a "views"'),
    (lambda: Post.objects.alias(x=1), TypeError, r"alias\(x=...\) takes an expression"),
    (lambda: Exists(Post), TypeError, r"Exists\(\) takes a queryset, not"),
    (lambda: Subquery(Post.objects), FieldError, r"Subquery\(\) takes a queryset of one column"),
    (lambda: Subquery(Post.objects.values("id")), FieldError, r"may have several rows; take the first"),
    (lambda: Post.objects.filter(views=OuterRef("id")).sql(), FieldError, r'OuterRef\("id"\) is a field of the query around'),
    (lambda: Author.objects.filter(Exists(Post.objects.filter(author=OuterRef("idd")))), FieldError, 'did you mean "id"'),
    (
        lambda: Author.objects.filter(id__in=Post.objects.filter(author=OuterRef("id")).values("author_id")),
        FieldError,
        r"Author\.id__in takes a queryset that does not depend on the row around, and OuterRef\(\) does; write filter\(Exists\(...\)\)",
    ),
    (
        lambda: Author.objects.filter(Exists(Post.objects.filter(author=OuterRef(OuterRef("id"))))).sql(),
        FieldError,
        r'OuterRef\("id"\) is a field of the query around',
    ),
    (lambda: Post.objects.except_([1]), TypeError, r"except_\(\) takes a queryset, not list"),
    (lambda: Post.objects.intersect(Author.objects), TypeError, r"intersect\(\) takes rows of one kind"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    """Each says what is wrong and what to write, without a connection."""
    with pytest.raises(error, match=message):
        call()
