"""The visits to the clinic."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from clinic.bases import Stamped, Urgency
from oxyde import Field, Model
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from clinic.people import Doctor, Patient


class Note(BaseModel):
    text: str
    by: str | None = None


class Drug(Model):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    id: int | None = Field(default=None, db_pk=True)
    trade_name: str = "x"

    class Meta:
        is_table = True
        table_name = "typed_drug"


class Visit(Stamped):
    id: int | None = Field(default=None, db_pk=True)
    date: date
    urgency: Urgency = Urgency.LOW
    kind: Literal["first", "again"] = "first"
    price: Decimal = Field(default=Decimal(0), max_digits=10, decimal_places=2)
    note: Note | None = None
    extra: dict[str, Any] = Field(default={})
    marks: list[int] = Field(default=[])
    doctor: Doctor = Field(db_on_delete="CASCADE")
    patient: Patient | None = Field(default=None)
    drugs: list[Drug] = Field(default=[], db_m2m=True)

    class Meta(Stamped.Meta):
        is_table = True
        table_name = "typed_visit"
