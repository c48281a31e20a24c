"""The people of the clinic."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from clinic.bases import Stamped, Ward
from clinic.queries import Patients
from oxyde import Field, Manager, Model
from pydantic import HttpUrl, SecretStr, computed_field, field_validator

if TYPE_CHECKING:
    from clinic.visits import Visit

Code = Annotated[str, Field(max_length=8)]
LIMIT = 10


@functools.lru_cache
def known(code: str) -> bool:
    return len(code) == LIMIT


class Doctor(Stamped):
    id: int | None = Field(default=None, db_pk=True)
    name: str
    ward: Ward = Ward.EAST
    page: HttpUrl | None = None
    secret: SecretStr | None = None
    visits: list[Visit] = Field(db_reverse_fk="doctor")

    class Meta(Stamped.Meta):
        is_table = True
        table_name = "typed_doctor"

    @field_validator("name")
    @classmethod
    def stripped(cls, value: str) -> str:
        return value.strip()


class Patient(Stamped):
    id: UUID = Field(default_factory=uuid4, db_pk=True)
    name: str = Field(alias="fullName")
    code: Code
    age: int = 0
    weight: float | None = None
    doctor: Doctor | None = Field(default=None, db_on_delete="SET NULL")
    visits: list[Visit] = Field(default=[], db_reverse_fk="patient")

    objects = Manager.from_queryset(Patients)()

    class Meta(Stamped.Meta):
        is_table = True
        table_name = "typed_patient"

    @computed_field
    @property
    def label(self) -> str:
        return f"{self.code}: {self.name}"


class Animal(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        is_table = True
        table_name = "typed_animal"

    def called(self, prefix: str) -> str:
        return prefix + self.name


class Dog(Animal):
    good: bool = True

    class Meta(Animal.Meta):
        is_table = True
        table_name = "typed_dog"


def everything() -> dict[str, Any]:
    return {"limit": LIMIT}
