"""Statements on one row, found by its key: what saving, deleting and refreshing an instance send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from oxyde.ir import expr, query, statement, wire
from oxyde.ir.expr import Node
from oxyde.queries.scope import alias_of
from oxyde.schema import Column, Table
from oxyde.schema.memo import remembered

Sent: TypeAlias = "tuple[bytes, tuple[Any, ...]]"


def insert(table: Table, row: Mapping[str, Any], returning: Sequence[Column]) -> Sent:
    """Returns an INSERT.

    Args:
        table: The table.
        row: The wire values by field.
        returning: The columns that the database fills in, to be read back.
    """
    return _insert(table, tuple(row), tuple(returning)), tuple(row.values())


@remembered(512)
def _insert(table: Table, fields: tuple[str, ...], returning: tuple[Column, ...]) -> bytes:
    columns = [table.by_field[name] for name in fields]
    row = [param(number, column) for number, column in enumerate(columns)]
    return wire.pack(statement.insert(table, columns, row=row, returning=outputs(returning, "")))


def update(table: Table, condition: Mapping[str, Any], values: Mapping[str, Any], returning: Sequence[Column]) -> Sent:
    """Returns the UPDATE of the row whose columns equal the wire values of ``condition``."""
    shape = _update(table, tuple(values), tuple(condition), tuple(returning))
    return shape, (*values.values(), *condition.values())


@remembered(512)
def _update(table: Table, fields: tuple[str, ...], condition: tuple[str, ...], returning: tuple[Column, ...]) -> bytes:
    changed = [table.by_field[name] for name in fields]
    assignments = [(column, param(number, column), False) for number, column in enumerate(changed)]
    where, alias = _where(table, condition, len(fields)), alias_of(table.name)
    return wire.pack(statement.update(table, alias, assignments, where=where, returning=outputs(returning, alias)))


def delete(table: Table, condition: Mapping[str, Any]) -> Sent:
    """Returns the DELETE of the row whose columns equal the wire values of ``condition``."""
    return _delete(table, tuple(condition)), tuple(condition.values())


@remembered(512)
def _delete(table: Table, condition: tuple[str, ...]) -> bytes:
    return wire.pack(statement.delete(table, alias_of(table.name), where=_where(table, condition, 0)))


def select(table: Table, condition: Mapping[str, Any], columns: Sequence[Column]) -> Sent:
    """Returns the SELECT of some columns of the row whose columns equal the wire values of ``condition``."""
    return _select(table, tuple(condition), tuple(columns)), tuple(condition.values())


@remembered(512)
def _select(table: Table, condition: tuple[str, ...], columns: tuple[Column, ...]) -> bytes:
    alias = alias_of(table.name)
    source, where = query.from_table(table, alias), _where(table, condition, 0)
    body = query.select(source, outputs=outputs(columns, alias), where=where)
    return wire.pack(statement.query(query.query(body, point=True)))


def param(number: int, column: Column) -> Node:
    """A column's value as a parameter."""
    return expr.param(number, column.type, uncast=column.uncast)


def outputs(columns: Sequence[Column], alias: str) -> list[dict[str, Any]]:
    """Columns of one table as result columns, by field name."""
    output: Callable[..., dict[str, Any]] = query.output
    return [
        output(expr.column(alias, column.name, column.type, column.db_type), column.field, column.type, nullable=column.nullable)
        for column in columns
    ]


def _where(table: Table, fields: tuple[str, ...], first: int) -> Node:
    alias, tests = alias_of(table.name), list[Node]()
    for number, name in enumerate(fields, start=first):
        column = table.by_field[name]
        tests.append(expr.compare("eq", expr.column(alias, column.name, column.type, column.db_type), param(number, column)))
    return expr.both(tests)
