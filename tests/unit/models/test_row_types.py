"""Row types: what ``into()`` takes, and what it refuses before anything runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator
from typing_extensions import NotRequired, TypedDict

from oxyde import Cast, F, Field, Model
from oxyde.exceptions import FieldError
from tests.tables import table


class RowTypesTeam(Model):
    """A team."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    Meta = table("row_types_team")


class RowTypesUser(Model):
    """A user."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    born: dt.date | None = None
    score: Decimal = Decimal(0)
    data: dict[str, Any] = Field(default={})
    team: RowTypesTeam | None = None

    Meta = table("row_types_user")


class Named(BaseModel):
    """A model without a table."""

    id: int
    name: str
    note: str = "none"


@dataclasses.dataclass
class Point:
    """A dataclass."""

    name: str
    team__name: str | None
    twice: float = 0.0
    made: int = dataclasses.field(default=0, init=False)


class Loose(TypedDict):
    """A dictionary."""

    name: str
    born: NotRequired[dt.date | None]


users = RowTypesUser.objects


@pytest.mark.parametrize(
    ("rows", "kind", "columns"),
    [
        (users, Named, ["id", "name"]),
        (users.annotate(note=Cast("id", str)), Named, ["id", "name", "note"]),
        (users, Point, ["name", "team__name"]),
        (users.annotate(twice=F("id") * 2), Point, ["name", "team__name", "twice"]),
        (users, Loose, ["name", "born"]),
        (users.values("name"), Loose, ["name"]),
        (users.only("name"), Loose, ["name"]),
    ],
)
def test_only_the_fields_are_read(rows: Any, kind: type, columns: list[str]) -> None:
    """By name: fields, paths, annotations."""
    assert [name for name, _ in rows.into(kind)._state.columns] == columns


def of(**annotations: Any) -> type[BaseModel]:
    """Returns a model with these fields."""
    return type("Row", (BaseModel,), {"__annotations__": annotations})


@pytest.mark.parametrize(
    ("rows", "kind", "message"),
    [
        (users, of(nmae=str), r'Row.nmae has no value in these rows: RowTypesUser has no field "nmae"; did you mean "name"'),
        (users.values("name"), of(nmae=str), """Row requires 'nmae', which is not among the values; did you mean "name"?"""),
        (users.values("name", "born"), of(name=str), "Row has no field for the value 'born'; it has name"),
        (users, of(name=int), r"Row.name cannot hold values of type text; Cast\(\) converts them"),
        (users, of(born=dt.datetime), "type date"),
        (users, of(score=float), "type decimal"),
        (users, of(id=str | None), "type int"),
        (users, of(team__name=bytes), "type text"),
    ],
)
def test_what_cannot_fit_is_refused(rows: Any, kind: type, message: str) -> None:
    """Before anything is sent, with a near match."""
    with pytest.raises(FieldError, match=message):
        rows.into(kind)


def test_what_may_fit_is_taken() -> None:
    """Values of any type fit a field that converts them, JSON fits anything, an int fits a float."""
    users.into(of(name=Annotated[int, BeforeValidator(len)]))
    users.into(of(id=float, data=list[int], born=Any, score=Decimal))


def test_what_is_no_row_type() -> None:
    """Tables, plain classes and values."""
    with pytest.raises(TypeError, match=r"RowTypesTeam has one; only\(\) and join\(\)"):
        users.into(RowTypesTeam)
    for wrong in (int, "Named", dict):
        with pytest.raises(TypeError, match="a Pydantic model, a dataclass or a TypedDict"):
            users.into(wrong)  # type: ignore[arg-type] # what it refuses
    with pytest.raises(TypeError, match=r"annotate\(\) before into\(\)"):
        users.into(Named).annotate(note=F("name"))
    with pytest.raises(ValueError, match="takes names of fields"):
        users.select()
    assert users.select("name").sql("sqlite") == users.only("name").sql("sqlite")
