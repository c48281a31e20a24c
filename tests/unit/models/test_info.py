"""What is known of a model class: its names, its keys, and which classes hold its rows."""

from __future__ import annotations

from pydantic import AliasChoices, AliasPath
from pydantic import Field as PydanticField

from oxyde import Field, Model
from oxyde.models.info import holds, info_of, is_table
from tests.models import Author, Post
from tests.tables import table


class Named(Model):
    """Fields of many names."""

    id: int | None = Field(default=None, db_pk=True)
    one: int = PydanticField(default=0, alias="One")
    two: int = PydanticField(default=0, validation_alias=AliasChoices("deux", AliasPath("zwei", 1)))

    Meta = table()


class Narrow(Author):
    """Another view of the rows of its base."""


class Own(Author):
    """Has a table of its own."""

    Meta = table("unit_own")


def test_names() -> None:
    """Fields and the outermost names of aliases."""
    info = Named.__oxyde__
    assert info.names == {"id", "one", "One", "two", "deux", "zwei"}
    assert (info.name, info.table_name, info.address, info.keys) == ("Named", "named", (None, "named"), ("id",))
    assert info.id == f"{__name__}.Named"
    assert info.scope == (__name__, "")


def test_foreign_keys() -> None:
    """They are known by relation and by key."""
    assert Post.__table__  # its links are known then
    info = Post.__oxyde__
    assert [link.field for link in info.references] == ["author"]
    assert info.reference_by_key["author_id"].field == "author"


def test_what_follows_from_relations_is_forgotten_with_them() -> None:
    """It is found again when it is needed."""
    table = Named.__table__
    info = Named.__oxyde__
    info.forget_links()
    assert (info.has_links, info.made_table, info.columns) == (False, None, None)
    assert Named.__table__ is not table
    assert info.keys == ("id",)


def test_classes() -> None:
    """Only models are known, and only some have tables."""
    assert info_of(Named) is Named.__oxyde__
    assert info_of(Named()) is info_of(int) is info_of(3) is None
    assert is_table(Named)
    assert not is_table(Narrow)
    assert not is_table(int)


def test_whose_rows_instances_are() -> None:
    """A subclass without a table holds its base's rows; one with a table holds others."""
    assert holds(Author, Author)
    assert holds(Author, Narrow)
    assert not holds(Author, Own)
    assert not holds(Author, Post)
    assert not holds(Author, int)
