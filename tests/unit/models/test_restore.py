"""Database values become a field's values, or an error that names the field."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr

from oxyde import Coalesce, F, Field, Model
from oxyde.db.steps import Call
from oxyde.exceptions import DecodeError, FieldError
from oxyde.models.restore import rows
from oxyde.models.verbs.writing import update
from tests.cases.models import Mood, Novelist
from tests.tables import table


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

    Meta = table("unit_door")


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


class Link(Model):
    """Fields that read as those of another model, or not."""

    id: int | None = Field(default=None, db_pk=True)
    mood: Mood | None = None
    sizes: dict[str, int] = Field(default={}, db_column="measures")
    counts: dict[str, float] = {}  # noqa: RUF012 - as applications write it
    url: HttpUrl | None = None
    site: HttpUrl = HttpUrl("http://a.example/")
    short: HttpUrl = Field(default=HttpUrl("http://a.example/"), max_length=30)
    word: SecretStr = SecretStr("")

    Meta = table("unit_link")


def test_what_reads_alike() -> None:
    """One enumeration, or one annotation with its rules, makes equal values; whether None is allowed does not matter."""
    ours, theirs = Link.__table__.by_field, Door.__table__.by_field
    novelist = Novelist.__table__.by_field
    for one, two in ((ours["mood"], novelist["mood"]), (ours["sizes"], theirs["sizes"]), (ours["url"], ours["site"])):
        assert one.restore == two.restore
        assert hash(one.restore) == hash(two.restore)
    for one, two in (
        (ours["mood"], theirs["rights"]),
        (ours["mood"], theirs["moods"]),
        (ours["sizes"], ours["counts"]),
        (ours["site"], ours["short"]),
        (ours["site"], ours["word"]),
        (ours["mood"], ours["word"]),
        (ours["word"], ours["mood"]),
    ):
        assert one.restore != two.restore
    assert [str(ours[name].restore) for name in ("mood", "counts", "url", "word")] == [
        "tests.cases.models.Mood",
        "dict[str, float]",
        "HttpUrl",
        "SecretStr",
    ]
    assert str(ours["short"].restore).startswith("HttpUrl with MaxLen(")


def test_unions_of_two_models() -> None:
    """Values of one kind go together; others are refused by what they are, secrets beside plain text among them."""
    assert Link.objects.values("mood").union(Novelist.objects.values("mood"))._state.columns[0][1].type.kind == "enum"
    refused = r"here are \(word text as SecretStr\) and \(name text\)"
    with pytest.raises(TypeError, match=refused):
        Link.objects.values("word").union(Novelist.objects.values("name"))
    refused = r"here are \(mood enum mood as tests\.cases\.models\.Mood\) and \(name text\)".replace("enum mood ", "enum [a-z_]+ ")
    with pytest.raises(TypeError, match=refused):
        Link.objects.values("mood").union(Novelist.objects.values("name"))


def test_rows() -> None:
    """Only the columns that need it are changed."""

    class Rows:
        def columns(self) -> list[list[Any]]:
            return [[1, 2], ["glad", None]]

    by_field = Novelist.__table__.by_field
    batch: Any = Rows()
    assert rows([by_field["id"], by_field["mood"]])(batch) == [(1, Mood.GLAD), (2, None)]


class Step(enum.IntEnum):
    """Not every number is one."""

    ONE = 1
    TWO = 2


class Stair(Model):
    """A field of members beside a number."""

    id: int | None = Field(default=None, db_pk=True)
    step: Step = Step.ONE
    other: Step | None = None
    number: int = 0
    rights: Rights = Rights.READ

    Meta = table("unit_stair")


@pytest.mark.parametrize("value", [F("number"), F("step") + 1, Coalesce(F("other"), F("number"))], ids=str)
def test_expressions_that_may_be_no_member(value: Any) -> None:
    """They are refused before a statement is sent: the rows could not be read."""
    with pytest.raises(
        FieldError, match=r"^Stair\.step takes members of .*Step, and the expression given for it may be none; give a member"
    ):
        next(update(Stair.objects.filter(), {"step": value}, returning=False))


@pytest.mark.parametrize(
    "values",
    [{"step": F("other")}, {"step": Coalesce(F("other"), Step.TWO)}, {"number": F("step")}, {"rights": F("number")}],
    ids=str,
)
def test_expressions_that_are_members(values: Any) -> None:
    """They become a statement; flags are combined, and take any number."""
    assert isinstance(next(update(Stair.objects.filter(), values, returning=False)), Call)
