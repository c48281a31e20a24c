"""Database values become a field's values, or an error that names the field."""

from __future__ import annotations

import enum
from typing import Any

import pytest

from oxyde import Field, Model
from oxyde.exceptions import DecodeError
from oxyde.models.restore import rows
from tests.cases.models import Mood, Novelist


class Rights(enum.IntFlag):
    """May be combined."""

    READ = 1
    WRITE = 2


class Door(Model):
    """Fields whose values are others in the database."""

    id: int | None = Field(default=None, db_pk=True)
    rights: Rights = Rights.READ
    moods: list[Mood] = []  # noqa: RUF012 - as applications write it
    sizes: dict[str, int] = {}  # noqa: RUF012 - as applications write it

    class Meta:
        """Its table."""

        is_table = True
        table_name = "unit_door"


def restored(model: Any, field: str, values: list[Any]) -> list[Any]:
    """Returns what a column of database values becomes."""
    restore = model.__table__.by_field[field].restore
    assert restore is not None
    return list(restore(values))


@pytest.mark.parametrize(
    ("model", "field", "values", "found"),
    [
        (Novelist, "mood", ["glad", None], [Mood.GLAD, None]),
        (Door, "rights", [1, 3], [Rights.READ, Rights.READ | Rights.WRITE]),
        (Door, "moods", [["sad", "glad"], [], None], [[Mood.SAD, Mood.GLAD], [], None]),
    ],
)
def test_members(model: Any, field: str, values: list[Any], found: list[Any]) -> None:
    """By value, combined flags and those inside lists too; NULL is None."""
    assert restored(model, field, values) == found


def test_plain_columns_need_nothing() -> None:
    """Their values are the field's already."""
    assert Novelist.__table__.by_field["age"].restore is None


def test_what_the_database_should_not_hold() -> None:
    """The error names model and field."""
    with pytest.raises(DecodeError, match=r"^Novelist\.mood: the database holds 'odd', which is none of 'glad', 'sad'") as caught:
        restored(Novelist, "mood", ["glad", "odd"])
    assert caught.value.column == "mood"
    with pytest.raises(DecodeError, match=r"^a stored value of Door\.sizes\.a is not valid: .*integer"):
        restored(Door, "sizes", [{"a": "x"}])


def test_rows() -> None:
    """Only the columns that need it are changed."""

    class Rows:
        def columns(self) -> list[list[Any]]:
            return [[1, 2], ["glad", None]]

    by_field = Novelist.__table__.by_field
    batch: Any = Rows()
    assert rows([by_field["id"], by_field["mood"]])(batch) == [(1, Mood.GLAD), (2, None)]
