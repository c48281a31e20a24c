"""What a queryset is to Python's own syntax: nothing where it is awaited, a list where it blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from oxyde import sync
from oxyde.db.lifecycle import connect_blocking
from tests.cases.models import Item, items

LAZY: Any = Item.objects.filter(count=1)


@pytest.fixture
def filled() -> Iterator[None]:
    """A database in memory with three items."""
    connection = connect_blocking("sqlite::memory:")
    try:
        sync.create_tables(models=[Item])
        Item.objects.sync.bulk_create(items())
        yield
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("use", "verb"),
    [
        (LAZY.__await__, r"all\(\)"),
        (LAZY[:1].__await__, r"first\(\)"),
        (lambda: list(LAZY), r"all\(\)"),
        (LAZY.__aiter__, r"stream\(\)"),
        (lambda: len(LAZY), r"count\(\)"),
        (lambda: bool(LAZY), r"exists\(\)"),
        (lambda: 3 in LAZY, r"contains\(row\)"),
    ],
)
def test_the_awaited_face_is_no_list(use: Callable[[], Any], verb: str) -> None:
    """The message names the verb that is meant."""
    with pytest.raises(TypeError, match=rf"^a queryset is lazy: .*queryset\.{verb}`"):
        use()


def test_the_blocking_face_is_like_a_list(filled: None) -> None:
    """Iterating, measuring and asking run the query."""
    rows = Item.objects.sync.filter(count__gt=0).order_by("id")
    assert [item.name for item in rows] == ["nail", "bolt"]
    assert len(rows) == 2
    assert rows
    assert not Item.objects.sync.filter(count=99)
    assert rows.sync is rows


def test_what_the_blocking_face_contains(filled: None) -> None:
    """A row is found by its key, whatever its other values; chosen values by equality."""
    rows = Item.objects.sync.filter(count__gt=0)
    assert Item(id=1, name="another") in rows
    assert Item(id=3, name="nut") not in rows
    assert "nail" not in rows
    assert "nail" in rows.values_list("name", flat=True)
