"""The keys of related objects, and rows that saving an instance does not write."""

from __future__ import annotations

import uuid

import pytest

from oxyde.exceptions import FieldError
from oxyde.models import Field, Model
from oxyde.models.related_keys import check_unwritten, has_given_key, related_key, saved_key
from tests.states import mark_stored
from tests.tables import table


class RelatedBand(Model):
    id: int | None = Field(default=None, db_pk=True)
    songs: list[RelatedSong] = Field(default=[], db_reverse_fk="band")
    fans: list[RelatedFan] = Field(default=[], db_m2m=True)

    Meta = table()


class RelatedSong(Model):
    id: int | None = Field(default=None, db_pk=True)
    band: RelatedBand | None = None

    Meta = table()


class RelatedFan(Model):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, db_pk=True)

    Meta = table()


RelatedBand.model_rebuild()


def test_given_keys() -> None:
    assert has_given_key(RelatedSong(id=1))
    assert not has_given_key(RelatedSong())
    assert not has_given_key(RelatedFan())
    assert has_given_key(RelatedFan(id=uuid.uuid4()))


def test_a_key_is_one_of_a_saved_object() -> None:
    fan = RelatedFan()
    with pytest.raises(FieldError, match=r"^RelatedBand\.fan was given an unsaved RelatedFan; save it first"):
        saved_key("RelatedBand.fan", "id", fan)
    mark_stored(fan)
    assert saved_key("RelatedBand.fan", "id", fan) == fan.id


def test_rows_that_are_not_written() -> None:
    info = RelatedBand.__oxyde__
    songs, fans = (info.links[name] for name in ("songs", "fans"))
    check_unwritten(info, songs, [RelatedSong(id=1)], inserts=False)
    check_unwritten(info, fans, [RelatedFan(id=uuid.uuid4())], inserts=False)
    for link, rows, inserts, message in (
        (
            songs,
            [RelatedSong(id=1), RelatedSong()],
            False,
            "an unsaved RelatedSong, .*; save the RelatedBand first, then create ",
        ),
        (
            songs,
            [RelatedSong(id=1)],
            True,
            "rows of RelatedSong, .*; save it without first, then set band of the RelatedSong",
        ),
        (fans, [RelatedFan()], False, r'an unsaved RelatedFan, .*; save both first, then await it\.related\("fans"\)\.add\('),
        (fans, [RelatedFan(id=uuid.uuid4())], True, r"rows of RelatedFan, .*; save it without first, then await it\.related"),
    ):
        with pytest.raises(FieldError, match=rf"^RelatedBand\.{link.field} was given {message}") as caught:
            check_unwritten(info, link, rows, inserts=inserts)
        assert caught.value.column == link.field


def test_an_instance_of_a_class_that_was_made_again() -> None:
    """A notebook's cell that ran twice: the names are equal, so that the message says what is not."""
    old, new = (type("WritingTwice", (Model,), {"__module__": __name__, "__annotations__": {"id": int}, "id": 1}) for _ in range(2))
    assert related_key("Some.one", new, ("id",), 3) == 3
    with pytest.raises(
        FieldError, match=r"^Some\.one takes a WritingTwice .* not WritingTwice, whose class was made again since: read it once more$"
    ):
        related_key("Some.one", new, ("id",), old())
