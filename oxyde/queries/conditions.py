"""Conditions: ``Q`` as the application writes it, and the terms of bool that it becomes over the names of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from oxyde.exceptions import FieldError, FieldLookupValueError, UnsupportedError
from oxyde.queries import catalog
from oxyde.queries.connectives import Group, Negation, Related
from oxyde.queries.keywords import OF_RELATIONS, leaf, target
from oxyde.queries.names import names_of
from oxyde.queries.paths import Path, WholeKey, split, whole_key
from oxyde.queries.term import Expression, Names, Term
from oxyde.schema import types as kinds

DEEPEST = 128

Child: TypeAlias = "Expression | tuple[str, Any]"


def _no_condition(value: Any) -> str:
    """Returns the message for a value that is not a condition, with what to write instead."""
    message = f"a condition is a lookup (age__gt=3), a Q object or a comparison of expressions, not {type(value).__name__}"
    if isinstance(value, bool):
        return f'{message}, which is the result of a comparison in Python: write age__gt=3, or F("age") > 3'
    if isinstance(value, dict):
        return f"{message}: write **{{...}} to give lookups by name"
    if hasattr(value, "__oxyde_rows__"):
        return f"{message}: write id__in=queryset for the rows whose key is in it"
    key = value if isinstance(value, int) else "..."  # text may be what no message shows
    return f"{message}; the row of a key is found by pk={key}" if isinstance(value, (int, str)) else message


class Q(Expression):
    """A condition: lookups as keywords, joined by ``&``, ``|``, ``^`` and negated by ``~``.

    An empty one has no effect: joined with another it is the other, so that a loop can start from ``Q()``.
    It is also an expression: ``annotate(adult=Q(age__gte=18))``, ``order_by(Q(active=True).desc())``.

    Args:
        *conditions: Other conditions, all of which must hold, including comparisons of expressions (``F("sold") > F("returned")``).
        **lookups: Lookups, all of which must hold: ``Q(age__gte=18, name="Ada")``.

    Raises:
        TypeError: An argument is not a condition.
    """

    __slots__ = ("children", "joined", "negated")

    def __init__(self, /, *conditions: Expression, **lookups: Any) -> None:
        self.joined = "and"
        self.negated = False
        self.children: tuple[Child, ...] = tuple(lookups.items())
        if conditions:
            for condition in conditions:
                if not isinstance(condition, Expression):
                    raise TypeError(_no_condition(condition))
            given = tuple(condition for condition in conditions if not isinstance(condition, Q) or condition.children)
            self.children = given + self.children

    def resolve(self, names: Names) -> Term:
        """Returns the condition over the query's names.

        Raises:
            FieldError: The condition is empty, or invalid as described at ``conditions``.
        """
        if not self.children:
            raise FieldError("an empty Q() is neither true nor false; give it a condition")
        return conditions(names, self)

    def _join(self, other: Any, how: str) -> Q:
        if not isinstance(other, Expression):
            message = f"a Q object joins with another one, not with {type(other).__name__}"
            raise TypeError(message)
        other = other if isinstance(other, Q) else Q(other)
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

    def changed(self, change: Callable[[Child], Child]) -> Q:
        """Returns the condition with each lookup and expression in it changed."""
        made = _joined(self.joined, [child.changed(change) if isinstance(child, Q) else change(child) for child in self.children])
        made.negated = self.negated
        return made

    def __repr__(self) -> str:
        """Returns the condition as it is written, without values, which may be secret."""
        nested = [child for child in self.children if isinstance(child, Q)]
        if self.joined == "and" and not nested:
            given = sorted(self.children, key=lambda child: isinstance(child, tuple))  # what has no name comes first
            text = f"Q({', '.join(map(_shown, given))})"
        else:
            shown = [repr(child) if isinstance(child, Q) else f"Q({_shown(child)})" for child in self.children]
            text = shown[0] if len(shown) == 1 else f"({_SIGNS[self.joined].join(shown)})"
        return f"~{text}" if self.negated else text


_SIGNS: Final = {"and": " & ", "or": " | ", "xor": " ^ "}


def _shown(child: Child) -> str:
    return f"{child[0]}=…" if isinstance(child, tuple) else repr(child)


def _joined(how: str, children: Iterable[Child]) -> Q:
    made = Q()
    made.joined, made.children = how, tuple(children)
    return made


def conditions(names: Names, given: Q, depth: int = 0) -> Term:
    """Resolves a condition over the names of a query.

    Raises:
        FieldError: A name is unknown, an expression is not a condition, or conditions nest too deep.
        FieldLookupError: The column does not have the lookup.
        FieldLookupValueError: The lookup does not take the value.
    """
    _check_depth(depth)
    names, given = names.within(given)
    if given.joined == "and":
        members = list(_conjunction(names, given, depth))
    else:
        members = [_alone(names, child, depth) for child in given.children]
    made = members[0] if len(members) == 1 else Group(given.joined, *members)
    return Negation(made) if given.negated else made


def spelt_out(names: Names, child: Child) -> Child:
    """Rewrites a lookup of a composite key, whose values are tuples, or of the rows that have one, as conditions on its fields.

    Any other member of a condition is returned unchanged.

    Raises:
        FieldLookupValueError: A value is not a tuple of that many values, or the values are no list.
        FieldError: A value is an object that is not saved, or not of the relation's class.
    """
    if not isinstance(child, tuple) or child[0] in names.terms:
        return child
    found = whole_key(names.root, child[0])
    if found is None or found.lookup not in OF_RELATIONS:
        return child
    value, fields = child[1], [found.before + column.field for column in found.table.key]
    if found.relation is not None and (value is None or found.lookup == "isnull"):
        is_missing = value is None or value is True
        made = _joined("and", [(f"{fields[0]}__isnull", False if is_missing else value)])  # no column of a key is NULL
        made.negated = is_missing
        return made
    if found.lookup == "isnull":
        return child
    if found.lookup == "exact":
        return Q(**dict(zip(fields, _key(found, value), strict=True)))
    rows = [Q(**dict(zip(fields, _key(found, one), strict=True))) for one in _listed(found, value)]
    return _joined("or", rows) if rows else (f"{fields[0]}__in", ())


def _listed(found: WholeKey, values: Any) -> Iterable[Any]:
    fields = [column.field for column in found.table.key]
    if hasattr(values, "__oxyde_rows__"):
        tied = ", ".join(f'{field}=OuterRef("{found.before}{field}")' for field in fields)
        remedy = f"use Exists(queryset.filter({tied}))" if found.relation is None else "read it first"
        message = f"{found.name}__in takes a list of tuples ({', '.join(fields)}), not a queryset; {remedy}"
        raise FieldLookupValueError(message, column=found.column)
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        message = f"{found.name}__in takes a list of tuples ({', '.join(fields)}), not {type(values).__name__}"
        raise FieldLookupValueError(message, column=found.column)
    return values


def _key(found: WholeKey, value: Any) -> Iterable[Any]:
    given = value if found.relation is None else found.relation.key(value)
    fields = [column.field for column in found.table.key]
    if not isinstance(given, (tuple, list)) or len(given) != len(fields):
        message = f"the key of {found.table.model} is a tuple ({', '.join(fields)}), not {type(value).__name__}"
        raise FieldLookupValueError(message, column=found.column)
    return given


def _check_depth(depth: int) -> None:
    if depth > DEEPEST:
        message = f"conditions nest deeper than {DEEPEST}; join them side by side instead"
        raise FieldError(message)


def _alone(names: Names, child: Child, depth: int) -> Term:
    if isinstance(child, tuple):
        return conditions(names, Q(**{child[0]: child[1]}), depth + 1)
    if isinstance(child, Q):
        return conditions(names, child, depth + 1)
    term = child.resolve(names)
    if term.type != kinds.BOOL:
        message = f"a condition is true or false, and this expression is {term.type}; compare it with something: F(...) > 0"
        raise FieldError(message)
    return term


@dataclass(frozen=True, eq=False)
class Across:
    """A condition whose columns are all behind one to-many relation.

    Attributes:
        start: The names of the relations that lead there.
        path: A path across the relation.
        there: The condition as seen from the related rows.
    """

    start: tuple[str, ...]
    path: Path
    there: Child


def _conjunction(names: Names, given: Q, depth: int) -> Iterator[Term]:
    """Yields the members of a conjunction; those across the same to-many relation apply to one related row."""
    members = [(child, _across(names, child, depth)) for child in _flat(names, given)]
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
                yield Related(found.path, at, conditions(names_of(found.path.hops[at].table), there, depth + 1))
        elif isinstance(child, tuple):
            path = names.path(child[0])
            if path is None or path.many is None:
                yield leaf(names, *child)
            else:
                yield Negation(Related(path, path.many, Group("and")))
        else:
            yield _alone(names, child, depth)


def _flat(names: Names, given: Q) -> Iterator[Child]:
    """Yields the members of a conjunction, with nested conjunctions flattened and composite keys spelt out."""
    waiting = list(reversed(given.children))
    while waiting:
        child = spelt_out(names, waiting.pop())
        if isinstance(child, Q) and child.joined == "and" and not child.negated:
            waiting.extend(reversed(child.children))
        else:
            yield child


def _across(names: Names, child: Child, depth: int) -> Across | None:
    """Returns a condition as seen from the rows behind a to-many relation; None if it is not only about them, or asks for none."""
    child = spelt_out(names, child)
    if isinstance(child, tuple):
        return _lookup_across(names, *child)
    _check_depth(depth)
    if not isinstance(child, Q) or child.negated:
        return None
    found: list[Across] = []
    for member in child.children:
        one = _across(names, member, depth + 1)
        if one is None or one.start != (found or [one])[0].start:
            return None
        found.append(one)
    return Across(found[0].start, found[0].path, _joined(child.joined, [one.there for one in found]))


def _lookup_across(names: Names, name: str, value: Any) -> Across | None:
    path = names.path(name)
    return None if path is None or path.many is None else beyond_hop(path, path.many, name, value)


def beyond_hop(path: Path, at: int, name: str, value: Any) -> Across | None:
    """Returns a lookup as seen from the rows behind a hop of its path; None if it asks for no such row.

    Raises:
        UnsupportedError: The value is an expression, or a pair with one.
        FieldLookupError: The name is that of a relation, and the lookup is none of those that relations have.
    """
    if any(isinstance(one, Expression) for one in (value if isinstance(value, (tuple, list)) else (value,))):
        message = f"{name} leads to several rows, and comparing each with an expression of this row is not supported; give a plain value"
        raise UnsupportedError(message)
    parts = split(name)
    start, rest = tuple(parts[: at + 1]), "__".join(parts[at + 1 :])
    ends_there = path.relation is path.hops[at].relation
    if ends_there and rest and rest not in OF_RELATIONS:
        target(names_of(path.hops[0].origin), name)  # raises FieldLookupError, as for a relation to one row
    if ends_there and ((rest in {"", "exact"} and value is None) or (rest == "isnull" and value is True)):
        return None
    if ends_there and (not rest or catalog.is_lookup(split(rest)[0])):
        value = _keys(path, rest, value)
        rest = f"{path.column.field}__{rest}" if rest else path.column.field
    return Across(start, path, (rest, value))


def _keys(path: Path, lookup: str, value: Any) -> Any:
    """Replaces related objects by their keys, also in a list or a queryset; other values are returned unchanged."""
    if path.relation is None:
        return value
    rows = getattr(value, "__oxyde_rows__", None)
    if rows is not None and lookup == "in":
        return rows(path.where, path)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [path.relation.key(one) for one in value]
    return path.relation.key(value)
