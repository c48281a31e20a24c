"""Queries that random ones showed to be wrong or refused for no reason, on every backend."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oxyde import (
    Coalesce,
    Count,
    DenseRank,
    Exists,
    F,
    Field,
    FieldError,
    Lag,
    Max,
    Min,
    Model,
    OuterRef,
    RowNumber,
    Subquery,
    Sum,
    Window,
)
from tests.backends import Backend
from tests.models import Author, Comment, Post
from tests.tables import table, tables


@pytest.fixture
async def drawn(blog: Backend) -> Backend:
    """Three authors, of whom the first two have posts."""
    await Author.objects.bulk_create([Author(id=key, name=name, email=name) for key, name in ((1, "Ada"), (2, "Bob"), (3, "Cy"))])
    given = [(1, "a", 5, 1), (2, "b", 5, 1), (3, "c", 7, 1), (4, "d", 1, 2), (5, "e", 3, None)]
    await Post.objects.bulk_create([Post(id=key, title=title, views=views, author_id=author) for key, title, views, author in given])
    await Comment.objects.bulk_create([Comment(text="x", post_id=key) for key in (1, 1, 3)])
    return blog


async def test_an_offset_skips_rows_of_the_query(drawn: Backend) -> None:
    """SQLite 3.51 skips, with EXISTS as a join, further matches inside it instead."""
    authors = Author.objects.filter(posts__views__gt=0).order_by("id").values_list("id", flat=True)
    assert await authors.all() == [1, 2]
    assert await authors[1:].all() == [2]
    assert await Post.objects.filter(Exists(Comment.objects.filter(id__gt=0))).order_by("id").values_list("id", flat=True)[3:].all() == [
        4,
        5,
    ]


async def test_an_aggregate_among_the_rows_of_a_query(drawn: Backend) -> None:
    """MariaDB finds an aggregate that stands by itself before IN among no rows."""
    groups = Post.objects.values("author_id").annotate(least=Min("views"), most=Max("views"), n=Count())
    ones = Post.objects.filter(id=4).values("views")
    assert await groups.filter(least__in=ones).values_list("author_id", flat=True).all() == [2]
    assert await groups.having(most__in=ones, n__in=ones).values_list("author_id", flat=True).all() == [2]
    assert await groups.exclude(most__in=ones).count() == 2


async def test_an_update_by_a_query_that_leads_elsewhere(drawn: Backend) -> None:
    """What a subquery reads beyond its own rows is none of the related rows of those that are updated."""
    best = Subquery(Post.objects.filter(author__name="Ada", author=OuterRef("id")).order_by("-views").values("title")[:1])
    assert await Author.objects.filter(id__lt=3).update(bio=best) == 2
    assert await Author.objects.order_by("id").values_list("bio", flat=True).all() == ["c", None, None]
    with pytest.raises(FieldError, match="from columns of Post, not from related rows"):
        Post.objects.sync.update(title=Subquery(Author.objects.filter(bio=OuterRef("author__name")).values("name")[:1]))


async def test_a_column_by_a_second_name(drawn: Backend) -> None:
    """An annotation that is a selected column keeps its name behind a slice."""
    twice = Post.objects.values("title").annotate(again=F("title")).order_by("title")[1:3]
    assert await twice.filter(again="b").all() == [{"title": "b", "again": "b"}]
    grouped = Post.objects.values("views").annotate(n=Count()).annotate(again=F("views")).order_by("views")[2:]
    assert await grouped.filter(again__lt=7).values_list("again", "n").all() == [(5, 2)]


async def test_a_lookup_of_a_key_behind_a_relation(drawn: Backend) -> None:
    """It is that of this table's own column, and so among the values that this table has."""
    assert "JOIN" not in Post.objects.filter(author__id__gt=1).sql("postgres")[0]
    authors = Post.objects.values("author__id").distinct().order_by("author__id")[0:5]
    assert await authors.filter(author__id__isnull=False).values_list("author__id", flat=True).all() == [1, 2]


async def test_the_first_of_each_in_no_order(drawn: Backend) -> None:
    """Without an order the first is by key, and the rows have none that values or groups would have to keep."""
    firsts = Post.objects.distinct("views")
    assert sorted(await firsts.values_list("author_id", flat=True).distinct().all(), key=str) == [1, 2, None]
    assert await firsts.values("author_id").annotate(n=Count()).filter(author_id=1).values_list("n", flat=True).all() == [2]
    ranked = Post.objects.annotate(place=Window(DenseRank(), order_by="views")).distinct("place").order_by("id")
    assert await ranked.values_list("id", "place").all() == [(1, 3), (3, 4), (4, 1), (5, 2)]


async def test_a_query_that_reads_a_group(drawn: Backend) -> None:
    """A subquery may name what the rows of a group share, and what is computed of them."""
    groups = Post.objects.values("author_id").annotate(most=Max("views")).order_by("most")
    named = groups.filter(Exists(Author.objects.filter(id=OuterRef("author_id"))), most__gt=0)
    assert await named.values_list("author_id", "most").all() == [(2, 1), (1, 7)]
    above = groups.filter(Exists(Post.objects.filter(views__gt=OuterRef("most"))))
    assert await above.values_list("author_id", flat=True).all() == [2, None]
    title = Subquery(Post.objects.filter(views=OuterRef("most")).order_by("id").values("title")[:1])
    assert await groups.annotate(which=title).values_list("most", "which").all() == [(1, "d"), (3, "e"), (7, "c")]


async def test_windows_over_groups_of_a_condition(drawn: Backend) -> None:
    """MariaDB evaluates HAVING on joined rows, before there are groups, beside a window and an aggregate of distinct values."""
    groups = Post.objects.values("author__name").annotate(n=Count("views", distinct=True))
    numbered = {"place": Window(RowNumber(), order_by="n")}
    chosen = groups.having(Count() > 1).annotate(**numbered)
    assert await chosen.all() == [{"author__name": "Ada", "n": 2, "place": 1}]
    assert await chosen.filter(n__gt=2).all() == []
    # A condition that no aggregate of no rows meets, and one that all of them meet.
    assert sorted(await groups.filter(n__gt=0).annotate(**numbered).values_list("place", flat=True).all()) == [1, 2, 3]
    assert await groups.exclude(n=1).annotate(**numbered).values_list("author__name", "place").all() == [("Ada", 1)]
    # A query in WHERE is a join, too.
    named = Post.objects.filter(author__in=Author.objects.filter(name__in=["Ada", "Bob"])).values("author_id")
    total = named.annotate(n=Sum("views", distinct=True)).having(Count() >= 1)
    ranked = total.annotate(place=Window(RowNumber(), order_by="-n")).order_by("place")
    assert await ranked.values_list("n", "place").all() == [
        (12, 1),
        (1, 2),
    ]
    # Windows inside of other values, in an order, and behind a slice.
    before = Window(Lag("n"), order_by="n")
    grown = total.annotate(grown=F("n") - Coalesce(before, 0)).order_by("grown")
    assert await grown.values_list("n", "grown").all() == [(1, 1), (12, 11)]
    assert await total.annotate(before=before).order_by("n")[1:].values_list("n", "before").all() == [(12, 1)]
    assert await total.annotate(before=before).count() == 2


async def test_a_slice_of_numbered_rows_beside_their_relation(drawn: Backend) -> None:
    """MariaDB takes a limit of 2^64 - 1 for none, and slices the rows of each partition that a join asks for."""
    await Comment.objects.bulk_create([Comment(text="y", post_id=key) for key in (2, 4, 4, 4)])
    numbered = Comment.objects.annotate(place=Window(RowNumber(), partition_by="post_id", order_by="id")).order_by("post__views", "id")
    ordered = await numbered.values_list("post__views", "place").all()
    assert ordered == [(1, 1), (1, 2), (1, 3), (5, 1), (5, 2), (5, 1), (7, 1)]
    assert await numbered[1:].filter(post__views=7).values_list("place", flat=True).all() == [1]
    assert await numbered[1:].filter(post__title="d").values_list("place", flat=True).all() == [2, 3]
    assert await numbered[6:].filter(post__views=7).count() == 1


async def test_a_union_of_a_union_with_a_subquery_beside_it(drawn: Backend) -> None:
    """What is computed beside the rows of a union is no column of it."""
    both = Author.objects.filter(id=1).union(Author.objects.filter(id__gt=1))
    most = Subquery(Post.objects.filter(author_id=OuterRef("id")).order_by("-views").values("views")[:1])
    beside = both.annotate(most=most)
    again = beside.filter(id=1).union(beside.filter(id=2)).union(beside)
    assert sorted(await again.values_list("id", "most").all(), key=str) == [(1, 7), (2, 1), (3, None)]
    assert sorted(await beside.union(beside.filter(id=1)).values_list("id", "most").all(), key=str) == [(1, 7), (2, 1), (3, None)]


class DrawnPrice(Model):
    """A price."""

    id: int = Field(db_pk=True)
    price: Decimal = Field(max_digits=8, decimal_places=2)

    Meta = table("drawn_price")


async def test_decimals_of_a_union_in_a_list(database: Backend) -> None:
    """They are numbers on SQLite, as those of the table are; so are those that are computed of equal digits."""
    async with tables(DrawnPrice):
        await DrawnPrice.objects.bulk_create([DrawnPrice(id=at, price=Decimal(text)) for at, text in enumerate(("0.00", "9.99", "10.00"))])
        both = DrawnPrice.objects.union(DrawnPrice.objects.filter(id=1)).order_by("id")
        keys = both.values_list("id", flat=True)
        assert await keys.filter(price__in=[Decimal(0), Decimal("9.990")]).all() == [0, 1]
        assert await keys.exclude(price__in=[Decimal(0), Decimal("9.990")]).all() == [2]
        assert await keys.filter(price__gt=Decimal("9.99")).all() == await keys.filter(price=F("price"), price__gte=10).all() == [2]
        least = DrawnPrice.objects.values("id").annotate(least=Min("price"))
        assert await least.union(least.filter(id=1)).filter(least__in=[Decimal("9.99")]).values_list("id", flat=True).all() == [1]
        assert [row.price for row in await both.all()] == [Decimal("0.00"), Decimal("9.99"), Decimal("10.00")]
