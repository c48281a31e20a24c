"""What readers of several servers have in common: SQL expressions without parentheses, and names of enumerations."""

from __future__ import annotations

from dataclasses import replace

from oxyde.db.tokens import sql_tokens
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import short, text_name
from oxyde.schema.types import enum_of


def bare(sql: str, dialect: str) -> str:
    """Returns an expression without the parentheses around it.

    Args:
        sql: The expression.
        dialect: Whose SQL it is.

    >>> bare("((a > 0) AND (b > 0))", "postgres"), bare("(a) + (b)", "postgres"), bare("(a || ')')", "postgres")
    ('(a > 0) AND (b > 0)', '(a) + (b)', "a || ')'")
    """
    sql = sql.strip()
    while sql.startswith("(") and sql.endswith(")") and _closes_last(sql, dialect):
        sql = sql[1:-1].strip()
    return sql


def _closes_last(sql: str, dialect: str) -> bool:
    """Whether the parenthesis that begins a text is closed by its last character."""
    depth = 0
    tokens = [text for kind, text in sql_tokens(sql, dialect) if kind not in {"space", "comment"}]
    for place, text in enumerate(tokens):
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return place == len(tokens) - 1
    return False


def with_values(state: State, table: Table) -> State:
    """Returns a state with a table whose enumerations have their values, and names where the server has no types of that kind."""
    columns = {}
    for name, column in table.columns.items():
        if column.type.kind == "enum" and column.db_type is None:
            called = short(f"{table.name}_{name}_enum")
            if state.enums.get((table.schema, called), column.type.labels) != column.type.labels:
                called = text_name("enum", table.name, name)
            column = replace(column, type=enum_of(called, column.type.labels))  # noqa: PLW2901 - named
        columns[name] = column
    return state.with_table(replace(table, columns=columns))
