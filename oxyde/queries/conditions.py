"""Conditions: ``Q`` as the application writes it, and the tree that it becomes over a table.

Every node of the tree has ``nullable`` (the columns whose NULL makes it unknown), ``shape`` (what decides the statement's text; it
appends the values beside it) and ``compile`` (the IR, binding the values in the same order).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oxyde.exceptions import FieldError, FieldLookupError, UnsupportedError
from oxyde.ir import expr, query
from oxyde.ir.expr import Node
from oxyde.queries import date_parts
from oxyde.queries.expressions import Expression, Part, Reference
from oxyde.queries.lookups import LOOKUPS, Lookup, Subject
from oxyde.queries.paths import Path, resolve, split, unknown
from oxyde.schema import Table, tables
from oxyde.schema.naming import meant

if TYPE_CHECKING:
    from oxyde.queries.scope import Scope

DEEPEST = 128


class Q:
    """A condition: lookups as keywords, joined by ``&``, ``|``, ``^`` and negated by ``~``.

    An empty one asks nothing: joined with another it is the other, so that a loop may begin with ``Q()``.

    Args:
        *conditions: Other conditions, all of which must hold.
        **lookups: Lookups, all of which must hold: ``Q(age__gte=18, name="Ada")``.

    Raises:
        TypeError: An argument is no condition.
    """

    __slots__ = ("children", "joined", "negated")

    def __init__(self, *conditions: Q, **lookups: Any) -> None:
        for condition in conditions:
            if not isinstance(condition, Q):
                message = f"Q() takes other Q objects and lookups as keywords, not {type(condition).__name__}"
                raise TypeError(message)
        self.joined = "and"
        self.negated = False
        given = tuple(condition for condition in conditions if condition.children)
        self.children: tuple[Q | tuple[str, Any], ...] = (*given, *lookups.items())

    def _join(self, other: Any, how: str) -> Q:
        if not isinstance(other, Q):
            message = f"a Q object joins with another one, not with {type(other).__name__}"
            raise TypeError(message)
        if not (self.children and other.children):
            return self if self.children else other
        return _joined(
            how, [child for side in (self, other) for child in (side.children if side.joined == how and not side.negated else (side,))]
        )

    def __and__(self, other: Any) -> Q:
        return self._join(other, "and")

    def __or__(self, other: Any) -> Q:
        return self._join(other, "or")

    def __xor__(self, other: Any) -> Q:
        return self._join(other, "xor")

    def __invert__(self) -> Q:
        if not self.children:
            return self
        made = _joined("and", [self])
        made.negated = True
        return made

    def __repr__(self) -> str:
        """Returns the condition without its values, which may be secret."""
        shown = [repr(child) if isinstance(child, Q) else f"{child[0]}=…" for child in self.children]
        text = f" {self.joined} ".join(shown)
        return f"~({text})" if self.negated else f"Q({text})"


def _joined(how: str, children: Iterable[Q | tuple[str, Any]]) -> Q:
    made = Q()
    made.joined, made.children = how, tuple(children)
    return made


@dataclass(frozen=True)
class Group:
    """Conditions joined by and, or or xor."""

    how: str
    members: tuple[Any, ...]

    @property
    def nullable(self) -> list[Path]:
        """The columns of all members."""
        return [path for member in self.members for path in member.nullable]

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the shapes of the members."""
        return (self.how, *(member.shape(values) for member in self.members))

    def compile(self, scope: Scope) -> Node:
        """Returns the members joined."""
        nodes = [member.compile(scope) for member in self.members]
        return {"and": expr.both, "or": expr.either, "xor": expr.odd}[self.how](nodes)


@dataclass(frozen=True)
class Negation:
    """The rows for which a condition is not true, unknown included."""

    inner: Any

    @property
    def nullable(self) -> list[Path]:
        """None: it is true or false."""
        return []

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the shape of the condition."""
        return ("not", self.inner.shape(values))

    def compile(self, scope: Scope) -> Node:
        """Returns NOT where nothing can be unknown, NOT or NULL for one column, else IS NOT TRUE."""
        inner = self.inner.compile(scope)
        unknown = self.inner.nullable
        if not unknown:
            return expr.negation(inner)
        if len(unknown) == 1 and not isinstance(self.inner, Group):
            return expr.either([expr.negation(inner), expr.is_null(scope.column(unknown[0]))])
        return expr.is_not_true(inner)


@dataclass(frozen=True)
class Related:
    """Conditions that one related row must fulfil, across a relation that leads to several."""

    path: Path
    at: int
    inner: Any

    @property
    def nullable(self) -> list[Path]:
        """None: there is such a row or there is not."""
        return []

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the relation and the shape of the conditions."""
        return (
            "related",
            self.path.hops[self.at],
            tuple(hop.relation.field for hop in self.path.hops[: self.at]),
            self.inner.shape(values),
        )

    def compile(self, scope: Scope) -> Node:
        """Returns EXISTS."""
        inner, source, tie = scope.related(self.path.hops[self.at], self.path.hops[: self.at])
        condition = expr.both([tie, self.inner.compile(inner)])
        return expr.exists(query.query(query.select(source, joins=inner.joins, where=condition)))


def conditions(table: Table, given: Q, depth: int = 0) -> Any:
    """Returns the tree that a condition becomes over a table.

    Raises:
        FieldError: A name is no field, or conditions nest too deep.
        FieldLookupError: A lookup is not there for the column.
        FieldLookupValueError: A value is not one that the lookup takes.
    """
    _check_depth(depth)
    if given.joined == "and":
        members = list(_conjunction(table, given, depth))
    else:
        members = [_alone(table, child, depth) for child in given.children]
    made = members[0] if len(members) == 1 else Group(given.joined, tuple(members))
    return Negation(made) if given.negated else made


def _check_depth(depth: int) -> None:
    if depth > DEEPEST:
        message = f"conditions nest deeper than {DEEPEST}; join them side by side instead"
        raise FieldError(message)


def _alone(table: Table, child: Q | tuple[str, Any], depth: int) -> Any:
    if isinstance(child, Q):
        return conditions(table, child, depth + 1)
    return conditions(table, Q(**{child[0]: child[1]}), depth + 1)


@dataclass(frozen=True, eq=False)
class Across:
    """A condition that lies wholly behind one to-many relation.

    Attributes:
        start: The names that lead there.
        path: A path across it.
        there: The condition as the rows there see it.
    """

    start: tuple[str, ...]
    path: Path
    there: Q | tuple[str, Any]


def _conjunction(table: Table, given: Q, depth: int) -> Iterator[Any]:
    """Gives the members of a conjunction; those across one to-many relation meet in one related row."""
    members = [(child, _across(table, child, depth)) for child in _flat(given)]
    meeting: dict[tuple[str, ...], list[Across]] = {}
    for _, found in members:
        if found is not None:
            meeting.setdefault(found.start, []).append(found)
    for child, found in members:
        if found is not None and (isinstance(child, tuple) or len(meeting.get(found.start, ())) != 1):
            rows = meeting.pop(found.start, None)
            if rows is not None:
                at = len(found.start) - 1
                there = _joined("and", [row.there for row in rows])
                yield Related(found.path, at, conditions(found.path.hops[at].table, there, depth + 1))
        elif isinstance(child, Q):
            yield conditions(table, child, depth + 1)
        else:
            path, _ = resolve(table, child[0])
            yield leaf(table, *child) if path.many is None else Negation(Related(path, path.many, Group("and", ())))


def _flat(given: Q) -> Iterator[Q | tuple[str, Any]]:
    """Gives the members of a conjunction, and those of conjunctions among them."""
    waiting = list(reversed(given.children))
    while waiting:
        child = waiting.pop()
        if isinstance(child, Q) and child.joined == "and" and not child.negated:
            waiting.extend(reversed(child.children))
        else:
            yield child


def _across(table: Table, child: Q | tuple[str, Any], depth: int) -> Across | None:
    """Returns a condition as the rows behind a to-many relation see it; None where it asks something else, or for no such row."""
    if isinstance(child, tuple):
        return _lookup_across(table, *child)
    _check_depth(depth)
    if child.negated:
        return None
    found: list[Across] = []
    for member in child.children:
        one = _across(table, member, depth + 1)
        if one is None or one.start != (found or [one])[0].start:
            return None
        found.append(one)
    return Across(found[0].start, found[0].path, _joined(child.joined, [one.there for one in found]))


def _lookup_across(table: Table, name: str, value: Any) -> Across | None:
    path, _ = resolve(table, name)
    if path.many is None:
        return None
    if isinstance(value, Expression):
        message = f"{name} leads to several rows, and comparing each with an expression of this row is not supported; give a plain value"
        raise UnsupportedError(message)
    names = split(name)
    start, rest = tuple(names[: path.many + 1]), "__".join(names[path.many + 1 :])
    ends_there = path.relation is path.hops[path.many].relation
    if ends_there and ((rest in {"", "exact"} and value is None) or (rest == "isnull" and value is True)):
        return None
    if ends_there and (not rest or split(rest)[0] in LOOKUPS):
        value = _keys(path, rest, value)
        rest = f"{path.column.field}__{rest}" if rest else path.column.field
    return Across(start, path, (rest, value))


def _keys(path: Path, lookup: str, value: Any) -> Any:
    """Returns the keys of related objects, in a list or a queryset too; other values as they are."""
    if path.relation is None:
        return value
    rows = getattr(value, "__oxyde_rows__", None)
    if rows is not None and lookup == "in":
        return rows(path.where, path)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [path.relation.key(one) for one in value]
    return path.relation.key(value)


@lru_cache(maxsize=4096)
def target(table: Table, name: str) -> tuple[Subject, Lookup | str]:
    """Returns what a keyword compares and how: a lookup, or the name of a part that may take a tuple.

    Raises:
        FieldError: A name is no field.
        FieldLookupError: The column has no such lookup.
    """
    path, rest = resolve(table, name)
    kind = path.column.type.kind
    subject = Subject(Reference(path), path, path.where)
    if not rest:
        return subject, LOOKUPS["exact"]
    first = date_parts.PARTS.get(rest[0])
    if first is not None and kind in first.on:
        taken = Subject(Part(rest[0], path, first.kind), path, f"{path.where}__{rest[0]}")
        if len(rest) == 1:
            return (subject, rest[0]) if rest[0] in date_parts.SPANS else (taken, LOOKUPS["exact"])
        subject, rest, kind = taken, rest[1:], first.kind.kind
    lookup = LOOKUPS.get(rest[0])
    if lookup is None or kind not in lookup.on or len(rest) > 1:
        raise _no_lookup(subject, kind, "__".join(rest))
    return subject, lookup


def _no_lookup(subject: Subject, kind: str, written: str) -> FieldLookupError | FieldError:
    """Returns the error for what is no lookup; behind a relation it may have been meant as a field."""
    known = [name for name, lookup in LOOKUPS.items() if kind in lookup.on]
    if isinstance(subject.term, Reference):
        known += [name for name, part in date_parts.PARTS.items() if kind in part.on]
    near = meant(written, known)
    if not near and subject.path.relation is not None:
        return unknown(tables.get(subject.path.relation.target), split(written)[0])
    near = near or f"; it has {', '.join(known)}"
    return FieldLookupError(f'{subject.where} is {kind} and has no lookup "{written}"{near}', column=subject.path.column.field)


def leaf(table: Table, name: str, value: Any) -> Any:
    """Returns the condition that one keyword is."""
    subject, lookup = target(table, name)
    if isinstance(lookup, Lookup):
        return lookup.make(lookup, subject, value)
    if isinstance(value, tuple):
        return date_parts.span(subject, lookup, value)
    path = subject.path
    taken = Subject(Part(lookup, path, date_parts.PARTS[lookup].kind), path, f"{path.where}__{lookup}")
    return LOOKUPS["exact"].make(LOOKUPS["exact"], taken, value)
