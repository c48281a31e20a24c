"""The aggregates that collect values: ``StringAgg``, ``ArrayAgg``, ``JsonAgg``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from oxyde.exceptions import FieldError
from oxyde.queries.aggregate_functions import AggregateFunction
from oxyde.queries.aggregates import EQUAL, Collected, List
from oxyde.queries.arguments import Argument, described, open_value
from oxyde.queries.foreign_values import named
from oxyde.queries.inner_order import listed, order_of
from oxyde.queries.term import Bound, Order, Term
from oxyde.queries.texts import TEXTUAL, as_read
from oxyde.schema import types as kinds

ITEMS: Final = frozenset(kinds.PYTHON) - {"json", "array", "time_tz", "any"}
"""The kinds of values that arrays have on every database."""
MEMBERS: Final = TEXTUAL | {"bool", "int", "float", "json"}
"""The kinds of values that are the same in JSON."""


@dataclass(frozen=True)
class OfLists:
    """Converts lists of database values as the values themselves are."""

    restore: Callable[[list[Any]], list[Any]]

    def __call__(self, lists: list[Any]) -> list[Any]:
        """Returns the lists with their members converted."""
        return [None if members is None else self.restore(members) for members in lists]


class CollectingFunction(AggregateFunction, ir=""):
    """An aggregate that collects the values of a group in an order."""

    takes: ClassVar[Collection[str]] = ITEMS
    remedy: ClassVar[str] = ""

    def __init__(self, value: Argument, *, distinct: bool = False, filter: Any = None, order_by: Any = ()) -> None:
        """Takes what is collected.

        Args:
            value: The name of a field or annotation, a path, or an expression.
            distinct: Whether equal values are collected once.
            filter: A condition; only the values of rows that fulfil it are collected.
            order_by: The order of the values, as ``order_by()`` takes it. Without one any order may come; distinct values can only be
                ordered by themselves.
        """
        super().__init__(value, distinct=distinct, filter=filter)
        self.order_by = listed(order_by)

    def _order(self, names: Any) -> list[Order]:
        return [order_of(f"{type(self).__name__}(order_by", names, one) for one in self.order_by]

    def made(self, inner: Term | None, where: Term | None, order: Sequence[Order] = ()) -> Collected:
        """Returns the aggregate of a term.

        Raises:
            FieldError: The values cannot be collected, or not in this order.
        """
        name = type(self).__name__
        assert inner is not None  # noqa: S101 - only Count takes none
        term = open_value(name, inner)
        if term.type.kind not in self.takes:
            known = ", ".join(kind for kind in kinds.PYTHON if kind in self.takes)
            raise FieldError(f"{name}() takes {known}, and {described(term)} is {term.type}{self.remedy}")
        if self.distinct and term.type.kind not in EQUAL:
            raise FieldError(f"{name}(distinct=True) takes values that are equal or not on every database, and {described(term)} is JSON")
        if self.distinct and any(one.by.key != term.key for one in order):
            raise FieldError(f"{name}(distinct=True) has one row for several values, so that it is only ordered by the value itself")
        return self._list(term, where, order)

    def _list(self, term: Term, where: Term | None, order: Sequence[Order]) -> Collected:
        raise NotImplementedError

    def __repr__(self) -> str:
        ordered = f", order_by={list(self.order_by)!r}" if self.order_by else ""
        return f"{super().__repr__()[:-1]}{ordered})"


class StringAgg(CollectingFunction, ir="string_agg"):
    """The texts that are not NULL, joined: ``StringAgg("name", ", ", order_by="name")``; None without any."""

    takes = TEXTUAL
    remedy = "; Cast(..., str) makes it text"

    def __init__(self, value: Argument, delimiter: str, *, distinct: bool = False, filter: Any = None, order_by: Any = ()) -> None:
        """Takes what is joined, and the plain text between two of them.

        Raises:
            TypeError: The delimiter is no str.
        """
        if not isinstance(delimiter, str):
            message = f'StringAgg() takes the text between two values second: StringAgg("name", ", "), not {named(delimiter)}'
            raise TypeError(message)
        super().__init__(value, distinct=distinct, filter=filter, order_by=order_by)
        self.delimiter = delimiter

    @property
    def shown(self) -> str:
        """The value and the text between."""
        return f"{self.value!r}, {self.delimiter!r}"

    def _list(self, term: Term, where: Term | None, order: Sequence[Order]) -> Collected:
        args = [as_read(term), Bound(self.delimiter, kinds.TEXT)]
        return List(self.ir, kinds.TEXT, args, distinct=self.distinct, where=where, order=order)


class ArrayAgg(CollectingFunction, ir="array_agg"):
    """The values as a list, None among them: ``ArrayAgg("name", order_by="name")``; None without rows."""

    def _list(self, term: Term, where: Term | None, order: Sequence[Order]) -> Collected:
        item = as_read(term)
        made = List(self.ir, kinds.array_of(item.type), [item], distinct=self.distinct, where=where, order=order)
        made.restore = None if term.restore is None else OfLists(term.restore)
        return made


class JsonAgg(CollectingFunction, ir="json_agg"):
    """The values as a JSON array, NULL as null: ``JsonAgg("data", order_by="id")``; None without rows."""

    takes = MEMBERS
    remedy = ", which JSON does not have; Cast(..., str) makes it text"

    def _list(self, term: Term, where: Term | None, order: Sequence[Order]) -> Collected:
        return List(self.ir, kinds.JSON, [as_read(term)], distinct=self.distinct, where=where, order=order)
