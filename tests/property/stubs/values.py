"""Values of the types that a stub names."""

from __future__ import annotations

import collections.abc
import datetime as dt
import enum
import types
import typing
from collections.abc import Iterator, Sequence
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, HttpUrl, SecretStr
from typing_extensions import Required

from oxyde import Model
from oxyde.models.chain import Chain
from oxyde.queries.term import Expression

ZONED: Final = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
PLAIN: Final[dict[Any, Any]] = {
    bool: True,
    int: 1,
    float: 1.5,
    str: "a",
    bytes: b"x",
    Decimal: Decimal("1.5"),
    dt.date: dt.date(2024, 1, 1),
    dt.time: dt.time(12),
    dt.datetime: dt.datetime(2024, 1, 1),
    dt.timedelta: dt.timedelta(1),
    UUID: UUID(int=1),
    HttpUrl: HttpUrl("https://x.org"),
    SecretStr: SecretStr("x"),
    IPv4Address: IPv4Address("127.0.0.1"),
    type(None): None,
}
FREE: Final = ("x", 1, ["x"], {"city": "x"}, ("a", "b"), (1, 2), [1], True, dt.date(2024, 1, 1), (1, "x"), {1}, [{"city": "x"}])
"""Values for a type that says nothing: one of them fits."""


class Values:
    """Values for one keyword.

    Attributes:
        expressions: What stands for an expression.
        rows: What stands for a queryset.
    """

    def __init__(self, expressions: Sequence[Any] = (), rows: Sequence[Any] = ()) -> None:
        self.expressions = expressions
        self.rows = rows

    def of(self, kind: Any) -> Iterator[Sequence[Any]]:
        """Yields, for each member of a type, values of which one at least must do."""
        origin, parts = get_origin(kind), get_args(kind)
        if kind is Any:
            yield FREE
        elif isinstance(kind, typing.NewType):
            yield from self.of(kind.__supertype__)
        elif origin in {Union, types.UnionType}:
            for part in parts:
                yield from self.of(part)
        elif origin is Required:
            yield from self.of(parts[0])
        elif origin is Literal:
            yield from ([value] for value in parts)
        elif origin is Chain:
            yield self.rows
        elif origin in {collections.abc.Iterable, list, set}:
            make: Any = set if origin is set else list
            for values in self.of(parts[0]):
                yield [make([value] * times) for value in values for times in (1, 2)]
        elif origin is tuple and parts[-1] is not Ellipsis:
            for several in zip(*map(self.of, parts), strict=False):
                yield list(zip(*several, strict=False))
        elif origin is tuple:
            yield from ([tuple(value) for value in values] for values in self.of(list[parts[0]]))
        elif origin in {dict, collections.abc.Mapping}:
            yield [{"city": "x"}]
        else:
            yield self._plain(kind)

    def _plain(self, kind: Any) -> Sequence[Any]:
        if issubclass(kind, Expression):
            return self.expressions
        if issubclass(kind, enum.Enum):
            return list(kind)
        if issubclass(kind, Model):
            return [saved(kind)]
        if issubclass(kind, BaseModel):
            return [kind()]
        if kind is dt.datetime:
            return [PLAIN[kind], ZONED]
        if kind is str:
            return ["a", "https://x.org", "127.0.0.1"]
        return [PLAIN[kind]]


def saved(model: type[Model]) -> Model:
    """Returns an instance that has a key."""
    found: dict[str, Any] = {}
    for column in model.__table__.key:
        found[column.field] = next(iter(Values().of(_without_none(model.model_fields[column.field].annotation))))[0]
    return model.model_construct(**found)


def _without_none(kind: Any) -> Any:
    return next((part for part in get_args(kind) if part is not type(None)), kind) if get_origin(kind) in {Union, types.UnionType} else kind
