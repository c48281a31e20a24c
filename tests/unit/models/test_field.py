"""``Field`` keeps what it is told, wherever it stands."""
# ruff: noqa: RUF012 - naive datetimes, forward references and plain defaults are what is tested

from __future__ import annotations

import copy
from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from oxyde.exceptions import FieldError
from oxyde.models import Field, Model
from tests.tables import table


class Noted(Model):
    id: int | None = Field(default=None, db_pk=True)
    plain: str = "p"
    assigned: str = Field("a", max_length=3, db_index=True, db_comment="c", description="d")
    annotated: Annotated[str, Field(max_length=4, db_unique=True)] = "b"
    both: Annotated[int, Field(ge=1, db_column="x")] = Field(default=2, le=5, db_comment="c")
    items: list[Annotated[str, Field(max_length=2)]] = []

    Meta = table()


class Derived(Noted):
    Meta = table("derived")


@pytest.mark.parametrize("model", [Noted, Derived])
def test_every_keyword_is_kept(model: type[Model]) -> None:
    fields = model.model_fields
    assert fields["id"].db_pk
    assert not fields["plain"].db_pk
    assert (fields["assigned"].db_index, fields["assigned"].db_comment, fields["assigned"].description) == (True, "c", "d")
    assert fields["annotated"].db_unique
    assert (fields["both"].db_column, fields["both"].db_comment, fields["both"].default) == ("x", "c", 2)
    assert copy.copy(fields["assigned"]).db_index
    with pytest.raises(AttributeError):
        _ = fields["plain"].db_nonsense


@pytest.mark.parametrize("values", [{"assigned": "long"}, {"annotated": "longer"}, {"both": 0}, {"both": 6}, {"items": ["abc"]}])
def test_pydantic_keywords_work(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Noted(**values)


@pytest.mark.parametrize("annotation", [list[Annotated[str, Field(db_index=True)]], dict[str, list[Annotated[str, Field(db_index=True)]]]])
def test_members_of_a_container_are_no_columns(annotation: Any) -> None:
    with pytest.raises(FieldError, match=r"^Inner\.items: db_index= inside the annotation describes the members"):

        class Inner(Model):
            items: annotation = []


@pytest.mark.filterwarnings("ignore::pydantic.PydanticDeprecatedSince20")
def test_a_misspelt_keyword_of_pydantic() -> None:
    """Pydantic would put it into the JSON schema; a column without its limit would be the result."""
    with pytest.warns(UserWarning, match=r"^Field\(\) has no keyword 'max_lenght'; did you mean \"max_length\"\?$") as caught:
        Field(max_lenght=3)
    assert caught[0].filename == __file__


def test_a_pair_is_needed() -> None:
    with pytest.raises(ValueError, match="the two fields of the junction, not 1"):
        Field(db_through_fields=("a",))
