"""``Extract``: a part of a date or time as an expression."""

from __future__ import annotations

from oxyde.exceptions import FieldError
from oxyde.queries.arguments import Argument, argument
from oxyde.queries.date_parts import PARTS, Part
from oxyde.queries.foreign_values import named
from oxyde.queries.operators import Operand
from oxyde.queries.term import Names, Term
from oxyde.schema.naming import meant


class Extract(Operand):
    """A part of a date or time, as the lookup of its name: ``Extract("born", "year")``; ``date`` and ``time`` are those of a datetime.

    Aware datetimes are taken in UTC.
    """

    def __init__(self, value: Argument, part: str) -> None:
        """Takes the value and the name of the part.

        Raises:
            FieldError: There is no such part.
        """
        if not isinstance(part, str) or part not in PARTS:
            shown = f'"{part}"' if isinstance(part, str) else named(part)
            near = (meant(part, PARTS) if isinstance(part, str) else "") or f"; it takes {', '.join(PARTS)}"
            raise FieldError(f"Extract() takes the name of a part, not {shown}{near}")
        self.value, self.part = value, part

    def resolve(self, names: Names) -> Term:
        """Returns the part over the query's names.

        Raises:
            FieldError: The value has no such part.
        """
        return Part(self.part, argument("Extract", names, self.value, PARTS[self.part].on))

    def __repr__(self) -> str:
        return f'Extract({self.value!r}, "{self.part}")'
