"""Validators of the application in core schemas, and the schemas by which stored values are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    AfterValidator,
    Base64Bytes,
    BaseModel,
    BeforeValidator,
    Field,
    FilePath,
    FutureDate,
    FutureDatetime,
    HttpUrl,
    IPvAnyAddress,
    NewPath,
    PastDate,
    PlainValidator,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    WrapValidator,
    model_validator,
)
from pydantic_core import SchemaValidator, core_schema
from typing_extensions import TypedDict

from oxyde.models import own_validators
from oxyde.models.core_schemas import nodes
from oxyde.models.own_validators import (
    BY_TYPES,
    alters,
    as_stored,
    has_encoders,
    has_functions,
    may_change,
    names_of,
    own_functions,
    reads_types,
)

Lower = Annotated[str, StringConstraints(to_lower=True)]
Times = Annotated[int, AfterValidator(lambda value: value * 100)]


class Priced(BaseModel):
    """Has a validator inside, and a field whose name nodes have, too."""

    type: Literal["priced"] = "priced"
    cents: Times


class Tree(BaseModel):
    """Has one behind a reference."""

    cents: Times = 0
    children: list[Tree] = []


class Halved(BaseModel):
    """Has one of its own around its fields."""

    cents: int

    @model_validator(mode="before")
    @classmethod
    def halved(cls, value: Any) -> Any:
        return {"cents": value["cents"] // 2} if isinstance(value, dict) else value


class Typed(TypedDict):
    """Has one in a dictionary."""

    cents: Times


class Encoded(BaseModel):
    """Decodes."""

    body: Base64Bytes


def schema(kind: Any) -> Any:
    """Returns how Pydantic validates a type."""
    return TypeAdapter(kind).core_schema


@pytest.mark.parametrize(
    ("kind", "functions", "altered", "encoders"),
    [
        (int, False, False, False),
        (Annotated[int, Field(ge=3)], False, False, False),
        (Lower, False, True, False),
        (Times, True, True, False),
        (list[Times] | None, True, True, False),
        (dict[str, Times], True, True, False),
        (tuple[int, Times], True, True, False),
        (Priced, True, True, False),
        (Tree, True, True, False),
        (Halved, True, True, False),
        (Typed, True, True, False),
        (Annotated[Priced | Tree, Field()], True, True, False),
        (Annotated[int, BeforeValidator(int)], True, True, False),
        (Annotated[int, PlainValidator(int)], True, True, False),
        (Annotated[int, WrapValidator(lambda value, handler: handler(value))], True, True, False),
        (Base64Bytes, True, True, True),
        (list[Encoded], True, True, True),
        (HttpUrl, False, False, False),
        (SecretStr, False, False, False),
        (IPvAnyAddress, False, False, False),
        (FilePath, False, False, False),
    ],
)
def test_functions_are_found(kind: Any, functions: bool, altered: bool, encoders: bool) -> None:
    """At any depth; those of Pydantic's own types change no value that has the type already."""
    assert has_functions(schema(kind)) is functions
    assert alters(schema(kind), {}) is altered
    assert has_encoders(schema(kind)) is encoders


def test_rules_of_text_in_the_configuration() -> None:
    """They alter texts, not numbers."""
    assert alters(schema(str), {"str_to_lower": True})
    assert not alters(schema(int), {"str_to_lower": True})


def test_rules_of_a_table_are_none() -> None:
    """Whatever they call."""
    node = core_schema.no_info_after_validator_function(abs, core_schema.int_schema(), metadata={"oxyde": "naive"})
    assert not own_validators.is_own_function(node)


def test_functions_of_a_field() -> None:
    """Without those of the classes in it; with their names."""
    assert len(own_functions(schema(list[Times]))) == 1
    assert own_functions(schema(list[Priced])) == []
    assert own_functions({"type": "definition-ref", "schema_ref": "one"}, {"one": {**schema(Times), "ref": "one"}}) != []
    assert names_of(schema(Annotated[int, AfterValidator(abs)])) == ["abs"]
    assert names_of(schema(Base64Bytes)) == ["EncodedBytes.decode"]


def test_which_fields_are_read_by_their_types() -> None:
    """Those of which the application says so, and those that are decoded."""
    assert [reads_types(said, "validators", schema(int)) for said in (None, "types", "validators")] == [False, True, False]
    assert [reads_types(said, "types", schema(int)) for said in (None, "types", "validators")] == [True, True, False]
    assert [reads_types(said, "validators", schema(Base64Bytes)) for said in (None, "types", "validators")] == [True, True, False]
    inside = {"type": "definition-ref", "schema_ref": "one"}
    assert reads_types(None, "validators", inside, {"one": {**schema(Base64Bytes), "ref": "one"}})


def read(kind: Any, value: Any) -> Any:
    """Returns a value as it is read by its types."""
    return SchemaValidator(as_stored(schema(kind), types_only=True), _use_prebuilt=False).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Times, 5),
        (list[Times], [5]),
        (Annotated[Times, Field(ge=3)], 5),
        (Base64Bytes, b"abcd1234"),
        (Annotated[int, PlainValidator(lambda _: 7)], 5),
        (HttpUrl, HttpUrl("https://example.org/")),
        (SecretStr, SecretStr("x")),
        (FilePath, Path("/nowhere/at/all")),
        (Priced, Priced.model_construct(cents=5)),
        (Halved, Halved.model_construct(cents=5)),
        (Tree, Tree.model_construct(cents=5, children=[Tree.model_construct(cents=6, children=[])])),
    ],
)
def test_types_are_checked_without_functions(kind: Any, value: Any) -> None:
    """Values stay as they are, and of the type that they are."""
    assert read(kind, value) == value
    assert type(read(kind, value)) is type(value)
    if isinstance(value, BaseModel):
        assert read(kind, value.model_dump()) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FutureDate, dt.date(2000, 1, 1)),
        (PastDate, dt.date(9000, 1, 1)),
        (FutureDatetime | None, dt.datetime(2000, 1, 1)),
        (NewPath, Path(__file__)),
        (list[FilePath], [Path("/nowhere/at/all")]),
    ],
)
def test_what_holds_only_when_it_is_written(kind: Any, value: Any) -> None:
    """Is not asked again of what is stored."""
    lasting = as_stored(schema(kind), types_only=False)
    assert SchemaValidator(lasting).validate_python(value) == value
    assert read(kind, value) == value


def test_schemas_that_stay() -> None:
    """Are returned themselves; functions stay in those that are read with them."""
    for kind in (int, Priced, Times, HttpUrl, Base64Bytes):
        whole = schema(kind)
        assert as_stored(whole, types_only=False) is whole


def test_definitions_get_names_of_their_own() -> None:
    """So that one field may run the functions of a class, and another not."""
    whole = as_stored(schema(Tree), types_only=True)
    assert [one["ref"].endswith(BY_TYPES) for one in whole["definitions"]] == [True]
    assert whole["schema"]["schema_ref"] == whole["definitions"][0]["ref"]


@pytest.mark.parametrize(("kind", "changing"), [(Times, 1), (Base64Bytes, 1), (HttpUrl, 0), (SecretStr, 0), (int, 0), (FilePath, 0)])
def test_nodes_that_may_change_a_value(kind: Any, changing: int) -> None:
    """Functions of the application and decoders, and nothing else of Pydantic's."""
    assert sum(map(may_change, nodes(TypeAdapter(kind).core_schema))) == changing
