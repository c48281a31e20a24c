"""Lookups of the application's own: functions of a column and a value, which return a condition."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from oxyde.exceptions import FieldLookupError
from oxyde.ir.expr import Node
from oxyde.queries import catalog
from oxyde.queries.comparisons import Condition
from oxyde.queries.conditions import Q
from oxyde.queries.foreign_values import named
from oxyde.queries.keywords import looked_up
from oxyde.queries.lookups import Lookup, Subject
from oxyde.queries.operators import Operand
from oxyde.queries.scope import Scope
from oxyde.queries.term import Expression, Names, Term
from oxyde.schema import types as kinds

_KINDS: Final[dict[type, frozenset[str]]] = {
    bool: frozenset({"bool"}),
    int: frozenset({"int"}),
    float: frozenset({"float"}),
    decimal.Decimal: frozenset({"decimal"}),
    str: frozenset({"text", "enum"}),
    bytes: frozenset({"bytes"}),
    dt.date: frozenset({"date"}),
    dt.time: frozenset({"time", "time_tz"}),
    dt.datetime: frozenset({"datetime", "datetime_tz"}),
    dt.timedelta: frozenset({"duration"}),
    uuid.UUID: frozenset({"uuid"}),
    list: frozenset({"array"}),
    dict: frozenset({"json"}),
    object: frozenset(kinds.PYTHON) - {"any"},
}
"""The kinds of columns that hold values of a class."""


class ColumnOperand(Operand):
    """The column that a lookup is about, to compare and compute with; every lookup is a method: ``column.icontains("x")``."""

    __slots__ = ("_subject",)

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - it is known already
        """Returns the column."""
        return self._subject.term

    def __getattr__(self, name: str) -> Callable[[Any], Q]:
        """Returns a lookup as a method: ``column.year__gte(2000)``, or ``column.in_([1, 2])`` where Python has a word of that name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda value: Q(_LookedUp(self._subject, name.removesuffix("_"), value))

    def __repr__(self) -> str:
        return self._subject.where


@dataclass(frozen=True, eq=False)
class _LookedUp(Expression):
    """A lookup of a column that is known already."""

    subject: Subject
    lookup: str
    value: Any

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - the column is known
        """Returns the condition."""
        return looked_up(self.subject, self.lookup, self.value)

    def __repr__(self) -> str:
        return f"{self.subject.where}__{self.lookup}=…"


OwnLookup: TypeAlias = "Callable[[ColumnOperand, Any], Expression]"
Function = TypeVar("Function", bound=OwnLookup)

_registered: Final[dict[str, list[tuple[OwnLookup, frozenset[str]]]]] = {}


def register_lookup(name: str, *, on: type | tuple[type, ...]) -> Callable[[Function], Function]:
    """Registers a lookup of the application's own, for all columns whose values are of a class.

    The decorated function is called when ``filter()`` and its kin meet the lookup. It gets the column, as an expression with every
    other lookup as a method, and the value as it was given; it returns a condition: a ``Q``, or a comparison of expressions.

    Args:
        name: What follows the field and two underscores.
        on: The class of the values (``int``, ``str``, ``Decimal``, ``datetime``...; ``list`` for arrays, ``dict`` for JSON, ``object`` for
            every column), or several.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        FieldLookupError: Such columns have a lookup or a date part of that name already, from another function.
        ValueError: The name cannot follow two underscores.
        TypeError: ``on`` is no class of values of columns.

    Example:
        >>> @register_lookup("about", on=(int, float))
        ... def about(column, value):
        ...     return column.between((value - 1, value + 1))
    """
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_") or name.endswith("_") or "__" in name:
        message = f"{name!r} cannot name a lookup: it follows two underscores, and is an identifier without leading or trailing ones"
        raise ValueError(message)
    on_kinds = _kinds(on)

    def register(function: Function) -> Function:
        if not callable(function):
            message = f'@register_lookup("{name}", on=...) decorates a function of a column and a value, not {named(function)}'
            raise TypeError(message)
        _forget(name, function)
        if (kind := catalog.taken(name, on_kinds)) is not None:
            message = f'columns of {kind} have a lookup "{name}" already; choose another name'
            raise FieldLookupError(message)
        catalog.add(Lookup(name, on_kinds, _make(function)))
        _registered.setdefault(name, []).append((function, on_kinds))
        return function

    return register


def unregister_lookup(name: str) -> None:
    """Removes the application's lookups of a name, for tests; querysets that used them stay as they are.

    Raises:
        FieldLookupError: There is none.
    """
    if name not in _registered:
        message = f'no lookup "{name}" was registered'
        raise FieldLookupError(message)
    for _, on_kinds in _registered.pop(name):
        catalog.remove(name, on_kinds)


def _kinds(on: type | tuple[type, ...]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for cls in on if isinstance(on, tuple) else (on,):
        if not isinstance(cls, type) or cls not in _KINDS:
            shown = cls.__name__ if isinstance(cls, type) else repr(cls)
            known = ", ".join(one.__name__ for one in _KINDS)
            message = f"on= takes the class of a column's values ({known}), not {shown}"
            raise TypeError(message)
        found |= _KINDS[cls]
    if not found:
        raise TypeError("on= takes at least one class of a column's values")
    return found


def _forget(name: str, function: OwnLookup) -> None:
    """Forgets what the same function, made again (a notebook cell run twice), has registered."""
    rows = _registered.get(name, [])
    for row in [row for row in rows if _home(row[0]) == _home(function)]:
        catalog.remove(name, row[1])
        rows.remove(row)


def _home(function: OwnLookup) -> tuple[Any, Any]:
    return getattr(function, "__module__", None), getattr(function, "__qualname__", id(function))


def _make(function: OwnLookup) -> Callable[[Lookup, Subject, Any], Condition]:
    def make(lookup: Lookup, subject: Subject, value: Any) -> Condition:
        given = function(ColumnOperand(subject), value)
        if not isinstance(given, Expression):
            message = f'the lookup "{lookup.name}" returned {named(given)}; it must return a condition: a Q, or a comparison of its column'
            raise TypeError(message)
        term = Q(given).resolve(subject.names)
        return term if isinstance(term, Condition) else Truth(term)

    return make


class Truth(Condition):
    """A truth value that is a condition by itself."""

    def __init__(self, inner: Term) -> None:
        super().__init__("truth", inner)

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the value."""
        return parts[0]
