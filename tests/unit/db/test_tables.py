"""Which tables ``create_tables`` makes, of what it is given."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from oxyde import Field, FieldError, Model
from oxyde.db.tables import _chosen, _create
from tests.models import Author, Post
from tests.tables import table


class Label(Model):
    """Is on many boxes."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("unit_label")


class Box(Model):
    """Has labels, and no model for the junction."""

    id: int | None = Field(default=None, db_pk=True)
    labels: list[Label] = Field(default=[], db_m2m=True)

    Meta = table("unit_box")


class Foreign(Model):
    """Somebody else makes its table."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("unit_foreign", managed=False)


@pytest.mark.parametrize("models", [Author, [Author], Author.__table__, [Author.__table__], [Author, Author.__table__]])
def test_models_and_tables(models: Any) -> None:
    """One or several, each once."""
    assert _chosen(models) == [Author.__table__]


def test_junctions_come_along() -> None:
    """Those that no model describes; a junction with a model is a model of its own."""
    assert [table.name for table in _chosen(Box)] == ["unit_box", "unit_box_labels"]
    assert [table.name for table in _chosen(Post)] == ["blog_post"]


def test_everything() -> None:
    """All registered tables, but those that are made elsewhere."""
    found = _chosen(None)
    assert Foreign.__table__ not in found
    assert {Author.__table__, Box.__table__} <= set(found)
    assert _chosen([]) == _chosen(Foreign) == []


def test_what_is_no_model() -> None:
    """The message shows it."""
    with pytest.raises(TypeError, match="models takes a list of models, and this holds 'Author'"):
        _chosen(["Author"])


class Abroad(Model):
    """Is in another schema than what it refers to."""

    id: int | None = Field(default=None, db_pk=True)
    label: Label | None = None

    Meta = table("unit_abroad", schema="away")


class Answer:
    """A batch with the name of the database."""

    def __init__(self, name: str | None) -> None:
        self.name = name

    def values(self) -> list[tuple[str | None]]:
        """Returns the row."""
        return [(self.name,)]


@pytest.mark.parametrize("dialect", ["mysql", "mariadb", "postgres", "sqlite"])
def test_the_database_of_tables_without_a_schema(dialect: str) -> None:
    """MySQL is asked for it where a table of another one refers to them; without one they could be nowhere."""
    where: Any = SimpleNamespace(database=SimpleNamespace(dialect=dialect))
    asks = dialect in {"mysql", "mariadb"}
    steps = _create([Abroad, Label], where, if_not_exists=False)
    step: Any = next(steps)
    assert (b"SELECT DATABASE()" in step.shape) is asks
    if asks:
        step = steps.send(Answer("shop"))
        other = _create([Abroad, Label], where, if_not_exists=False)
        next(other)
        with pytest.raises(FieldError, match="chosen no database"):
            other.send(Answer(None))
    assert (b"shop" in step.shape) is asks
    assert b"SELECT" not in next(_create([Label], where, if_not_exists=False)).shape
