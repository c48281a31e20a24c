"""Relations in annotations: which link a field is, and the key field that a foreign key adds."""

from __future__ import annotations

import typing
from typing import Annotated, Any, Optional, Union

import pytest

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from oxyde.models.relations import key_field, mentions, optional, replaced
from tests.models import Author, Post, PostTag, Tag
from tests.tables import table


class Pair(Model):
    """Has a key of two fields."""

    one: int = Field(db_pk=True)
    two: int = Field(db_pk=True)

    Meta = table("unit_pair")


class Coded(Model):
    """Counted by the server, and known by a code."""

    id: int | None = Field(default=None, db_pk=True, db_type="BIGSERIAL")
    code: str = Field(db_unique=True, max_length=5)

    Meta = table("unit_coded")


class Points(Model):
    """Points to rows in several ways."""

    id: int | None = Field(default=None, db_pk=True)
    plain: Coded = Field()
    by_code: Coded | None = Field(default=None, db_fk="code")

    Meta = table("unit_points")


@pytest.mark.parametrize(
    ("annotation", "inner", "nullable"),
    [
        (int, int, False),
        (int | None, int, True),
        (Optional[int], int, True),  # noqa: UP045 - older code
        (Annotated[int | None, 3], int, True),
        (Annotated[int, 3] | None, int, True),
        (int | str, int | str, False),
        (Union[int, str, None], Union[int, str], True),  # noqa: UP007 - older code
    ],
)
def test_optional(annotation: Any, inner: Any, nullable: bool) -> None:
    """None and what is written beside the type are taken off."""
    assert optional(annotation) == (inner, nullable)


def test_classes_inside_annotations() -> None:
    """They are found and replaced at any depth, and everything else stays."""
    annotation = dict[str, list[Author | None]]
    assert mentions(annotation, {Author})
    assert not mentions(annotation, {Post})
    assert replaced(annotation, {Author: Post}) == dict[str, list[Post | None]]
    assert replaced(annotation, {Post: Author}) is annotation
    later = typing.ForwardRef("Later")
    assert replaced(Union[Author, later], {Author: Post}) == Union[Post, later]  # noqa: UP007 - older code
    noted = replaced(Annotated[Author, 3], {Author: Post})
    assert typing.get_args(noted) == (Post, 3)


@pytest.mark.parametrize(
    ("model", "field", "kind"),
    [(Post, "author", "one"), (Author, "posts", "reverse"), (Post, "tags", "many"), (PostTag, "tag", "one")],
)
def test_kinds_of_links(model: type[Model], field: str, kind: str) -> None:
    """A foreign key is a model, the others are lists."""
    assert model.__table__  # its links are known then
    assert model.__oxyde__.links[field].kind == kind
    assert "title" not in model.__oxyde__.links


def test_key_fields() -> None:
    """They come after their relation, with the type and column of what they point to."""
    table = Points.__table__
    assert list(Points.model_fields) == ["id", "plain", "plain_id", "by_code", "by_code_code"]
    assert Points.__oxyde__.added == {"plain_id", "by_code_code"}
    plain, code = table.by_field["plain_id"], table.by_field["by_code_code"]
    assert (plain.db_type, plain.nullable) == ("BIGINT", False)
    assert (code.length, code.nullable) == (5, True)


def test_the_field_that_is_pointed_to() -> None:
    """The key where there is one, else what was named; a relation means its key."""
    assert key_field(Tag, None, "M.tag") == "id"
    assert key_field(Coded, "code", "M.coded") == "code"
    assert key_field(Post, "author", "M.post") == "author_id"


@pytest.mark.parametrize(
    ("target", "wanted", "message"),
    [
        (Pair, None, r"^M\.f refers to Pair, which has a composite key; name the field to point to: Field\(db_fk=\.\.\.\)"),
        (Coded, "cod", r'^M\.f: db_fk names Coded\.cod, which is no field; did you mean "code"'),
    ],
)
def test_nothing_to_point_to(target: Any, wanted: str | None, message: str) -> None:
    """The message names both sides."""
    with pytest.raises(FieldError, match=message):
        key_field(target, wanted, "M.f")
