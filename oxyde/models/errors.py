"""Errors of the core with what only we know: which field a parameter was, and how the table calls a constraint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeAlias

from oxyde.exceptions import DataError, FieldValueError, IntegrityError, UniqueViolationError
from oxyde.ir.schema import unique_indexes, unique_names
from oxyde.schema import Table

COMPLETED: Final = (FieldValueError, DataError, IntegrityError)
"""What is completed."""
Completed: TypeAlias = "FieldValueError | DataError | IntegrityError"

_PARAMETER: Final = re.compile(r"parameter (\d+)(?: of type \w+)?: ")


@contextmanager
def blame(table: Table, fields: Sequence[str] = ()) -> Iterator[None]:
    """Completes the errors of a statement on a table.

    Args:
        table: Which.
        fields: The field of each parameter, in order.
    """
    try:
        yield
    except COMPLETED as error:
        found = completed(error, table, fields)
        if found is error:
            raise
        raise found from None


def completed(error: Completed, table: Table, fields: Sequence[str] = ()) -> Completed:
    """Returns an error of a statement on a table, which names model, field and constraint; takes what ``blame`` takes."""
    if not isinstance(error, FieldValueError):
        error.table = error.table or table.name
        if isinstance(error, UniqueViolationError):
            _name_unique(error, table)
        return error
    named = _PARAMETER.match(str(error))
    if named is None or int(named[1]) > len(fields):
        return error
    field = fields[int(named[1]) - 1]
    message = f"{table.model}.{field}: {str(error)[named.end() :]}"
    return FieldValueError(message, column=field, table=table.name, hint=error.hint, sql=error.sql)


def _name_unique(error: UniqueViolationError, table: Table) -> None:
    """Completes the name and the column of a violated unique constraint or index: servers tell one or the other."""
    names = {**unique_indexes(table), **unique_names(table)}
    if error.constraint in names:
        columns = names[error.constraint]
        error.column = error.column or (columns[0] if len(columns) == 1 else None)
        return
    told = tuple(error.constraint.split(", ")) if error.constraint else (error.column,)
    error.constraint = next((name for name, columns in names.items() if columns == told), error.constraint)
