"""Which of their own columns the rows of a query have: ``only()`` and ``defer()``."""

from __future__ import annotations

from collections.abc import Sequence

from oxyde.exceptions import FieldError
from oxyde.queries.foreign_values import named
from oxyde.queries.paths import column_path
from oxyde.queries.source import State
from oxyde.schema import Table


def only(state: State, names: Sequence[str]) -> State:
    """Returns rows that have these columns, the key and the version; the others are not read.

    Raises:
        FieldError: A name is no column of the table.
        TypeError: There is no name, or the rows are no instances.
    """
    chosen = _fields(state, names, "only")
    return state.with_(fields=_with_key(state, chosen))


def deferred(state: State, names: Sequence[str]) -> State:
    """Returns rows without these columns; the key and the version are read all the same.

    Raises:
        FieldError: A name is no column of the table.
        TypeError: There is no name, or the rows are no instances.
    """
    left_out = _fields(state, names, "defer")
    before = state.table.by_field if state.fields is None else state.fields
    return state.with_(fields=_with_key(state, {name for name in before if name not in left_out}))


def including(state: State, name: str) -> State:
    """Returns the same rows with a column that must be there."""
    return state if state.fields is None else state.with_(fields=_with_key(state, {*state.fields, name}))


def _fields(state: State, names: Sequence[str], verb: str) -> set[str]:
    table = state.table
    if state.selection is not None:
        message = f"{verb}() says what instances have, and these rows are none; name the fields in values() or values_list()"
        raise TypeError(message)
    if not names:
        message = f"{verb}() takes names of fields: {verb}({', '.join(repr(name) for name in list(table.by_field)[1:3])})"
        raise TypeError(message)
    return {_field(table, name, verb) for name in names}


def _field(table: Table, name: str, verb: str) -> str:
    if not isinstance(name, str):
        message = f"{verb}() takes names of fields, not {named(name)}"
        raise TypeError(message)
    path = column_path(table, name)
    if path.hops:
        message = f'{verb}("{name}") leads out of {table.model}, and {verb}() is about its own columns; values("{name}") reads others'
        raise FieldError(message, table=table.name, column=name)
    return path.column.field


def _with_key(state: State, chosen: set[str]) -> tuple[str, ...] | None:
    """Returns the fields in the order of the table, with those by which a row is found and saved; None if that is all."""
    table = state.table
    needed = {column.field for column in table.key} | ({table.version.field} if table.version is not None else set())
    found = tuple(name for name in table.by_field if name in chosen or name in needed)
    return None if len(found) == len(table.columns) else found
