"""What a row that is there is assigned, and what may be asked of it."""

from __future__ import annotations

import datetime as dt

import pytest

from oxyde import F, Field, FieldError, Model, Proposed, Q
from oxyde.queries.upserts import changes, stored


class Jar(Model):
    """A row that counts its changes."""

    id: int | None = Field(default=None, db_pk=True)
    label: str = Field(max_length=20, db_unique=True)
    fill: int = 0
    turned: dt.datetime | None = Field(default=None, auto_now=True)
    version: int = Field(default=0, db_version=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upserts_jar"


TABLE = Jar.__table__


def test_time_and_version_change_too() -> None:
    """With anything else, and not with nothing."""
    assert [column.field for column, _ in changes(TABLE, "upsert", {"fill": Proposed("fill")})] == ["fill", "turned", "version"]
    assert changes(TABLE, "upsert", {}) == ()


def test_proposed_is_a_value_of_the_new_row() -> None:
    """It needs a name, which is one of the table's own, and a row to be inserted."""
    assert repr(F("fill") + Proposed("fill")) == '(F("fill") + Proposed("fill"))'
    with pytest.raises(TypeError, match="takes the name of a field, not int"):
        Proposed(1)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(FieldError, match=r'Proposed."fill". is a field of the row that upsert.. was to insert'):
        Jar.objects.filter(fill=Proposed("fill"))


def test_conditions_are_of_both_rows() -> None:
    """Of no query."""
    assert stored(TABLE, "upsert", Q(fill__lt=Proposed("fill"))).type.kind == "bool"
    with pytest.raises(FieldError, match="a query inside is about other rows"):
        stored(TABLE, "upsert", Q(fill__in=Jar.objects.values("fill")))
