"""Enumerations that several columns share, where the server has no names of them: one class of flags instead of twenty."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from oxyde.inspect.names import class_name, enum_class_name, free
from oxyde.inspect.words import parts
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import enum_name, short
from oxyde.schema.relation import Address
from oxyde.schema.types import enum_of

ANSWERS: Final = {"n": "no", "no": "no", "y": "yes", "yes": "yes", "off": "off", "on": "on", "false": "false", "true": "true"}
"""Values that say by themselves what an enumeration of them is called."""


def shared(state: State, models: Collection[str]) -> State:
    """Returns a state whose enumerations are named as a person would name classes, those of equal values once where a name tells them.

    Args:
        state: The state of a database whose enumerations have no names of their own: MySQL and SQLite.
        models: The names of classes that tables have.
    """
    names: dict[Address, str] = {}
    groups: dict[tuple[str | None, tuple[str, ...]], list[tuple[Address, str, str]]] = {}
    for address, table, column in _used(state):
        groups.setdefault((address[0], state.enums[address]), []).append((address, table, column))
    alone: list[tuple[Address, str, str]] = []
    for (schema, values), users in groups.items():
        words = _common(values, [column for _, _, column in users]) if len(users) > 1 else []
        taken = {name for (of, _), name in names.items() if of == schema}
        called = _called(words, models) if words else None
        if called is None or called in taken:
            alone += users
        else:
            names |= {address: called for address, _, _ in users}
    for address, table, column in alone:
        taken = {name for (schema, _), name in names.items() if schema == address[0]}
        of_table, own = parts(class_name(table)), parts(column)
        names[address] = free([_called(_once(of_table, own), models), _called([*of_table, *own], models)], taken)
    tables = {address: _renamed(table, names) for address, table in state.tables.items()}
    enums = {(address[0], names.get(address, address[1])): values for address, values in state.enums.items()}
    return replace(state, tables=tables, enums=enums)


def _used(state: State) -> Iterator[tuple[Address, str, str]]:
    """Yields each enumeration with the names of the table and the column that have it."""
    for table in state.tables.values():
        for column in table.columns.values():
            if column.enum is not None and (table.schema, column.enum) in state.enums:
                yield (table.schema, column.enum), table.name, column.name


def _called(words: Sequence[str], models: Collection[str]) -> str:
    """Returns the name of the enumeration whose class is called by some words, and ends in Enum where a model is called so."""
    name = enum_class_name("_".join(words))
    return short(enum_name(f"{name}Enum" if name in models else name))


def _common(values: Sequence[str], columns: Sequence[str]) -> Sequence[str]:
    """Returns what several columns of equal values are called together: the words that all their names end in, else what the values say."""
    words = [parts(column) for column in columns]
    ending: list[str] = []
    for last in zip(*map(reversed, words), strict=False):
        if len(set(last)) > 1:
            break
        ending.insert(0, last[0])
    answers = [ANSWERS.get(value.lower(), "") for value in values]
    return ending or (answers if len(set(answers)) == len(answers) == 2 and all(answers) else [])


def _once(table: list[str], column: list[str]) -> list[str]:
    """Returns the words of a table and of its column, those once that the first ends and the second begins with."""
    for count in range(min(len(table), len(column)), 0, -1):
        if table[-count:] == column[:count]:
            return [*table, *column[count:]]
    return [*table, *column]


def _renamed(table: Table, names: Mapping[Address, str]) -> Table:
    """Returns a table whose columns have the enumerations of other names."""
    columns = {
        name: column
        if column.enum is None
        else replace(column, type=enum_of(names.get((table.schema, column.enum), column.enum), column.type.labels))
        for name, column in table.columns.items()
    }
    return replace(table, columns=columns)
