"""A query of one column as the right side of ``in``."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir.expr import Node
from oxyde.queries.compile import body
from oxyde.queries.correlation import Waiting
from oxyde.queries.paths import Path
from oxyde.queries.query import selected
from oxyde.queries.scope import Scope
from oxyde.queries.source import State
from oxyde.queries.term import MAYBE, NEVER, Term, Unknown
from oxyde.queries.texts import as_read
from oxyde.schema import Table


class Rows(Term):
    """The rows of a query of one column."""

    parts = ()

    def __init__(self, state: State) -> None:
        self.state = self.query = state
        self.column = state.columns[0][1]
        self.type = self.column.type

    @property
    def unknown(self) -> Unknown:
        """Maybe, if the column may be NULL; no IS NULL on the compared row can tell."""
        return MAYBE if self.column.nullable else NEVER

    @property
    def key(self) -> Hashable:
        """The object itself: no other query is known to have the same rows."""
        return id(self)

    def of(self, column: Term) -> Rows:
        """Returns the rows with another value made of their column."""
        if column is self.column:
            return self
        # That rows are there more than once does not matter to IN.
        outer = self.state.wrapped() if self.state.is_sliced else self.state.with_(distinct=False)
        return Rows(outer.with_(selection=tuple((name, as_read(term)) for name, term in outer.columns)))

    def __oxyde_rows__(self, where: str, path: Path | None) -> Rows:
        """Returns itself."""
        return self

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the query's shape."""
        return self.state.shape(values)

    def compile(self, scope: Scope) -> Node:
        """Returns the query inside another statement."""
        return body(self.state, scope.values, scope.aliases)

    def walk(self) -> Iterator[Term]:
        """Yields itself and the terms of its query."""
        yield self
        yield from self.state.walk()


def rows(state: State, where: str, path: Path | None) -> Rows:
    """Returns a query as the right side of a comparison with a path: for whole rows the column that the relation points to, else their key.

    Args:
        state: The query.
        where: What is compared, for messages.
        path: The path that is compared, if it is one.

    Raises:
        FieldError: A relation or a key is compared with whole rows of another table, or the query names the row around.
        TypeError: The query does not have exactly one column.
    """
    if state.selection is None and state.groups is None:
        state = selected(state, _referred(state.table, path) or [column.field for column in state.table.key])
    if len(state.columns) != 1:
        message = f"{where}__in takes a queryset of one column, and this one has {len(state.columns)}; name it: .values_list(...)"
        raise TypeError(message)
    if any(isinstance(term, Waiting) for term in state.walk()):
        message = f"{where}__in takes a queryset that does not depend on the row around, and OuterRef() does; write filter(Exists(...))"
        raise FieldError(message)
    return Rows(state)


def _referred(table: Table, path: Path | None) -> list[str]:
    """Returns the field of the rows that a relation or its key is compared by; nothing if the path is another column.

    Raises:
        FieldError: The path is a key of rows of another table.
    """
    if path is None:
        return []
    if path.relation is None:
        return _referred_by_key(table, path)
    target = path.table.find(path.relation.target)
    if table.address != target.address:
        raise _of_another(table, target, path.end, path, path.relation.field)
    return [path.relation.target_column if path.relation.kind == "one" else path.column.field]


def _referred_by_key(table: Table, path: Path) -> list[str]:
    """The same for a path that ends in a column: ``author_id`` refers to authors, and a key to rows of its own table."""
    here, name = path.table, path.column.field
    references = [relation for relation in here.relations.values() if relation.kind == "one" and relation.column == name]
    targets = [here.find(relation.target) for relation in references]
    for relation, target in zip(references, targets, strict=True):
        if target.address == table.address:
            return [relation.target_column]
    if path.column in here.key:
        targets.append(here)
    if targets and table.address not in [target.address for target in targets]:
        raise _of_another(table, targets[0], path.where, path, name)
    return []


def _of_another(table: Table, target: Table, where: str, path: Path, field: str) -> FieldError:
    message = (
        f"{where} takes a queryset of {target.model}, not of {table.model}; "
        f'to compare with a column of {table.model}, name it: .values_list("...")'
    )
    return FieldError(message, table=path.table.name, column=field)
