"""``Trunc``: the start of the year, month, day... that a date or datetime is in."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.arguments import Argument, argument, described
from oxyde.queries.foreign_values import named
from oxyde.queries.lookups import DAYS, MOMENTS
from oxyde.queries.operators import Operand
from oxyde.queries.scope import Scope
from oxyde.queries.term import Bound, Names, Term
from oxyde.schema import types as kinds
from oxyde.schema.naming import meant

UNITS: Final = {
    **dict.fromkeys(("year", "quarter", "month", "week", "day"), DAYS),
    **dict.fromkeys(("hour", "minute", "second"), MOMENTS),
}
"""The kinds of values that are in a unit."""


class Truncated(Term):
    """The start of a unit; the head is its name. The parts are the value, and perhaps the name of a time zone."""

    def __init__(self, unit: str, *parts: Term) -> None:
        super().__init__(unit, *parts)
        self.type = parts[0].type

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the truncation."""
        return expr.truncate(str(self.head), parts[0], self.type, *parts[1:])


class Trunc(Operand):
    """The start of the unit that a date or datetime is in, of the same type: ``Trunc("seen", "month")``.

    Weeks start on Monday. Aware datetimes are taken in UTC, or in a time zone: ``Trunc("joined", "day", tz="Europe/Paris")`` is the
    moment at which the day began there. Time zones are supported by PostgreSQL only.
    """

    def __init__(self, value: Argument, kind: str, *, tz: str | dt.tzinfo | None = None) -> None:
        """Takes the value, the unit, and a time zone.

        Args:
            value: The name of a field, or an expression.
            kind: year, quarter, month, week or day; of datetimes also hour, minute or second.
            tz: The name of a time zone, or a ``ZoneInfo``.

        Raises:
            FieldError: There is no such unit or zone.
        """
        if not isinstance(kind, str) or kind not in UNITS:
            shown = f'"{kind}"' if isinstance(kind, str) else named(kind)
            near = (meant(kind, UNITS) if isinstance(kind, str) else "") or f"; it takes {', '.join(UNITS)}"
            raise FieldError(f"Trunc() takes the name of a unit, not {shown}{near}")
        self.value, self.kind, self.zone = value, kind, _zone(tz)

    def resolve(self, names: Names) -> Term:
        """Returns the start over the query's names.

        Raises:
            FieldError: The value is in no such unit, or in no zone.
        """
        term = argument("Trunc", names, self.value, UNITS[self.kind])
        if self.zone is None:
            return Truncated(self.kind, term)
        if term.type != kinds.DATETIME_TZ:
            raise FieldError(f"Trunc(tz=...) takes aware datetimes, and {described(term)} is {term.type}, which is in no time zone")
        return Truncated(self.kind, term, *([] if self.zone == "UTC" else [Bound(self.zone, kinds.TEXT)]))

    def __repr__(self) -> str:
        return f'Trunc({self.value!r}, "{self.kind}"{"" if self.zone is None else f", tz={self.zone!r}"})'


def _zone(given: Any) -> str | None:
    """Returns the name of a time zone."""
    if given is None:
        return None
    if given == dt.timezone.utc:
        return "UTC"
    name = given.key if isinstance(given, zoneinfo.ZoneInfo) else given
    if isinstance(name, str):
        try:
            return zoneinfo.ZoneInfo(name).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            message = f'Trunc() knows no time zone "{name}"; it takes names such as "Europe/Paris"'
            raise FieldError(message) from None
    raise FieldError(f'Trunc() takes the name of a time zone, tz="Europe/Paris", not {named(given)}')
