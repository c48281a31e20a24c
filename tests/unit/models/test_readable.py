"""Rows that functions of a model would read as others."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import PrivateAttr, ValidationInfo, field_validator, model_validator
from typing_extensions import Self

from oxyde import Field, Model
from oxyde.exceptions import FieldValueError
from oxyde.models.hydrate import tiers
from oxyde.models.readable import check_row
from tests.tables import table


def twice(one: Base) -> None:
    """Doubles."""
    vars(one)["cents"] = one.cents * 2


class Base(Model):
    """Has two columns besides its key."""

    id: int | None = Field(default=None, db_pk=True)
    rate: int = 2
    cents: int = 0


class After(Base):
    """Doubles when the whole is valid."""

    @model_validator(mode="after")
    def doubled(self) -> Self:
        twice(self)
        return self

    Meta = table("readable_after")


class ByTypes(After):
    """Is read without validators."""

    Meta = table("readable_by_types", db_read="types")


class Before(Base):
    """Refuses rows, which do not say how they came."""

    @model_validator(mode="before")
    @classmethod
    def asked(cls, values: Any) -> Any:
        if isinstance(values, dict) and "cents" in values and values.pop("said", None) is None:
            message = "say where it comes from"
            raise ValueError(message)
        return values

    Meta = table("readable_before")


class Looking(Base):
    """Looks at another field."""

    @field_validator("cents")
    @classmethod
    def times(cls, value: int, info: ValidationInfo) -> int:
        return value * int(info.data["rate"])

    Meta = table("readable_looking")


class Finished(Base):
    """Changes a field when it is made."""

    _seen: int = PrivateAttr(default=0)

    def model_post_init(self, _: Any) -> None:
        twice(self)

    Meta = table("readable_finished")


class Private(Base):
    """Has a private attribute, which Pydantic makes."""

    _seen: int = PrivateAttr(default=0)

    Meta = table("readable_private")


class Constructed(Base):
    """Has an ``__init__`` of its own."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{**values, "cents": values.get("cents", 0) * 2})

    Meta = table("readable_constructed")


class Related(Base):
    """Needs more than its row."""

    @model_validator(mode="after")
    def asked(self) -> Self:
        message = "no such service"
        raise LookupError(message)

    Meta = table("readable_related")


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (After, ["After.doubled"]),
        (ByTypes, []),
        (Before, ["Before.asked"]),
        (Looking, ["Looking.times"]),
        (Finished, ["Finished.model_post_init"]),
        (Private, []),
        (Constructed, ["Constructed.__init__"]),
    ],
)
def test_functions_that_see_several_fields(model: Any, names: list[str]) -> None:
    """Are known by name."""
    assert tiers(model.__oxyde__).crossing == names


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (After, r'^After\.cents: After\.doubled would make another value of it on reading; let it .*, or say db_read = "types" in Meta'),
        (Before, r"^Before: Before\.asked would refuse it on reading: Value error, say where it comes from"),
        (Looking, r"^Looking\.cents: Looking\.times would make another value of it"),
        (
            Finished,
            r"^Finished\.cents: Finished\.model_post_init would make another value of it on reading; let it leave its own results alone$",
        ),
        (Constructed, r"^Constructed\.cents: Constructed\.__init__ would make another value of it"),
    ],
)
def test_what_would_be_read_as_another_row(model: Any, message: str) -> None:
    """Is refused; the key, which the database makes, is no hindrance."""
    with pytest.raises(FieldValueError, match=message):
        check_row(model.__oxyde__, {"rate": 2, "cents": 5}, {"id": None, "rate": 2, "cents": 5})


@pytest.mark.parametrize(
    ("model", "sent", "known"),
    [
        (After, {"rate": 2}, {"id": 1, "rate": 2, "cents": 5}),  # the doubled column is not written
        (After, {"rate": 2, "cents": 0}, {"id": 1, "rate": 2, "cents": 0}),  # its own double
        (After, {"cents": 5}, {"id": 1, "cents": 5}),  # the row is not known
        (ByTypes, {"rate": 2, "cents": 5}, {}),
        (Private, {"rate": 2, "cents": 5}, {}),
        (Looking, {"rate": 1, "cents": 5}, {}),
        (Related, {"rate": 1, "cents": 5}, {}),
    ],
)
def test_what_is_written(model: Any, sent: dict[str, Any], known: dict[str, Any]) -> None:
    """Because it reads back, or because nobody can know."""
    check_row(model.__oxyde__, sent, known)
