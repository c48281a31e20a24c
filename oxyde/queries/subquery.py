"""The rows of a query as the right side of ``in``: one column of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.queries.compile import body
from oxyde.queries.paths import Path
from oxyde.queries.query import selected
from oxyde.queries.scope import Scope
from oxyde.queries.source import State
from oxyde.schema import Table, tables
from oxyde.schema.types import ColumnType


class Rows:
    """The rows of a query of one column.

    Attributes:
        state: The query.
        paths: Its column, twice: its NULLs make a comparison unknown, and no IS NULL of the row that is compared tells.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.paths: tuple[Path, ...] = (state.columns[0][1],) * 2

    def __oxyde_rows__(self, where: str, path: Path) -> Rows:
        """Returns itself: its column is chosen."""
        return self

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the query's shape."""
        return self.state.shape(values)

    @property
    def kind(self) -> ColumnType:
        """The type of the one column."""
        return self.state.columns[0][1].column.type

    def query(self, scope: Scope) -> dict[str, Any]:
        """Returns the query inside another statement."""
        return body(self.state, scope.values, scope.aliases)


def rows(state: State, where: str, path: Path) -> Rows:
    """Returns a query as what a path is compared with: whole rows are what its relation refers to, without one their keys.

    Args:
        state: The query.
        where: What is compared, for messages.
        path: The same as a path.

    Raises:
        FieldError: A relation is compared with whole rows of another table.
        TypeError: The query has not one column.
    """
    if state.selection is None:
        state = selected(state, _referred(state.table, path) or [column.field for column in state.table.key])
    if len(state.columns) != 1:
        message = f"{where}__in takes a queryset of one column, and this one has {len(state.columns)}; name it: .values_list(...)"
        raise TypeError(message)
    return Rows(state)


def _referred(table: Table, path: Path) -> list[str]:
    """Returns the field of the related rows that a relation is compared by; none where the path is a column."""
    if path.relation is None:
        return []
    target = tables.get(path.relation.target)
    if (table.schema, table.name) != (target.schema, target.name):
        message = (
            f"{path.end} takes a queryset of {target.model}, not of {table.model}; "
            f'to compare with a column of {table.model}, name it: .values_list("...")'
        )
        raise FieldError(message, table=path.table.name, column=path.relation.field)
    return [path.relation.target_column if path.relation.kind == "one" else path.column.field]
