"""``RawSQL``: SQL of the application as one expression of a query, with its values bound."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

from oxyde.db.placeholders import Placeholder, scan
from oxyde.db.tokens import sql_tokens
from oxyde.exceptions import FieldError, FieldValueError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.casts import TARGETS
from oxyde.queries.foreign_values import named
from oxyde.queries.literals import literal
from oxyde.queries.operators import Operand
from oxyde.queries.own_lookups import Truth
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, Bound, Cast, Names, Term, Unknown
from oxyde.schema import types as kinds
from oxyde.schema.naming import meant
from oxyde.schema.types import ColumnType

GIVES: Final[dict[type, ColumnType]] = {**TARGETS, bytes: kinds.BYTES, uuid.UUID: kinds.UUID}
"""The types that a result can be said to have."""

DIALECTS: Final = ("postgres", "sqlite", "mysql", "mariadb")
LARGEST: Final = 2**63
PAIRS: Final = {")": "(", "]": "["}


class RawSQL(Operand):
    """SQL of the application as an expression: ``RawSQL("length(post.title) + :more", {"more": 1}, int)``.

    The text is in the server's own SQL. Columns are called as in the query's own SQL (``queryset.sql()``): by the table's name, those
    of a relation by its path. It is written in parentheses, and what it holds is the application's affair; its values are bound.

    Args:
        sql: An expression, with a placeholder ``:name`` for each value.
        params: The values by name: plain ones, as ``Value`` takes them, but no timedelta.
        output: The class of the result, as ``Cast`` takes it; or bytes, or UUID. The value is read as that, or it is an error.

    Raises:
        FieldError: Placeholders and values do not match, or the text is not one expression.
        FieldValueError: A value cannot be bound.
        TypeError: The text is no str, the values are no dict, or the class is no type of results.
    """

    def __init__(self, sql: str, params: Mapping[str, Any] | None, output: type) -> None:
        if not isinstance(sql, str):
            message = f"RawSQL() takes SQL text, not {named(sql)}"
            raise TypeError(message)
        if params is not None and not isinstance(params, Mapping):
            message = (
                f'RawSQL() takes its values as a dict, because :name means the same on every server, not {named(params)}: {{"name": ...}}'
            )
            raise TypeError(message)
        if not isinstance(output, type) or output not in GIVES:
            known = ", ".join(cls.__name__ for cls in GIVES)
            message = f"RawSQL() takes the class of its result ({known}), not {getattr(output, '__name__', repr(output))}"
            raise TypeError(message)
        self.sql, self.params, self.output = sql, dict(params or {}), output
        _check_whole(sql)
        self._pieces = _pieces(sql, self.params)
        self._values = {name: _value(name, value) for name, value in self.params.items()}

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - the text names columns itself
        """Returns the text with its values."""
        kind = GIVES[self.output]
        term = Text(tuple(piece if isinstance(piece, str) else None for piece in self._pieces), kind, self._bound())
        if kind.kind == "bool":
            return Truth(term)
        return Cast(term, kind) if kind.kind == "decimal" else term

    def _bound(self) -> list[Bound]:
        return [
            Bound(self._values[piece.name], kinds.ANY, uncast=True)
            for piece in self._pieces
            if isinstance(piece, Placeholder) and piece.name
        ]

    def __repr__(self) -> str:
        return f"RawSQL({self.sql!r}, {{{', '.join(f'{name!r}: …' for name in self.params)}}}, {self.output.__name__})"


class Text(Term):
    """SQL text with parameters between its pieces, which are None in the head."""

    def __init__(self, pieces: tuple[str | None, ...], kind: ColumnType, values: list[Bound]) -> None:
        super().__init__((pieces, kind.key), *values)
        self.pieces, self.type = pieces, kind

    @property
    def unknown(self) -> Unknown:
        """Nothing is known of it."""
        return MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns text and parameters in turn."""
        params = iter(parts)
        return expr.raw([next(params) if piece is None else expr.text(piece) for piece in self.pieces])


def _pieces(sql: str, params: Mapping[str, Any]) -> list[str | Placeholder]:
    """Returns the text, cut at its placeholders as every server reads them."""
    readings = [_read(sql, params, dialect) for dialect in DIALECTS]
    if any(reading != readings[0] for reading in readings):
        message = (
            "the databases do not agree where the strings and comments of this SQL end; give its texts as values,"
            f' RawSQL("... :text", {{"text": ...}}, ...): {sql!r}'
        )
        raise FieldError(message)
    used = {piece.name for piece in readings[0] if isinstance(piece, Placeholder)}
    unused = [name for name in params if name not in used]
    if unused:
        message = f"RawSQL() has no placeholder for {', '.join(map(repr, unused))}; write :{unused[0]} in the SQL"
        raise FieldError(message)
    return readings[0]


def _read(sql: str, params: Mapping[str, Any], dialect: str) -> list[str | Placeholder]:
    """Returns the text as one server reads it: pieces of text, and the placeholders that have a value."""
    found: list[str | Placeholder] = []
    for piece in scan(sql, dialect):
        if isinstance(piece, str):
            found.append(piece)
            continue
        if piece.name is None or piece.name.startswith(("@", "$")):
            message = (
                f"RawSQL() takes :name placeholders, which mean the same on every server, and {piece.text} is none; give a dict of values"
            )
            raise FieldError(message)
        if piece.name not in params:
            if piece.in_brackets:  # the bound of an array slice
                found.append(piece.text)
                continue
            near = meant(piece.name, params) or f"; given: {', '.join(map(str, params)) or 'none'}"
            message = f'RawSQL() has {piece.text}, and no value is called "{piece.name}"{near}'
            raise FieldError(message)
        found.append(Placeholder(piece.text, piece.name))
    return _joined(found)


def _joined(pieces: list[str | Placeholder]) -> list[str | Placeholder]:
    """Returns pieces with neighbouring texts as one."""
    made: list[str | Placeholder] = []
    for piece in pieces:
        if isinstance(piece, str) and made and isinstance(made[-1], str):
            made[-1] += piece
        else:
            made.append(piece)
    return made


def _check_whole(sql: str) -> None:
    """Raises FieldError for a text that would end the parentheses around it, or swallow what follows."""
    for dialect in DIALECTS:
        tokens = sql_tokens(sql, dialect)
        opened: list[str] = []
        for kind, text in tokens:
            if kind == "comment" or (kind == "other" and text == ";"):
                message = f"RawSQL() takes one expression, without comments and semicolons: {sql!r}"
                raise FieldError(message)
            if kind == "other" and text in PAIRS.values():
                opened.append(text)
            elif kind == "other" and text in PAIRS and (not opened or opened.pop() != PAIRS[text]):
                opened.append(text)
                break
        if opened or not any(kind != "space" for kind, _ in tokens) or "\0" in sql:
            what = "is empty" if not sql.strip() else "has a NUL character" if "\0" in sql else "has brackets that do not match"
            message = f"RawSQL() takes one expression, and this text {what}: {sql!r}"
            raise FieldError(message)


def _value(name: Any, value: Any) -> Any:
    """Returns a value as it is bound.

    Raises:
        FieldValueError: It cannot be bound, or servers would take it in different ways.
    """
    if value is None:
        return None
    try:
        found = literal(value).value
    except FieldValueError as error:
        message = f"RawSQL() cannot bind :{name}: {error}"
        raise FieldValueError(message) from None
    if isinstance(found, dt.timedelta):
        message = f"RawSQL() cannot bind :{name}, a timedelta, which databases keep in different ways; give a number of seconds"
        raise FieldValueError(message)
    if isinstance(found, int) and not -LARGEST <= found < LARGEST:
        message = f"RawSQL() cannot bind :{name}, which is beyond 64 bits; give a Decimal"
        raise FieldValueError(message)
    return found
