"""Joins that select: which paths there are, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.queries.joins import joined
from tests.models import Author, Comment, Post

COMMENTS = Comment.objects._state


def test_all_on_the_way_come_along() -> None:
    """Once each, parents first, whatever the order in which they are named."""
    assert joined(COMMENTS, ["post__author"]).joined == (("post",), ("post", "author"))
    assert joined(joined(COMMENTS, ["post__author"]), ["post"]).joined == (("post",), ("post", "author"))
    assert COMMENTS.joined == ()


@pytest.mark.parametrize(
    ("state", "names", "error", "message"),
    [
        (COMMENTS, [], ValueError, "takes at least one path"),
        (COMMENTS, [3], TypeError, "takes paths to related models as text, not "),
        (COMMENTS, ["pots"], FieldError, 'did you mean "post"'),
        (COMMENTS, ["post_id"], FieldError, r'Comment\.post_id is a column; did you mean "post"\?'),
        (COMMENTS, ["post__title"], FieldError, r"Post\.title is a column; its relations are author, comments, tags"),
        (Author.objects._state, ["name"], FieldError, r"Author\.name is a column; its relations are posts$"),
        (Post.objects._state, ["tags", "comments"], UnsupportedError, 'leave "(comments|tags)" or "(comments|tags)" to prefetch'),
        (Post.objects._state, ["author__posts__tags", "author__posts__comments"], UnsupportedError, "two multiply each other"),
        (Post.objects.values("title")._state, ["author"], FieldError, r'values\("author__name"\)'),
    ],
)
def test_what_is_refused(state: Any, names: list[Any], error: type[Exception], message: str) -> None:
    """The message says what can be joined."""
    with pytest.raises(error, match=message):
        joined(state, names)
