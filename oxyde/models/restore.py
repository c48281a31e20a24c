"""Converts database values to a field's Python values without its model: enumeration members, nested models, rows."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from enum import Enum, Flag
from functools import partial
from typing import Any, Final, Protocol, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ValidationError

from oxyde.db.rows import Batch
from oxyde.exceptions import DecodeError
from oxyde.models.classify import Kind
from oxyde.models.field import Options
from oxyde.models.field_schema import FieldSchema
from oxyde.queries.calls import Call
from oxyde.queries.term import Bound, Term

Restorer: TypeAlias = "Callable[[list[Any]], list[Any]]"


class Restored(Protocol):
    """A result column whose Python values may differ from the database's."""

    @property
    def restore(self) -> Restorer | None:
        """Converts a list of database values; None if no conversion is needed."""
        ...


def restorer(kind: Kind, field: FieldSchema, declared: FieldInfo) -> Restorer | None:
    """Returns a function that converts a column of database values to the field's values; None if no conversion is needed."""
    if kind.enum is not None and not kind.gives_values:
        return Members(kind.enum, field.where, of_lists=kind.type.kind == "array")
    if kind.form in {"text", "secret", "json", "json_text"}:
        return Validated(field, declared)
    return None


_CHOOSING: Final = frozenset({"coalesce", "null_if", "greatest", "least"})
"""Functions whose value is one of their arguments."""


class Members:
    """Converts to members of an enumeration; equal to another converter to the same members."""

    def __init__(self, cls: type[Enum], where: str, *, of_lists: bool) -> None:
        self._cls, self._of_lists = cls, of_lists
        self._make = partial(_members_of_lists if of_lists else _members, _Lookup(cls), where)

    @property
    def kind(self) -> type | None:
        """The class of what is read; None for lists of members."""
        return None if self._of_lists else self._cls

    def __call__(self, values: list[Any]) -> list[Any]:
        """Returns the members of values."""
        return self._make(values)

    def gives_members(self, term: Term) -> bool:
        """Whether an expression has no other values than the enumeration's: its columns, its members, and a choice between them."""
        if issubclass(self._cls, Flag):  # whose values are combined
            return True
        if isinstance(term, Bound):
            known = [member.value for member in self._cls]
            return term.value is None or all(value in known for value in (term.value if self._of_lists else [term.value]))
        if isinstance(term, Call) and term.function in _CHOOSING:
            return all(map(self.gives_members, term.parts))
        return term.restore == self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Members) and self._cls is other._cls and self._of_lists == other._of_lists

    def __hash__(self) -> int:
        return hash(self._cls)

    def __str__(self) -> str:
        return f"{self._cls.__module__}.{self._cls.__qualname__}"


class Validated:
    """Converts to a field's annotation; equal to another converter of the same annotation, whether None is allowed or not."""

    def __init__(self, field: FieldSchema, declared: FieldInfo) -> None:
        self._field = field
        annotation = declared.annotation
        optional = get_origin(annotation) in {Union, types.UnionType}
        self._says = [one for one in get_args(annotation) if one is not types.NoneType] if optional else [annotation]
        self._metadata = [one for one in declared.metadata if not isinstance(one, Options)]

    @property
    def kind(self) -> type | None:
        """The class of what is read, if that is a model or a dataclass."""
        (one,) = self._says if len(self._says) == 1 else (None,)
        return one if isinstance(one, type) and (issubclass(one, BaseModel) or is_dataclass(one)) else None

    def __call__(self, values: list[Any]) -> list[Any]:
        """Returns what values are read as."""
        return _validated(self._field, values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Validated):
            return False
        return self._says == other._says and self._metadata == other._metadata and self._field.types_only == other._field.types_only

    def __hash__(self) -> int:
        return hash(Validated)

    def __str__(self) -> str:
        said = " | ".join(one.__qualname__ if isinstance(one, type) and not get_args(one) else str(one) for one in self._says)
        return f"{said} with {', '.join(map(str, self._metadata))}" if self._metadata else said


class _Lookup(dict[Any, Enum]):
    """The members of an enumeration by value; the class itself makes those that are not listed, as combined flags."""

    def __init__(self, cls: type[Enum]) -> None:
        super().__init__({member.value: member for member in cls})
        self.cls = cls

    def __missing__(self, value: Any) -> Enum:
        try:
            return self.cls(value)
        except ValueError:
            raise KeyError(value) from None


def _members(lookup: Mapping[Any, Enum], where: str, values: list[Any]) -> list[Any]:
    try:
        return [None if value is None else lookup[value] for value in values]
    except KeyError as error:
        raise _no_member(where, error.args[0], lookup) from None


def _members_of_lists(lookup: Mapping[Any, Enum], where: str, values: list[Any]) -> list[Any]:
    return [None if value is None else _members(lookup, where, value) for value in values]


def _no_member(where: str, value: Any, lookup: Mapping[Any, Enum]) -> DecodeError:
    known = ", ".join(map(repr, lookup))
    return DecodeError(f"{where}: the database holds {value!r}, which is none of {known}", column=where.rpartition(".")[2])


def _validated(field: FieldSchema, values: list[Any]) -> list[Any]:
    try:
        return [None if value is None else field.read(value) for value in values]
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
        message = f"a stored value of {'.'.join(map(str, (field.where, *problem['loc'])))} is not valid: {problem['msg']}"
        raise DecodeError(message, column=field.where.rpartition(".")[2]) from error


def rows(columns: Sequence[Restored]) -> Callable[[Batch], list[tuple[Any, ...]]]:
    """Returns a function that turns a batch into rows of exact Python values, including enumeration members and nested models."""
    restorers = [column.restore for column in columns]
    if not any(restorers):
        return Batch.values
    return partial(_restored, restorers)


def _restored(restorers: Sequence[Restorer | None], batch: Batch) -> list[tuple[Any, ...]]:
    values = [column if restore is None else restore(column) for restore, column in zip(restorers, batch.columns(), strict=False)]
    return list(zip(*values, strict=True))
