"""JSON schemas of tables: what is required on input and on output."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import ConfigDict
from pydantic import Field as PydanticField
from pydantic.alias_generators import to_camel

from oxyde import Field, Model
from tests.tables import table


class Maker(Model):
    """What parcels refer to."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("output_makers")


class Parcel(Model):
    """A table with relations, hidden fields and what the database fills in."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    id: int | None = Field(default=None, db_pk=True)
    label: str = ""
    secret: str = PydanticField(default="", exclude=True)
    sent_at: dt.datetime = Field(auto_now_add=True)
    maker: Maker
    helper: Maker | None = None

    Meta = table("output_parcels")


def schema(mode: Any) -> Any:
    """Returns the schema of parcels."""
    return Parcel.model_json_schema(mode=mode)


def test_input() -> None:
    """The key of a required relation is required."""
    found = schema("validation")
    assert found["required"] == ["makerId"]
    assert "default" not in found["properties"]["sentAt"]
    assert found["properties"]["id"]["default"] is None
    assert found["properties"]["id"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def test_output_is_true_of_a_row() -> None:
    """What is required is there, and what is not loaded is neither."""
    found = schema("serialization")
    dumped = Parcel(id=1, maker_id=2, sent_at=dt.datetime(2026, 1, 1)).model_dump(by_alias=True)
    assert set(found["required"]) == set(dumped) == {"id", "label", "sentAt", "makerId", "helperId"}
    assert found["properties"]["id"] == {"title": "Id", "type": "integer"}
    assert found["properties"]["helperId"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def test_other_models_keep_their_schemas() -> None:
    """A mixin is no table."""

    class Mixed(Model):
        id: int | None = None

    assert "required" not in Mixed.model_json_schema(mode="serialization")
