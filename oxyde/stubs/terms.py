"""The types that the text of a stub is made of; no program imports them when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from pydantic import Field, PrivateAttr
from typing_extensions import TypedDict, dataclass_transform

from oxyde.models.chain import Chain
from oxyde.models.info import AnyModel
from oxyde.models.model import Model
from oxyde.models.narrow import Exact
from oxyde.queries.term import Expression

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
Instances = TypeVar("Instances", bound=Chain[Any, AnyModel])

Value: TypeAlias = T | Expression
"""What a lookup compares with: a value, or an expression of the same row."""

Row: TypeAlias = Chain[Any, T | AnyModel | Mapping[str, object] | tuple[T, ...] | None]
"""A queryset of one column: single values; or rows that have one value, which the checkers do not count."""

Values: TypeAlias = Iterable[T] | Row[T]
"""What ``in`` takes."""

Pair: TypeAlias = tuple[T | Expression, T | Expression] | list[T]
"""What ``between`` and ``range`` take: the lowest and the highest value."""

PlainPair: TypeAlias = tuple[T, T] | list[T]
"""The same across a relation to several rows, which are not compared with expressions."""

Month: TypeAlias = Value[int | tuple[int, int]]
"""What the month of a date is compared with: its number, or year and month."""

Day: TypeAlias = Value[int | tuple[int, int, int]]
"""What the day of a date is compared with: its number, or year, month and day."""

PlainMonth: TypeAlias = int | tuple[int, int]
PlainDay: TypeAlias = int | tuple[int, int, int]
"""The same across a relation to several rows."""

Bool: TypeAlias = Value[bool]
Bools: TypeAlias = Values[bool]
BoolPair: TypeAlias = Pair[bool]
Int: TypeAlias = Value[int]
Ints: TypeAlias = Values[int]
IntPair: TypeAlias = Pair[int]
Float: TypeAlias = Value[float]
Floats: TypeAlias = Values[float]
FloatPair: TypeAlias = Pair[float]
Str: TypeAlias = Value[str]
Strs: TypeAlias = Values[str]
StrPair: TypeAlias = Pair[str]
Date: TypeAlias = Value[date]
Dates: TypeAlias = Values[date]
DatePair: TypeAlias = Pair[date]
Datetime: TypeAlias = Value[datetime]
Datetimes: TypeAlias = Values[datetime]
DatetimePair: TypeAlias = Pair[datetime]
Uuid: TypeAlias = Value[UUID]
Uuids: TypeAlias = Values[UUID]
UuidPair: TypeAlias = Pair[UUID]
"""The commonest of these, by names of their own: most of a stub is keywords of lookups."""

Defaults: TypeAlias = Mapping[str, Any] | None
"""The values of a row that is not found."""


class Connection(TypedDict, total=False):
    """The keywords that choose a connection."""

    using: str | None
    client: object


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PrivateAttr))
class ExactCreate(Model.Create, Exact):
    """The base of ``User.Create`` in a stub: it has the fields that the stub names, and no others."""

    __getattr__: None  # type: ignore[misc] # the base has one for requests whose fields no stub names


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PrivateAttr))
class ExactUpdate(Model.Update, Exact):
    """The base of ``User.Update`` in a stub."""

    __getattr__: None  # type: ignore[misc] # the base has one for requests whose fields no stub names
