"""Many instances on their way into one table: what is sent, left to the database, or filled in."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import pytest
from pydantic import AfterValidator

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from oxyde.models.bulk import BulkRows
from oxyde.models.row_state import state_of, stored_of
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


def twice(value: int) -> int:
    return value * 2


class Checked(Model):
    """A validator that changes what is stored, and a value that may change inside."""

    id: int | None = Field(default=None, db_pk=True)
    size: Annotated[int, AfterValidator(twice)] = 0
    parts: dict[str, list[int]] = Field(default_factory=dict)

    Meta = table("unit_checked")


OLD = dt.datetime(2000, 1, 1)


def test_present_time() -> None:
    """One for all rows; a given one stays where only the insert sets it."""
    notes = [Note(made=OLD, seen=OLD), Note()]
    gathered = BulkRows(Note.__table__, notes, None)
    made, seen = gathered.filled["made"], gathered.filled["seen"]
    assert made[0] == OLD
    assert seen[0] == seen[1] != OLD
    assert notes[1].made is None
    gathered.written()
    assert [note.made for note in notes] == made
    assert [note.seen for note in notes] == seen


def test_what_is_left_to_the_database() -> None:
    """Keys that are not given, and defaults of fields that were not set."""
    gathered = BulkRows(Note.__table__, [Note(text="a"), Note(text="b")], None)
    (batch,) = gathered.batches
    assert "id" not in batch.fields
    assert "kind" not in batch.fields
    assert {"id", "kind", "made", "seen"} <= gathered.fills
    (given,) = BulkRows(Note.__table__, [Note(id=1, kind=None)], None).batches
    assert {"id", "kind"} <= set(given.fields)


def test_batches() -> None:
    """Of at most that many rows."""
    gathered = BulkRows(Note.__table__, [Note(id=at, kind="x") for at in range(5)], 2)
    assert len(gathered.batches) == 3


def test_the_largest_value() -> None:
    """Its row, counted from 0; characters count as their bytes."""
    gathered = BulkRows(Note.__table__, [Note(text="abc"), Note(text="éé"), Note(text="a")], None)
    assert gathered.largest("text") == 1
    assert gathered.largest("seen") is None
    assert gathered.largest("elsewhere") is None


def test_validators_see_what_is_stored() -> None:
    """One that would read a row's value otherwise is named, and the row."""
    with pytest.raises(FieldError, match=r"^Checked\.size: the validator twice would make another value of it .*\(row 1 of bulk_create"):
        BulkRows(Checked.__table__, [Checked(), Checked(size=2)], None)


def test_what_is_kept_of_values_that_change_inside() -> None:
    """The wire value, with which a later save compares."""
    one = Checked(id=1, parts={"a": [1]})
    gathered = BulkRows(Checked.__table__, [one], None)
    gathered.store()
    state = state_of(one)
    assert state is not None
    assert stored_of(state) == (1, 0, '{"a":[1]}')


def test_keys_of_relations() -> None:
    """They are taken from the related objects, which must be saved."""
    anna = Author(id=3, name="Anna", email="a")
    post = Post(title="a", author=Author(name="new", email="n"))
    with pytest.raises(FieldError, match="unsaved"):
        BulkRows(Post.__table__, [post], None)
    assert post.author is not None
    post.author.id = 4
    gathered = BulkRows(Post.__table__, [Post(title="b", author=anna), post], None)
    assert gathered.filled["author_id"] == [3, 4]
