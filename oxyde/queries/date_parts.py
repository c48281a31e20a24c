"""Parts of dates and times as lookups: ``born__year=1994``, ``seen__date__gte=...``, ``seen__month=(2024, 1)``."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from oxyde.exceptions import FieldLookupValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Condition
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.lookups import CLOCKS, DAYS, MOMENTS, Subject
from oxyde.queries.scope import Scope
from oxyde.queries.term import Bound, Term
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType


@dataclass(frozen=True)
class DatePart:
    """A row of the table.

    Attributes:
        on: The kinds of columns that have the part.
        kind: The type of its value.
    """

    on: frozenset[str]
    kind: ColumnType = kinds.INT


PARTS: Final[dict[str, DatePart]] = {
    "date": DatePart(MOMENTS, kinds.DATE),
    "time": DatePart(MOMENTS, kinds.TIME),
    "year": DatePart(DAYS),
    "iso_year": DatePart(DAYS),
    "quarter": DatePart(DAYS),
    "month": DatePart(DAYS),
    "week": DatePart(DAYS),
    "day": DatePart(DAYS),
    "week_day": DatePart(DAYS),
    "hour": DatePart(CLOCKS),
    "minute": DatePart(CLOCKS),
    "second": DatePart(CLOCKS),
}
"""Every part that may be compared; each is a lookup too."""

SPANS: Final = {"month": 2, "day": 3}
"""Parts that also take a calendar date as a tuple, and the tuple's length."""


class Part(Term):
    """A part of a date or time; the head is its name."""

    def __init__(self, part: str, inner: Term) -> None:
        super().__init__(part, inner)
        self.type = PARTS[part].kind

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the extraction."""
        return expr.extract(str(self.head), parts[0], self.parts[0].type)


class Span(Condition):
    """Whether a moment is in one month or day of the calendar: from its start up to the start of the next, if there is one."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the half-open range."""
        column, *ends = parts
        return expr.both([expr.compare(op, column, end) for op, end in zip(("ge", "lt"), ends, strict=False)])


def taken(subject: Subject, part: str) -> Subject:
    """Returns a part of a subject as a subject of its own."""
    where = f"{subject.where}__{part}"
    adapter = partial(_checked, where, subject.field, PARTS[part].kind.kind)
    return Subject(Part(part, subject.term), subject.names, where, subject.field, adapter)


def _checked(where: str, field: str, kind: str, given: Any) -> Any:
    """Returns the checked value that a part is compared with."""
    value = plain(given)
    good = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "date": isinstance(value, dt.date) and not isinstance(value, dt.datetime),
        "time": isinstance(value, dt.time) and value.tzinfo is None,
    }[kind]
    if not good:
        message = f"{where} takes {kind}, not {named(given)}"
        raise FieldLookupValueError(message, column=field)
    return value


def span(subject: Subject, part: str, value: tuple[Any, ...]) -> Span:
    """Returns the condition for ``month=(year, month)`` or ``day=(year, month, day)``.

    Raises:
        FieldLookupValueError: There is no such month or day.
    """
    numbers = [number for number in map(plain, value) if isinstance(number, int) and not isinstance(number, bool)]
    first: dt.date | None = None
    if len(numbers) == len(value) == SPANS[part]:
        year, month, day = (*numbers, 1)[:3]
        with contextlib.suppress(ValueError, OverflowError):
            first = dt.date(year, month, day)
    if first is None:
        shown = "(year, month)" if part == "month" else "(year, month, day)"
        message = f"{subject.where}__{part} takes {shown} of the calendar, which {value!r} is not"
        raise FieldLookupValueError(message, column=subject.field)
    following: dt.date | None = None
    with contextlib.suppress(OverflowError):
        following = first + dt.timedelta(days=1) if part == "day" else (first + dt.timedelta(days=31)).replace(day=1)
    kind = subject.term.type
    ends = [Bound(_start(kind, day), kind, subject.uncast) for day in (first, following) if day is not None]
    return Span("span", subject.term, *ends)


def _start(kind: ColumnType, day: dt.date) -> dt.date:
    if kind.kind == "date":
        return day
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc if kind.kind == "datetime_tz" else None)
