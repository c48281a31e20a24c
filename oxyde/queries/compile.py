"""States become statements: the only producer of IR for queries."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from oxyde.exceptions import FieldError, InternalError
from oxyde.ir import expr, query, statement, wire
from oxyde.ir.expr import Node
from oxyde.queries.conditions import Group, Q, target
from oxyde.queries.expressions import Expression
from oxyde.queries.lookups import LOOKUPS, Test
from oxyde.queries.paths import Path, column_path
from oxyde.queries.query import filtered
from oxyde.queries.scope import Aliases, Scope, Values
from oxyde.queries.source import State, everything
from oxyde.schema import Table
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

CAPACITY: Final = 1_024
MASK: Final = "••••••••"
"""What stands for a secret in frames."""


@dataclass(frozen=True)
class Compiled:
    """A statement that is ready to run.

    Attributes:
        shape: The packed statement.
        values: The values beside it.
    """

    shape: bytes
    values: tuple[Any, ...]


_shapes: Final[dict[Hashable, bytes]] = {}


def compiled(kind: Hashable, state: Any, build: Callable[[Values], Node]) -> Compiled:
    """Returns the statement of a state; one of a known shape is not built again.

    Args:
        kind: What is made of the state.
        state: Anything with ``shape``.
        build: Makes the IR, binding the values in the order of ``shape``.
    """
    given: list[Any] = []
    key = (kind, state.shape(given))
    packed = _shapes.get(key)
    if packed is None:
        values = Values()
        packed = wire.pack(build(values))
        if len(values.all) != len(given) or any(one is not two for one, two in zip(values.all, given, strict=True)):
            raise InternalError("the values of a statement were bound in another order than they were counted")
        if len(_shapes) >= CAPACITY:
            for old in list(_shapes)[: CAPACITY // 8]:
                _shapes.pop(old, None)
        _shapes[key] = packed
    return Compiled(packed, tuple(given))


def select(state: State, *, masked: bool = False) -> Compiled:
    """Returns the SELECT of a query's rows; ``masked`` hides the values of secret columns."""
    if masked and any(path.column.secret for _, path in state.columns):
        return _masked(state)
    return compiled("select", state, lambda values: statement.query(body(state, values)))


def _masked(state: State) -> Compiled:
    """Returns a SELECT in which constants stand for secrets; made anew each time, because they are values beside it."""
    values = Values()
    return Compiled(wire.pack(statement.query(body(state, values, masked=True))), tuple(values.all))


def body(state: State, values: Values, aliases: Aliases | None = None, *, masked: bool = False) -> dict[str, Any]:
    """Returns a query as part of a statement; ``aliases`` are those of the select around it, when it sees its tables."""
    if _needs_rows_first(state):
        return body(_rows_first(state), values, aliases, masked=masked)
    scope, source = opened(state, values, aliases)
    outputs = [_output(scope, name, path, masked=masked) for name, path in state.columns]
    return _finished(state, scope, source, outputs)


def opened(state: State, values: Values, aliases: Aliases | None = None) -> tuple[Scope, dict[str, Any]]:
    """Returns the scope of a query and what it selects from."""
    if state.source is None:
        scope = Scope(values, state.table, aliases)
        return scope, query.from_table(state.table, scope.alias)
    inner = _source(state.source, values)
    scope = Scope(values, state.table, aliases, names=state.source.names())
    return scope, query.from_query(inner, scope.alias)


def _source(state: State, values: Values) -> dict[str, Any]:
    """Returns a query as the source of another: with the names of the values that were chosen, else with every column of the table."""
    if state.names() is not None:
        return body(state, values)
    scope, source = opened(state, values)
    outputs = [
        query.output(scope.column(column_path(state.table, column.field)), column.name, column.type, nullable=column.nullable)
        for column in state.table.columns
    ]
    return _finished(state, scope, source, outputs)


def _finished(state: State, scope: Scope, source: dict[str, Any], outputs: list[dict[str, Any]]) -> dict[str, Any]:
    where = condition(state, scope)
    order = [_order(scope, one.term, desc=one.desc, nulls=one.nulls) for one in state.order]
    return query.query(
        query.select(source, outputs=outputs, joins=scope.joins, where=where, distinct=state.distinct),
        order_by=order,
        limit=None if state.limit is None else expr.slot(scope.bind(state.limit), kinds.INT),
        offset=expr.slot(scope.bind(state.offset), kinds.INT) if state.offset else None,
        point=is_point(state),
    )


def condition(state: State, scope: Scope) -> Node | None:
    """Returns the conditions of a query as one, or None when there is none."""
    nodes = [one.compile(scope) for one in state.where]
    return expr.both(nodes) if nodes else None


def _output(scope: Scope, name: str, path: Path, *, masked: bool = False) -> dict[str, Any]:
    column = path.column
    if masked and column.secret:
        mask = expr.param(scope.bind(MASK), kinds.TEXT)
        return query.output(expr.unless_null(scope.column(path), mask, kinds.TEXT), name, kinds.TEXT, nullable=path.nullable)
    optional = path.nullable or path.many is not None
    return query.output(scope.column(path), name, column.type, nullable=optional)


def _order(scope: Scope, term: Any, *, desc: bool, nulls: str | None) -> dict[str, Any]:
    node = expr.call("random", [], kinds.FLOAT) if term is None else term.compile(scope)
    return query.order(node, desc=desc, nulls=nulls)


def _needs_rows_first(state: State) -> bool:
    """Whether equal rows must be taken once before they are ordered: the order is none of their columns."""
    if not state.distinct or not state.order:
        return False
    chosen = {path.key for _, path in state.columns}
    return any(one.term is None or any(path.key not in chosen for path in one.term.paths) or not one.term.paths for one in state.order)


def _rows_first(state: State) -> State:
    if state.selection is not None and any(one.term is not None for one in state.order):
        raise FieldError("order_by() after distinct() takes only fields that are among the values(); add the field to values()")
    inner = state.with_(order=(), limit=None, offset=0)
    return State(state.table, source=inner, order=state.order, selection=state.selection, limit=state.limit, offset=state.offset)


def is_point(state: State) -> bool:
    """Whether conditions on the whole primary key leave at most one row."""
    if state.source is not None or state.is_sliced or not state.table.key or state.is_reshaped:
        return False
    tests = list(_together(state.where))
    fixed = [one.fixes for one in tests if isinstance(one, Test)]
    return len(fixed) == len(tests) and all(column.field in fixed for column in state.table.key)


def _together(where: Iterable[Any]) -> Iterator[Any]:
    """Gives conditions of which all must hold, those joined by and one by one."""
    for one in where:
        if isinstance(one, Group) and one.how == "and":
            yield from _together(one.members)
        else:
            yield one


_key_shapes: Final[dict[tuple[Table, str], bytes]] = {}


def by_key(state: State, given: Q) -> Compiled | None:
    """Returns the SELECT of one row of a table by its key, the commonest query of all, on a short way; None for any other query."""
    if state is not everything(state.table) or given.negated or len(given.children) != 1 or isinstance(given.children[0], Q):
        return None
    name, value = given.children[0]
    subject, lookup = target(state.table, name)
    if lookup is not LOOKUPS["exact"] or value is None or isinstance(value, Expression) or state.table.key != (subject.path.column,):
        return None
    if subject.path.hops:
        return None
    shape = _key_shapes.get((state.table, name))
    if shape is None:
        shape = _key_shapes[state.table, name] = select(filtered(state, given)).shape
    return Compiled(shape, (subject.adapt(value),))


def exists(state: State) -> Compiled:
    """Returns the SELECT that has a row if the query has one."""
    if state.is_reshaped and state.is_sliced:
        state = State(state.table, source=state)
    asked = state.with_(order=(), limit=1 if state.limit is None else min(state.limit, 1))

    def build(values: Values) -> Node:
        scope, source = opened(asked, values)
        return statement.query(_finished(asked, scope, source, [query.output(expr.integer(1), "found", kinds.INT)]))

    return compiled("exists", asked, build)


def count(state: State) -> Compiled:
    """Returns the SELECT of the number of rows."""
    return _aggregate(state, "count", None, kinds.INT)


def aggregate(state: State, function: str, name: str) -> tuple[Compiled, Path]:
    """Returns the SELECT of sum, avg, min or max of a field over the query's rows, and the field.

    Raises:
        FieldError: The field has no such aggregate.
        TypeError: It is no name of a field.
    """
    if not isinstance(name, str):
        message = f"{function}() takes the name of a field, not {type(name).__name__}"
        raise TypeError(message)
    path = column_path(state.table, name)
    if path.many is not None:
        message = f'{function}("{name}") leads to several rows of {path.table.model} for each row; ask {path.table.model}.objects'
        raise FieldError(message, column=name)
    kind = RESULTS[function].get(path.column.type.kind)
    if kind is None:
        message = f"{path.where} is {path.column.type} and has no {function}(); {function}() takes {', '.join(RESULTS[function])}"
        raise FieldError(message, column=name)
    return _aggregate(state, function, path, path.column.type if kind is SAME else kind), path


def _aggregate(state: State, function: str, path: Path | None, kind: ColumnType) -> Compiled:
    over = state if state.is_sliced else state.with_(order=())
    if state.is_sliced or state.is_reshaped:
        over = State(state.table, source=over)

    def build(values: Values) -> Node:
        scope, source = opened(over, values)
        args = [] if path is None else [scope.column(path)]
        of = kinds.ANY if path is None else path.column.type
        output = query.output(expr.aggregate(function, args, kind, of), function, kind, nullable=function != "count")
        return statement.query(_finished(over, scope, source, [output]))

    return compiled((function, path), over, build)


SAME: Final = kinds.ANY
"""The result has the type of the field."""
RESULTS: Final[dict[str, dict[str, ColumnType]]] = {
    "sum": {"int": kinds.INT, "float": kinds.FLOAT, "decimal": kinds.DECIMAL, "duration": kinds.DURATION},
    "avg": {"int": kinds.FLOAT, "float": kinds.FLOAT, "decimal": kinds.DECIMAL},
    "min": dict.fromkeys(("int", "float", "decimal", "text", "date", "time", "datetime", "datetime_tz", "duration", "enum"), SAME),
    "max": dict.fromkeys(("int", "float", "decimal", "text", "date", "time", "datetime", "datetime_tz", "duration", "enum"), SAME),
}
"""The type of an aggregate by the kind of its field; what is missing cannot be aggregated."""
