"""What ``prefetch()`` refuses, and the tree that it makes of paths."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import Field, FieldError, Model, Prefetch
from oxyde.models.prefetch import Node, tree
from tests.models import Author, Comment, Post, Tag
from tests.tables import table


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (Author.objects.prefetch, ValueError, "at least one path"),
        (lambda: Author.objects.prefetch(3), TypeError, "not int"),
        (lambda: Author.objects.prefetch(Post.objects), TypeError, "takes paths of relations as text, and Prefetch objects"),
        (lambda: Author.objects.prefetch("post"), FieldError, 'Author has no field "post"; did you mean "posts"'),
        (lambda: Author.objects.prefetch("name"), FieldError, r"takes relations, and Author\.name is a column; it can load posts"),
        (lambda: Post.objects.prefetch("author_id"), FieldError, 'is a column; did you mean "author"'),
        (lambda: Author.objects.prefetch("posts__title"), FieldError, r"Post\.title is a column"),
        (lambda: Author.objects.prefetch("posts").values("id"), FieldError, "values"),
        (lambda: Author.objects.prefetch("posts").values_list("id"), FieldError, "values"),
        (lambda: Author.objects.values("id").prefetch("posts"), FieldError, "leave values"),
        (lambda: Author.objects.union(Author.objects.prefetch("posts")), FieldError, "say prefetch"),
        (lambda: Prefetch(3), TypeError, "as text"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Prefetch("posts", Post), TypeError, "takes a queryset"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Prefetch("posts", Post.objects.values("id")), FieldError, "values"),
        (lambda: Prefetch("posts", Post.objects.using("other")), FieldError, "using"),
        (lambda: Prefetch("posts", Post.objects[:3].filter(views=1)), FieldError, "slice as its last verb"),
        (lambda: Prefetch("posts", Post.objects.distinct("views")), FieldError, "first of equal rows among those of all parents"),
        (lambda: Prefetch("posts", Post.objects.for_update()[:3]), FieldError, "locked"),
        (lambda: Prefetch("posts", to_attr="a__b"), FieldError, "cannot be the attribute"),
        (lambda: Prefetch("posts", to_attr="_a"), FieldError, "cannot be the attribute"),
        (lambda: Prefetch("posts", to_attr=3), TypeError, "name of an attribute"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Author.objects.prefetch(Prefetch("posts", Tag.objects)), FieldError, r"Author\.posts holds rows of Post"),
        (lambda: Post.objects.join("author").prefetch(Prefetch("author", Author.objects)), FieldError, "joined by this query already"),
        (lambda: Post.objects.prefetch(Prefetch("author", Author.objects)).join("author"), FieldError, "joined by this query already"),
        (
            lambda: Author.objects.prefetch(Prefetch("posts", Post.objects), Prefetch("posts", Post.objects)),
            FieldError,
            "told twice",
        ),
        (lambda: Author.objects.prefetch("posts", Prefetch("posts", Post.objects)), FieldError, 'told twice how to load "posts"'),
        (lambda: Author.objects.prefetch(Prefetch("posts", Post.objects)).prefetch("posts"), FieldError, 'told twice how to load "posts"'),
    ],
)
def test_refusals(make: Any, error: type[Exception], message: str) -> None:
    """What cannot be loaded is refused by the verb."""
    with pytest.raises(error, match=message):
        make()


def test_what_is_loaded_is_a_tree() -> None:
    """Paths share what they have in common; what a join loads is not read again."""
    query = Comment.objects.join("post").prefetch("post__tags", "post__author", "post__author__posts")._query
    roots = tree(Comment.__oxyde__, query)

    def shown(nodes: dict[str, Node]) -> dict[str, Any]:
        return {name: (node.query is not None, shown(node.children)) for name, node in nodes.items()}

    assert shown(roots) == {"post": (False, {"tags": (True, {}), "author": (True, {"posts": (True, {})})})}


def test_the_queryset_may_come_later() -> None:
    """Of a path that another one passes, whichever is said first."""
    chosen = Prefetch("posts", Post.objects.filter(views=1).prefetch("tags"))
    for paths in (("posts__comments", chosen), (chosen, "posts__comments")):
        node = tree(Author.__oxyde__, Author.objects.prefetch(*paths)._query)["posts"]
        assert node.is_given
        assert set(node.children) == {"comments", "tags"}


def test_repr_shows_no_values() -> None:
    """The queryset may hold secrets."""
    assert repr(Prefetch("posts", Post.objects.filter(title="secret"), to_attr="some")) == (
        "Prefetch(\"posts\", Post queryset, to_attr='some')"
    )


def test_no_junction_of_composite_keys() -> None:
    """A junction that no model describes has one column for each side."""

    class Twofold(Model):
        one: int = Field(db_pk=True)
        two: int = Field(db_pk=True)

        Meta = table("unit_prefetch_twofold")

    class Refers(Model):
        id: int | None = Field(default=None, db_pk=True)
        both: list[Twofold] = Field(db_m2m=True)

        Meta = table("unit_prefetch_refers")

    with pytest.raises(FieldError, match=r"Twofold has a key of several fields; name a model that is one: Field\(db_through"):
        _ = Refers.__table__
