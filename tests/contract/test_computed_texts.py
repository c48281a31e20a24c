"""Texts that the server computes: enumerations of two types meet by value, and what is too long for a column is refused."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import pytest

import oxyde
from oxyde import Concat, DataError, F, Field, Model, Value
from tests.backends import Backend


class DeclaredHue(str, enum.Enum):
    """Is text by its value."""

    RED = "red"
    BLUE = "blue"


class DeclaredTint(str, enum.Enum):
    """Shares some values."""

    RED = "red"
    PALE = "pale"


class TwoEnums(Model):
    """Two columns of different enumerations, and a text of few characters."""

    id: int = Field(db_pk=True)
    hue: DeclaredHue
    tint: DeclaredTint
    short: str = Field(default="", max_length=5)
    long: str = ""

    class Meta:
        """Its table."""

        is_table = True
        table_name = "declared_two_enums"


@pytest.fixture
def enums(backend: Backend) -> Iterator[Backend]:
    """A connection with the table."""
    with oxyde.connect(backend.url, "default"):
        oxyde.sync.create_tables(models=TwoEnums)
        TwoEnums.objects.sync.create(id=1, hue=DeclaredHue.RED, tint=DeclaredTint.RED, short="abcde", long="abcde ")
        TwoEnums.objects.sync.create(id=2, hue=DeclaredHue.BLUE, tint=DeclaredTint.PALE, short="äöü€😀", long="äöü€😀")
        yield backend
        oxyde.sync.drop_tables(models=TwoEnums)


def test_enumerations_are_compared_by_value(enums: Backend) -> None:
    """And assigned, where the other one has the value."""
    query = TwoEnums.objects.sync
    assert query.filter(hue=F("tint")).values_list("id", flat=True).all() == [1]
    assert query.filter(hue__in=TwoEnums.objects.values_list("tint", flat=True)).values_list("id", flat=True).all() == [1]
    query.filter(id=1).update(hue=F("tint"))
    assert query.get(id=1).hue is DeclaredHue.RED
    with pytest.raises((DataError, oxyde.IntegrityError)):
        query.filter(id=2).update(hue=F("tint"))


def test_a_computed_text_that_is_too_long_is_refused(enums: Backend) -> None:
    """Even by a space, which servers would cut off."""
    query = TwoEnums.objects.sync
    for key in (1, 2):
        one = query.filter(id=key)
        with pytest.raises(DataError):
            one.update(short=Concat("short", Value(" ")))
        with pytest.raises(DataError):
            one.update(short=Concat("long", Value("x")))
        one.update(short=Concat(Value(""), "short"))
        assert one.get().short == ("abcde", "äöü€😀")[key - 1]
    with pytest.raises(DataError):
        query.filter(id=1).update(short=F("long"))
    query.filter(id=2).update(short=F("long"))
