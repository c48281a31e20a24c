"""Reverse and many-to-many relations: the fields that they join by, and what is ambiguous."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from tests.models import Author, Post
from tests.tables import table


class Person(Model):
    """Follows others, and is followed."""

    id: int | None = Field(default=None, db_pk=True)
    friends: list[Person] = Field(default=[], db_m2m=True)
    followed: list[Person] = Field(default=[], db_m2m=True, db_through="Follows", db_through_fields=("by", "who"))

    Meta = table("unit_person")


class Follows(Model):
    """Two foreign keys to one table."""

    id: int | None = Field(default=None, db_pk=True)
    by: Person = Field()
    who: Person = Field()

    Meta = table("unit_follows")


def test_a_key_to_the_table_of_a_base() -> None:
    """The rows of the derived table are others."""

    class Admin(Person):
        posts: list[Follows] = Field(default=[], db_reverse_fk="by")

        Meta = table("unit_admin")

    with pytest.raises(FieldError, match=r"^Admin\.posts: Follows\.by points to Person, not to Admin, which is a table of its own$"):
        _ = Admin.__table__


def test_reverse() -> None:
    """It joins by the foreign key of the other side."""
    relation = Author.__table__.relations["posts"]
    assert (relation.kind, relation.target, relation.column, relation.target_column) == ("reverse", (None, "blog_post"), "id", "author_id")


def test_a_junction_with_a_model() -> None:
    """Its two foreign keys are found, or named where there are several of one kind."""
    tags = Post.__table__.relations["tags"]
    assert (tags.through, tags.through_fields) == ((None, "blog_post_tag"), ("post_id", "tag_id"))
    followed = Person.__table__.relations["followed"]
    assert (followed.through, followed.through_fields) == ((None, "unit_follows"), ("by_id", "who_id"))


def test_a_junction_without_a_model() -> None:
    """It is made: a column for each side, both the key, removed with their rows."""
    relation = Person.__table__.relations["friends"]
    assert relation.through == (None, "unit_person_friends")
    junction = Person.__table__.find(relation.through)
    assert junction.implicit
    assert [column.name for column in junction.key] == ["from_person_id", "to_person_id"]
    assert relation.through_fields == ("from_person_id", "to_person_id")
    assert {(key.target, key.on_delete) for key in junction.foreign_keys} == {((None, "unit_person"), "CASCADE")}


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        (Post, {"db_reverse_fk": "autor"}, r"db_reverse_fk names Post\.autor, which is not a foreign key or column"),
        (Post, {"db_reverse_fk": "author"}, r"Post\.author points to Author, not to Lonely"),
        (Person, {"db_m2m": True, "db_through": "Nowhere"}, "no model named 'Nowhere' is registered"),
        (
            Person,
            {"db_m2m": True, "db_through": "Follows"},
            r"Follows does not have exactly one foreign key to Lonely .* \(it has: by, who\)",
        ),
        (
            Person,
            {"db_m2m": True, "db_through": "Follows", "db_through_fields": ("bye", "who")},
            r'db_through_fields names Follows\.bye, which is no foreign key; did you mean "by"',
        ),
    ],
)
def test_what_does_not_fit(target: Any, options: dict[str, Any], message: str) -> None:
    """The message names the relation, and what is there."""

    class Lonely(Model):
        id: int | None = Field(default=None, db_pk=True)
        others: list[target] = Field(default=[], **options)  # type: ignore[valid-type] # each in turn

        Meta = table("unit_lonely")

    with pytest.raises(FieldError, match=rf"^Lonely\.others: .*{message}"):
        _ = Lonely.__table__
