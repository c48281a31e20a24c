"""Instances made of keywords: names and aliases, and what is neither."""

from __future__ import annotations

import pytest
from pydantic import ConfigDict, ValidationError

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from oxyde.models.construct import make
from tests.tables import table


class Named(Model):
    """A field with an alias."""

    size: int = Field(alias="Size")


class Stored(Model):
    """A table whose column has another name than its field."""

    id: int | None = Field(default=None, db_pk=True)
    goals: int = Field(default=0, db_column="score")

    Meta = table()


class Open(Model):
    """Takes anything."""

    model_config = ConfigDict(extra="allow")


def test_names_and_aliases() -> None:
    """Either is a field's name."""
    assert make(Stored.__oxyde__, {"id": 1, "goals": 2}).goals == 2, "every name there is"
    assert make(Named.__oxyde__, {"size": 1}).size == make(Named.__oxyde__, {"Size": "1"}).size == 1


def test_other_names() -> None:
    """They are refused, naming what is near; a model that allows extras takes them."""
    with pytest.raises(FieldError, match=r"^Named has no field \"siez\"; did you mean \"size\"") as caught:
        make(Named.__oxyde__, {"siez": 1})
    assert caught.value.column == "siez"
    assert make(Open.__oxyde__, {"anything": 1}).anything == 1


def test_a_column_name_names_its_field() -> None:
    """However little the two look alike."""
    with pytest.raises(FieldError, match=r"^Stored has no field \"score\"; that is the name of a column .* its field is \"goals\"$"):
        make(Stored.__oxyde__, {"score": 1})


def test_values_are_validated() -> None:
    """The error is Pydantic's."""
    with pytest.raises(ValidationError):
        make(Named.__oxyde__, {"size": "x"})
