"""Request models: each field validated as the table's model validates it, once."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from typing_extensions import Self

from oxyde import Field, FieldError, Model
from oxyde.models.request import Request
from tests.tables import table

CALLS: list[str] = []


class Part(BaseModel):
    """A nested model."""

    size: int


class Owner(Model):
    """What gadgets belong to."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("request_owners")


class Gadget(Model):
    """A table with validators of many kinds."""

    model_config = ConfigDict(alias_generator=AliasGenerator(alias=to_camel), populate_by_name=True, str_strip_whitespace=True)

    LIMIT: ClassVar[int] = 10
    id: int | None = Field(default=None, db_pk=True)
    full_name: str = Field(max_length=8, title="Name", description="What it is called", examples=["Pen"])
    code: Annotated[str, BeforeValidator(str)] = "0"
    low: int = 0
    high: int = 9
    parts: list[Part] = Field(default_factory=list)
    note: str | None = None
    owner: Owner

    Meta = table("request_gadgets")

    @field_validator("code", mode="wrap")
    @classmethod
    def coded(cls, value: Any, handler: Any) -> str:
        """Notes each call; the constant is the table's."""
        CALLS.append("code")
        return f"{handler(value)}/{cls.LIMIT}"

    @field_validator("high")
    @classmethod
    def ordered(cls, value: int, info: ValidationInfo) -> int:
        """Looks at another field."""
        if value < info.data["low"]:
            message = "high is below low"
            raise ValueError(message)
        return value

    @model_validator(mode="before")
    @classmethod
    def renamed(cls, data: Any) -> Any:
        """Takes an older name."""
        CALLS.append("before")
        return {**data, "fullName": data["label"]} if isinstance(data, dict) and "label" in data else data

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Calls a method, and looks at a field that requests do not have."""
        CALLS.append("after")
        assert self.width() >= 0
        assert self.id is None or self.id > 0
        return self

    @field_serializer("note")
    def shown(self, value: str | None) -> str:
        """Is kept for output."""
        return value or "-"

    def loud(self) -> str:
        """Is a method."""
        return self.full_name.upper()

    def width(self) -> int:
        """Is called by a validator."""
        return self.high - self.low


def body(**values: Any) -> Any:
    """Returns a ``Create`` of little."""
    CALLS.clear()
    return Gadget.Create(**{"full_name": " Pen ", "owner_id": 3, **values})


def test_a_create_is_validated_as_the_table_is_and_once() -> None:
    """Constraints, configuration, aliases, and each function one time; methods and constants of the table are found."""
    made = body(code=7)
    assert CALLS == ["before", "code", "after"]
    assert made.model_dump() == {
        "full_name": "Pen", "code": "7/10", "low": 0, "high": 9, "parts": [], "note": "-", "owner_id": 3
    }  # fmt: skip
    assert Gadget.Create.model_validate({"label": "Ink", "ownerId": 1}).full_name == "Ink"
    assert (made.width(), made.LIMIT, made.loud()) == (9, 10, "PEN")
    with pytest.raises(AttributeError, match="nothing_such"):
        made.nothing_such  # noqa: B018 - it raises


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"full_name": "a name that is long"}, ("full_name",)),
        ({"owner_id": None}, ("owner_id",)),
        ({"low": 5, "high": 4}, ("high",)),
        ({"parts": [{"size": "x"}]}, ("parts", 0, "size")),
    ],
)
def test_errors_name_the_field(values: dict[str, Any], where: tuple[Any, ...]) -> None:
    """As those of the table's model do."""
    with pytest.raises(ValidationError) as caught:
        body(**values)
    assert [error["loc"] for error in caught.value.errors()] == [where]


def test_a_default_factory_runs_once_per_request() -> None:
    """Two bodies share nothing."""
    one, two = body(), body()
    assert one.parts is not two.parts
    assert Gadget.Update().parts is None


def test_an_update_takes_what_is_sent() -> None:
    """Null is not the same as nothing; what functions have to see in ``apply()`` is kept as it was sent."""
    CALLS.clear()
    made = Gadget.Update(code="a", high=-3)
    assert (made.model_fields_set, made.code, made.high, made.low) == ({"code", "high"}, "a", -3, None)
    assert CALLS == ["code"]
    assert Gadget.Update(note=None).model_dump(exclude_unset=True) == {"note": "-"}
    for wrong in ({"low": None}, {"full_name": None}, {"full_name": "a name that is long"}, {"owner_id": None}, {"low": "x"}):
        with pytest.raises(ValidationError):
            Gadget.Update(**wrong)


def test_schemas_say_what_is_required() -> None:
    """And keep titles, descriptions, examples and aliases; unsent fields have no default in ``Update``."""
    create, update = Gadget.Create.model_json_schema(), Gadget.Update.model_json_schema()
    assert (create["title"], update["title"]) == ("GadgetCreate", "GadgetUpdate")
    assert create["required"] == ["fullName", "ownerId"]
    assert create["properties"]["fullName"] == {
        "title": "Name", "description": "What it is called", "examples": ["Pen"], "maxLength": 8, "type": "string"
    }  # fmt: skip
    assert "required" not in update
    assert not any("default" in said for said in update["properties"].values())
    assert update["properties"]["low"] == {"title": "Low", "type": "integer"}


class SignedGadget(Gadget.Create):
    """A request with more than the table has, and with a rule of its own in the place of one."""

    signature: str
    note: int = 0

    @model_validator(mode="after")
    def signed(self) -> Self:
        """Runs beside the table's own."""
        CALLS.append("signed")
        return self


def test_requests_can_be_derived_from() -> None:
    """The fields of the table keep its rules."""
    CALLS.clear()
    made = SignedGadget(full_name="Ink", owner_id=1, signature="x", note="3")
    assert (made.signature, made.code, made.note) == ("x", "0", 3)
    assert CALLS == ["before", "signed", "after"]
    with pytest.raises(ValidationError, match="8 characters"):
        SignedGadget(full_name="a name that is long", owner_id=1, signature="x")


def test_requests_nest_and_validate_once() -> None:
    """Inside lists and other models, in the schema of which they are found by name."""

    class Batch(BaseModel):
        items: list[Gadget.Create]
        first: Gadget.Create | None = None

    CALLS.clear()
    assert Batch(items=[{"full_name": "Pen", "owner_id": 1}]).items[0].full_name == "Pen"
    assert CALLS == ["before", "after"]
    assert set(Batch.model_json_schema()["$defs"]) == {"GadgetCreate", "Part"}


def test_requests_pickle_and_copy() -> None:
    """The classes too: as attributes of their model."""
    made = body(note="x")
    for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made), made.model_copy()):
        assert again == made
        assert type(again) is Gadget.Create
    assert pickle.loads(pickle.dumps(Gadget.Create)) is Gadget.Create
    assert pickle.loads(pickle.dumps(SignedGadget)) is SignedGadget
    assert issubclass(Gadget.Create, Request)


def test_an_update_shows_what_was_sent_without_warnings() -> None:
    """What never is None and was not sent is left out; what functions have yet to see is shown as it is."""

    class Shown(Model):
        id: int | None = Field(default=None, db_pk=True)
        part: Part
        size: int = 0
        count: Annotated[int, BeforeValidator(lambda value: abs(int(value)))] = 0
        note: str | None = None
        fixed: int = Field(default=0, frozen=True)

        Meta = table("request_shown")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Shown.Update(count="3").model_dump() == {"count": "3", "note": None}
        assert Shown.Update(size=1, count="3").model_dump_json(exclude_unset=True) == '{"size":1,"count":"3"}'
    assert "fixed" in Shown.Create.model_fields
    assert "fixed" not in Shown.Update.model_fields


@pytest.mark.parametrize("order", [0, 1])
def test_models_that_name_each_other(order: int) -> None:
    """Either can be asked first; before both are there the missing one is named."""

    class Ask(Model):
        id: int | None = Field(default=None, db_pk=True)
        answer: "Reply"  # noqa: UP037 - later

        Meta = table("request_asks")

    with pytest.raises(FieldError, match="'Reply'"):
        Ask.Create  # noqa: B018 - it raises

    class Reply(Model):
        id: int | None = Field(default=None, db_pk=True)
        best: Ask | None = None
        asks: list[Ask] = Field(default=[], db_reverse_fk="answer")

        Meta = table("request_replies")

    for model in (Ask, Reply)[:: -1 if order else 1]:
        assert list(model.Create.model_fields) == [{"Ask": "answer_id", "Reply": "best_id"}[model.__name__]]
