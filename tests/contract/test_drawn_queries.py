"""Queries that random ones showed to be wrong or refused for no reason, on every backend."""

from __future__ import annotations

import pytest

from oxyde import Exists
from tests.backends import Backend
from tests.models import Author, Comment, Post


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
