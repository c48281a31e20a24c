"""The constraints and indexes of a table as its fields and its ``Meta`` say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oxyde.migrations.changes.adoption import derived
from oxyde.migrations.folder.layout import Group, call
from oxyde.migrations.parts import Check, Exclude, Index, Unique
from oxyde.migrations.state import Table


@dataclass(frozen=True)
class Said:
    """What is said about the constraints and indexes of a table.

    Attributes:
        fields: The keywords of fields, by column.
        meta: Options of ``Meta``.
    """

    fields: Mapping[str, Mapping[str, Any]]
    meta: Mapping[str, Any]


def said(table: Table, names: Mapping[str, str]) -> Said:
    """Returns what fields and ``Meta`` say about constraints and indexes, foreign keys aside.

    Args:
        table: The table.
        names: The names by which ``Meta`` knows its columns.
    """
    fields: dict[str, dict[str, Any]] = {name: {} for name in table.columns}
    constraints: list[Group] = []
    together: list[tuple[str, ...]] = []
    for one in table.constraints.values():
        match one:
            case Unique(_, (column,), False) if "db_unique" not in fields[column] and (column,) != table.key:
                fields[column]["db_unique"] = True
            case Unique():
                of = tuple(names[column] for column in one.columns)
                if one.deferrable or not _is_unnamed(table, one):
                    constraints.append(call("Unique", [of], {"name": _name(table, one), "deferrable": one.deferrable or None}))
                else:
                    together.append(of)
            case Check():
                constraints.append(call("Check", [one.sql], {"name": _name(table, one)}))
            case Exclude():
                method = None if one.method == "gist" else one.method
                said_of = {"method": method, "where": one.where, "name": _name(table, one)}
                constraints.append(call("Exclude", [list(one.elements)], said_of))
            case _:
                pass
    indexes: list[Group] = []
    for index in table.indexes.values():
        column = index.parts[0] if len(index.parts) == 1 else ""
        options: dict[str, Any] = {"db_index": True, "db_index_name": _name(table, index), "db_index_method": index.method}
        if _is_simple(index) and column in fields and "db_index" not in fields[column]:
            fields[column] |= {word: value for word, value in options.items() if value is not None}
        else:
            indexes.append(_index(table, index, names))
    meta = {"indexes": indexes, "unique_together": together, "constraints": constraints}
    return Said(fields, {option: value for option, value in meta.items() if value})


def is_unique(table: Table, columns: frozenset[str]) -> bool:
    """Returns whether no two rows share the values of some columns."""
    unique = {frozenset(one.columns) for one in table.constraints.values() if isinstance(one, Unique)}
    whole = {frozenset(one.parts) for one in table.indexes.values() if one.unique and one.where is None}
    return columns in {frozenset(table.key), *unique, *whole}


def _is_simple(index: Index) -> bool:
    return not (index.unique or index.where or index.include or index.desc)


def _index(table: Table, index: Index, names: Mapping[str, str]) -> Group:
    """Returns an index; what is no column of the table is SQL."""
    of = tuple(("-" if part in index.desc and part in names else "") + names.get(part, part) for part in index.parts)
    options = {
        "unique": index.unique or None,
        "method": index.method,
        "where": index.where,
        "name": _name(table, index),
        "include": tuple(names[column] for column in index.include) or None,
        "desc": tuple(part for part in index.desc if part not in names) or None,
    }
    return call("Index", [of], options)


def _name(table: Table, part: Unique | Check | Exclude | Index) -> str | None:
    """Returns the name of a constraint or index, or None where it is the one that we would give."""
    return None if part.name == derived(table, part) else part.name


def _is_unnamed(table: Table, unique: Unique) -> bool:
    """Whether nobody chose the name of a unique constraint: it is ours, or what PostgreSQL gives where none is given."""
    return unique.name in {derived(table, unique), f"{'_'.join([table.name, *unique.columns])}_key"}
