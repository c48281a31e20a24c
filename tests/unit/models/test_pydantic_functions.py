"""The functions of Pydantic's own types, told from those of the application."""

from __future__ import annotations

import collections
import datetime as dt
import functools
import ipaddress
import operator
import pathlib
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Annotated, Any, Literal

import pydantic
import pytest
from annotated_types import Len, Predicate
from pydantic import (
    AfterValidator,
    AnyUrl,
    Base64Bytes,
    Base64Str,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    DirectoryPath,
    FilePath,
    HttpUrl,
    ImportString,
    IPvAnyAddress,
    IPvAnyInterface,
    IPvAnyNetwork,
    Json,
    NewPath,
    PlainValidator,
    PostgresDsn,
    Secret,
    SecretBytes,
    SecretStr,
    SocketPath,
    TypeAdapter,
)

from oxyde.models import pydantic_functions as functions
from oxyde.models.core_schemas import FUNCTIONS, kind_of, nodes


class Pin(SecretStr):
    """A secret of the application's own."""


def called(kind: Any) -> list[Any]:
    """Returns the nodes of a type that call functions."""
    return [node for node in nodes(TypeAdapter(kind).core_schema) if kind_of(node) in FUNCTIONS]


OF_PYDANTIC = [
    *(HttpUrl, AnyUrl, PostgresDsn, SecretStr, SecretBytes, Pin, Secret[int], Base64Str, ByteSize, ImportString, Json[HttpUrl]),
    *(ipaddress.IPv4Address, ipaddress.IPv4Interface, ipaddress.IPv4Network, IPvAnyAddress, IPvAnyInterface, IPvAnyNetwork),
    *(ipaddress.IPv6Address, ipaddress.IPv6Interface, ipaddress.IPv6Network, zoneinfo.ZoneInfo),
    *(pathlib.Path, FilePath, DirectoryPath, NewPath, Annotated[pathlib.Path, Len(1)], Annotated[str, Predicate(str.isupper)]),
    *(collections.deque[int], collections.Counter[str], collections.OrderedDict[str, int], collections.defaultdict[str, int]),
    *(Sequence[int], Mapping[str, int], Fraction, Decimal, Annotated[int, pydantic.Field(gt=3)], dt.datetime),
]
OF_THE_APPLICATION: list[tuple[str, Callable[..., Any]]] = [
    ("a lambda", lambda value: value),
    ("a builtin", abs),
    ("a method of a type", str.upper),
    ("a class", Decimal),
    ("a partial", functools.partial(round, ndigits=2)),
    ("an operator", operator.neg),
    ("attrgetter", operator.attrgetter("real")),
    ("a method", "text".count),
]


@pytest.mark.parametrize("kind", OF_PYDANTIC, ids=str)
def test_functions_of_pydantics_types(kind: Any) -> None:
    """Are no validators of the application."""
    assert [functions.function_of(node) for node in called(kind) if not functions.calls_pydantic(node)] == []


@pytest.mark.parametrize("function", [pytest.param(function, id=name) for name, function in OF_THE_APPLICATION])
@pytest.mark.parametrize("validator", [AfterValidator, BeforeValidator, PlainValidator])
def test_functions_of_the_application(validator: Any, function: Any) -> None:
    """Are its own, wherever they are from."""
    assert [functions.calls_pydantic(node) for node in called(Annotated[int, validator(function)])] == [False]


@pytest.mark.parametrize(
    ("test", "kinds"),
    [
        (functions.is_encoder, [Base64Str, Base64Bytes, pydantic.Base64UrlStr, pydantic.Base64UrlBytes]),
        (functions.looks_at_files, [FilePath, DirectoryPath, NewPath, SocketPath]),
        (functions.is_byte_size, [ByteSize]),
        (functions.makes_secret, [Secret[int], Secret[dt.date]]),
        (functions.makes_text, [IPvAnyAddress, IPvAnyInterface, IPvAnyNetwork]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_pydantics_types_are_known(test: Any, kinds: list[Any]) -> None:
    """Each by its own function, and no other type by it."""
    assert [any(map(test, called(kind))) for kind in kinds] == [True] * len(kinds)
    others = [kind for kind in OF_PYDANTIC if kind not in kinds and kind is not zoneinfo.ZoneInfo]
    assert [kind for kind in others if any(map(test, called(kind)))] == []


class Hue(Enum):
    """Has no values of one type with its members."""

    RED = "red"


class Values(BaseModel):
    """Keeps values of members."""

    model_config = ConfigDict(use_enum_values=True)

    hue: Hue
    one: Literal[Hue.RED]


class Members(BaseModel):
    """Keeps members, and has a function of the application around one."""

    hue: Hue
    one: Annotated[Hue, AfterValidator(lambda value: value)]


def test_values_of_members() -> None:
    """Are made by a function of Pydantic's."""
    assert [functions.gives_enum_values(node) for node in called(Values)] == [True, True]
    assert [functions.calls_pydantic(node) for node in called(Values)] == [True, True]
    assert [functions.gives_enum_values(node) for node in called(Members)] == [False]


def test_urls() -> None:
    """Are made by classes of Pydantic around the core's own."""
    for kind in (HttpUrl, AnyUrl, PostgresDsn):
        assert functions.makes_url(TypeAdapter(kind).core_schema)
    for other in (str, Annotated[AnyUrl, pydantic.WrapValidator(lambda value, handler: handler(value))], IPvAnyAddress):
        assert not functions.makes_url(TypeAdapter(other).core_schema)
