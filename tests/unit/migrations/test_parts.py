"""Parts of tables: what they are over, and what they become when a column is renamed."""

from __future__ import annotations

import pytest

from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique, columns_of, shown, with_column_renamed
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, array_of, decimal_of, enum_of

KEY = ForeignKey("f", ("a", "b"), (None, "t"), ("a", "c"))


@pytest.mark.parametrize(
    ("part", "over", "renamed"),
    [
        (Unique("u", ("a", "b")), ("a", "b"), Unique("u", ("z", "b"))),
        (Check("c", "a > 0"), (), Check("c", "a > 0")),
        (Exclude("e", (("a", "="),)), (), Exclude("e", (("a", "="),))),
        (KEY, ("a", "b"), ForeignKey("f", ("z", "b"), (None, "t"), ("a", "c"))),
        (
            Index("i", ("a", "lower(a)"), include=("c", "a"), desc=("a",)),
            ("a", "lower(a)", "c", "a"),
            Index("i", ("z", "lower(a)"), include=("c", "z"), desc=("z",)),
        ),
    ],
)
def test_renaming(part, over, renamed) -> None:
    """Names change, SQL text does not."""
    assert columns_of(part) == over
    assert with_column_renamed(part, "a", "z") == renamed


@pytest.mark.parametrize(
    ("column", "name"),
    [
        (Column("a", INT), "int"),
        (Column("a", TEXT, length=20), "text(20)"),
        (Column("a", decimal_of(12, 2)), "decimal(12, 2)"),
        (Column("a", array_of(TEXT)), "array of text"),
        (Column("a", TEXT, db_type="CITEXT"), "CITEXT"),
        (Column("a", enum_of("mood", ())), "enum mood"),
    ],
)
def test_types_for_people(column: Column, name: str) -> None:
    """As messages have them."""
    assert column.type_name == name


def test_shown() -> None:
    """A schema stands before the name."""
    assert (shown((None, "t")), shown(("s", "t"))) == ("t", "s.t")


def test_enum() -> None:
    """The type's name, unless another SQL type was chosen."""
    assert Column("a", enum_of("mood", ())).enum == "mood"
    assert Column("a", enum_of("mood", ()), db_type="TEXT").enum is None
    assert Column("a", TEXT).enum is None
