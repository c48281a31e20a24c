"""Lookups: what may stand behind a field's name in ``filter()``, one row of the table for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from oxyde.exceptions import FieldLookupValueError, FieldValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.expressions import Bound, Expression, Part, Reference, Term
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.paths import Path
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

if TYPE_CHECKING:
    from oxyde.queries.scope import Scope

ORDERED: Final = frozenset(
    {"int", "float", "decimal", "text", "bytes", "date", "time", "datetime", "datetime_tz", "duration", "uuid", "enum"}
)
NUMBERS: Final = {"int", "float", "decimal"}
ANYTHING: Final = frozenset(kinds.PYTHON)
TEXTS: Final = frozenset({"text", "enum"})
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
        term: A column, or a part of one.
        path: The column.
        where: Model and field, and the part, for messages.
    """

    term: Term
    path: Path
    where: str

    def adapt(self, value: Any) -> Any:
        """Returns the wire value of a plain value.

        Raises:
            FieldLookupValueError: It is not exactly of the column's type.
            FieldError: It is an object that is not saved, or of another class than the relation's.
        """
        if self.path.relation is not None:
            value = self.path.relation.key(value)
        try:
            if isinstance(self.term, Part):
                return _part_value(self, value)
            return self.path.column.adapt(value)
        except FieldLookupValueError:
            raise
        except FieldValueError as error:
            raise FieldLookupValueError(str(error), column=self.path.column.field) from None

    def bound(self, value: Any) -> Bound:
        """Returns a plain value as a parameter of the subject's type."""
        uncast = isinstance(self.term, Reference) and self.path.column.uncast
        return Bound(self.adapt(value), self.term.kind, uncast)

    def operand(self, value: Any) -> Term:
        """Returns a plain value as a parameter, or an expression over the same table."""
        if not isinstance(value, Expression):
            return self.bound(value)
        root = self.path.hops[0].origin if self.path.hops else self.path.table
        term = value.resolve(root)
        if isinstance(term, Bound):
            return self.bound(term.value)
        if not comparable(self.term.kind, term.kind):
            message = f"{self.where} is {self.term.kind}, and cannot be compared with an expression that is {term.kind}"
            raise FieldLookupValueError(message, column=self.path.column.field)
        return term


@dataclass(frozen=True)
class Test:
    """A lookup applied to a subject and a value: a condition.

    Attributes:
        lookup: Which.
        subject: What is compared.
        operands: What it is compared with.
        size: The length of a list, rounded up.
        exact: No NULL can come of it, whatever the columns hold.
    """

    lookup: Lookup
    subject: Subject
    operands: tuple[Any, ...] = ()
    size: int = 0
    exact: bool = False

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the text, and appends the values."""
        return (self.lookup, self.size, self.subject.term.shape(values), *(operand.shape(values) for operand in self.operands))

    def compile(self, scope: Scope) -> Node:
        """Returns the condition as IR."""
        return self.lookup.build(self, scope)

    @property
    def fixes(self) -> str | None:
        """The field of the table's own column that it leaves one value."""
        path = self.subject.path
        is_column = isinstance(self.subject.term, Reference) and not path.hops
        return path.column.field if self.lookup.name == "exact" and is_column and type(self.operands[0]) is Bound else None

    @property
    def nullable(self) -> list[Path]:
        """The columns whose NULL makes it unknown."""
        if self.exact:
            return []
        paths = [*self.subject.term.paths, *(path for operand in self.operands for path in operand.paths)]
        return [path for path in paths if path.nullable]


Build = Callable[[Test, "Scope"], Node]
Make = Callable[["Lookup", Subject, Any], Test]


@dataclass(frozen=True, eq=False)
class Lookup:
    """A row of the table.

    Attributes:
        name: What is written behind the field.
        on: The kinds of columns that have it.
        make: Checks the value and makes the condition.
        build: Writes the condition as IR.
    """

    name: str
    on: frozenset[str]
    make: Make
    build: Build


@dataclass(frozen=True, eq=False)
class Listed:
    """The members of a list, as one value.

    Attributes:
        members: Their wire values.
        kind: Their type.
        uncast: The server knows the type better.
    """

    members: list[Any]
    kind: ColumnType
    uncast: bool
    paths: tuple[Path, ...] = ()

    @property
    def padded(self) -> bool:
        """Whether a server would read the list less exactly as JSON: NUL in text, numbers that are not finite."""
        return any((isinstance(one, str) and "\0" in one) or (isinstance(one, float) and one - one != 0) for one in self.members)

    def shape(self, values: list[Any]) -> Hashable:
        """Returns whether it must be padded, and appends the list."""
        values.append(self.members)
        return self.padded


def wrong(subject: Subject, lookup: Lookup, expected: str, value: Any) -> FieldLookupValueError:
    """Returns the error for a value that a lookup cannot take; the value itself is not shown."""
    message = f"{subject.where}__{lookup.name} takes {expected}, not {named(value)}"
    return FieldLookupValueError(message, column=subject.path.column.field)


def one(lookup: Lookup, subject: Subject, value: Any) -> Test:
    """A lookup that takes one value of the column's type."""
    if value is None:
        message = f"{subject.where}__{lookup.name} cannot compare with None; use {subject.where.rpartition('.')[2]}__isnull"
        raise FieldLookupValueError(message, column=subject.path.column.field)
    return Test(lookup, subject, (subject.operand(value),))


def equal(lookup: Lookup, subject: Subject, value: Any) -> Test:
    """Equality; None is IS NULL."""
    if value is None:
        return Test(LOOKUPS["isnull"], subject, size=1, exact=True)
    return Test(lookup, subject, (subject.operand(value),))


def null(lookup: Lookup, subject: Subject, given: Any) -> Test:
    """IS NULL, or IS NOT NULL."""
    value = plain(given)
    if not isinstance(value, bool):
        raise wrong(subject, lookup, "True or False", given)
    return Test(lookup, subject, size=int(value), exact=True)


def pair(lookup: Lookup, subject: Subject, value: Any) -> Test:
    """A lookup that takes two values."""
    value = plain(value)
    if isinstance(value, (str, bytes)) or not isinstance(value, (tuple, list)) or len(value) != 2:
        raise wrong(subject, lookup, "a pair (low, high)", value)
    if any(end is None for end in value):
        raise wrong(subject, lookup, "two values", None)
    return Test(lookup, subject, tuple(subject.operand(end) for end in value))


def phrase(lookup: Lookup, subject: Subject, value: Any) -> Test:
    """A lookup that takes text."""
    if not isinstance(value, str):
        raise wrong(subject, lookup, "str", value)
    return Test(lookup, subject, (Bound(str.__str__(value), kinds.TEXT),))


def rounded(length: int) -> int:
    """Returns the length that a list is padded to: a power of two, and finer where MySQL's 65,535 parameters come near."""
    step = 1 << (length - 1).bit_length()
    return step if step != 65_536 else -(-length // 4_096) * 4_096


def members(lookup: Lookup, subject: Subject, value: Any) -> Test:
    """Membership in a list, or in the rows of a queryset."""
    rows = getattr(value, "__oxyde_rows__", None)
    if rows is not None:
        found = rows(subject.where, subject.path)
        if not comparable(subject.term.kind, found.kind):
            message = f"{subject.where} is {subject.term.kind}, and cannot be compared with rows that are {found.kind}"
            raise FieldLookupValueError(message, column=subject.path.column.field)
        return Test(lookup, subject, (found,))
    if value is None or isinstance(value, (str, bytes, Expression)) or not isinstance(value, Iterable):
        raise wrong(subject, lookup, "a list, a set or a queryset", value)
    given = list(plain(value))
    if any(member is None for member in given):
        message = f"{subject.where}__in has None in its list, which equals nothing in SQL; ask for {subject.path.column.field}__isnull too"
        raise FieldLookupValueError(message, column=subject.path.column.field)
    adapted = [subject.adapt(member) for member in given]
    if not adapted:
        return Test(lookup, subject, exact=True)
    uncast = isinstance(subject.term, Reference) and subject.path.column.uncast
    return Test(lookup, subject, (Listed(adapted, subject.term.kind, uncast),), size=rounded(len(adapted)))


def _part_value(subject: Subject, given: Any) -> Any:
    kind, value = subject.term.kind.kind, plain(given)
    good = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "date": isinstance(value, dt.date) and not isinstance(value, dt.datetime),
        "time": isinstance(value, dt.time) and value.tzinfo is None,
    }[kind]
    if not good:
        message = f"{subject.where} takes {kind}, not {named(given)}"
        raise FieldLookupValueError(message, column=subject.path.column.field)
    if kind == "int" and value not in range(-(2**63), 2**63):
        message = f"{subject.where} takes an int of 64 bits"
        raise FieldLookupValueError(message, column=subject.path.column.field)
    return value


def _text(subject: Subject, scope: Scope) -> Node:
    """Returns a subject as text: labels of an enumeration are no text to a server."""
    left = subject.term.compile(scope)
    return expr.cast(left, kinds.TEXT) if subject.term.kind.kind == "enum" else left


def comparison(op: str) -> Build:
    """Builds a comparison."""

    def build(test: Test, scope: Scope) -> Node:
        left = test.subject.term.compile(scope)
        return expr.compare(op, left, test.operands[0].compile(scope))

    return build


def matching(kind: str, *, fold: bool = False) -> Build:
    """Builds a search for text."""

    def build(test: Test, scope: Scope) -> Node:
        left = _text(test.subject, scope)
        return expr.match(kind, left, expr.param(scope.bind(test.operands[0].value), kinds.TEXT), fold=fold)

    return build


def regular(*, fold: bool) -> Build:
    """Builds a match with a regular expression."""

    def build(test: Test, scope: Scope) -> Node:
        left = _text(test.subject, scope)
        return expr.regex(left, expr.param(scope.bind(test.operands[0].value), kinds.TEXT), fold=fold)

    return build


def build_null(test: Test, scope: Scope) -> Node:
    """Builds IS NULL or IS NOT NULL."""
    left = test.subject.term.compile(scope)
    return expr.is_null(left) if test.size else expr.is_not_null(left)


def build_between(test: Test, scope: Scope) -> Node:
    """Builds BETWEEN."""
    left = test.subject.term.compile(scope)
    return expr.between(left, *(operand.compile(scope) for operand in test.operands))


def build_in(test: Test, scope: Scope) -> Node:
    """Builds membership; in an empty list nothing is."""
    if not test.operands:
        return expr.boolean(False)
    left = test.subject.term.compile(scope)
    listed = test.operands[0]
    if not isinstance(listed, Listed):
        return expr.among_select(left, listed.query(scope))
    slot = expr.slot(scope.bind(listed.members), listed.kind, uncast=listed.uncast)
    return expr.among(left, slot, test.size, padded=listed.padded)


LOOKUPS: Final[dict[str, Lookup]] = {
    lookup.name: lookup
    for lookup in (
        Lookup("exact", ANYTHING, equal, comparison("eq")),
        Lookup("gt", ORDERED, one, comparison("gt")),
        Lookup("gte", ORDERED, one, comparison("ge")),
        Lookup("lt", ORDERED, one, comparison("lt")),
        Lookup("lte", ORDERED, one, comparison("le")),
        Lookup("between", ORDERED, pair, build_between),
        Lookup("range", ORDERED, pair, build_between),
        Lookup("in", ANYTHING - {"json", "array"}, members, build_in),
        Lookup("isnull", ANYTHING, null, build_null),
        Lookup("iexact", TEXTS, phrase, matching("exact", fold=True)),
        Lookup("contains", TEXTS, phrase, matching("contains")),
        Lookup("icontains", TEXTS, phrase, matching("contains", fold=True)),
        Lookup("startswith", TEXTS, phrase, matching("starts_with")),
        Lookup("istartswith", TEXTS, phrase, matching("starts_with", fold=True)),
        Lookup("endswith", TEXTS, phrase, matching("ends_with")),
        Lookup("iendswith", TEXTS, phrase, matching("ends_with", fold=True)),
        Lookup("regex", TEXTS, phrase, regular(fold=False)),
        Lookup("iregex", TEXTS, phrase, regular(fold=True)),
    )
}
"""Every lookup that ends a name."""
