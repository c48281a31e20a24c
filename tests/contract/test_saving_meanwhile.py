"""What is assigned while a write is under way stays, and is written by the next one; so it is behind pickle, in a class that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from oxyde import Field, Model, db
from tests.tables import statements, table, tables


class Note(Model):
    """Has a value that changes inside."""

    id: int | None = Field(default=None, db_pk=True)
    title: str = Field(default="", max_length=20)
    count: int = 0
    hits: dict[str, int] = Field(default_factory=dict)

    Meta = table("meanwhile_note")


async def assigned_meanwhile(writing: Awaitable[Any], note: Note) -> None:
    """Assigns while a write waits for its server (an SQLite file may be done by then); then saves."""
    task = asyncio.ensure_future(writing)
    await asyncio.sleep(0)
    values: Any = {"title": "later", "count": "5"}
    for name, value in values.items():
        setattr(note, name, value)
    note.hits["a"] = 2
    await task
    assert note.title == "later"
    with statements() as sent:
        await note.save()
    assert len(sent) == 1
    found = await Note.objects.get(id=note.id)
    assert (found.title, found.count, found.hits) == ("later", 5, {"a": 2})
    assert note.count == 5
    with statements() as sent:
        await note.save()
    assert sent == []


async def test_an_update(database: db.AsyncDatabase) -> None:
    """The first save wrote what there was when it began."""
    async with tables(Note):
        note = await Note.objects.create(title="a", hits={"a": 1})
        note.title = "b"
        await assigned_meanwhile(note.save(), note)


async def test_an_insert(database: db.AsyncDatabase) -> None:
    """The instance has its key then."""
    async with tables(Note):
        note = Note(title="a", hits={"a": 1})
        await assigned_meanwhile(note.save(), note)


async def test_a_bulk_insert(database: db.AsyncDatabase) -> None:
    """Of one of several."""
    async with tables(Note):
        notes = [Note(title="a", hits={"a": 1}), Note(title="a", hits={"a": 1})]
        await assigned_meanwhile(Note.objects.bulk_create(notes), notes[1])


async def test_a_pickle_of_another_version_of_the_class(database: db.AsyncDatabase) -> None:
    """The row is known by the names of its columns: their order may be another, and new ones may have come."""

    class Old(Model):
        id: int | None = Field(default=None, db_pk=True)
        parent: int = 0
        gone: int = 0

        Meta = table("meanwhile_version")

    class Now(Model):
        parent: int = 0
        added: int = 0
        notes: dict[str, int] = Field(default_factory=dict)
        id: int | None = Field(default=None, db_pk=True)

        Meta = table("meanwhile_version_now")

    async with tables(Old, Now):
        await Old.objects.create(id=1, parent=2)
        for key in (1, 2):
            await Now.objects.create(id=key, parent=key, added=7)
        # As pickle does it, for a class of the same name.
        read = await Old.objects.get(id=1)
        read.parent = 3
        found = Now.__new__(Now)
        found.__setstate__(read.__getstate__())
        with statements() as sent:
            await found.save()
        assert len(sent) == 1
        assert "added" not in sent[0]
        assert await Now.objects.order_by("id").values_list("id", "parent", "added").all() == [(1, 3, 7), (2, 2, 7)]
        found.added, found.notes = 0, {}
        await found.save()
        assert await Now.objects.order_by("id").values_list("id", "parent", "added").all() == [(1, 3, 0), (2, 2, 7)]
