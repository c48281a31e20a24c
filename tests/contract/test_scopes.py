"""Scopes of managers, on every backend: what they narrow, and what sees all rows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from oxyde import Count, Field, Manager, Model, NotFoundError, Q, UnsupportedError
from tests.backends import Backend
from tests.tables import table, tables


class ScopeUser(Model):
    """Is gone, or not."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)
    gone: bool = False
    notes: list[ScopeNote] = Field(default=[], db_reverse_fk="user")

    objects = Manager(scope=Q(gone=False))
    everyone = Manager()

    Meta = table("scope_user")


class ScopeNote(Model):
    """Is of a user; hidden ones are seen by no manager."""

    id: int | None = Field(default=None, db_pk=True)
    text: str = Field(max_length=20)
    hidden: bool = False
    user: ScopeUser

    objects = Manager(scope=Q(hidden=False))
    everything = Manager()

    Meta = table("scope_note")


@pytest.fixture
async def users(database: Backend) -> AsyncIterator[Backend]:
    """Two users, one of them gone; each has a note that is seen and one that is hidden."""
    async with tables(ScopeUser, ScopeNote):
        await ScopeUser.objects.bulk_create([{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob", "gone": True}])
        notes = [(1, "a", False, 1), (2, "b", True, 1), (3, "c", False, 2), (4, "d", True, 2)]
        await ScopeNote.objects.bulk_create(
            [{"id": key, "text": text, "hidden": hidden, "user_id": user} for key, text, hidden, user in notes]
        )
        yield database


async def test_verbs_act_on_the_scope(users: Backend) -> None:
    """Reading, counting, changing and deleting; without the scope all rows."""
    assert await ScopeUser.objects.values_list("name", flat=True).all() == ["Ada"]
    assert (await ScopeUser.objects.count(), await ScopeUser.objects.unscoped().count(), await ScopeUser.everyone.count()) == (1, 2, 2)
    with pytest.raises(NotFoundError):
        await ScopeUser.objects.get(id=2)
    assert await ScopeNote.objects.update(text="x") == 2
    assert await ScopeNote.objects.delete() == 2
    assert await ScopeNote.everything.order_by("id").values_list("text", flat=True).all() == ["b", "d"]


async def test_related_rows(users: Backend) -> None:
    """Collections are in the scope of their manager; the row that a foreign key leads to is there, whatever the scope."""
    ada = await ScopeUser.objects.prefetch("notes").get(id=1)
    assert [note.text for note in ada.notes] == ["a"]
    assert await ada.related("notes").count() == 1
    assert await ada.related("notes").unscoped().count() == 2
    for query in (ScopeNote.objects.join("user"), ScopeNote.objects.prefetch("user")):
        assert [note.user.name for note in await query.order_by("id").all()] == ["Ada", "Bob"]
    with pytest.raises(UnsupportedError, match=r"the manager of ScopeNote has a scope.*prefetch"):
        ScopeUser.objects.join("notes")


async def test_instances_and_paths(users: Backend) -> None:
    """An instance out of scope is saved, refreshed and deleted; conditions and aggregates over a path see all rows."""
    bob = await ScopeUser.everyone.get(id=2)
    bob.name = "Bert"
    await bob.save()
    await bob.refresh()
    assert bob.name == "Bert"
    assert await ScopeUser.objects.filter(notes__text="b").count() == 1
    counted = ScopeUser.objects.annotate(n=Count("notes"), seen=Count("notes", filter=Q(notes__hidden=False)))
    assert await counted.values_list("n", "seen").all() == [(2, 1)]
    assert await ScopeNote.objects.filter(user__gone=True).values_list("id", flat=True).all() == [3]
    await ScopeNote.everything.filter(user=bob).delete()
    await bob.delete()
    assert await ScopeUser.everyone.count() == 1
