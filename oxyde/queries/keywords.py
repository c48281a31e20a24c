"""Keywords: what ``seen__year__gte=2000`` compares, and how."""

from __future__ import annotations

from typing import Any, Final

from oxyde.exceptions import FieldError, FieldLookupError
from oxyde.queries import arrays, catalog, date_parts, documents
from oxyde.queries.lookups import LOOKUPS, Lookup, Subject, subject_of
from oxyde.queries.names import names_of
from oxyde.queries.paths import split, unknown
from oxyde.queries.term import Names, Reference, Term
from oxyde.schema import Table
from oxyde.schema.memo import remembered
from oxyde.schema.naming import meant

OTHERS: Final = {
    **dict.fromkeys(("eq", "iseq", "equals"), "leave it out: name=value"),
    **dict.fromkeys(("ne", "neq", "not", "not_eq", "is_not"), "write exclude(name=value) or ~Q(name=value)"),
    **dict.fromkeys(("not_in", "notin", "nin"), "write exclude(name__in=[...]) or ~Q(name__in=[...])"),
    **dict.fromkeys(("is", "null", "is_none"), "write name=None, or name__isnull=True"),
    **dict.fromkeys(("notnull", "not_null", "not_isnull", "is_not_null"), "write name__isnull=False"),
    "ieq": "write iexact",
    "like": "write contains, startswith, endswith or regex",
    "ilike": "write icontains, istartswith, iendswith or iregex",
    "posix_regex": "write regex",
    "iposix_regex": "write iregex",
}
"""Lookups of other libraries, with what they are here."""
OF_RELATIONS: Final = ("exact", "in", "isnull")
"""The lookups of a relation's own name, which stands for the related object; its key field has those of its type."""


def target(names: Names, name: str) -> tuple[Subject, Lookup | str]:
    """Returns what a keyword compares, and its lookup, or the name of a date part that may take a tuple.

    Raises:
        FieldError: A name is unknown.
        FieldLookupError: The column has no such lookup.
    """
    return _target(names, name) if names.terms or names.proposed or names.outer is not None else _target_of(names.table, name)


def _target(names: Names, name: str) -> tuple[Subject, Lookup | str]:
    term, rest = names.resolve(name)
    return _lookup_of(subject_of(names, term, split(name)[0]), rest)


def _lookup_of(subject: Subject, rest: tuple[str, ...]) -> tuple[Subject, Lookup | str]:
    """Returns what the names behind a subject compare, and how."""
    kind = subject.term.type.kind
    if kind == "array":
        subject, rest = arrays.taken(subject, rest)
    elif kind == "json":
        subject, rest = documents.taken(subject, rest, lambda name: catalog.find("json", name) is not None)
    term = subject.term
    exact = documents.EXACT if isinstance(term, documents.Behind) else LOOKUPS["exact"]
    if not rest or rest == ("exact",):
        return subject, exact
    first = date_parts.PARTS.get(rest[0]) if subject.relation is None else None
    if first is not None and term.type.kind in first.on:
        if len(rest) == 1 and rest[0] in date_parts.SPANS:
            return subject, rest[0]
        subject, rest = date_parts.taken(subject, rest[0]), rest[1:]
        if not rest:
            return subject, LOOKUPS["exact"]
    lookup = catalog.find(subject.term.type.kind, rest[0])
    if lookup is None or len(rest) > 1 or (subject.relation is not None and lookup.name not in OF_RELATIONS):
        raise _no_lookup(subject, "__".join(rest))
    return subject, lookup


@remembered(4096)
def _target_of(table: Table, name: str) -> tuple[Subject, Lookup | str]:
    return _target(names_of(table), name)


def _no_lookup(subject: Subject, written: str) -> FieldLookupError | FieldError:
    """Returns the error for an unknown lookup; behind a relation it may have been meant as a field."""
    kind = subject.term.type.kind
    known = catalog.names(kind) if subject.relation is None else list(OF_RELATIONS)
    if subject.relation is None and not isinstance(subject.term, date_parts.Part):
        known += [name for name, part in date_parts.PARTS.items() if kind in part.on]
    known += ["len"] if kind == "array" else []
    other = OTHERS.get(written)
    near = f"; {other}" if other else meant(written, known)
    path = subject.term.path if isinstance(subject.term, Reference) else None
    if not near and path is not None and path.relation is not None and not catalog.is_lookup(written):
        return unknown(path.table.find(path.relation.target), split(written)[0])
    near = near or f"; it has {', '.join(known)}"
    if path is not None and path.relation is not None:
        return FieldLookupError(f'{path.end} is a relation and has no lookup "{written}"{near}', column=path.relation.field)
    return FieldLookupError(f'{subject.where} is {kind} and has no lookup "{written}"{near}', column=subject.field)


def leaf(names: Names, name: str, value: Any) -> Term:
    """Returns the condition of one keyword."""
    return _made(*target(names, name), value)


def looked_up(subject: Subject, lookup: str, value: Any) -> Term:
    """Returns the condition of a lookup of a known subject, perhaps behind a date part: ``year__gte``."""
    return _made(*_lookup_of(subject, tuple(split(lookup))), value)


def _made(subject: Subject, lookup: Lookup | str, value: Any) -> Term:
    if isinstance(lookup, Lookup):
        return lookup.make(lookup, subject, value)
    if isinstance(value, tuple):
        return date_parts.span(subject, lookup, value)
    return LOOKUPS["exact"].make(LOOKUPS["exact"], date_parts.taken(subject, lookup), value)
