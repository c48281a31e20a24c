"""Many instances on their way into one table: what is sent, left to the database, or filled in."""

from __future__ import annotations

import datetime as dt

import pytest

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from oxyde.models.bulk import Gathered
from tests.models import Author, Post
from tests.tables import table


class Note(Model):
    """The database and the write have values for it."""

    id: int | None = Field(default=None, db_pk=True)
    text: str = ""
    kind: str | None = Field(default=None, db_default="'plain'")
    made: dt.datetime | None = Field(default=None, auto_now_add=True)
    seen: dt.datetime | None = Field(default=None, auto_now=True)

    Meta = table("unit_note")


OLD = dt.datetime(2000, 1, 1)


def test_present_time() -> None:
    """One for all rows; a given one stays where only the insert sets it."""
    notes = [Note(made=OLD, seen=OLD), Note()]
    gathered = Gathered(Note.__table__, notes, None)
    made, seen = gathered.filled["made"], gathered.filled["seen"]
    assert made[0] == OLD
    assert seen[0] == seen[1] != OLD
    assert notes[1].made is None
    gathered.written()
    assert [note.made for note in notes] == made
    assert [note.seen for note in notes] == seen


def test_what_is_left_to_the_database() -> None:
    """Keys that are not given, and defaults of fields that were not set."""
    gathered = Gathered(Note.__table__, [Note(text="a"), Note(text="b")], None)
    (batch,) = gathered.batches
    assert "id" not in batch.fields
    assert "kind" not in batch.fields
    assert {"id", "kind", "made", "seen"} <= gathered.fills
    (given,) = Gathered(Note.__table__, [Note(id=1, kind=None)], None).batches
    assert {"id", "kind"} <= set(given.fields)


def test_batches() -> None:
    """Of at most that many rows."""
    gathered = Gathered(Note.__table__, [Note(id=at, kind="x") for at in range(5)], 2)
    assert len(gathered.batches) == 3


def test_keys_of_relations() -> None:
    """They are taken from the related objects, which must be saved."""
    anna = Author(id=3, name="Anna", email="a")
    post = Post(title="a", author=Author(name="new", email="n"))
    with pytest.raises(FieldError, match="not saved"):
        Gathered(Post.__table__, [post], None)
    assert post.author is not None
    post.author.id = 4
    gathered = Gathered(Post.__table__, [Post(title="b", author=anna), post], None)
    assert gathered.filled["author_id"] == [3, 4]
