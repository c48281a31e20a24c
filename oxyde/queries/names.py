"""Names: resolves a str such as ``team__name``, or the name of an annotation, in a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.queries import paths
from oxyde.queries.paths import Path
from oxyde.queries.term import Names, Reference, Term, reference
from oxyde.schema import Table
from oxyde.schema.memo import remembered


@dataclass(frozen=True, eq=False)
class Namespace:
    """The names that the expressions of a query may use. Compared by identity.

    Attributes:
        table: Its fields, and the paths that begin there.
        terms: Annotations, and the values that an inner query exposes.
        proposed: There is a row that was to be inserted, too, whose values ``Proposed`` are.
        grouping: Whether an aggregate is one of groups of rows, and not of the rows related to each.
        outer: The names of the query around this one.
    """

    table: Table
    terms: Mapping[str, Term]
    proposed: bool = False
    grouping: bool = False
    outer: Names | None = None

    @property
    def root(self) -> Table:
        """The table."""
        return self.table

    def within(self, given: Any) -> tuple[Namespace, Any]:
        """Returns itself, and the condition as it is."""
        return self, given

    def resolve(self, text: str) -> tuple[Term, tuple[str, ...]]:
        """Resolves as many parts of a str as are names.

        Returns:
            The term, and the remaining parts: lookups.

        Raises:
            FieldError: The first part, or a part behind a relation, is not a name.
        """
        if self.terms:
            parts = paths.parts_of(self.table, text)
            first = parts[0]
            for end in range(len(parts), 0, -1):  # what a query inside exposes may be called as a path is
                term = self.terms.get("__".join(parts[:end]))
                if term is not None:
                    return term, tuple(parts[end:])
            known = (self.table.by_field, self.table.relations)
            if first != "pk" and not any(name in some for some in known for name in (text, first)):
                raise paths.unknown(self.table, first, self.terms)
        path, lookups = paths.resolve(self.table, text)
        return reference(path), lookups

    def value(self, text: str) -> Term:
        """Resolves a name that must have one value for each row, without a lookup.

        Raises:
            FieldError: The name is unknown, or leads to several rows.
        """
        term = self.column(text)
        if isinstance(term, Reference) and term.path.many is not None:
            message = f'F("{text}") leads to several rows of {term.path.table.model}, so that it has no single value'
            raise FieldError(message, column=text)
        return term

    def column(self, text: str) -> Term:
        """Resolves a name without a lookup.

        Raises:
            FieldError: The name is unknown.
        """
        if not self.terms:
            return reference(paths.column_path(self.table, text))
        term, rest = self.resolve(text)
        if rest and not isinstance(term, Reference):
            message = f'{text.partition("__")[0]} is an annotation, and "{"__".join(rest)}" behind it means nothing here; name it alone'
            raise FieldError(message, table=self.table.name, column=text)
        return reference(paths.column_path(self.table, text)) if rest else term

    def path(self, text: str) -> Path | None:
        """Returns the path that a name begins with, perhaps with lookups behind; None for other names."""
        if not self.terms:
            return paths.resolve(self.table, text)[0]
        term, _ = self.resolve(text)
        return term.path if isinstance(term, Reference) else None


@remembered(1024)
def names_of(table: Table) -> Namespace:
    """Returns the names of a table alone."""
    return Namespace(table, {})


def check_output(name: str) -> None:
    """Raises FieldError for the name of a value that no server can call a column; every other one is quoted."""
    if not name or "\0" in name or any("\ud800" <= one <= "\udfff" for one in name):
        message = (
            f"{name!r} cannot name a value of a row; the servers take names of at least one character, without NUL and lone surrogates"
        )
        raise FieldError(message, column=name)
