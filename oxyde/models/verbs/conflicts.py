"""Rows that are there already: by which unique key they are found, and what they are assigned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from oxyde.exceptions import FieldError, FieldValueError
from oxyde.models.errors import in_row
from oxyde.models.info import ModelInfo
from oxyde.models.verbs.writing import check_members, validated
from oxyde.queries.dml import RowGroup
from oxyde.queries.paths import unknown
from oxyde.queries.term import Term
from oxyde.queries.upserts import Excluded, Meeting, Proposed, changes
from oxyde.schema import Column, Table

EXACT: Final = frozenset({"int", "bool", "uuid", "date", "datetime"})
"""The kinds of values that equal no others."""


def updating(
    model: ModelInfo,
    table: Table,
    unique_fields: str | Iterable[str] | None,
    update_fields: Iterable[str] | None,
    *,
    ignores: bool,
    updates: bool,
) -> Meeting | None:
    """Returns what ``bulk_create()`` does about rows that are there; None where it updates none.

    Raises:
        ValueError: The options contradict each other.
    """
    if ignores and updates:
        raise ValueError("bulk_create() either ignores conflicts or updates the rows that are there; give one of the two")
    if not updates:
        name = "unique_fields" if unique_fields is not None else "update_fields" if update_fields is not None else None
        if name is not None:
            message = f"bulk_create({name}=...) says how rows that are there are updated; add update_conflicts=True"
            raise ValueError(message)
        return None
    target = unique_key(table, unique_fields, "bulk_create", "unique_fields")
    names = [column.field for column in own_columns(table, target)] if update_fields is None else update_fields
    changed = assignments(model, table, target, names, "bulk_create", "update_fields")
    if not changed:
        message = f"bulk_create(update_conflicts=True) of {model.name} has no field to update; ignore_conflicts=True leaves rows alone"
        raise ValueError(message)
    return Meeting(target, changed, returning=table.columns)


def is_known(table: Table, meeting: Meeting, batch: RowGroup) -> bool:
    """Whether a batch says every value of the rows as they are afterwards, so that none need be read back.

    The values of a key are those that are given, if no others equal them, as texts may that differ in case.
    """
    copied = {column.field for column, term in meeting.assignments if isinstance(term, Excluded) and term.column is column}
    keys = {column.field for column in meeting.target if column.type.kind in EXACT and column.db_type is None}
    return meeting.where is None and table.by_field.keys() <= (copied | keys) & {*batch.fields}


def own_columns(table: Table, target: Sequence[Column]) -> Iterator[Column]:
    """Yields the columns that a row updates if nothing else is said: none that identifies it, or that the database or Oxyde fills in."""
    for column in table.columns:
        is_filled = column.generated is not None or column.auto or column.auto_now or column.auto_now_add or column is table.version
        if not is_filled and column not in target and not column.key:
            yield column


def assignments(
    model: ModelInfo, table: Table, target: Sequence[Column], update: Iterable[str] | Mapping[str, Any], verb: str, parameter: str
) -> tuple[tuple[Column, Term], ...]:
    """Returns what a row that is there is assigned: proposed values of named fields, or values and expressions.

    Raises:
        FieldError: A name is no field that may be assigned, or a value does not fit.
        TypeError: They are no list of names and no dictionary.
    """
    if isinstance(update, str) or not isinstance(update, Iterable):
        message = f'{verb}({parameter}=...) takes a list of fields, {parameter}=["name"], not {update!r}'
        raise TypeError(message)
    values: dict[str, Any] = (
        dict(update) if isinstance(update, Mapping) else {_field(table, name) or name: Proposed(name) for name in update}
    )
    plain = validated(model, table, values)
    made = changes(table, verb, {name: plain.get(name, value) for name, value in values.items()})
    check_members(table, made)
    for column, _ in made:
        if column in target or column.key:
            message = f"{verb}() finds the row of a {model.name} by its key, and cannot change {model.name}.{column.field}"
            raise FieldError(message, column=column.field)
    return made


def unique_key(table: Table, names: str | Iterable[str] | None, verb: str, parameter: str) -> tuple[Column, ...]:
    """Returns the columns of the unique key that fields are; without any, of the only one that there is beside a key that is generated.

    Raises:
        FieldError: A name is no field.
        ValueError: No unique key is of these fields, or there are several.
    """
    keys = [frozenset(column.field for column in table.key)] if table.key else []
    keys += [frozenset([column.field]) for column in table.columns if column.unique]
    keys += [frozenset(unique.fields) for unique in table.uniques if not unique.deferrable]
    keys += [frozenset(name.removeprefix("-") for name in index.fields) for index in table.indexes if index.unique and index.where is None]
    named = [[_field(table, name) for name in key] for key in keys]  # those of an index may be expressions
    keys = list(dict.fromkeys(frozenset(name for name in key if name is not None) for key in named if None not in key))
    known = " or ".join("[" + ", ".join(f'"{name}"' for name in sorted(key)) + "]" for key in keys) or "none, so that no row meets another"
    if names is None:
        own = [key for key in keys if not any(table.by_field[name].auto for name in key)] or keys
        if len(own) == 1:
            return tuple(column for column in table.columns if column.field in own[0])
        message = f"{verb}() of {table.model} needs {parameter}=[...], the fields of one unique key: it has {known}"
        raise ValueError(message)
    listed = [names] if isinstance(names, str) else list(names)
    found: list[Column] = []
    for name in listed:
        field = _field(table, name)
        if field is None:
            raise unknown(table, name)
        found.append(table.by_field[field])
    if frozenset(column.field for column in found) not in keys:
        fields = ", ".join(listed)
        message = f"{verb}({parameter}=...) of {table.model}: {fields or 'no field'} is not a unique key; it has {known}"
        raise ValueError(message)
    return tuple(dict.fromkeys(found))


def _field(table: Table, name: str) -> str | None:
    """Returns the field that a name means: a relation by its key, ``pk`` of one column; None for any other name."""
    if name == "pk" and len(table.key) == 1:
        return table.key[0].field
    column = table.by_relation.get(name) or table.by_field.get(name)
    return None if column is None else column.field


def check_keys(table: Table, target: Sequence[Column], batch: RowGroup, places: Sequence[int], keys: dict[Any, int], verb: str) -> None:
    """Checks that each row of a batch has a key, which no other row has; adds it to ``keys``.

    Raises:
        FieldValueError: A row has no value for the key.
        ValueError: Two rows have one key.
    """
    values: list[Sequence[Any]] = []
    for column in target:
        given = batch.columns[batch.fields.index(column.field)] if column.field in batch.fields else [None] * len(places)
        for at, value in zip(places, given, strict=True):
            if value is None:
                message = f"{table.model}.{column.field} needs a value, because rows that are there are found by it"
                with in_row(at, verb):
                    raise FieldValueError(message, column=column.field)
        values.append(given)
    for at, key in zip(places, zip(*values, strict=True), strict=True):
        first = keys.setdefault(key, at)
        if first != at:
            names = ", ".join(column.field for column in target)
            message = f"{verb}() of {table.model} was given two rows of the same {names}, rows {first} and {at}, counted from 0"
            raise ValueError(message)
