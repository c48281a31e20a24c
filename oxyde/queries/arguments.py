"""Arguments of functions: what may be passed, and which kinds of values can be combined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from oxyde.exceptions import FieldError
from oxyde.queries.digits import OF_INT
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.operators import F, Value
from oxyde.queries.term import Bound, Cast, Expression, Names, Reference, Term
from oxyde.queries.texts import TEXTUAL, as_read, inner_of
from oxyde.schema import types as kinds

Argument: TypeAlias = Any
"""The name of a field or annotation, an expression, or a plain value other than a str."""


def described(term: Term) -> str:
    """Returns the name of a term in messages: model and field for a column."""
    inner = inner_of(term)
    return inner.path.where if isinstance(inner, Reference) else "a value given for it" if isinstance(inner, Bound) else "the expression"


def open_value(function: str, term: Term) -> Term:
    """Returns a term whose values an aggregate shows.

    Raises:
        FieldError: It is secret.
    """
    if term.secret:
        raise FieldError(f"{function}() would show what {described(term)} keeps secret; Count() of it does not")
    return term


def argument(function: str, names: Names, given: Argument, takes: Collection[str], *, text: bool = False) -> Term:
    """Returns an argument as a term of a kind that the function takes; an enumeration as its text.

    Args:
        function: The function's name, for messages.
        names: The names of the query.
        given: The name of a field, an expression, or a plain value.
        takes: The kinds that the function takes.
        text: Whether a str is plain text and not a name.

    Raises:
        FieldError: The argument is of another kind, secret, or not a name of the query.
    """
    term = term_of(function, names, given, text=text)
    where = described(term)
    if term.secret:
        raise FieldError(f"{function}() would show what {where} keeps secret; compare it with the whole value in filter()")
    if term.type.kind not in takes:
        remedy = "; Cast(..., str) makes it text" if set(takes) >= TEXTUAL and term.type.kind in {"int", "bool", "decimal", "date"} else ""
        shown = ", ".join(kind for kind in kinds.PYTHON if kind in takes)
        raise FieldError(f"{function}() takes {shown}, and {where} is {term.type}{remedy}")
    return as_read(term)


def term_of(function: str, names: Names, given: Argument, *, text: bool) -> Term:
    """Returns an argument as a term of any kind; ``text`` says whether a str is plain text and not a name."""
    if isinstance(given, str) and not text:
        try:
            return F(given).resolve(names)
        except FieldError as error:
            said = str(error)
            message = f'{said}{"" if said.endswith("?") else "."} In {function}() a str is the name of a field; plain text is Value("...")'
            raise FieldError(message, table=error.table, column=error.column) from None
    return (given if isinstance(given, Expression) else Value(given)).resolve(names)


def alike(function: str, terms: Sequence[Term]) -> list[Term]:
    """Converts terms to one type: terms of one kind stay as they are, ints become decimals or (plain values) floats.

    Raises:
        FieldError: The kinds cannot be combined.
    """
    found = {term.type.kind for term in terms}
    if found <= TEXTUAL or len(found) == 1:
        return list(terms)
    if found == {"int", "decimal"}:
        return [term if term.type.kind == "decimal" else Cast(term, kinds.decimal_of(OF_INT, 0), term.type) for term in terms]
    if found == {"int", "float"}:
        made = [_as_float(term) if isinstance(term, Bound) else term for term in terms]
        if all(term.type.kind == "float" for term in made):
            return made
    shown = " and ".join(sorted({str(term.type) for term in terms}))
    raise FieldError(f"{function}() takes values of one type, not {shown}; Cast() makes one of another")


def _as_float(term: Bound) -> Bound:
    """Returns a plain int as an equal float, if there is one."""
    if term.type.kind == "int" and float(term.value) == term.value:
        return Bound(float(term.value), kinds.FLOAT)
    return term


def require_names(verb: str, unnamed: Sequence[object], example: str) -> None:
    """Raises TypeError for values without a name, which other libraries derive from the values."""
    if unnamed:
        how = f"{verb}(**{{...}})" if isinstance(unnamed[0], dict) else example
        message = f"{verb}() takes each value by a name of its own, and {type(unnamed[0]).__name__} has none: write {how}"
        raise TypeError(message)


def whole(function: str, what: str, given: Any, least: int, most: int) -> int:
    """Returns a plain int, checked against its bounds.

    Raises:
        FieldError: The value is not an int, or out of bounds.
    """
    value = plain(given)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        shown = repr(value) if isinstance(value, int) else named(given)
        raise FieldError(f"{function} takes {what} that is a plain int from {least} to {most}, not {shown}")
    return value
