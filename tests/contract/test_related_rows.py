"""Conditions across relations that lead to several rows, on every backend: which of them one row must fulfil together."""

from __future__ import annotations

import pytest

from oxyde import Field, FieldError, Model, Q
from tests.backends import Backend
from tests.models import Author, Post, PostTag, Tag
from tests.tables import table, tables

OLD, SONG, OTHER = Q(posts__views=2008), Q(posts__title="Lennon"), Q(posts__title="zz")


async def written() -> Author:
    """Fills the blog: one author with two posts, of which each fulfils one condition; one tag on the first."""
    author = await Author.objects.create(name="Ada", email="ada")
    old = await Post.objects.create(title="A", views=2008, author=author)
    await Post.objects.create(title="Lennon", views=2009, author=author)
    await PostTag.objects.create(post=old, tag=await Tag.objects.create(name="x"))
    return author


@pytest.mark.parametrize(
    "conditions",
    [
        (OLD & SONG,),
        (OLD, SONG),
        (Q(OLD, posts__title="Lennon"),),
        (Q(Q(Q(OLD)), SONG),),
        (OLD & (SONG | OTHER),),
        (SONG | OTHER, OLD),
        ((OLD | Q(posts__views=1)) & (SONG | OTHER),),
        (OLD, SONG ^ OTHER),
        (OLD, OTHER | Q(posts__title="Lennon", posts__views__gt=0)),
        (SONG, Q(posts__tags__name="x")),
        (Q(posts__tags__name="x") | Q(posts__views=2008), SONG),
    ],
)
async def test_conditions_of_one_verb_meet_in_one_row(blog: Backend, conditions: tuple[Q, ...]) -> None:
    """However the conditions were joined, one related row must fulfil them all; ``exclude`` gives the other rows."""
    await written()
    assert await Author.objects.filter(*conditions).count() == 0
    assert await Author.objects.exclude(*conditions).count() == 1
    assert await Author.objects.filter(~Q(*conditions)).count() == 1
    assert await Author.objects.get_or_none(*conditions) is None


@pytest.mark.parametrize("lookups", [{"posts__title": "Lennon"}, {"posts__title": "Lennon", "name": "Ada"}])
async def test_keywords_meet_with_conditions(blog: Backend, lookups: dict[str, str]) -> None:
    """Keywords beside ``Q`` objects are conditions of the same verb."""
    await written()
    assert await Author.objects.filter(OLD, **lookups).count() == 0
    assert await Author.objects.exclude(OLD, **lookups).count() == 1
    assert await Author.objects.filter(Q(posts__views=2009), **lookups).count() == 1
    assert await Author.objects.exclude(Q(posts__views=2009), **lookups).count() == 0


@pytest.mark.parametrize(
    "conditions",
    [
        (OLD & (SONG | Q(name="Ada")),),
        (OLD, SONG | ~Q(posts__title="zz")),
        (OLD, SONG | Q(posts__isnull=True)),
        (OLD, ~OTHER),
        (OLD, Q(posts__title="A") | SONG),
        (SONG | OTHER,),
        (OLD, Q(posts__tags__name="x") | SONG),
    ],
)
async def test_conditions_that_need_not_meet(blog: Backend, conditions: tuple[Q, ...]) -> None:
    """A negation is a question of its own, and so is an alternative that asks for other things too."""
    await written()
    assert await Author.objects.filter(*conditions).count() == 1
    assert await Author.objects.exclude(*conditions).count() == 0


async def test_chained_filters_need_not_meet(blog: Backend) -> None:
    """Each ``filter()`` asks for a row of its own."""
    await written()
    assert await Author.objects.filter(OLD).filter(SONG).count() == 1
    assert await Author.objects.filter(OLD).exclude(SONG).count() == 0


class Reader(Author):
    """Another class for the rows of authors."""

    Meta = table("blog_author")


class Copy(Model):
    """Points to a rack by a number that is not its key."""

    id: int | None = Field(default=None, db_pk=True)
    owner: Rack = Field(db_fk="number")

    Meta = table("related_copy")


class Rack(Model):
    """Is pointed to by its number."""

    id: int | None = Field(default=None, db_pk=True)
    number: int = Field(db_unique=True)
    copies: list[Copy] = Field(default=[], db_reverse_fk="owner")

    Meta = table("related_rack")


async def test_relations_take_querysets_of_their_model(blog: Backend) -> None:
    """Whole rows are those that the relation leads to, whatever column it refers to; another class of the same table counts."""
    author = await written()
    assert await Post.objects.filter(author__in=Author.objects.filter(name="Ada")).count() == 2
    assert await Post.objects.filter(author__in=Reader.objects.filter(name="Ada")).count() == 2
    assert await Author.objects.filter(posts__in=Post.objects.filter(title="A"), posts__views=2008).count() == 1
    assert await Author.objects.filter(posts__in=Post.objects.filter(title="A"), posts__views=2009).count() == 0
    assert await Post.objects.filter(tags__in=Tag.objects.exclude(name="y")).count() == 1
    assert await Post.objects.filter(author__in=Tag.objects.filter(name="y").values_list("id")).count() == 0
    assert await Post.objects.filter(author__posts__tags__in=Tag.objects.filter(name="x"), author=author).count() == 2
    async with tables(Rack, Copy):
        racks = await Rack.objects.bulk_create([Rack(id=1, number=2), Rack(id=2, number=1)])
        await Copy.objects.create(owner=racks[0])
        assert await Copy.objects.filter(owner__in=Rack.objects.filter(id=1)).count() == 1
        assert await Copy.objects.filter(owner__in=Rack.objects.filter(id=2)).count() == 0
        assert await Rack.objects.filter(copies__in=Copy.objects.filter(owner=racks[0])).values_list("id", flat=True).all() == [1]


def test_relations_refuse_querysets_of_other_models() -> None:
    """The keys of another table would be compared with ours; a list of its objects is refused too, with the same class."""
    message = r'Post\.author takes a queryset of Author, not of Tag; to compare with a column of Tag, name it: \.values_list\("\.\.\."\)'
    with pytest.raises(FieldError, match=message):
        Post.objects.filter(author__in=Tag.objects.filter(id=1))
    with pytest.raises(FieldError, match=message):
        Author.objects.filter(posts__author__in=Tag.objects.filter(id=1))
    with pytest.raises(FieldError, match=r"Author\.posts takes a queryset of Post, not of Tag"):
        Author.objects.exclude(posts__in=Tag.objects.limit(1))
    with pytest.raises(FieldError, match=r"Post\.tags takes a queryset of Tag, not of Author"):
        Author.objects.filter(posts__tags__in=Author.objects.distinct())
    with pytest.raises(FieldError, match=r"Post\.tags takes a Tag or its id, not Author"):
        Post.objects.filter(tags__in=[Author(id=1, name="a", email="a")])


async def test_nothing_behind_a_row_on_the_way(blog: Backend) -> None:
    """None and ``isnull`` behind a relation to several rows ask for such a row without the last one, not for no row."""
    await written()
    await Author.objects.create(name="Bob", email="bob")
    await Post.objects.create(title="loose")
    assert await Author.objects.filter(posts__tags=None).values_list("name", flat=True).all() == ["Ada"]
    assert await Author.objects.filter(posts__tags__isnull=True, posts__views=2008).count() == 0
    assert await Author.objects.filter(posts__author__isnull=True).count() == 0
    assert await Author.objects.filter(posts__isnull=True).values_list("name", flat=True).all() == ["Bob"]
    tag = await Tag.objects.create(name="y")
    await PostTag.objects.create(post=await Post.objects.get(title="loose"), tag=tag)
    assert await PostTag.objects.filter(post__author=None).count() == 1


async def test_a_queryset_with_nulls_parts_the_rows(blog: Backend) -> None:
    """NULL among the rows of a queryset equals nothing, and ``exclude`` still gives the rows that ``filter`` does not."""
    await Author.objects.bulk_create([Author(name=name, email=name, bio=bio) for name, bio in (("a", "a"), ("b", "y"), ("c", None))])
    names = Author.objects.order_by("name").values_list("name", flat=True)
    for inside in (Author.objects.values_list("bio"), Author.objects.order_by("id")[:5].values_list("bio")):
        assert await names.filter(name__in=inside).all() == ["a"]
        assert await names.exclude(name__in=inside).all() == ["b", "c"]
        assert await names.exclude(bio__in=inside).all() == ["c"]
        assert await names.exclude(Q(name__in=inside) & Q(bio__in=inside)).all() == ["b", "c"]
