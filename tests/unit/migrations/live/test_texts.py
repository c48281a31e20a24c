"""What readers of several servers have in common."""

from __future__ import annotations

import pytest

from oxyde.migrations.live.texts import bare, with_values
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema import ColumnType


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a > 0", "a > 0"),
        ("((a > 0))", "a > 0"),
        ("(a > 0) AND (b > 0)", "(a > 0) AND (b > 0)"),
        ("((a > 0) AND (b > 0))", "(a > 0) AND (b > 0)"),
        ("(a || ')')", "a || ')'"),
        ("(a || '(')", "a || '('"),
        ("(f(a))", "f(a)"),
        ("()", ""),
        ("(", "("),
    ],
)
def test_outer_parentheses_go(sql: str, expected: str) -> None:
    """Those that close at the end, whatever text literals have inside."""
    assert bare(sql, "postgres") == expected


def test_enumerations_are_named_after_their_columns() -> None:
    """Two columns that would be named alike, with other values, are not."""

    def table(name: str, column: str, *labels: str) -> Table:
        return Table(name, None, {column: Column(column, ColumnType("enum", labels=labels))})

    state = with_values(State(), table("posts", "status", "draft", "live"))
    assert state.enums == {(None, "posts_status_enum"): ("draft", "live")}
    state = with_values(state, table("posts_status", "enum", "draft"))
    state = with_values(with_values(state, table("a_b", "c", "x")), table("a", "b_c", "y"))
    assert sorted(state.enums.values()) == [("draft",), ("draft", "live"), ("x",), ("y",)]
    assert all(
        state.values((None, column.enum or "")) == values
        for name, values in (("a_b", ("x",)), ("a", ("y",)))
        for column in state.table((None, name)).columns.values()
    )
