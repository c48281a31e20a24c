"""The names of declared types, and what texts are cast to on their way there."""

from __future__ import annotations

import pytest

from oxyde.schema.declared import bare, cast_to


@pytest.mark.parametrize(
    ("db_type", "name"),
    [
        ("INET", "INET"),
        ("character varying (20)", "character varying"),
        ('char(5) COLLATE "C"', "char"),
        ("timestamp(3) with time zone", "timestamp with time zone"),
        ("numeric( 10, 2 )", "numeric"),
        ("collated", "collated"),
    ],
)
def test_names_have_no_digits_and_no_collation(db_type: str, name: str) -> None:
    """They are what two columns of one type share."""
    assert bare(db_type) == name


@pytest.mark.parametrize(
    ("db_type", "wanted"),
    [
        ("INET", "INET"),
        ("BIT(3)", "bit varying"),
        ("mood", "mood"),
        ("VARCHAR(5)", None),
        ("char (5)", None),
        ("CITEXT", None),
    ],
)
def test_a_cast_has_no_length(db_type: str, wanted: str | None) -> None:
    """It would cut off what the column refuses; what takes text needs none."""
    assert cast_to(db_type) == wanted
