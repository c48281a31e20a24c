"""The rows of many parents: how their keys are cut, and what a slice of each becomes."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.db import render
from oxyde.queries import compile
from oxyde.queries.related import PARENT, in_parts, of_parents, tie
from tests.models import Author, Post, Tag


@pytest.mark.parametrize(
    ("dialect", "keys", "sizes"),
    [
        ("postgres", range(200_000), [200_000]),
        ("sqlite", range(200_000), [200_000]),
        ("mysql", range(110_000), [50_000, 50_000, 10_000]),
        ("mariadb", range(3), [3]),
    ],
)
def test_keys_are_cut_where_each_is_a_parameter(dialect: str, keys: Any, sizes: list[int]) -> None:
    """A list that is one parameter is not cut."""
    parts = in_parts(tie(Author.__table__, "posts").column, [*keys], dialect)
    assert [len(part) for part in parts] == sizes
    assert [key for part in parts for key in part] == [*keys]


def test_a_junction_says_whose_a_row_is() -> None:
    """Rows that may belong to several name the parent; others have its key themselves."""
    tags = tie(Post.__table__, "tags")
    assert tags.column.field == "post_id"
    state = of_parents(Tag.objects._state, tags, [1])
    assert [name for name, _ in state.annotations] == [PARENT]
    assert not tie(Author.__table__, "posts").hops


def test_a_slice_is_numbered_inside() -> None:
    """The rows are numbered for each parent, and the number is not among what is read."""
    state = of_parents(Post.objects.order_by("-views")[1:3]._state, tie(Author.__table__, "posts"), [1, 2])
    made = compile.select(state)
    text, parameters = render.render(made.shape, "postgres", made.values)
    assert 'ROW_NUMBER() OVER (PARTITION BY "blog_post"."author_id" ORDER BY "blog_post"."views" DESC)' in text
    assert text.count("SELECT") == 2
    assert parameters == [[1, 2], 1, 3]
