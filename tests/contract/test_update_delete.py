"""Updates and deletes of many rows: exactly those that were asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import AwareDatetime, ValidationError, ValidationInfo, field_validator

from oxyde import Coalesce, Count, F, Field, ForeignKeyViolationError, Model, OuterRef, Subquery, Value, db
from oxyde.exceptions import DataError, FieldError, FieldValueError, UnsupportedError
from tests.backends import Backend
from tests.models import Author, Comment, Post, PostTag, Tag
from tests.tables import statements, table, tables

TITLES = Post.objects.order_by("id").values_list("title", "views")


class Account(Model):
    """Has a balance under another name."""

    id: int | None = Field(default=None, db_pk=True)
    amount: Decimal = Field(default=Decimal(0), max_digits=12, decimal_places=2, db_column="balance")
    seen: dt.datetime | None = None

    Meta = table("change_account")


class Span(Model):
    """Has validators that look at other fields, and one with a fault of its own."""

    id: int | None = Field(default=None, db_pk=True)
    lo: int = 0
    hi: int = 0
    top: int | None = None
    faulty: int = 0

    @field_validator("hi")
    @classmethod
    def not_below(cls, value: int, info: ValidationInfo) -> int:
        """Needs what stands before it."""
        assert value >= info.data["lo"], "hi is below lo"
        return value

    @field_validator("top")
    @classmethod
    def not_below_either(cls, value: int, info: ValidationInfo) -> int:
        """Compares with None where nothing was given."""
        assert value >= info.data.get("hi"), "top is below hi"  # type: ignore[operator] # the other field is set by then
        return value

    @field_validator("faulty")
    @classmethod
    def fails(cls, value: int) -> int:
        """Raises what is nothing to do with other fields."""
        return value if value == 0 else len(value)  # type: ignore[arg-type] # the validator takes a list too

    Meta = table("change_span")


@pytest.fixture
async def posts(blog: Backend) -> list[Post]:
    """Six posts, every other one of Ada's."""
    ada = await Author.objects.create(name="Ada", email="a")
    return await Post.objects.bulk_create(
        [Post(title=f"p{number}", views=number, author=ada if number % 2 else None) for number in range(6)]
    )


async def test_limits_are_honoured(posts: list[Post]) -> None:
    """``limit(1).delete()`` deletes one row, and the order says which."""
    assert await Post.objects.order_by("-views").limit(1).update(title="top") == 1
    assert await Post.objects.order_by("views")[1:3].update(views=100) == 2
    assert await TITLES.all() == [("p0", 0), ("p1", 100), ("p2", 100), ("p3", 3), ("p4", 4), ("top", 5)]
    assert await Post.objects.order_by("id").limit(2).delete() == 2
    assert await Post.objects.order_by("id").offset(3).delete() == 1
    assert await Post.objects.limit(0).delete() == 0
    assert await TITLES.all() == [("p2", 100), ("p3", 3), ("p4", 4)]


async def test_paths_choose_rows(posts: list[Post]) -> None:
    """Filters across relations work for updates and deletes."""
    assert await Post.objects.filter(author__name="Ada").update(views=9) == 3
    assert await Author.objects.filter(posts__views=9).update(bio="busy") == 1
    assert await Post.objects.exclude(author__name="Ada").delete() == 3
    assert await TITLES.all() == [("p1", 9), ("p3", 9), ("p5", 9)]


async def test_to_many_paths_choose_rows(posts: list[Post]) -> None:
    """Each row once."""
    tag = await Tag.objects.create(name="red")
    await PostTag.objects.bulk_create([{"post": posts[0], "tag": tag}, {"post": posts[3], "tag": tag}])
    assert await Post.objects.filter(tags__name="red").increment("views", 10) == 2
    assert await Post.objects.filter(tags__name="red").order_by("-views").limit(1).delete() == 1
    assert await Post.objects.filter(views=10).count() == 1
    assert await Post.objects.count() == 5


async def test_a_query_of_the_same_table(posts: list[Post]) -> None:
    """A condition may read the table that is changed."""
    high = Post.objects.filter(views__gt=3)
    assert await Post.objects.filter(id__in=high).update(title="high") == 2
    assert await Post.objects.filter(id__in=Post.objects.order_by("views").limit(2)).delete() == 2
    assert await TITLES.all() == [("p2", 2), ("p3", 3), ("high", 4), ("high", 5)]


async def test_expressions(posts: list[Post]) -> None:
    """Computed by the server from the row as it was."""
    assert await Post.objects.update(views=F("views") * 2 + 1) == 6
    assert await Post.objects.filter(views=1).increment("views") == 1
    assert await Post.objects.filter(views=2).increment("views", by=-2) == 1
    assert [views for _, views in await TITLES.all()] == [0, 3, 5, 7, 9, 11]


async def test_subqueries_read_the_rows_as_they_were(posts: list[Post]) -> None:
    """Those of the table itself too, whatever was changed by the same statement before."""
    before = Post.objects.filter(views__lt=OuterRef("views")).order_by("-views").values("views")[:1]
    assert await Post.objects.filter(views__gt=0).update(views=Coalesce(Subquery(before), Value(0)) + 10) == 5
    assert [views for _, views in await TITLES.all()] == [0, 10, 11, 12, 13, 14]


async def test_annotations_are_assigned(posts: list[Post]) -> None:
    """A name that the queryset computes is an expression like another; one that leads to a number of related rows, too."""
    doubled = Post.objects.alias(double=F("views") * 2).filter(double__gte=8)
    assert await doubled.update(views=F("double") + 1, title=F("title")) == 2
    assert await TITLES.all() == [("p0", 0), ("p1", 1), ("p2", 2), ("p3", 3), ("p4", 9), ("p5", 11)]
    await Comment.objects.bulk_create([Comment(text="a", post=posts[0]), Comment(text="b", post=posts[0])])
    counted = Post.objects.annotate(n=Count("comments")).order_by("id")
    assert await counted[:2].update(views=F("n") * 10) == 2
    assert (await TITLES.all())[:2] == [("p0", 20), ("p1", 0)]


async def test_one_column_by_two_names(posts: list[Post]) -> None:
    """Is refused rather than left to the server, which may take either."""
    with pytest.raises(FieldError, match=r"update\(\) writes Post\.author_id twice, as author and as author_id; give one of them"):
        await Post.objects.update(author=posts[1].author_id, author_id=None)
    with pytest.raises(FieldError, match=r"update\(\) writes Post\.id twice, as pk and as id"):
        await Post.objects.filter(id=posts[0].id).update(pk=900, id=901)


async def test_matched_rows_are_counted(posts: list[Post]) -> None:
    """Also where nothing changes, and where nothing matches."""
    assert await Post.objects.filter(views=1).update(views=1) == 1
    assert await Post.objects.filter(views=1).update(title=F("title")) == 1
    assert await Post.objects.filter(views=99).update(views=1) == 0
    assert await Post.objects.filter(views=99).delete() == 0
    assert await Post.objects.delete() == 6


async def test_changed_rows_of_subqueries_come_back(blog: Backend, posts: list[Post]) -> None:
    """Where one statement changes and returns them; where each row has a statement, they would see each other's changes."""
    before = Post.objects.filter(views__lt=OuterRef("views")).order_by("-views").values("views")[:1]
    query = Post.objects.filter(views__gt=3)
    if blog.dialect in {"postgres", "sqlite"}:
        changed = await query.update(views=Coalesce(Subquery(before), Value(0)), returning=True)
        assert sorted(post.views for post in changed) == [3, 4]
    else:
        with pytest.raises(UnsupportedError, match="leave out returning=True"):
            await query.update(views=Coalesce(Subquery(before), Value(0)), returning=True)
        assert [views for _, views in await TITLES.all()] == [0, 1, 2, 3, 4, 5]


async def test_changed_rows_come_back(posts: list[Post]) -> None:
    """``returning=True`` gives instances: after an update as they are, after a delete as they were."""
    changed = await Post.objects.filter(views__gte=4).update(returning=True, title="new", views=F("views") + 1)
    assert sorted((row.id, row.title, row.views) for row in changed) == [(posts[4].id, "new", 5), (posts[5].id, "new", 6)]
    assert all(isinstance(row, Post) for row in changed)
    changed[0].title = "again"
    await changed[0].save()
    limited = await Post.objects.order_by("-views").limit(1).update(returning=True, views=0)
    assert [row.id for row in limited] == [posts[5].id]
    gone = await Post.objects.filter(title="again").delete(returning=True)
    assert [(row.id, row.title) for row in gone] == [(changed[0].id, "again")]
    assert await Post.objects.filter(views=99).update(returning=True, views=1) == []
    assert await Post.objects.filter(views=99).delete(returning=True) == []
    assert await Post.objects.count() == 5


async def test_relations_are_set_by_object_or_key(posts: list[Post]) -> None:
    """None takes the relation away."""
    bob = await Author.objects.create(name="Bob", email="b")
    assert await Post.objects.filter(views=0).update(author=bob) == 1
    assert await Post.objects.filter(views=2).update(author=bob.id) == 1
    assert await Post.objects.filter(views=4).update(author_id=bob.id) == 1
    assert await Post.objects.filter(author=bob).count() == 3
    assert await Post.objects.filter(author=bob).update(author=None) == 3


async def test_what_the_database_refuses(blog: Backend, posts: list[Post]) -> None:
    """A row that is still referred to stays; the error names the constraint, which SQLite does not tell."""
    await Comment.objects.create(text="c", post=posts[0])
    comments, authors = (None, None) if blog.dialect == "sqlite" else ("fk_blog_comment_post_id", "fk_blog_post_author_id")
    with pytest.raises(ForeignKeyViolationError, match=comments):
        await Post.objects.delete()
    assert await Post.objects.count() == 6
    with pytest.raises(ForeignKeyViolationError, match=authors):
        await Post.objects.update(author_id=999_999)
    assert await Post.objects.filter(author_id=999_999).count() == 0


async def test_what_is_refused_before_it_is_sent(posts: list[Post]) -> None:
    """Unknown fields, foreign columns, values that do not fit, and updates of nothing."""
    with statements() as sent:
        for names in ({"titel": "x"}, {"author__name": "x"}):
            with pytest.raises(FieldError) as caught:
                await Post.objects.update(**names)
            assert type(caught.value) is FieldError
        for values in ({"views": "x"}, {"views": None}, {"views": 2**63}, {"title": "x" * 201}):
            with pytest.raises(FieldValueError) as caught:
                await Post.objects.update(**values)
            assert caught.value.column in values
        with pytest.raises(TypeError, match="needs at least one field"):
            await Post.objects.update()
        with pytest.raises(FieldError, match="distinct"):
            await Post.objects.distinct().delete()
        with pytest.raises(FieldError, match=r"^Post\.title is text, and increment\(\) adds to numbers"):
            await Post.objects.increment("title")
    assert sent == []


async def test_columns_of_another_name(database: db.AsyncDatabase) -> None:
    """Decimals and times are changed under their column's name, exactly."""
    async with tables(Account):
        one = await Account.objects.create(amount=Decimal("0.10"), seen=dt.datetime(2024, 1, 1))
        assert (
            await Account.objects.update(amount=F("amount") + Decimal("0.20"), seen=F("seen") + dt.timedelta(days=1, microseconds=5)) == 1
        )
        await one.refresh()
        assert (one.amount, one.seen) == (Decimal("0.30"), dt.datetime(2024, 1, 2, 0, 0, 0, 5))
        (back,) = await Account.objects.filter(amount=Decimal("0.30")).update(returning=True, amount=5)
        assert (back.amount, type(back.amount)) == (Decimal("5.00"), Decimal)


class Gauge(Model):
    """Has a column of each kind that is computed with."""

    id: int | None = Field(default=None, db_pk=True)
    whole: int | None = None
    ratio: float | None = None
    share: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    exact: Decimal | None = Field(default=None, max_digits=30, decimal_places=10)
    seen: dt.datetime | None = None
    aware: AwareDatetime | None = None
    lasts: dt.timedelta | None = None

    Meta = table("change_gauge")


@pytest.fixture
async def gauge(database: db.AsyncDatabase) -> AsyncIterator[Gauge]:
    """One row, of values at the end of their ranges."""
    async with tables(Gauge):
        last = dt.datetime(9999, 12, 31, 23, 59, 59, 999999)
        yield await Gauge.objects.create(
            whole=2**63 - 1,
            ratio=1e308,
            share=Decimal("999999.99"),
            exact=Decimal(7),
            seen=last,
            aware=last.replace(tzinfo=dt.timezone.utc),
            lasts=dt.timedelta(days=100_000_000),
        )


@pytest.mark.parametrize(
    "change",
    [
        {"whole": F("whole") // 0},
        {"whole": F("whole") % 0},
        {"whole": F("whole") + 1},
        {"whole": F("whole") * 2},
        {"ratio": F("ratio") / 0},
        {"ratio": F("ratio") % 0},
        {"ratio": F("ratio") * 2},
        {"ratio": -(F("ratio") * 10) - 1.5},
        {"share": F("share") / 0},
        {"share": F("share") % Decimal(0)},
        {"share": F("share") + Decimal("0.01")},
        {"exact": F("exact") / Decimal("0.00")},
        {"exact": F("exact") % 0},
        {"exact": F("exact") / (F("exact") - 7)},
        {"seen": F("seen") + dt.timedelta(microseconds=1)},
        {"seen": F("seen") - dt.timedelta(days=9999 * 366)},
        {"aware": F("aware") + dt.timedelta(days=1)},
        {"lasts": sum([F("lasts")] * 9, F("lasts"))},
    ],
)
async def test_what_cannot_be_computed_is_refused(gauge: Gauge, change: dict[str, Any]) -> None:
    """Neither NULL nor a value that no reader knows: an error about the value, and the row stays as it was."""
    with pytest.raises(DataError) as caught:
        await Gauge.objects.update(**change)
    assert caught.value.sqlstate
    assert "oxyde_fit" not in str(caught.value)
    assert await Gauge.objects.all() == [gauge]


async def test_the_ends_of_the_ranges_are_computed(gauge: Gauge) -> None:
    """What fits is stored, NULL stays NULL, and nothing is divided that the row does not reach."""
    micro = dt.timedelta(microseconds=1)
    await Gauge.objects.update(
        whole=F("whole") - 1,
        ratio=F("ratio") / 2,
        share=F("share") - 1,
        exact=F("exact") / 2,
        seen=F("seen") - micro,
        lasts=F("lasts") + micro,
    )
    await gauge.refresh()
    assert (gauge.whole, gauge.ratio, gauge.share, gauge.exact) == (2**63 - 2, 5e307, Decimal("999998.99"), Decimal("3.5"))
    assert (gauge.seen, gauge.lasts) == (dt.datetime(9999, 12, 31, 23, 59, 59, 999998), dt.timedelta(days=100_000_000, microseconds=1))
    await Gauge.objects.update(seen=F("seen") - dt.timedelta(days=3_652_058))
    await gauge.refresh()
    assert gauge.seen == dt.datetime(1, 1, 1, 23, 59, 59, 999998)
    empty = dict.fromkeys(("whole", "ratio", "share", "seen", "lasts"))
    await Gauge.objects.update(**empty)
    await Gauge.objects.update(
        whole=F("whole") // 1, ratio=F("ratio") * 2, share=F("share") / 3, seen=F("seen") + micro, lasts=F("lasts") + micro
    )
    await gauge.refresh()
    assert {name: getattr(gauge, name) for name in empty} == empty


async def test_validators_see_the_other_values_of_an_update(blog: Backend) -> None:
    """``info.data`` has those before theirs in the model, validated; a value that is needed and not given is named."""
    async with tables(Span):
        one = await Span.objects.create(lo=1, hi=2)
        assert await Span.objects.update(top=9, hi="7", lo="3") == 1
        await one.refresh()
        assert (one.lo, one.hi, one.top) == (3, 7, 9)
        with pytest.raises(FieldValueError, match=r"Span\.hi does not take this int: Assertion failed, hi is below lo"):
            await Span.objects.update(hi=3, lo=4)
        with pytest.raises(FieldError, match=r"Span\.hi has a validator .* raised KeyError; give lo to update\(\) too, or save\(\) the"):
            await Span.objects.update(hi=7)
        with pytest.raises(FieldError, match=r"Span\.hi has a validator .* raised KeyError; give lo to update"):
            await Span.objects.update(hi=7, lo=F("lo"))
        with pytest.raises(FieldError, match=r"Span\.top has a validator .* raised TypeError; give every field that it looks at to update"):
            await Span.objects.update(top=7)
        with pytest.raises(TypeError, match="has no len"):
            await Span.objects.update(faulty=7)
        assert await Span.objects.values_list("lo", "hi").all() == [(3, 7)]


async def test_validators_see_the_other_values_of_an_instance(blog: Backend) -> None:
    """What was assigned is validated in the order of the model, so that later fields see earlier ones as they will be."""
    async with tables(Span):
        one = await Span.objects.create(lo=1, hi=2)
        one.hi, one.lo = 7, "3"  # type: ignore[assignment] # that is what is refused
        await one.save()
        assert await Span.objects.values_list("lo", "hi").all() == [(3, 7)]
        one.hi = 2
        with pytest.raises(ValidationError, match="hi is below lo"):
            await one.save()


class Pair(Model):
    """Two numbers."""

    id: int | None = Field(default=None, db_pk=True)
    left: int = 0
    right: int = 0

    Meta = table("change_pair")


async def test_assignments_read_the_row_as_it_was(blog: Backend) -> None:
    """Columns are swapped, on every server but MySQL, which refuses what it would do wrong."""
    async with tables(Pair):
        await Pair.objects.create(left=1, right=2)
        numbers = Pair.objects.values_list("left", "right")
        if blog.dialect == "mysql":
            with pytest.raises(UnsupportedError, match="assignments that read each other's columns"):
                await Pair.objects.update(left=F("right"), right=F("left"))
        else:
            await Pair.objects.update(left=F("right"), right=F("left"))
            assert await numbers.all() == [(2, 1)]
        await Pair.objects.update(left=5, right=7)
        await Pair.objects.update(left=F("left") + 1, right=F("left") + F("right"))
        assert await numbers.all() == [(6, 12)]


async def test_nothing_is_deleted_through_a_view(blog: Backend) -> None:
    """A view is read-only on every server, however its rows are chosen."""

    class Window(Model):
        id: int = Field(db_pk=True)
        left: int

        Meta = table("change_window", managed=False, view="SELECT id, left FROM change_pair")

    with pytest.raises(UnsupportedError, match="Window"):
        await Window.objects.filter(left=1).delete()
    with pytest.raises(UnsupportedError, match="Window"):
        Window.objects.sync.delete(returning=True)
