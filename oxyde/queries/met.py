"""``Met``: a field of a common table expression that a query reads beside its own table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.beside import Beside
from oxyde.queries.operators import Operand
from oxyde.queries.scope import Scope
from oxyde.queries.source import Cte, State
from oxyde.queries.term import Exposed, Names, Reference, Term
from oxyde.schema.naming import meant


class Met(Operand):
    """A field of a common table expression beside the query's own rows, as ``With.col()`` returns it."""

    def __init__(self, cte: Cte, name: str) -> None:
        self.term = MetColumn(cte, name, _column(cte, name))
        self.name = name

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - it is known already
        """Returns the column."""
        return self.term

    def __repr__(self) -> str:
        return f'{self.term.cte.name}.col("{self.name}")'


class MetColumn(Exposed):
    """A column of a common table expression beside the first source."""

    def __init__(self, cte: Cte, name: str, inner: Term) -> None:
        super().__init__(name, inner, optional=cte.recursive)
        self.head, self.cte = (cte.name, name), cte
        known = cte.query.table.by_field if cte.query.selection is None else {}
        self.name = known[name].name if name in known else name

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - there are none
        """Returns the column.

        Raises:
            FieldError: The query was not joined with the expression.
        """
        at: Scope | None = scope
        while at is not None and self.cte.name not in at.met:
            at = at.outer
        if at is None:
            name = self.cte.name
            message = f'{name}.col("{self.name}") is a field of "{name}", which this query is not joined with: {name}.join(queryset, ...)'
            raise FieldError(message, column=self.name)
        inner = self.inner
        while isinstance(inner, Exposed):
            inner = inner.inner
        db_type = inner.path.column.db_type if isinstance(inner, Reference) else None
        return expr.column(at.met[self.cte.name], self.name, self.type, db_type)


def _column(cte: Cte, name: Any) -> Term:
    known = dict(cte.query.columns)
    if not isinstance(name, str) or name not in known:
        near = (meant(name, known) if isinstance(name, str) else "") or f"; it has {', '.join(known)}"
        message = f'the common table expression "{cte.name}" has no field "{name}"{near}'
        raise FieldError(message, column=name if isinstance(name, str) else None)
    return known[name]


def meeting(cte: Cte, state: State, on: Mapping[str, Any]) -> State:
    """Returns the rows of a query, each with those of a common table expression that are equal in some columns.

    Raises:
        FieldError: There is no such column, or the two have different types.
        TypeError: No column is given, or the query has other rows than its table.
    """
    if not on:
        raise TypeError('join() takes the fields that are equal: tree.join(Node.objects, parent_id="id")')
    if state.source is not None or state.is_sliced or state.is_reshaped or state.joined or state.selection is not None:
        message = f"join() takes rows of {state.table.model} as they are, perhaps filtered; the other verbs follow it"
        raise TypeError(message)
    pairs = []
    for ours, theirs in on.items():
        left, right = state.names.value(ours), MetColumn(cte, theirs, _column(cte, theirs))
        if not isinstance(left, Reference) or left.path.hops:
            message = f"join({ours}=...) takes a field of {state.table.model} itself"
            raise FieldError(message, table=state.table.name, column=ours)
        if left.type.kind != right.type.kind:
            message = f'{left.path.where} is {left.type}, and {theirs} of "{cte.name}" is {right.type}; join() takes fields of one type'
            raise FieldError(message, table=state.table.name, column=ours)
        pairs.append((left, right))
    return state.with_(source=Beside(cte, tuple(pairs)))
