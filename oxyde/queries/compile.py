"""Compiles states into statements; the only producer of IR for queries."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from oxyde.exceptions import FieldError, InternalError
from oxyde.ir import expr, query, statement, wire
from oxyde.ir.expr import Node
from oxyde.queries import beyond, literals
from oxyde.queries.aggregates import Aggregate, Count
from oxyde.queries.beside import Beside
from oxyde.queries.comparisons import Comparison, Simple
from oxyde.queries.conditions import Q
from oxyde.queries.foreign_values import named
from oxyde.queries.grouping import check, together
from oxyde.queries.keywords import target
from oxyde.queries.locks import Lock
from oxyde.queries.lookups import LOOKUPS, Subject
from oxyde.queries.names import Namespace, check_output, names_of
from oxyde.queries.scope import Aliases, Scope, Values
from oxyde.queries.source import Compound, Cte, Named, State, everything, whole
from oxyde.queries.special_terms import Masked, One
from oxyde.queries.term import Bound, Expression, Reference, Term
from oxyde.schema import Table
from oxyde.schema import types as kinds
from oxyde.schema.memo import emptied, remembered

CAPACITY: Final = 1_024


@dataclass(slots=True)  # not frozen, which makes an object three times as slowly, and every query makes one
class Compiled:
    """A statement that is ready to run.

    Attributes:
        shape: The packed statement.
        values: The values of its parameters.
    """

    shape: bytes
    values: tuple[Any, ...]


_shapes: Final[dict[Hashable, bytes]] = {}
emptied(_shapes.clear)


def compiled(kind: Hashable, state: Any, build: Callable[[Values], Node]) -> Compiled:
    """Returns the statement of a state; the packed bytes of a known shape are reused.

    Args:
        kind: The kind of statement.
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
            raise InternalError("the values of a statement were bound in another order than its shape lists them")
        if len(_shapes) >= CAPACITY:
            for old in list(_shapes)[: CAPACITY // 8]:
                _shapes.pop(old, None)
        _shapes[key] = packed
    return Compiled(packed, tuple(given))


def select(state: State, *, masked: bool = False) -> Compiled:
    """Returns the SELECT of a query's rows; ``masked`` hides the values of secret columns."""
    if masked and any(term.secret for _, term in state.columns):
        state = state.wrapped() if state.distinct else state
        state = state.with_(selection=tuple((name, Masked(term) if term.secret else term) for name, term in state.columns))
    if state.groups is not None and state.selection is None:
        raise TypeError('group_by() needs values(): group_by("status").annotate(n=Count()).values("status", "n")')
    return compiled("select", state, lambda values: statement.query(body(state, values)))


def body(state: State, values: Values, aliases: Aliases | None = None, outer: Scope | None = None) -> dict[str, Any]:
    """Returns a query as part of a statement.

    Args:
        state: The query.
        values: The values of the statement.
        aliases: The aliases of the enclosing select, if its tables are visible.
        outer: The enclosing select, if its columns are read.
    """
    state = state.arranged()
    with _attached(state, values) as ctes:
        scope = opened(state, values, aliases)
        scope.outer = outer
        return _finished(state, scope, state.columns, ctes)


@contextlib.contextmanager
def _attached(state: State, values: Values) -> Iterator[list[dict[str, Any]]]:
    """Compiles the common table expressions of a query; they are readable inside this context."""
    before = len(values.ctes)
    made: list[dict[str, Any]] = []
    for cte in state.ctes:
        inner = _arm(cte.query, values)
        values.ctes.append(cte.name)
        if cte.step is not None:
            op = "union" if cte.distinct else "union_all"
            inner = query.query(query.compound(inner, [(op, _arm(cte.step, values))]))
        made.append(query.cte(cte.name, inner, recursive=cte.recursive))
    yield made
    del values.ctes[before:]


def opened(state: State, values: Values, aliases: Aliases | None = None) -> Scope:
    """Returns the scope of a query, with what it selects from."""
    source = state.source
    if source is None:
        return Scope(values, state.table, aliases)
    if isinstance(source, Beside):
        _require(source.cte, values)
        scope = Scope(values, state.table, aliases)
        scope.meet(source.cte.name)
        pairs = [expr.compare("eq", ours.compile(scope), theirs.compile(scope)) for ours, theirs in source.on]
        scope.joins.append(query.join("inner", query.from_cte(source.cte.name, scope.met[source.cte.name]), expr.both(pairs)))
        return scope
    if isinstance(source, Cte):
        _require(source, values)
        scope = Scope(values, state.table, aliases, names=source.exposed(), called=source.name)
        scope.source = query.from_cte(source.name, scope.alias)
        return scope
    inner = _rows(source, values)
    scope = Scope(values, state.table, aliases, names=source.exposed())
    scope.source = query.from_query(inner, scope.alias)
    return scope


def _require(cte: Cte, values: Values) -> None:
    """Raises FieldError for a common table expression that is not attached."""
    if cte.name not in values.ctes:
        message = f'"{cte.name}" is used but not attached to the query; attach it: .with_({cte.name})'
        raise FieldError(message)


def _rows(source: State | Compound, values: Values) -> dict[str, Any]:
    """Returns the query that another one reads: with its selected values, else with every column of the table."""
    if isinstance(source, Compound):
        first = _arm(source.left, values)
        return query.query(query.compound(first, [(op, _arm(other, values)) for op, other in source.others]))
    state = source.arranged()
    if source.exposed() is not None:
        return body(state, values)
    return _whole(state, values)


def _arm(state: State, values: Values) -> dict[str, Any]:
    return _whole(state.with_(joined=()).arranged(), values) if state.selection is None else body(state, values)


def _whole(state: State, values: Values) -> dict[str, Any]:
    """Returns a query of every column of the table, and of its annotations."""
    columns = tuple((column.name, term) for column, (_, term) in zip(state.table.columns, whole(state.table), strict=True))
    with _attached(state, values) as ctes:
        return _finished(state, opened(state, values), (*columns, *state.visible), ctes)


def _finished(state: State, scope: Scope, outputs: Sequence[tuple[str, Term]], ctes: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns the SELECT; its parts are compiled in the order of ``State.shape``."""
    check(state, outputs)
    chosen = [query.output(term.compile(scope), name, term.type, nullable=term.nullable) for name, term in outputs]
    where = condition(state, scope)
    groups = [term.compile(scope) for _, term in state.groups or ()]
    having = expr.both([one.compile(scope) for one in state.having]) if state.having else None
    order: list[Any] = [one.compile(scope) for one in state.order]
    limit = None if state.limit is None else expr.slot(scope.bind(state.limit), kinds.INT)
    offset = expr.slot(scope.bind(state.offset), kinds.INT) if state.offset else None
    lock = None if state.lock is None else _lock(state, state.lock, scope)
    made = query.select(
        scope.source, outputs=chosen, joins=scope.joins, where=where, group_by=groups, having=having, distinct=state.distinct
    )
    return query.query(made, ctes=ctes, order_by=order, limit=limit, offset=offset, lock=lock, point=is_point(state) and not state.collects)


def _lock(state: State, lock: Lock, scope: Scope) -> dict[str, Any]:
    """Returns what a query locks.

    Raises:
        FieldError: Its rows may each stand for several.
    """
    if state.is_reshaped:
        message = (
            "for_update() and for_share() lock rows of a table; distinct() rows stand for several, as groups do; leave one of them out"
        )
        raise FieldError(message, table=state.table.name)
    return lock.compile(scope)


def condition(state: State, scope: Scope) -> Node | None:
    """Returns the conditions of a query as one, or None when there is none."""
    nodes = [one.compile(scope) for one in state.where]
    return expr.both(nodes) if nodes else None


def is_point(state: State) -> bool:
    """Whether conditions on the whole primary key limit the result to one row."""
    if not state.where or state.source is not None or state.is_sliced or not state.table.key or (state.is_reshaped and state.groups != ()):
        return False
    tests = list(together(state.where))
    fixed = [one.fixes for one in tests if isinstance(one, Simple)]
    return len(fixed) == len(tests) and all(column.field in fixed for column in state.table.key)


@dataclass(frozen=True)
class Point:
    """A cached SELECT of one row by its key.

    Attributes:
        shape: The packed statement.
        subject: The key column, which adapts the value.
    """

    shape: bytes
    subject: Subject


@remembered(1_024)
def _point(table: Table, name: str) -> Point | None:
    """Returns the SELECT by key for a lookup; None if the lookup is not a plain primary key."""
    if len(table.key) != 1:
        return None
    subject, lookup = target(names_of(table), name)
    term = subject.term
    if lookup is not LOOKUPS["exact"] or not isinstance(term, Reference) or term.path.hops or table.key != (term.path.column,):
        return None
    state = everything(table)
    state = state.with_(where=(Comparison("eq", term, Bound(None, term.type, subject.uncast)),))
    return Point(select(state).shape, subject)


def by_key(state: State, given: Q) -> Compiled | None:
    """Returns the SELECT of one row by its key, the most common query, by a fast path; None for any other query."""
    if state is not everything(state.table) or given.negated or len(given.children) != 1 or not isinstance(given.children[0], tuple):
        return None
    name, value = given.children[0]
    point = _point(state.table, name)
    if point is None or value is None or isinstance(value, Expression) or beyond.side(point.subject.term, value):
        return None
    adapted = point.subject.adapt(value)
    return (
        Compiled(point.shape, (adapted,)) if literals.wide_enough(point.subject.term.type, (adapted,)) == point.subject.term.type else None
    )


def exists(state: State) -> Compiled:
    """Returns the SELECT that has a row if the query has any."""
    state = state.with_(lock=None)
    if (state.is_reshaped and state.is_sliced) or state.groups is not None:
        state = state.over(state, ())
    limit = 1 if state.limit is None else min(state.limit, 1)
    return _one(state.with_(order=(), limit=limit), "found", One())


def count(state: State) -> Compiled:
    """Returns the SELECT of the number of rows."""
    return _one(_over(state), "count", Count())


def aggregate(state: State, function: str, name: str) -> tuple[Compiled, Term]:
    """Returns the SELECT of sum, avg, min or max of a value over the query's rows, and the aggregate.

    Raises:
        FieldError: The value has no such aggregate.
        TypeError: The name is not a str.
    """
    if not isinstance(name, str):
        message = f"{function}() takes the name of a field, not {type(name).__name__}"
        raise TypeError(message)
    over = _over(state)
    term = over.names.column(name)
    if isinstance(term, Reference) and term.path.many is not None:
        model = term.path.table.model
        message = f'{function}("{name}") leads to several rows of {model} for each row; ask {model}.objects'
        raise FieldError(message, column=name)
    made = Aggregate(function, term, name)
    return _one(over, function, made), made


def aggregates(state: State, given: Mapping[str, Any]) -> tuple[Compiled, Named]:
    """Returns the SELECT of aggregates over the query's rows, and the aggregates by name.

    Raises:
        FieldError: A value is computed of a row and not of all.
        TypeError: A value is not an expression, or there is none.
    """
    if not given:
        raise TypeError('aggregate() takes at least one aggregate by name: aggregate(total=Sum("price"))')
    over = _over(state)
    names = Namespace(over.table, over.names.terms, grouping=True)
    made: list[tuple[str, Term]] = []
    for name, value in given.items():
        if not isinstance(value, Expression):
            message = f"aggregate({name}=...) takes an aggregate such as Count() or Sum(...), not {named(value)}"
            raise TypeError(message)
        check_output(name)
        made.append((name, value.resolve(names)))
        if not made[-1][1].aggregated:
            message = f'aggregate({name}=...) takes what is computed of all rows, Count() or Sum("..."); annotate() takes others'
            raise FieldError(message, column=name)
    chosen = tuple(made)
    return select(over.with_(annotations=(), selection=chosen, groups=())), chosen


def _over(state: State) -> State:
    """Returns the state that an aggregate reads: a query over the rows where they differ from the table's."""
    state = state.with_(lock=None)
    is_inside = state.is_sliced or state.is_reshaped or any(term.windowed for _, term in state.annotations)
    return state.over(state, ()) if is_inside else state.with_(order=())


def _one(state: State, name: str, term: Term) -> Compiled:
    """Returns the SELECT of one value instead of the query's own values."""
    groups = () if term.aggregated else None
    return select(state.with_(annotations=(), selection=((name, term),), groups=groups))
