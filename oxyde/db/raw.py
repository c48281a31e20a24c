"""SQL written by the application, with its values bound."""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from oxyde import _native
from oxyde.db.execute import run, run_blocking
from oxyde.db.placeholders import Placeholder, scan
from oxyde.db.route import Route, route
from oxyde.db.sql_start import transaction_word
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import DecodeError, FieldError, FieldValueError, UnsupportedError
from oxyde.ir import expr, statement, wire
from oxyde.queries.foreign_values import MISSING, flaw, named, plain
from oxyde.schema.naming import twice
from oxyde.schema.types import ANY, JSON, ColumnType

ALONE: Final = "{word} would run on any free connection of the pool, which is reset when it is returned; use {remedy}"
"""Why a statement that begins or ends a transaction is refused outside ``atomic()``."""

FOREVER: Final = 1e9
"""A time limit in seconds that no statement reaches."""

Params: TypeAlias = Mapping[str, Any] | Sequence[Any] | None

_PLAIN: Final = (bool, int, float, str, bytes, Decimal, dt.date, dt.time, dt.timedelta, uuid.UUID)
_IN: Final = re.compile(r"\bin\s*(\(\s*)?\Z", re.IGNORECASE)
_CLOSES: Final = re.compile(r"\s*\)")


async def execute_raw(
    sql: str, params: Params = None, *, using: str | None = None, client: object | None = None, timeout: float | None = None
) -> list[dict[str, Any]]:
    """Runs SQL text and returns its rows as dictionaries.

    Args:
        sql: One statement, in the server's own SQL. It is sent unchanged, except for its placeholders.
        params: A dict for ``:name`` placeholders (on every server), a list for ``$1`` (PostgreSQL) or ``?`` (SQLite, MySQL).
            Values are bound, never pasted. A list after ``IN`` (``id IN :ids``) is expanded to its members; elsewhere it is an
            array on PostgreSQL and JSON text on the others. A dict is JSON text.
        using: The alias of a connection.
        client: A connection, an atomic block, or an alias.
        timeout: The time limit of this statement in seconds, instead of ``PoolSettings.statement_timeout``; ``math.inf`` for none.

    Returns:
        One dictionary for each row; an empty list for statements without rows.

    Raises:
        FieldError: A placeholder has no value, or a value no placeholder; nothing was sent.
        FieldValueError: A value cannot be bound; nothing was sent.
        DecodeError: A value cannot be read exactly, or two result columns have the same name.
        UnsupportedError: The statement begins or ends a transaction outside ``atomic()``, or the driver does not support it (LISTEN, COPY).
        StatementTimeoutError: The statement exceeded its time limit.
        TransactionBroken: The statement ended the transaction of its atomic block.
        ValueError: ``timeout`` is not more than 0.
        DatabaseError: The server refused the statement.
    """
    where = route(using, client)
    return await run(_rows(sql, params, where, timeout), where)


def execute_raw_blocking(
    sql: str, params: Params = None, *, using: str | None = None, client: object | None = None, timeout: float | None = None
) -> list[dict[str, Any]]:
    """The blocking twin of ``execute_raw``, public as ``oxyde.sync.execute_raw``."""
    where = route(using, client)
    return run_blocking(_rows(sql, params, where, timeout), where)


def _rows(sql: str, params: Params, where: Route, timeout: float | None = None) -> Steps[list[dict[str, Any]]]:
    if not isinstance(sql, str):
        message = f"execute_raw() takes SQL text, not {type(sql).__name__}"
        raise TypeError(message)
    if timeout is not None and not timeout > 0:
        message = f"timeout={timeout!r} must be more than 0 seconds"
        raise ValueError(message)
    limit = None if timeout is None else min(float(timeout), FOREVER)
    return (yield from _read(sql, *prepared(sql, params, where), limit))


def query(sql: str, params: Params, dialect: str) -> Steps[list[dict[str, Any]]]:
    """Runs SQL text in steps and returns its rows as dictionaries.

    Args:
        sql: One statement.
        params: The values of its placeholders.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    return (yield from _read(sql, *compile_raw(sql, params, dialect)))


def _read(sql: str, shape: bytes, values: tuple[Any, ...], timeout: float | None = None) -> Steps[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    read = dictionaries(sql)
    yield Call(shape, values, lambda batch: rows.extend(read(batch)), timeout=timeout)
    return rows


def dictionaries(sql: str) -> Callable[[_native.Batch], list[dict[str, Any]]]:
    """Returns a function that turns the batches of a statement into dictionaries."""

    def read(batch: _native.Batch) -> list[dict[str, Any]]:
        names = batch.names
        if (repeated := twice(names)) is not None:
            message = f'two result columns are named "{repeated}", and a dictionary can hold only one; rename one of them with AS'
            raise DecodeError(message, column=repeated, sql=sql)
        return [dict(zip(names, row, strict=True)) for row in batch.values()]

    return read


def prepared(sql: str, params: Params, where: Route) -> tuple[bytes, tuple[Any, ...]]:
    """Returns the packed statement and the wire values of SQL text that runs on a connection.

    Raises:
        UnsupportedError: It begins or ends a transaction outside ``atomic()``.
    """
    if where.is_outside and (word := transaction_word(sql, where.database.dialect)) is not None:
        message = ALONE.format(word=word, remedy="`async with db.atomic():`, in blocking code `with oxyde.sync.atomic():`")
        raise UnsupportedError(message, sql=sql)
    return compile_raw(sql, params, where.database.dialect)


def check_params(params: Params) -> None:
    """Raises TypeError for parameters that are neither a dict nor a list."""
    if isinstance(params, (str, bytes)) or not isinstance(params, (Mapping, Sequence, type(None))):
        message = f"the parameters of SQL are a dict or a list, not {type(params).__name__}"
        raise TypeError(message)


def compile_raw(sql: str, params: Params, dialect: str) -> tuple[bytes, tuple[Any, ...]]:
    """Returns the packed statement and the wire values of SQL text.

    Raises:
        FieldError: Placeholders and values do not match.
        FieldValueError: A value cannot be bound.
        TypeError: The values are neither a dict nor a list.
    """
    check_params(params)
    filler = _Filler(sql, params, dialect)
    pieces = filler.pieces()
    return wire.pack(statement.raw(pieces)), tuple(filler.values)


class _Filler:
    """Fills the placeholders of one statement.

    Attributes:
        values: The wire values, in the order in which the pieces number them.
    """

    def __init__(self, sql: str, params: Params, dialect: str) -> None:
        self.sql = sql
        self.params = params
        self.dialect = dialect
        self.values: list[Any] = []
        self._known: dict[str | int, expr.Node] = {}
        self._used: set[str | int] = set()

    def pieces(self) -> list[expr.Node]:
        """Returns text and params in turn."""
        found = scan(self.sql, self.dialect)
        pieces: list[expr.Node] = []
        for at, piece in enumerate(found):
            if isinstance(piece, str):
                pieces.append(expr.text(piece))
            elif self._is_slice(piece):
                pieces.append(expr.text(piece.text))
            else:
                before = found[at - 1] if at else ""
                after = found[at + 1] if at + 1 < len(found) else ""
                pieces += self._fill(piece, before if isinstance(before, str) else "", after if isinstance(after, str) else "")
        self._require_all_used()
        return pieces

    def _is_slice(self, piece: Placeholder) -> bool:
        """Returns whether a name in brackets is the bound of an array slice and not a placeholder."""
        named = self.params if isinstance(self.params, Mapping) else {}
        return piece.in_brackets and piece.name is not None and piece.name not in named

    def _fill(self, piece: Placeholder, before: str, after: str) -> list[expr.Node]:
        key, value = self._value(piece)
        value = plain(value)
        self._used.add(key)
        listing = _IN.search(before)
        if listing is None or not isinstance(value, (list, tuple, set, frozenset)) or (listing[1] and not _CLOSES.match(after)):
            return [self._param(key, value, piece.text)]
        if not value:
            message = f"{piece.text} is an empty list, and SQL has no empty IN; leave the condition out or use one that is false"
            raise FieldValueError(message, sql=self.sql)
        members: list[expr.Node] = []
        for member in value:
            members += [expr.text(", "), self._bind(member, piece.text)]
        members = members[1:]
        return members if listing[1] else [expr.text("("), *members, expr.text(")")]

    def _value(self, piece: Placeholder) -> tuple[str | int, Any]:
        """Returns the key and the value of a placeholder."""
        if piece.name is not None:
            if piece.name.startswith(("@", "$")):
                message = f"write {piece.text} as :{piece.name[1:]}, the placeholder of every server"
                raise FieldError(message, sql=self.sql)
            if not isinstance(self.params, Mapping):
                message = f"the SQL has {piece.text}, but " + (
                    "no parameters were given" if self.params is None else f"the parameters are a {type(self.params).__name__}"
                )
                raise FieldError(f"{message}; give a dict with {piece.name!r}", sql=self.sql)
            if piece.name not in self.params:
                given = ", ".join(map(str, self.params)) or "none"
                message = f"the SQL has {piece.text}, but no parameter is named {piece.name!r}; given: {given}"
                raise FieldError(message, sql=self.sql)
            return piece.name, self.params[piece.name]
        if isinstance(self.params, Mapping):
            message = f"the SQL has {piece.text}, but the parameters are a dict; write :name, or give a list"
            raise FieldError(message, sql=self.sql)
        count = 0 if self.params is None else len(self.params)
        if not 0 <= piece.index < count:
            message = f"the SQL has {piece.text}, placeholder {piece.index + 1}, but {count or 'no'} parameters were given"
            raise FieldError(message, sql=self.sql)
        return piece.index, None if self.params is None else self.params[piece.index]

    def _param(self, key: str | int, value: Any, text: str) -> expr.Node:
        """Returns the param of a placeholder; one that occurs twice is one param."""
        if key not in self._known:
            self._known[key] = self._bind(value, text)
        return self._known[key]

    def _bind(self, value: Any, text: str) -> expr.Node:
        kind, wired = self._adapt(value, text)
        self.values.append(wired)
        return expr.param(len(self.values) - 1, kind, uncast=True)

    def _adapt(self, value: Any, text: str) -> tuple[ColumnType, Any]:
        """Returns the type and the wire value of a Python value."""
        value = plain(value.value if isinstance(value, enum.Enum) else value)
        if type(value) not in _PLAIN and isinstance(value, (dt.date, dt.timedelta)) and (found := flaw(value)) is not None:
            message = f"{text} takes values that Python can represent, not {found}"
            raise FieldValueError(message, sql=self.sql)
        if isinstance(value, dt.timedelta) and self.dialect in {"mysql", "mariadb"}:
            message = (
                f"{text} is a timedelta, which raw SQL on this server cannot bind safely: a TIME column and a column of ours (BIGINT) "
                f"read it differently; give microseconds as an int, or text for TIME"
            )
            raise FieldValueError(message, sql=self.sql)
        if isinstance(value, int) and not -(2**63) <= value < 2**63 and self.dialect != "sqlite":
            # The other servers have columns of such numbers, which they compare exactly.
            return ANY, Decimal(value)
        if value is None or isinstance(value, _PLAIN):
            return ANY, value
        if isinstance(value, (bytearray, memoryview)):
            return ANY, bytes(value)
        if isinstance(value, (list, tuple, set, frozenset)):
            if self.dialect == "postgres":
                return ANY, [self._adapt(member, text)[1] for member in value]
            return JSON, self._json(list(value), text)
        if isinstance(value, Mapping):
            return JSON, self._json(dict(value), text)
        remedy = "" if type(value).__name__ in MISSING else "; give a plain Python value"
        message = f"{text} cannot take a value of type {named(value)}{remedy}"
        raise FieldValueError(message, sql=self.sql)

    def _json(self, value: Any, text: str) -> str:
        try:
            return json.dumps(value, allow_nan=False, ensure_ascii=False, default=_jsonable)
        except (TypeError, ValueError) as error:
            message = f"{text} contains a value that JSON cannot represent: {error}"
            raise FieldValueError(message, sql=self.sql) from None

    def _require_all_used(self) -> None:
        if self.params is None:
            return
        keys: set[str | int] = set(self.params) if isinstance(self.params, Mapping) else set(range(len(self.params)))
        unused = keys - self._used
        if not unused:
            return
        if isinstance(self.params, Mapping):
            message = f"no placeholder uses {', '.join(repr(name) for name in self.params if name in unused)}; write :name in the SQL"
        else:
            mark = "$1, $2" if self.dialect == "postgres" else "?"
            given = "1 parameter was" if len(self.params) == 1 else f"{len(self.params)} parameters were"
            lacking = f"{len(unused)} of them {'has' if len(unused) == 1 else 'have'}"
            message = f"{given} given and {lacking} no placeholder; this server's is {mark}, or :name with a dict on every server"
        raise FieldError(message, sql=self.sql)


def _jsonable(value: Any) -> Any:
    found = plain(value)
    if found is value:
        message = f"Object of type {named(value)} is not JSON serializable"
        raise TypeError(message)
    return found


__all__ = ["check_params", "compile_raw", "dictionaries", "execute_raw", "execute_raw_blocking", "prepared"]
