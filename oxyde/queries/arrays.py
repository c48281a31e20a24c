"""Lookups of arrays: which members they have, how many, and what a member is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from oxyde.exceptions import FieldLookupError, FieldLookupValueError, FieldValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.calls import Call, Nulls
from oxyde.queries.comparisons import Condition, Simple
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.literals import literal
from oxyde.queries.lookups import Lookup, Make, Subject, wrong
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, Bound, Expression, Term, Unknown
from oxyde.schema import types as kinds

INDEXED: Final = frozenset({"bool", "int", "float", "text"})
"""The kinds of members that can be compared one by one."""
FURTHEST: Final = 2**31 - 2


class Membership(Simple):
    """How the members of two lists meet; the head is the function. NULL where a list is; NULL among the members equals nothing."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call(str(self.head), parts, kinds.BOOL)


def meeting(function: str) -> Make:
    """Makes a condition of the members of two lists."""

    def make(lookup: Lookup, subject: Subject, given: Any) -> Condition:
        value = plain(given)
        if isinstance(value, (str, bytes, dict, Expression)) or not isinstance(value, Iterable):
            raise wrong(subject, lookup, "a list of members", given)
        members = list(value)
        if any(member is None for member in members):
            message = f"{subject.where}__{lookup.name} has None in its list, which equals no member in SQL"
            raise FieldLookupValueError(message, column=subject.field)
        return Membership(function, subject.term, Bound(_adapted(subject, members), subject.term.type, subject.uncast))

    return make


LOOKUPS: Final = (
    Lookup("contains", frozenset({"array"}), meeting("list_contains")),
    Lookup("contained_by", frozenset({"array"}), meeting("list_within")),
    Lookup("overlap", frozenset({"array"}), meeting("list_overlaps")),
)


class Member(Term):
    """The member at a place, the head; NULL beyond the end."""

    def __init__(self, inner: Term, place: int) -> None:
        super().__init__(place, inner)
        self.place = place
        self.type = inner.type.item or kinds.ANY

    @property
    def unknown(self) -> Unknown:
        """Maybe: the list may be shorter."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call("list_item", [*parts, expr.integer(self.place)], self.type)


def taken(subject: Subject, rest: tuple[str, ...]) -> tuple[Subject, tuple[str, ...]]:
    """Returns the length or a member of a list as a subject of its own, where the names behind it begin with one, and the other names.

    Raises:
        FieldLookupError: Members of the type cannot be compared one by one, or no list is that long.
    """
    first = rest[0] if rest else ""
    where = f"{subject.where}__{first}"
    if first == "len":
        length = Call("list_length", kinds.INT, Nulls.ANY, [subject.term])
        return Subject(length, subject.names, where, subject.field, partial(_length, where, subject.field)), rest[1:]
    if not (first.isascii() and first.isdecimal()):
        return subject, rest
    item = subject.term.type.item
    if item is None or item.kind not in INDEXED:
        message = f"{subject.where} is {subject.term.type}, whose members are not compared one by one; ask whether it contains=[...] them"
        raise FieldLookupError(message, column=subject.field)
    if int(first) > FURTHEST:
        message = f"{where}: no list is that long"
        raise FieldLookupError(message, column=subject.field)
    return Subject(Member(subject.term, int(first)), subject.names, where, subject.field, partial(_member, subject)), rest[1:]


def _length(where: str, field: str, given: Any) -> int:
    value = plain(given)
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"{where} takes int, not {named(given)}"
        raise FieldLookupValueError(message, column=field)
    return value


def _member(subject: Subject, value: Any) -> Any:
    return _adapted(subject, [value])[0]


def _adapted(subject: Subject, members: list[Any]) -> list[Any]:
    """Returns members as values of a list; those of a list that is computed must have its type as they are.

    Raises:
        FieldLookupValueError: A member is of another type.
    """
    if subject.adapter is not None:
        return list(subject.adapt(members))
    try:
        found = [literal(plain(member)) for member in members]
    except FieldValueError as error:
        raise FieldLookupValueError(str(error), column=subject.field) from None
    item = subject.term.type.item
    for one in found:
        if item is None or one.type.kind != item.kind:
            message = f"{subject.where} is {subject.term.type}, and cannot be compared with a member that is {one.type}"
            raise FieldLookupValueError(message, column=subject.field)
    return [one.value for one in found]
