"""What a queryset is to Python's own syntax: nothing where it is awaited, a list where it blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from oxyde import ConnectionNotFound, Field, FieldError, Model, Sum, sync
from oxyde.db.lifecycle import connect_blocking
from tests.cases.models import Item, items
from tests.tables import table

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


WRONG: dict[str, Callable[[Any], Any]] = {
    "get": lambda items: items.get(nmae="x"),
    "get_or_none": lambda items: items.get_or_none(nmae="x"),
    "create": lambda items: items.create(nmae="x"),
    "update": lambda items: items.update(nmae="x"),
    "increment": lambda items: items.increment("nmae"),
    "sum": lambda items: items.sum("nmae"),
    "aggregate": lambda items: items.aggregate(n=Sum("nmae")),
    "latest": lambda items: items.latest("nmae"),
    "in_bulk": lambda items: items.in_bulk([1], field="nmae"),
    "bulk_create": lambda items: items.bulk_create([{"nmae": "x"}]),
    "bulk_update": lambda items: items.bulk_update([], ["nmae"]),
    "get_or_create": lambda items: items.get_or_create(nmae="x"),
    "update_or_create": lambda items: items.update_or_create({"nmae": "x"}, name="y"),
    "upsert": lambda items: items.upsert([{"name": "x"}], on="nmae"),
}
"""Terminal verbs with a name that is no field."""


@pytest.mark.parametrize("verb", WRONG)
@pytest.mark.usefixtures("unconnected")
async def test_names_are_refused_without_a_connection(verb: str) -> None:
    """With the near match, on both faces, before the connection is missed."""
    with pytest.raises(FieldError, match='did you mean "name"'):
        await WRONG[verb](Item.objects)
    with pytest.raises(FieldError, match='did you mean "name"'):
        WRONG[verb](Item.objects.sync)


@pytest.mark.usefixtures("unconnected")
async def test_a_missing_connection_is_missed() -> None:
    """Where the verb itself is right; hooks do not run."""
    for verb in (Item.objects.count(), Item.objects.get(name="x"), Item.objects.create(name="x", count=1)):
        with pytest.raises(ConnectionNotFound):
            await verb
    with pytest.raises(ConnectionNotFound):
        Item.objects.sync.all()
    with pytest.raises(ConnectionNotFound):
        await Hooked.objects.create(name="x")
    assert not Hooked.ran


class Hooked(Model):
    """A model with a hook."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = ""
    ran: ClassVar[bool] = False

    Meta = table("faces_hooked")

    def pre_save(self, **_: object) -> None:
        """Says that it ran."""
        type(self).ran = True
