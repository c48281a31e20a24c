"""Lookups of JSON: values behind keys and places (``data__a__0__b``), compared by their JSON types, and the keys of objects."""

from __future__ import annotations

import decimal
import enum
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from oxyde.exceptions import FieldError, FieldLookupValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Comparison, Condition, IsNull, Match, Nothing, Regex, Simple
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.lookups import Lookup, Make, Subject, wrong
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Bound, Expression, Reference, Term, Unknown
from oxyde.queries.texts import inner_of
from oxyde.schema import types as kinds
from oxyde.schema.naming import meant

ON: Final = frozenset({"json"})
FURTHEST: Final = 2**31 - 1
_DEEPEST: Final = 90
_FURTHEST_DIGIT: Final = 400
_MOST_BITS: Final = 1320
_WRITTEN_OUT: Final = 1e15
"""Floats from here on are stored with all their digits."""


class Behind(Term):
    """The value behind keys and places; NULL where there is none, JSON null where it is that. The head says which are places."""

    type = kinds.JSON

    def __init__(self, document: Term, path: tuple[str | int, ...]) -> None:
        self.path = path
        keys = [_key(step) for step in path if isinstance(step, str)]
        super().__init__(tuple([step if isinstance(step, int) else None for step in path]), document, *keys)

    @property
    def unknown(self) -> Unknown:
        """Maybe: there may be no such key."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        document, *keys = parts
        waiting = iter(keys)
        steps = [expr.integer(step) if isinstance(step, int) else next(waiting) for step in self.path]
        return expr.call("json_get", [document, *steps], kinds.JSON)


class Asked(Simple):
    """What a function says of a JSON value; the head is its name, and a number that is part of the text."""

    def __init__(self, function: str, *parts: Term, constant: int | None = None) -> None:
        super().__init__((function, constant), *parts)
        self.function, self.constant = function, constant

    @property
    def unknown(self) -> Unknown:
        """Maybe: there may be no value, or one of another type."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        constants = [] if self.constant is None else [expr.integer(self.constant)]
        return expr.call(self.function, [*parts, *constants], kinds.BOOL)


class HyphenKey(Term):
    """A key that begins with a hyphen, which not every server finds."""

    type = kinds.TEXT

    def __init__(self, key: str) -> None:
        super().__init__("hyphen", Bound(key, kinds.TEXT))

    @property
    def unknown(self) -> Unknown:
        """Never."""
        return NEVER

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call("json_hyphen_key", parts, kinds.TEXT)


def _key(name: str) -> Term:
    return HyphenKey(name) if name.startswith("-") else Bound(name, kinds.TEXT)


class Text(Term):
    """The text of a JSON string; NULL for other values."""

    type = kinds.TEXT

    def __init__(self, inner: Term) -> None:
        super().__init__("text", inner)

    @property
    def unknown(self) -> Unknown:
        """Maybe: it may be no string."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call("json_text", parts, kinds.TEXT)


class Plain(Term):
    """The text of a JSON number, or with a head of 1 of a truth value; NULL for other values."""

    type = kinds.TEXT

    def __init__(self, inner: Term, *, is_truth: bool) -> None:
        super().__init__(int(is_truth), inner)
        self.is_truth = is_truth

    @property
    def unknown(self) -> Unknown:
        """Maybe: it may be another value."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call("json_plain", [*parts, expr.integer(int(self.is_truth))], kinds.TEXT)


class Joined(Condition):
    """Any or all of several conditions of one value; the head is which."""

    @property
    def unknown(self) -> Unknown:
        """Maybe, as each of them."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the members joined."""
        return {"and": expr.both, "or": expr.either}[str(self.head)](parts)


def taken(subject: Subject, rest: tuple[str, ...], is_lookup: Callable[[str], bool]) -> tuple[Subject, tuple[str, ...]]:
    """Returns the value behind keys as a subject of its own, and the lookup at the end of the names, if the last of them is one."""
    path, lookup = (rest[:-1], rest[-1:]) if rest and is_lookup(rest[-1]) else (rest, ())
    if not path:
        return subject, rest
    where = "__".join((subject.where, *path))
    check_names(subject.term, subject.where, subject.field, path)
    steps = tuple([int(part) if _is_place(part) else part for part in path])
    for part in path:
        if "\0" in part or any(0xD800 <= ord(letter) < 0xE000 for letter in part):
            message = f"{subject.where}: a key holds a character that no text in JSON has"
            raise FieldLookupValueError(message, column=subject.field)
    return replace(subject, term=Behind(subject.term, steps), where=where, adapter=None, uncast=False), lookup


def check_names(document: Term, document_name: str, field: str, path: tuple[str, ...]) -> None:
    """Raises FieldError for a path that is not in the model of the field, where the field has one."""
    inner = inner_of(document)
    inside = inner.path.column.inside if isinstance(inner, Reference) else None
    found = None if inside is None else inside(path)
    if found is None:
        return
    at, known = found
    where = "__".join((document_name, *path[:at]))
    near = meant(path[at], known) or (f"; it has {', '.join(known)}" if known else ", nor any other")
    message = f'{where} has no field "{path[at]}" inside{near}'
    raise FieldError(message, column=field)


def _is_place(part: str) -> bool:
    """Whether a part of a path is the place of a member, which is also a key."""
    return part.isascii() and part.isdecimal() and (part == "0" or part[0] != "0") and int(part) <= FURTHEST


def text_of(subject: Subject, value: Any) -> str:
    """Returns a plain value as JSON text.

    Raises:
        FieldLookupValueError: JSON has no such value.
    """
    made: list[str] = []
    _write(subject, value, made, 0)
    return "".join(made)


def _write(subject: Subject, given: Any, into: list[str], depth: int) -> None:
    value = plain(given.value if isinstance(given, enum.Enum) else given)
    if depth > _DEEPEST:
        message = f"{subject.where} takes JSON that is nested {_DEEPEST} levels deep at most"
        raise FieldLookupValueError(message, column=subject.field)
    if value is None or isinstance(value, bool):
        into.append(json.dumps(value))
    elif isinstance(value, (int, float, decimal.Decimal)):
        into.append(digits(subject, value))
    elif isinstance(value, str):
        into.append(_quoted(subject, value))
    elif isinstance(value, (list, tuple)):
        for at, member in enumerate(value):
            into.append("," if at else "[")
            _write(subject, member, into, depth + 1)
        into.append("]" if value else "[]")
    elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
        for at, (key, member) in enumerate(value.items()):
            into.append(f"{',' if at else '{'}{_quoted(subject, key)}:")
            _write(subject, member, into, depth + 1)
        into.append("}" if value else "{}")
    else:
        message = f"{subject.where} takes what JSON has (text, numbers, True, False, None, lists, dicts with str keys), not {named(given)}"
        raise FieldLookupValueError(message, column=subject.field)


def _quoted(subject: Subject, value: str) -> str:
    if "\0" in value or any(0xD800 <= ord(letter) < 0xE000 for letter in value):
        message = f"{subject.where} takes text without NUL and lone surrogates, which not every server keeps in JSON"
        raise FieldLookupValueError(message, column=subject.field)
    return json.dumps(str.__str__(value), ensure_ascii=False)


def digits(subject: Subject, value: float | decimal.Decimal) -> str:
    """Returns a number as JSON has it.

    Raises:
        FieldLookupValueError: It is NaN or infinite, or its digits are more than any server takes.
    """
    if isinstance(value, int):
        fits = value.bit_length() <= _MOST_BITS
    elif isinstance(value, float):
        fits = math.isfinite(value)
    else:
        fits = value.is_finite() and abs(value.adjusted()) <= _FURTHEST_DIGIT and len(value.as_tuple().digits) <= _FURTHEST_DIGIT
    if not fits:
        message = f"{subject.where} takes a finite number of {_FURTHEST_DIGIT} digits at most"
        raise FieldLookupValueError(message, column=subject.field)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return f"{int(value)}.0" if abs(value) >= _WRITTEN_OUT else repr(float(value))


def _json(subject: Subject, value: Any) -> Bound:
    return Bound(text_of(subject, value), kinds.JSON)


def _plain_value(subject: Subject, lookup: Lookup, value: Any) -> Any:
    if isinstance(value, Expression):
        raise wrong(subject, lookup, "a plain value", value)
    return value


def equal(lookup: Lookup, subject: Subject, value: Any) -> Condition:
    """Equality of JSON values; None is JSON null."""
    return Comparison("eq", subject.term, _json(subject, _plain_value(subject, lookup, value)))


EXACT: Final = Lookup("exact", ON, equal)
"""What a path without a lookup means."""


def members(lookup: Lookup, subject: Subject, given: Any) -> Condition:
    """Equality with any of several values."""
    value = plain(given)
    if isinstance(value, (str, bytes, dict, Expression)) or not isinstance(value, Iterable):
        raise wrong(subject, lookup, "a list of values", given)
    found = [equal(lookup, subject, member) for member in value]
    return Joined("or", *found) if found else Nothing(subject.term)


def ordered(*functions: str) -> Make:
    """Makes comparisons with a number or a text; for two functions with a pair."""

    def make(lookup: Lookup, subject: Subject, given: Any) -> Condition:
        value = plain(given)
        if len(functions) == 1:
            return _ordered(lookup, subject, functions[0], value)
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise wrong(subject, lookup, "a pair (low, high)", given)
        return Joined("and", *[_ordered(lookup, subject, function, end) for function, end in zip(functions, value, strict=True)])

    return make


def _ordered(lookup: Lookup, subject: Subject, function: str, given: Any) -> Condition:
    value = plain(given.value if isinstance(given, enum.Enum) else given)
    if isinstance(value, str):
        _quoted(subject, value)
        return Asked(function, subject.term, Bound(str.__str__(value), kinds.TEXT), constant=1)
    if isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool):
        return Asked(function, subject.term, Bound(digits(subject, value), kinds.TEXT), constant=0)
    raise wrong(subject, lookup, "a number or str", given)


def _phrase(lookup: Lookup, subject: Subject, value: Any) -> tuple[Term, Bound]:
    if not isinstance(value, str):
        raise wrong(subject, lookup, "str", value)
    return Text(subject.term), Bound(str.__str__(value), kinds.TEXT)


def matching(kind: str, *, fold: bool = False) -> Make:
    """Makes a search in the text of a string."""
    return lambda lookup, subject, value: Match(kind, fold, *_phrase(lookup, subject, value))


def regular(*, fold: bool) -> Make:
    """Makes a match of the text of a string."""
    return lambda lookup, subject, value: Regex(fold, *_phrase(lookup, subject, value))


def containing(lookup: Lookup, subject: Subject, given: Any) -> Condition:
    """Containment of an object or list; of a str, a search in the text."""
    value = plain(given)
    if isinstance(value, str):
        return matching("contains")(lookup, subject, value)
    if not isinstance(value, (dict, list, tuple)):
        raise wrong(subject, lookup, "a dict, a list, or str for a search in text", given)
    return Asked("json_contains", subject.term, _json(subject, value))


def contained(lookup: Lookup, subject: Subject, given: Any) -> Condition:
    """The reverse of containment."""
    value = plain(given)
    if not isinstance(value, (dict, list, tuple)):
        raise wrong(subject, lookup, "a dict or a list", given)
    return Asked("json_contains", _json(subject, value), subject.term)


def keyed(how: str) -> Make:
    """Makes a condition of the keys of an object: one, or all or any of several."""

    def make(lookup: Lookup, subject: Subject, given: Any) -> Condition:
        value = plain(given)
        if how != "one" and (isinstance(value, (str, dict, Expression)) or not isinstance(value, Iterable)):
            raise wrong(subject, lookup, "a list of keys", given)
        keys: list[Any] = [value] if how == "one" else list(value)
        for key in keys:
            if not isinstance(key, str):
                raise wrong(subject, lookup, "keys that are str" if how != "one" else "a key that is str", key)
            _quoted(subject, key)
        found = [Asked("json_has_key", subject.term, _key(str.__str__(key))) for key in keys]
        if not found:
            return Nothing(subject.term) if how == "or" else IsNull(False, subject.term)
        return found[0] if len(found) == 1 else Joined(how, *found)

    return make


LOOKUPS: Final = (
    Lookup("in", ON, members),
    Lookup("gt", ON, ordered("json_gt")),
    Lookup("gte", ON, ordered("json_ge")),
    Lookup("lt", ON, ordered("json_lt")),
    Lookup("lte", ON, ordered("json_le")),
    Lookup("between", ON, ordered("json_ge", "json_le")),
    Lookup("range", ON, ordered("json_ge", "json_le")),
    Lookup("contains", ON, containing),
    Lookup("contained_by", ON, contained),
    Lookup("has_key", ON, keyed("one")),
    Lookup("has_keys", ON, keyed("and")),
    Lookup("has_any_keys", ON, keyed("or")),
    Lookup("iexact", ON, matching("exact", fold=True)),
    Lookup("icontains", ON, matching("contains", fold=True)),
    Lookup("startswith", ON, matching("starts_with")),
    Lookup("istartswith", ON, matching("starts_with", fold=True)),
    Lookup("endswith", ON, matching("ends_with")),
    Lookup("iendswith", ON, matching("ends_with", fold=True)),
    Lookup("regex", ON, regular(fold=False)),
    Lookup("iregex", ON, regular(fold=True)),
)
