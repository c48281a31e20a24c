"""Parts of dates and times as lookups: ``born__year=1994``, ``seen__date__gte=...``, ``seen__month=(2024, 1)``."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from oxyde.exceptions import FieldLookupValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.expressions import Bound
from oxyde.queries.foreign_values import plain
from oxyde.queries.lookups import CLOCKS, DAYS, MOMENTS, Subject
from oxyde.queries.paths import Path
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

if TYPE_CHECKING:
    from oxyde.queries.scope import Scope


@dataclass(frozen=True)
class DatePart:
    """A row of the table.

    Attributes:
        on: The kinds of columns that have it.
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
"""Parts that take a whole calendar date as a tuple, and its length."""


@dataclass(frozen=True)
class Span:
    """A month or a day of one year as a condition: from its start up to the next one's.

    Attributes:
        subject: The column.
        ends: Start and, unless the calendar ends there, the next start.
    """

    subject: Subject
    ends: tuple[Bound, ...]

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the text, and appends the ends."""
        return ("span", self.subject.path, *(end.shape(values) for end in self.ends))

    def compile(self, scope: Scope) -> Node:
        """Returns the half-open range."""
        column = self.subject.term.compile(scope)
        return expr.both([expr.compare(op, column, end.compile(scope)) for op, end in zip(("ge", "lt"), self.ends, strict=False)])

    @property
    def nullable(self) -> list[Path]:
        """The column, when it may be NULL."""
        return [self.subject.path] if self.subject.path.nullable else []


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
        raise FieldLookupValueError(message, column=subject.path.column.field)
    following: dt.date | None = None
    with contextlib.suppress(OverflowError):
        following = first + dt.timedelta(days=1) if part == "day" else (first + dt.timedelta(days=31)).replace(day=1)
    kind = subject.path.column.type
    ends = [_start(kind, day) for day in (first, following) if day is not None]
    return Span(subject, tuple(Bound(end, kind, subject.path.column.uncast) for end in ends))


def _start(kind: ColumnType, day: dt.date) -> dt.date:
    if kind.kind == "date":
        return day
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc if kind.kind == "datetime_tz" else None)
