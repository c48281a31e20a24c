"""Which tier a model's rows take, and that both tiers give the same values."""
# ruff: noqa: RUF012 - naive datetimes and plain defaults are what is tested

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    HttpUrl,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from oxyde.models import Field, Model
from oxyde.models.hydrate import BY_DICTIONARY, Tiers, tiers
from oxyde.models.unloaded import UNLOADED
from tests.tables import table


class Shade(str, enum.Enum):
    DARK = "dark"
    PALE = "pale"


class Spot(BaseModel):
    x: int
    y: float | None = None


class Renamed(BaseModel):
    x: int = Field(alias="ex")


class Base(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20)

    Meta = table("tier_base")


class Native(Base):
    real: float | None = None
    flag: bool | None = None
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    naive: dt.datetime | None = None
    aware: AwareDatetime | None = None
    day: dt.date | None = None
    uid: uuid.UUID | None = None
    shade: Shade = Shade.DARK
    word: Literal["a", "b"] | None = None
    data: dict[str, Any] | None = None
    spot: Spot | None = None
    spots: list[Spot] = []
    numbers: list[int] | None = None
    members: set[int] | None = None
    moments: list[dt.datetime] = []
    small: Annotated[int, Field(gt=0)] = 1
    base: Base | None = None
    others: list[Base] = Field(default=[], db_m2m=True)

    Meta = table("tier_native")


def one_validator(value: Any) -> Any:
    return value


class ByValidator(Base):
    @field_validator("name")
    @classmethod
    def upper(cls, value: str) -> str:
        return value.upper()

    Meta = table()


class ByModelValidator(Base):
    @model_validator(mode="after")
    def check(self) -> ByModelValidator:
        return self

    Meta = table()


class ByAnnotation(Base):
    extra: Annotated[int, AfterValidator(one_validator)] = 0

    Meta = table()


class ByPrivate(Base):
    _seen: int = PrivateAttr(default=7)

    Meta = table()


class ByExtra(Base):
    model_config = ConfigDict(extra="allow")

    Meta = table()


class ByInit(Base):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)

    Meta = table()


class ByPostInit(Base):
    def model_post_init(self, context: Any, /) -> None:
        pass

    Meta = table()


class ByUrl(Base):
    url: HttpUrl | None = None

    Meta = table()


class ByAlias(Base):
    inner: Renamed | None = None

    Meta = table()


class Frozen(Base):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)
    note: str | None = None

    Meta = table()


class StrictOne(Base):
    model_config = ConfigDict(strict=True)
    shade: Shade = Shade.DARK

    Meta = table()


DICTIONARIES = [ByValidator, ByModelValidator, ByAnnotation, ByPrivate, ByExtra, ByInit, ByPostInit, ByUrl, ByAlias]


def native(model: type[Model]) -> bool:
    kind = Tiers(model)
    return not kind.by_dictionaries and all(kind.validator(column) is not BY_DICTIONARY for column in model.__table__.columns)


@pytest.mark.parametrize("model", DICTIONARIES)
def test_dictionaries_where_fields_do_not_say_all(model: type[Model]) -> None:
    assert not native(model)


@pytest.mark.parametrize("model", [Base, Native, Frozen])
def test_columns_where_they_do(model: type[Model]) -> None:
    assert native(model)


def test_validation_is_left_out_only_where_it_changes_nothing() -> None:
    kind = Tiers(Native)
    unvalidated = {column.field for column in Native.__table__.columns if kind.validator(column) is None}
    assert unvalidated == {"id", "real", "flag", "naive", "aware", "day", "uid", "base_id"}
    assert Tiers(Frozen).validator(Frozen.__table__.by_field["note"]) is not None


def by_columns(model: type[Model], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Does in Python what the core does: validates each column, then makes the dictionaries of the instances."""
    kind = tiers(model.__oxyde__)
    columns = {}
    for column in model.__table__.columns:
        validator = kind.validator(column)
        values = [row[column.field] for row in rows]
        columns[column.field] = values if validator is None else validator.validate_python(values)
    constants = dict.fromkeys(model.__oxyde__.links, UNLOADED)
    order = [name for name in model.model_fields if name in columns or name in constants]
    return [{name: columns[name][row] if name in columns else constants[name] for name in order} for row in range(len(rows))]


def full(**changes: Any) -> dict[str, Any]:
    row = {
        "id": 1,
        "name": "n",
        "real": 1.5,
        "flag": True,
        "price": Decimal("1.50"),
        "naive": dt.datetime(2024, 1, 1),
        "aware": dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc),
        "day": dt.date(2024, 1, 1),
        "uid": uuid.UUID(int=3),
        "shade": "pale",
        "word": "b",
        "data": {"a": [1, None]},
        "spot": {"x": 1},
        "spots": [{"x": 1, "y": 2.0}],
        "numbers": [1, 2],
        "members": [3, 4],
        "moments": [dt.datetime(2024, 1, 1)],
        "small": 4,
        "base_id": None,
    }
    return {**row, **changes}


def test_both_tiers_give_the_same() -> None:
    rows = [
        full(),
        full(**dict.fromkeys(["real", "flag", "price", "naive", "aware", "day", "uid", "word", "data", "spot", "numbers", "members"])),
    ]
    made = tiers(Native.__oxyde__).validate_rows(rows)
    found = by_columns(Native, rows)
    for one, values in zip(made, found, strict=True):
        assert one.__dict__ == values
        assert list(one.__dict__) == list(values)
        assert [type(value) for value in one.__dict__.values()] == [type(value) for value in values.values()]
        assert one.model_fields_set == set(rows[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"name": "x" * 21},
        {"small": 0},
        {"shade": "loud"},
        {"spot": {"x": "q"}},
        {"data": [1]},
        {"data": "x"},
        {"price": Decimal("NaN")},
        {"word": "c"},
    ],
)
def test_both_tiers_refuse_the_same(changes: dict[str, Any]) -> None:
    rows = [full(), full(**changes)]
    with pytest.raises(ValidationError):
        by_columns(Native, rows)
    with pytest.raises(ValidationError) as caught:
        tiers(Native.__oxyde__).validate_rows(rows)
    assert caught.value.errors()[0]["loc"][:2] == (1, next(iter(changes)))


def test_rows_are_by_name_and_not_strict() -> None:
    assert tiers(ByAlias.__oxyde__).validate_rows([{"id": 1, "name": "x", "inner": {"x": 3}}])[0].inner.x == 3
    assert tiers(StrictOne.__oxyde__).validate_rows([{"id": 1, "name": "x", "shade": "pale"}])[0].shade is Shade.PALE
    assert tiers(ByValidator.__oxyde__).validate_rows([{"id": 1, "name": "x"}])[0].name == "X"
