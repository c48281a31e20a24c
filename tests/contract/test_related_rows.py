"""Conditions across relations that lead to several rows, on every backend: which of them one row must fulfil together."""

from __future__ import annotations

import pytest

from oxyde import Q
from tests.backends import Backend
from tests.models import Author, Post, PostTag, Tag

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
