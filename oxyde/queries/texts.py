"""Texts whose columns have a type of their own (an enumeration, or what ``db_type`` declares): beside another type they are as read."""

from __future__ import annotations

from typing import Final

from oxyde.queries.term import Bound, Cast, Exposed, Reference, Term
from oxyde.schema import types as kinds
from oxyde.schema.declared import PLAIN, UNEQUAL, UNRANKED, bare
from oxyde.schema.types import ColumnType

TEXTUAL: Final = frozenset({"text", "enum"})
"""An enumeration counts as the text of its value."""


def inner_of(term: Term) -> Term:
    """Returns what a term is in the query that computes it."""
    return inner_of(term.inner) if isinstance(term, Exposed) else term


def own_type(term: Term) -> str | ColumnType | None:
    """Returns the type that a text has to the server, where that is none of text: an enumeration, or the name that the column declares."""
    inner = inner_of(term)
    if term.type.kind not in TEXTUAL:
        return None
    if isinstance(inner, Reference) and inner.path.column.db_type is not None:
        name = bare(inner.path.column.db_type).upper()
        return None if name in PLAIN and term.type.kind == "text" else name
    return term.type if term.type.kind == "enum" else None


def as_read(term: Term) -> Term:
    """Returns a text as the server's own type of text; other terms as they are."""
    return term if own_type(term) is None else Cast(term, kinds.TEXT, term.type)


def beside(*terms: Term) -> tuple[Term, ...]:
    """Returns texts as what they are compared as: in one type that they share, else as they are read. Other terms stay as they are."""
    if any(term.type.kind not in TEXTUAL for term in terms):
        return terms
    own = {own_type(term) for term in terms if not isinstance(term, Bound)}
    if len(own) < 2 and not own & UNEQUAL:
        return terms
    return tuple([Bound(term.value, kinds.TEXT) if isinstance(term, Bound) else as_read(term) for term in terms])


def assigned(term: Term, column: Term) -> Term:
    """Returns a text as what a column is assigned: of the column's own type, or what is read."""
    if term.type.kind not in TEXTUAL or own_type(term) == own_type(column):
        return term
    return Cast(as_read(term), column.type) if isinstance(own_type(column), ColumnType) else as_read(term)


def sortable(term: Term) -> Term:
    """Returns a text as what is sorted: as it is read, where the server cannot compare its type."""
    return as_read(term) if own_type(term) in UNEQUAL else term


def ranked(term: Term) -> Term:
    """Returns a text as what has a least and a greatest one: as it is read, where the server knows none of its type."""
    return as_read(term) if own_type(term) in UNRANKED else term
