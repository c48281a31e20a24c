"""Errors of the core with what only we know: which field a parameter was, and how the table calls a constraint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from oxyde.exceptions import DataError, FieldValueError, IntegrityError, UniqueViolationError
from oxyde.ir.schema import unique_indexes, unique_names
from oxyde.schema import Table

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
    except FieldValueError as error:
        named = _PARAMETER.match(str(error))
        if named is None or int(named[1]) > len(fields):
            raise
        field = fields[int(named[1]) - 1]
        message = f"{table.model}.{field}: {str(error)[named.end() :]}"
        raise FieldValueError(message, column=field, table=table.name, hint=error.hint, sql=error.sql) from None
    except (DataError, IntegrityError) as error:
        error.table = error.table or table.name
        if isinstance(error, UniqueViolationError):
            _name_unique(error, table)
        raise


def _name_unique(error: UniqueViolationError, table: Table) -> None:
    """Gives the columns of a violated constraint, or unique index, its name, and the other way round, whichever the server told."""
    names = {**unique_indexes(table), **unique_names(table)}
    if error.constraint in names:
        columns = names[error.constraint]
        error.column = error.column or (columns[0] if len(columns) == 1 else None)
        return
    told = tuple(error.constraint.split(", ")) if error.constraint else (error.column,)
    error.constraint = next((name for name, columns in names.items() if columns == told), error.constraint)
