"""Tables of a state and their parts as DDL statements need them."""

from __future__ import annotations

from typing import Any

from oxyde.ir.query import without_defaults
from oxyde.ir.schema import ACTIONS, address
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ColumnType, ForeignKey
from oxyde.schema.types import enum_of


def table(table: Table, state: State, later: State) -> dict[str, Any]:
    """Returns a table as it is created.

    Args:
        table: The table.
        state: The state after it was created, which knows the values of its enumerations.
        later: The state that it leads to, whose indexes decide about types, too.
    """
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in table.constraints.values():
        ((kind, described),) = constraint(one).items()
        by_kind.setdefault(kind, []).append(described)
    parts = {
        "key": list(table.key),
        "uniques": by_kind.get("unique", []),
        "checks": by_kind.get("check", []),
        "excludes": by_kind.get("exclude", []),
        "foreign_keys": by_kind.get("foreign_key", []),
        "indexes": [index(one, table) for one in table.indexes.values()],
        "comment": table.comment,
    }
    columns = [column(one, table, state, later) for one in table.columns.values()]
    return {**without_defaults(parts), "table": address(table.address), "columns": columns}


def column(column: Column, table: Table, state: State, later: State) -> dict[str, Any]:
    """Returns a column of a table.

    Args:
        column: The column.
        table: Its table.
        state: A state that knows the values of its enumeration.
        later: The state that the table leads to, whose indexes decide about types, too.
    """
    generated = None if column.generated is None else without_defaults({"sql": column.generated, "stored": column.stored})
    ahead = later.tables.get(table.address, table)
    parts = {
        "name": column.name,
        "type": _type(column, table, state).wire(),
        "nullable": column.nullable,
        "length": column.length,
        "indexed": any(column.name in one.key or one.parts_over(column.name) for one in (table, ahead)),
        "db_type": column.db_type,
        "auto": column.auto,
        "default": column.default,
        "generated": generated,
        "comment": column.comment,
        "collation": column.collation,
        "identity": None if column.identity is None else column.identity.replace(" ", "_"),
    }
    return without_defaults(parts)


def _type(column: Column, table: Table, state: State) -> ColumnType:
    """Returns a column's type, an enumeration with its values."""
    return column.type if column.enum is None else enum_of(column.enum, state.values((table.schema, column.enum)))


def constraint(constraint: Constraint) -> dict[str, Any]:
    """Returns a constraint by its kind."""
    match constraint:
        case Unique(name, columns, deferrable):
            return {"unique": without_defaults({"name": name, "columns": list(columns), "deferrable": deferrable})}
        case Check(name, sql):
            return {"check": {"name": name, "sql": sql}}
        case Exclude(name, elements, method, where):
            pairs = [list(element) for element in elements]
            return {"exclude": without_defaults({"name": name, "method": method, "elements": pairs, "where": where})}
        case ForeignKey():
            key = {
                "name": constraint.name,
                "columns": list(constraint.columns),
                "target": address(constraint.target),
                "target_columns": list(constraint.target_columns),
                "on_delete": ACTIONS[constraint.on_delete],
                "on_update": ACTIONS[constraint.on_update],
                "deferrable": constraint.deferrable,
            }
            return {"foreign_key": without_defaults(key)}


def index(index: Index, table: Table) -> dict[str, Any]:
    """Returns an index of a table; what is no column of it is SQL."""
    parts = [without_defaults({"column" if part in table.columns else "sql": part, "desc": part in index.desc}) for part in index.parts]
    described = {"name": index.name, "unique": index.unique, "method": index.method, "where": index.where, "include": list(index.include)}
    return {**without_defaults(described), "parts": parts}
