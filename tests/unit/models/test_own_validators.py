"""Validators of the application in core schemas."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import (
    AfterValidator,
    Base64Bytes,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    WrapValidator,
)
from pydantic_core import SchemaValidator

from oxyde.models.own_validators import alters, has_encoders, has_functions, without_functions

Lower = Annotated[str, StringConstraints(to_lower=True)]
Times = Annotated[int, AfterValidator(lambda value: value * 100)]


class Priced(BaseModel):
    """Has a validator inside."""

    cents: Times


def schema(kind: Any) -> Any:
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
        (Priced, True, True, False),
        (Annotated[int, BeforeValidator(int)], True, True, False),
        (Annotated[int, PlainValidator(int)], True, True, False),
        (Annotated[int, WrapValidator(lambda value, handler: handler(value))], True, True, False),
        (Base64Bytes, True, True, True),
    ],
)
def test_functions_are_found(kind: Any, functions: bool, altered: bool, encoders: bool) -> None:
    """At any depth."""
    assert has_functions(schema(kind)) is functions
    assert alters(schema(kind), {}) is altered
    assert has_encoders(schema(kind)) is encoders


def test_rules_of_text_in_the_configuration() -> None:
    """They alter texts, not numbers."""
    assert alters(schema(str), {"str_to_lower": True})
    assert not alters(schema(int), {"str_to_lower": True})


@pytest.mark.parametrize(
    ("kind", "value"), [(Times, 5), (list[Times], [5]), (Annotated[Times, Field(ge=3)], 5), (Base64Bytes, b"abcd1234")]
)
def test_types_are_checked_without_functions(kind: Any, value: Any) -> None:
    """Values stay as they are."""
    assert SchemaValidator(without_functions(schema(kind))).validate_python(value) == value
