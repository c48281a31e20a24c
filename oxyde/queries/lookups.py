"""Lookups: what may follow a field's name in ``filter()``, one row of the table for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from oxyde.exceptions import FieldLookupValueError, FieldValueError
from oxyde.queries import beyond, literals
from oxyde.queries.comparisons import Alike, Among, AmongRows, Between, Comparison, Condition, IsNull, Match, Nothing, Regex, Searched
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.term import Bound, Expression, Names, Reference, Term
from oxyde.queries.texts import as_read, beside, inner_of
from oxyde.schema import Relation
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

ORDERED: Final = frozenset(
    {"int", "float", "decimal", "text", "bytes", "date", "time", "time_tz", "datetime", "datetime_tz", "duration", "uuid", "enum"}
)
RANKED: Final = ORDERED - {"enum"}
TEXT: Final = frozenset({"text"})
"""What lookups rank and search: the order and the text of an enumeration's members are a matter of the server."""
NUMBERS: Final = {"int", "float", "decimal"}
ANYTHING: Final = frozenset(kinds.PYTHON)
MOMENTS: Final = frozenset({"datetime", "datetime_tz"})
DAYS: Final = frozenset({"date", *MOMENTS})
CLOCKS: Final = frozenset({"time", *MOMENTS})


def comparable(left: ColumnType, right: ColumnType) -> bool:
    """Whether every server compares values of two types as the same kind of thing."""
    return left.kind == right.kind or {left.kind, right.kind} <= NUMBERS


@dataclass(frozen=True, eq=False)
class Subject:
    """What a lookup compares.

    Attributes:
        term: A column, a part of one, or an annotation.
        names: The names that an expression on the other side may use.
        where: Model and name, for messages.
        field: The name of the field, for errors.
        adapter: Checks a plain value and returns its wire value; None if the value's class decides its type.
        uncast: Whether parameters are written without a cast, because the server knows the column's type better.
        relation: The relation, if its name was given instead of its key's; values are then objects.
    """

    term: Term
    names: Names
    where: str
    field: str
    adapter: Callable[[Any], Any] | None = None
    uncast: bool = False
    relation: Relation | None = None

    def adapt(self, value: Any) -> Any:
        """Returns the wire value of a plain value.

        Raises:
            FieldLookupValueError: The value is not exactly of the subject's type.
            FieldError: The value is an object that is not saved, or not of the relation's class.
        """
        if self.relation is not None:
            value = self.relation.key(value)
        if self.adapter is None:
            return self.bound(value).value
        try:
            return self.adapter(value)
        except FieldLookupValueError:
            raise
        except FieldValueError as error:
            raise FieldLookupValueError(str(error), column=self.field) from None

    def bound(self, value: Any) -> Bound:
        """Returns a plain value as a parameter of the subject's type, or of its own type if both are numbers."""
        if self.adapter is not None:
            adapted = self.adapt(value)
            return Bound(adapted, literals.wide_enough(self.term.type, (adapted,)), self.uncast)
        try:
            made = literals.literal(value)
        except FieldValueError as error:
            raise FieldLookupValueError(str(error), column=self.field) from None
        self.check(made.type, "a value that is")
        return made

    def listed(self, values: list[Any]) -> Bound:
        """Returns plain values as one list parameter."""
        if self.adapter is not None:
            adapted = [self.adapt(value) for value in values]
            return Bound(adapted, literals.wide_enough(self.term.type, adapted), self.uncast)
        try:
            found, kind = literals.alike(values)
        except FieldValueError as error:
            raise FieldLookupValueError(str(error), column=self.field) from None
        self.check(kind, "values that are")
        return Bound(found, kind)

    def operand(self, value: Any) -> Term:
        """Returns a plain value as a parameter, or an expression over the same names."""
        if not isinstance(value, Expression):
            return self.bound(value)
        term = value.resolve(self.names)
        if isinstance(term, Bound):
            return self.bound(term.value)
        self.check(term.type, "an expression that is")
        return term

    def check(self, kind: ColumnType, what: str) -> None:
        """Raises FieldLookupValueError if the subject cannot be compared with that type."""
        if not comparable(self.term.type, kind):
            message = f"{self.where} is {self.term.type}, and cannot be compared with {what} {kind}"
            raise FieldLookupValueError(message, column=self.field)


def subject_of(names: Names, term: Term, name: str = "") -> Subject:
    """Returns a term as the subject of a comparison; ``name`` is the name of an annotation."""
    inner = inner_of(term)
    if isinstance(inner, Reference):
        column = inner.path.column
        relation = term.path.relation if isinstance(term, Reference) else None
        # An int of any size can be compared with a column of ints, however narrow the column.
        uncast = column.uncast and column.type.kind != "int"
        return Subject(term, names, inner.path.where, column.field, column.adapt, uncast, relation)
    where = f"{names.table.model}.{name}" if name else "the expression"
    return Subject(term, names, where, name)


def compared(op: str, names: Names, left: Term, right: Term) -> Condition:
    """Returns a comparison of two terms; a plain value is checked against the other side.

    Raises:
        FieldLookupValueError: The two cannot be compared.
    """
    if isinstance(left, Bound) and not isinstance(right, Bound):
        return compared({"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}[op], names, right, left)
    subject = subject_of(names, left)
    if left.type.kind not in ORDERED:
        message = f"{subject.where} is {left.type}, which has no order"
        raise FieldLookupValueError(message)
    if isinstance(right, Bound):
        if (where := beyond.side(left, right)) != 0:
            return beyond.compared(op, left, where)
        return Comparison(op, *beside(left, subject.bound(right.value)))
    subject.check(right.type, "an expression that is")
    return Comparison(op, *beside(left, right))


Make = Callable[["Lookup", Subject, Any], Condition]


@dataclass(frozen=True, eq=False)
class Lookup:
    """A lookup, one row of the table.

    Attributes:
        name: Its name, written after the field.
        on: The kinds of columns that have it.
        make: Checks the value and makes the condition.
    """

    name: str
    on: frozenset[str]
    make: Make


def wrong(subject: Subject, lookup: Lookup, expected: str, value: Any) -> FieldLookupValueError:
    """Returns the error for a value that a lookup does not take; the value itself is not shown."""
    message = f"{subject.where}__{lookup.name} takes {expected}, not {named(value)}"
    return FieldLookupValueError(message, column=subject.field)


def comparison(op: str) -> Make:
    """Makes a comparison with one value of the column's type."""

    def make(lookup: Lookup, subject: Subject, value: Any) -> Condition:
        if value is None:
            message = f"{subject.where}__{lookup.name} cannot compare with None; use {subject.where.rpartition('.')[2]}__isnull"
            raise FieldLookupValueError(message, column=subject.field)
        if (where := beyond.side(subject.term, value)) != 0:
            return beyond.compared(op, subject.term, where)
        return Comparison(op, *beside(subject.term, subject.operand(value)))

    return make


def equal(lookup: Lookup, subject: Subject, value: Any) -> Condition:  # noqa: ARG001 - a row of the table
    """Equality; None is IS NULL."""
    if value is None:
        return IsNull(True, subject.term)
    if (where := beyond.side(subject.term, value)) != 0:
        return beyond.compared("eq", subject.term, where)
    return Comparison("eq", *beside(subject.term, subject.operand(value)))


def null(lookup: Lookup, subject: Subject, given: Any) -> Condition:
    """IS NULL, or IS NOT NULL."""
    value = plain(given)
    if not isinstance(value, bool):
        raise wrong(subject, lookup, "True or False", given)
    return IsNull(value, subject.term)


def pair(lookup: Lookup, subject: Subject, value: Any) -> Condition:
    """A lookup that takes two values."""
    value = plain(value)
    if isinstance(value, (str, bytes)) or not isinstance(value, (tuple, list)) or len(value) != 2:
        raise wrong(subject, lookup, "a pair (low, high)", value)
    if any(end is None for end in value):
        raise wrong(subject, lookup, "two values", None)
    found = beyond.between(subject.term, value, subject.operand)
    return Between("between", *beside(subject.term, *map(subject.operand, value))) if found is None else found


def _phrase(lookup: Lookup, subject: Subject, value: Any) -> tuple[Term, Bound]:
    """Returns a subject as text (to a server an enumeration is not text), and the text to search for."""
    if not isinstance(value, str):
        raise wrong(subject, lookup, "str", value)
    return as_read(subject.term), Bound(str.__str__(value), kinds.TEXT)


def matching(kind: str, *, fold: bool = False) -> Make:
    """Makes a search for text."""
    return lambda lookup, subject, value: Match(kind, fold, *_phrase(lookup, subject, value))


def regular(*, fold: bool) -> Make:
    """Makes a match with a regular expression."""
    return lambda lookup, subject, value: Regex(fold, *_phrase(lookup, subject, value))


def searched(lookup: Lookup, subject: Subject, value: Any) -> Condition:
    """A full-text search."""
    return Searched(*_phrase(lookup, subject, value))


def resembling(lookup: Lookup, subject: Subject, value: Any) -> Condition:
    """Likeness, which only some servers have."""
    return Alike("alike", *_phrase(lookup, subject, value))


def members(lookup: Lookup, subject: Subject, value: Any) -> Condition:
    """Membership in a list, or in the rows of a queryset."""
    rows = getattr(value, "__oxyde_rows__", None)
    if rows is not None:
        found = rows(subject.where, subject.term.path if isinstance(subject.term, Reference) else None)
        subject.check(found.type, "rows that are")
        left, right = beside(subject.term, found.column)
        return AmongRows("in", left, found.of(right))
    if value is None or isinstance(value, (str, bytes, Expression)) or not isinstance(value, Iterable):
        raise wrong(subject, lookup, "a list, a set or a queryset", value)
    given = list(plain(value))
    if any(member is None for member in given):
        message = f"{subject.where}__in has None in its list, which equals nothing in SQL; ask for {subject.field}__isnull too"
        raise FieldLookupValueError(message, column=subject.field)
    given = beyond.within(subject.term, given)
    if not given:
        return Nothing(subject.term)
    left, listed = beside(subject.term, subject.listed(given))
    return Among(left, listed) if isinstance(listed, Bound) else Nothing(left)


LOOKUPS: Final[dict[str, Lookup]] = {
    lookup.name: lookup
    for lookup in (
        Lookup("exact", ANYTHING, equal),
        Lookup("gt", RANKED, comparison("gt")),
        Lookup("gte", RANKED, comparison("ge")),
        Lookup("lt", RANKED, comparison("lt")),
        Lookup("lte", RANKED, comparison("le")),
        Lookup("between", RANKED, pair),
        Lookup("range", RANKED, pair),
        Lookup("in", ANYTHING - {"json", "array"}, members),
        Lookup("isnull", ANYTHING, null),
        Lookup("iexact", TEXT, matching("exact", fold=True)),
        Lookup("contains", TEXT, matching("contains")),
        Lookup("icontains", TEXT, matching("contains", fold=True)),
        Lookup("startswith", TEXT, matching("starts_with")),
        Lookup("istartswith", TEXT, matching("starts_with", fold=True)),
        Lookup("endswith", TEXT, matching("ends_with")),
        Lookup("iendswith", TEXT, matching("ends_with", fold=True)),
        Lookup("regex", TEXT, regular(fold=False)),
        Lookup("iregex", TEXT, regular(fold=True)),
        Lookup("search", TEXT, searched),
        Lookup("trigram_similar", TEXT, resembling),
    )
}
"""Every lookup that ends a name."""
