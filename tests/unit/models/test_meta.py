"""What a ``Meta`` says: what it takes over from another, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import Index
from oxyde.models.meta import NONE, read_meta


class Base:
    """The ``Meta`` of a base class."""

    is_table, table_name, schema, comment = True, "base", "s", "a comment"


def test_without_meta() -> None:
    """No table."""
    assert read_meta("M", None) is NONE
    assert not NONE.is_table


def test_what_is_inherited() -> None:
    """Where a table lives is, that there is one and what it is called is not."""

    class Meta(Base):
        comment = "another"

    found = read_meta("M", Meta)
    assert (found.is_table, found.table_name, found.schema, found.comment) == (False, None, "s", "another")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"db_table": "x"}, r"^M\.Meta has no option 'db_table'; use table_name$"),
        ({"tabel_name": "x"}, r'^M\.Meta has no option \'tabel_name\'; did you mean "table_name"'),
        ({"abstract": True, "is_table": True}, "an abstract model has no table"),
        ({"view": "SELECT 1"}, "say managed = False beside it"),
        ({"indexes": ["name"]}, r"^M\.Meta\.indexes takes Index, not str"),
        ({"constraints": [Index(("name",))]}, r"^M\.Meta\.constraints takes Check, Unique, Exclude, not Index"),
    ],
)
def test_what_is_refused(options: dict[str, Any], message: str) -> None:
    """The message names the model, and what to write."""
    with pytest.raises(TypeError, match=message):
        read_meta("M", type("Meta", (), options))


@pytest.mark.parametrize(
    ("written", "groups"),
    [((), ()), (("a", "b"), (("a", "b"),)), ([("a", "b"), ["c", "d"]], (("a", "b"), ("c", "d")))],
)
def test_one_group_needs_no_outer_brackets(written: Any, groups: tuple[tuple[str, ...], ...]) -> None:
    """It is a group of names, not a group of groups."""
    assert read_meta("M", type("Meta", (), {"unique_together": written})).unique_together == groups
