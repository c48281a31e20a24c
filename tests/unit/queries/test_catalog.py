"""The catalog of lookups: what it finds by kind and name."""

from __future__ import annotations

from oxyde.queries import catalog
from oxyde.queries.lookups import LOOKUPS


def test_each_row_is_found_by_kind() -> None:
    """For every kind that has it, and for no other."""
    for name, row in LOOKUPS.items():
        assert all(catalog.find(kind, name) is row for kind in row.on)
        assert catalog.is_lookup(name)
    assert catalog.find("int", "contains") is None
    assert not catalog.is_lookup("holds")


def test_names_that_are_taken() -> None:
    """By lookups and by date parts, of one of the kinds."""
    assert catalog.taken("gt", {"int"}) == "int"
    assert catalog.taken("year", {"int", "date"}) == "date"
    assert catalog.taken("year", {"int"}) is None
    assert {"exact", "gt", "between", "isnull"} <= set(catalog.names("int"))
