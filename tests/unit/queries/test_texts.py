"""Texts of types of their own: what they are compared with, assigned, sorted and ranked as."""

from __future__ import annotations

import enum

from oxyde import Field, Model
from oxyde.queries.paths import column_path
from oxyde.queries.term import Bound, Cast, Reference, Term
from oxyde.queries.texts import as_read, assigned, beside, own_type, ranked, sortable
from oxyde.schema import types as kinds


class Hue(str, enum.Enum):
    """Is text by its value."""

    RED = "red"


class Texts(Model):
    """Columns of text, declared and not."""

    id: int = Field(db_pk=True)
    name: str = ""
    short: str = Field(default="", db_type="varchar(5)")
    address: str = Field(default="", db_type="INET")
    other: str = Field(default="", db_type="inet")
    key: str = Field(default="", db_type="UUID")
    data: str = Field(default="", db_type="JSON")
    hue: Hue = Field(default=Hue.RED, db_enum_name="unit_texts_hue")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "unit_texts"


def column(name: str) -> Term:
    """The term of a column."""
    return Reference(column_path(Texts.__table__, name))


def test_only_what_is_no_text_to_the_server_has_a_type_of_its_own() -> None:
    """Names are told apart without regard to case and digits."""
    assert [own_type(column(name)) for name in ("id", "name", "short", "address", "other")] == [None, None, None, "INET", "INET"]
    assert own_type(column("hue")) == column("hue").type
    assert as_read(column("short")).key == column("short").key
    assert isinstance(as_read(column("hue")), Cast)


def test_texts_are_compared_in_the_type_that_they_share_or_as_read() -> None:
    """A plain value is of the type of what it stands beside, if that can be compared."""
    value = Bound("x", kinds.TEXT, uncast=True)
    alike = [(column("address"), column("other")), (column("name"), column("short")), (column("address"), value)]
    for same in (*alike, (column("id"), column("id"))):
        assert beside(*same) == same
    assert [type(term) for term in beside(column("address"), column("name"))] == [Cast, Reference]
    left, right = beside(column("data"), value)
    assert isinstance(left, Cast)
    assert isinstance(right, Bound)
    assert not right.uncast


def test_what_is_assigned_sorted_and_ranked() -> None:
    """Of the column's own type, or as it is read; a server sorts what it can compare."""
    assert isinstance(assigned(column("address"), column("other")), Reference)
    assert isinstance(assigned(column("address"), column("name")), Cast)
    assert isinstance(sortable(column("key")), Reference)
    assert isinstance(ranked(column("key")), Cast)
    assert isinstance(sortable(column("data")), Cast)
