"""Expressions: values that the server computes from a row; ``F`` and its arithmetic."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from oxyde.exceptions import FieldError, FieldValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.foreign_values import flaw, named, plain
from oxyde.queries.paths import Path, column_path
from oxyde.schema import Table
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

if TYPE_CHECKING:
    from oxyde.queries.scope import Scope

_NUMBERS: Final = ("int", "decimal", "float")
_LITERALS: Final[tuple[tuple[type, ColumnType], ...]] = (
    (bool, kinds.BOOL),
    (int, kinds.INT),
    (float, kinds.FLOAT),
    (Decimal, kinds.DECIMAL),
    (str, kinds.TEXT),
    (bytes, kinds.BYTES),
    (dt.datetime, kinds.DATETIME),
    (dt.date, kinds.DATE),
    (dt.time, kinds.TIME),
    (dt.timedelta, kinds.DURATION),
    (uuid.UUID, kinds.UUID),
)


class Expression:
    """Something that has a value for each row: ``F("views") + 1``. Names are looked up when a verb takes it."""

    __slots__ = ()
    __hash__ = object.__hash__

    def resolve(self, table: Table) -> Term:
        """Returns the expression over the columns of a table.

        Raises:
            FieldError: A name is no field, or the types do not go together.
        """
        raise NotImplementedError

    def __add__(self, other: Any) -> Combined:
        return Combined("add", self, other)

    def __radd__(self, other: Any) -> Combined:
        return Combined("add", other, self)

    def __sub__(self, other: Any) -> Combined:
        return Combined("subtract", self, other)

    def __rsub__(self, other: Any) -> Combined:
        return Combined("subtract", other, self)

    def __mul__(self, other: Any) -> Combined:
        return Combined("multiply", self, other)

    def __rmul__(self, other: Any) -> Combined:
        return Combined("multiply", other, self)

    def __truediv__(self, other: Any) -> Combined:
        return Combined("divide", self, other)

    def __rtruediv__(self, other: Any) -> Combined:
        return Combined("divide", other, self)

    def __mod__(self, other: Any) -> Combined:
        return Combined("modulo", self, other)

    def __rmod__(self, other: Any) -> Combined:
        return Combined("modulo", other, self)

    def __neg__(self) -> Combined:
        return Combined("subtract", 0, self)

    def asc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> Ordering:
        """Returns the expression as an ascending order."""
        return Ordering(self, desc=False, nulls=_nulls(nulls_first, nulls_last))

    def desc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> Ordering:
        """Returns the expression as a descending order."""
        return Ordering(self, desc=True, nulls=_nulls(nulls_first, nulls_last))


def _nulls(first: bool, last: bool) -> str | None:
    if first and last:
        raise ValueError("NULLs go first or last; give one of nulls_first and nulls_last")
    return "first" if first else "last" if last else None


@dataclass(frozen=True, eq=False)
class F(Expression):
    """The value of a field, by name or path: ``F("views")``, ``F("author__age")``."""

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            message = f"F() takes the name of a field, not {type(self.name).__name__}"
            raise TypeError(message)

    def resolve(self, table: Table) -> Term:
        """Returns the column that the name means."""
        path = column_path(table, self.name)
        if path.many is not None:
            message = f'F("{self.name}") leads to several rows of {path.table.model}, so that it has no single value'
            raise FieldError(message, column=self.name)
        return Reference(path)

    def __repr__(self) -> str:
        return f'F("{self.name}")'


@dataclass(frozen=True, eq=False)
class Value(Expression):
    """A plain value as an expression; it is bound, never pasted."""

    value: Any

    def resolve(self, table: Table) -> Term:  # noqa: ARG002 - a value is the same everywhere
        """Returns the value with the type of its class."""
        value = plain(self.value.value if isinstance(self.value, enum.Enum) else self.value)
        if isinstance(value, (dt.date, dt.timedelta)) and (found := flaw(value)) is not None:
            message = f"an expression takes plain values, not {found}"
            raise FieldValueError(message)
        for cls, kind in _LITERALS:
            if isinstance(value, cls):
                aware = isinstance(value, dt.datetime) and value.tzinfo is not None
                return Bound(value, kinds.DATETIME_TZ if aware else kind)
        message = f"an expression takes plain values and other expressions, not {named(self.value)}"
        raise FieldValueError(message)


@dataclass(frozen=True, eq=False)
class Combined(Expression):
    """Two expressions joined by arithmetic."""

    op: str
    left: Any
    right: Any

    def resolve(self, table: Table) -> Term:
        """Returns the arithmetic over the table's columns."""
        left, right = (side if isinstance(side, Expression) else Value(side) for side in (self.left, self.right))
        one, two = left.resolve(table), right.resolve(table)
        return Arithmetic(self.op, one, two, _result(self.op, one.kind, two.kind))


def _result(op: str, left: ColumnType, right: ColumnType) -> ColumnType:
    """Returns the type of arithmetic: the wider number; a moment moved by a timedelta; timedeltas added."""
    if left.kind in _NUMBERS and right.kind in _NUMBERS:
        wider = max(left.kind, right.kind, key=_NUMBERS.index)
        return {"int": kinds.INT, "decimal": kinds.DECIMAL, "float": kinds.FLOAT}[wider]
    if op in {"add", "subtract"} and right.kind == "duration" and left.kind in {"datetime", "datetime_tz", "duration"}:
        return left
    message = f"{op} does not go with {left} and {right}; it takes numbers, or a datetime and a timedelta"
    raise FieldError(message)


class Term:
    """An expression over columns that are known.

    Attributes:
        kind: The type of its value.
        paths: The columns it is computed from.
    """

    __slots__ = ()
    kind: ColumnType
    paths: tuple[Path, ...]

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text, and appends the values beside it in the order of ``compile``."""
        raise NotImplementedError

    def compile(self, scope: Scope) -> Node:
        """Returns the IR."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Reference(Term):
    """A column."""

    path: Path

    @property
    def kind(self) -> ColumnType:  # type: ignore[override]
        """The column's type."""
        return self.path.column.type

    @property
    def paths(self) -> tuple[Path, ...]:  # type: ignore[override]
        """The column itself."""
        return (self.path,)

    def shape(self, values: list[Any]) -> Hashable:  # noqa: ARG002 - there is none
        """Returns the path."""
        return self.path

    def compile(self, scope: Scope) -> Node:
        """Returns the column, joined to where it must be."""
        return scope.column(self.path)


@dataclass(frozen=True, eq=False)
class Bound(Term):
    """A value beside the statement."""

    value: Any
    kind: ColumnType
    uncast: bool = False
    paths: tuple[Path, ...] = ()

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the type, and appends the value."""
        values.append(self.value)
        return ("bound", self.kind, self.uncast)

    def compile(self, scope: Scope) -> Node:
        """Returns the parameter."""
        return expr.param(scope.bind(self.value), self.kind, uncast=self.uncast)


@dataclass(frozen=True, eq=False)
class Arithmetic(Term):
    """Arithmetic of two terms."""

    op: str
    left: Term
    right: Term
    kind: ColumnType

    @property
    def paths(self) -> tuple[Path, ...]:  # type: ignore[override]
        """The columns of both sides."""
        return self.left.paths + self.right.paths

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the shapes of both sides."""
        return (self.op, self.left.shape(values), self.right.shape(values))

    def compile(self, scope: Scope) -> Node:
        """Returns the arithmetic."""
        return expr.arithmetic(self.op, self.left.compile(scope), self.right.compile(scope), self.kind)


@dataclass(frozen=True, eq=False)
class Part(Term):
    """A part of a date or time; date lookups compare it."""

    part: str
    path: Path
    kind: ColumnType

    @property
    def paths(self) -> tuple[Path, ...]:  # type: ignore[override]
        """The column that it is taken from."""
        return (self.path,)

    def shape(self, values: list[Any]) -> Hashable:  # noqa: ARG002 - there is none
        """Returns the part and the path."""
        return (self.part, self.path)

    def compile(self, scope: Scope) -> Node:
        """Returns the extraction."""
        return expr.extract(self.part, scope.column(self.path), self.path.column.type)


@dataclass(frozen=True, eq=False)
class Ordering:
    """An order by an expression: ``F("score").desc(nulls_last=True)``."""

    expression: Expression
    desc: bool = False
    nulls: str | None = None
