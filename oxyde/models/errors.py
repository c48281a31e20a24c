"""Completes errors of the core with model names: the field of a parameter, and the name of a constraint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, TypeAlias, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, PydanticKnownError
from typing_extensions import Self

from oxyde.exceptions import (
    DataError,
    DecodeError,
    FieldError,
    FieldValueError,
    ForeignKeyViolationError,
    IntegrityError,
    UniqueViolationError,
)
from oxyde.ir.schema import unique_indexes, unique_names
from oxyde.schema import Table

T = TypeVar("T")
Validate: TypeAlias = "Callable[[list[dict[str, Any]]], list[Any]]"

COMPLETED: Final = (FieldValueError, DataError, IntegrityError)
"""The errors that are completed."""
Completed: TypeAlias = "FieldValueError | DataError | IntegrityError"

_PARAMETER: Final = re.compile(r"parameter (\d+)(?: of type \w+)?: ")


_COLUMN: Final = re.compile(r'column "(\w+)": ')
_NUL: Final = "unsupported Unicode escape sequence"
"""How PostgreSQL's message about a NUL character inside JSON begins."""


@contextmanager
def blame(table: Table, fields: Sequence[str] = (), largest: Callable[[str], int | None] | None = None) -> Iterator[None]:
    """Completes the errors of a statement on a table.

    Args:
        table: The table.
        fields: The field of each parameter, in order.
        largest: The row of a bulk insert with the largest value of a field.
    """
    try:
        yield
    except COMPLETED as error:
        found = completed(error, table, fields, largest)
        if found is error:
            raise
        raise found from None


def completed(error: Completed, table: Table, fields: Sequence[str] = (), largest: Callable[[str], int | None] | None = None) -> Completed:
    """Returns an error of a statement with model, field and constraint added; takes the arguments of ``blame``."""
    if isinstance(error, DataError) and str(error).startswith(_NUL):
        return _nul_in_json(error, table, fields)
    if not isinstance(error, FieldValueError):
        error.table = error.table or table.name
        if isinstance(error, UniqueViolationError):
            _name_unique(error, table)
        if isinstance(error, ForeignKeyViolationError):
            _name_reference(error, table)
        return error
    column = _COLUMN.match(str(error))
    if column is not None and column[1] in table.by_field:
        at = largest(column[1]) if largest is not None and "bytes are too many" in str(error) else None
        where = "" if at is None else f" (row {at} of bulk_create(), counted from 0)"
        message = f"{table.model}.{column[1]}: {str(error)[column.end() :]}{where}"
        return FieldValueError(message, column=column[1], table=table.name, hint=error.hint, sql=error.sql)
    named = _PARAMETER.match(str(error))
    if named is None or int(named[1]) > len(fields):
        return error
    field = fields[int(named[1]) - 1]
    message = f"{table.model}.{field}: {str(error)[named.end() :]}"
    return FieldValueError(message, column=field, table=table.name, hint=error.hint, sql=error.sql)


def _nul_in_json(error: DataError, table: Table, fields: Sequence[str]) -> DataError:
    """Returns PostgreSQL's error about a NUL character with the fields that may hold it."""
    names = [column.field for column in table.columns if column.type.kind == "json" and (not fields or column.field in fields)]
    where = " or ".join(f"{table.model}.{name}" for name in names) or table.model
    message = f"{where} holds text with a NUL character (\\u0000) in its JSON, which PostgreSQL cannot keep; remove it"
    column = names[0] if len(names) == 1 else None
    return DataError(message, sqlstate=error.sqlstate, table=table.name, column=column, sql=error.sql, hint=error.hint)


@contextmanager
def after_write() -> Iterator[None]:
    """Adds to an error about values that the database filled in that the statement itself succeeded."""
    try:
        yield
    except DecodeError as error:
        message = f"{error}; the row itself was written"
        raise DecodeError(message, table=error.table, column=error.column, sql=error.sql, hint=error.hint) from error


class Row:
    """Adds the index of the row to the errors that leave its ``with`` block.

    Attributes:
        at: The row that is being worked on.
    """

    __slots__ = ("at", "verb")

    def __init__(self, at: int, verb: str) -> None:
        self.at = at
        self.verb = verb

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, FieldError):
            message = f"{error} (row {self.at} of {self.verb}(), counted from 0)"
            raise type(error)(message, column=error.column, table=error.table, hint=error.hint) from error
        if isinstance(error, ValidationError):
            made = _at(error, self.at)
            notes = [*getattr(error, "__notes__", ()), f"row {self.at} of {self.verb}(), counted from 0"]
            made.__notes__ = notes  # type: ignore[attr-defined, unused-ignore] # add_note() of Python 3.11 does no more
            raise made from error.__cause__


def in_row(at: int, verb: str = "bulk_create") -> Row:
    """Returns the context of one row of a bulk verb."""
    return Row(at, verb)


def in_rows(verb: str) -> Row:
    """Returns the context of a loop over the rows of a bulk verb, which sets ``at``: ``for row.at, one in enumerate(rows)``."""
    return Row(0, verb)


def _at(error: ValidationError, at: int) -> ValidationError:
    """Returns the error of one row with its index first in every ``loc``, as ``TypeAdapter(list[M])`` has it."""
    lines = [line_of(line, (at, *line["loc"])) for line in error.errors(include_url=False)]
    return ValidationError.from_exception_data(error.title, lines, hide_input="input_value=" not in str(error))


def line_of(line: ErrorDetails, loc: tuple[int | str, ...]) -> InitErrorDetails:
    """Returns a line of an error as what it is made from, at another place: one of Pydantic's own kinds, or one that a validator made."""
    kind, message, context = cast("tuple[Any, Any, Any]", (line["type"], line["msg"], line.get("ctx")))
    made: InitErrorDetails = {"type": kind, "loc": loc, "input": line["input"]}
    if context:
        made["ctx"] = context
    try:
        is_known = PydanticKnownError(kind, context).message() == message
    except (KeyError, TypeError, ValueError):
        is_known = False
    if not is_known:
        made["type"] = PydanticCustomError(kind, message, context)
    return made


def _name_unique(error: UniqueViolationError, table: Table) -> None:
    """Completes the name and the column of a violated unique constraint or index: servers report only one of them."""
    names = {**unique_indexes(table), **unique_names(table)}
    if error.constraint in names:
        columns = names[error.constraint]
        error.column = error.column or (columns[0] if len(columns) == 1 else None)
        return
    told = tuple(error.constraint.split(", ")) if error.constraint else (error.column,)
    error.constraint = next((name for name, columns in names.items() if columns == told), error.constraint)


def _name_reference(error: ForeignKeyViolationError, table: Table) -> None:
    """Completes the column of a violated foreign key of this table, of which PostgreSQL reports the constraint alone."""
    if error.column is None and error.table == table.name:
        error.column = next((key.columns[0] for key in table.foreign_keys if key.name == error.constraint and len(key.columns) == 1), None)


def refusing(table: Table, validate: Validate) -> Validate:
    """Returns a validator that raises DecodeError for a row that is not valid for the table's model."""

    def valid(rows: list[dict[str, Any]]) -> list[Any]:
        try:
            return validate(rows)
        except ValidationError as error:
            raise _invalid(table, rows, error) from error

    return valid


def _invalid(table: Table, rows: Sequence[Mapping[str, Any]], error: ValidationError) -> DecodeError:
    """Returns the error of the first row that is not valid; it shows the row's key and none of its other values."""
    first, *others = error.errors(include_input=False, include_url=False, include_context=False)
    row, *path = first["loc"] or (0,)
    values = rows[row] if isinstance(row, int) else {}
    key = ", ".join(f"{column.field}={values[column.field]!r}" for column in table.key if column.field in values)
    column = table.by_field.get(str(path[0])) if path else None
    place = f"{'.'.join(map(str, path))}: " if path else ""
    more = f" (and {len(others)} more)" if others else ""
    message = f"a row of {table.name}{f' ({key})' if key else ''} is not valid for {table.model}: {place}{first['msg']}{more}"
    return DecodeError(message, table=table.name, column=None if column is None else column.name)
