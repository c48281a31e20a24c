"""``Query``, which a queryset holds; and the lazy verbs, which check names and values and return a new state."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, SupportsIndex

from typing_extensions import Self, TypeVar

from oxyde.exceptions import FieldError
from oxyde.queries import grouping
from oxyde.queries.conditions import Q
from oxyde.queries.connectives import Negation
from oxyde.queries.correlation import correlating
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.joins import followed
from oxyde.queries.locks import Lock
from oxyde.queries.names import Namespace, check_output
from oxyde.queries.nested import reads_computed
from oxyde.queries.operators import name_of
from oxyde.queries.retyping import retyped, types_of_both
from oxyde.queries.source import Cte, State, compound, whole
from oxyde.queries.special_terms import Chance
from oxyde.queries.term import Expression, Order, Ordering, Reference, Term
from oxyde.queries.texts import sortable
from oxyde.queries.windows import WindowFunction
from oxyde.schema import Table

R = TypeVar("R")


class RowStrategy(Protocol[R]):
    """A row strategy: how the rows of a query are returned."""

    def reader(self, state: State) -> Callable[[Any], list[R]]:
        """Returns a function that converts a batch of the result to rows."""
        ...


@dataclass(frozen=True, eq=False)
class Query(Generic[R]):
    """What a queryset holds.

    Attributes:
        state: The query's state.
        rows: How rows are returned.
        alias: The connection it is pinned to.
        prefetched: What it loads by statements of their own, as ``models.prefetch`` describes it.
    """

    state: State
    rows: RowStrategy[R]
    alias: str | None = None
    prefetched: tuple[Any, ...] = ()

    def with_(self, **changes: Any) -> Self:
        """Returns another query with some parts changed."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made


def filtered(state: State, given: Q, *, excluded: bool = False) -> State:
    """Returns the rows for which a condition is true, or (``excluded``) is not."""
    if not given.children:
        return state
    state = state.wrapped() if state.is_sliced else state
    made = correlating(state.names, given)
    # Windows are computed after conditions, so that theirs are those of a query around.
    if made.windowed or reads_computed(state, made):
        state = state.wrapped()
        made = correlating(state.names, given)
    made = Negation(made) if excluded else made
    return state.with_(where=(*state.where, made)) if state.groups is None else grouping.narrowed(state, made)


def ordered(state: State, fields: Sequence[Any]) -> State:
    """Returns the rows in another order; without fields in the server's order."""
    state = state.wrapped() if state.is_sliced else state
    return state.with_(order=tuple([_order(state, field) for field in fields]))


def _order(state: State, field: Any) -> Order:
    if isinstance(field, str):
        if field == "?":
            return Order(Chance())
        name, _, direction = field.rpartition(" ")
        if name and direction.lower() in {"asc", "desc"}:
            message = f'order_by("{field}") is SQL; write order_by("{"-" if direction.lower() == "desc" else ""}{name.strip()}")'
            raise FieldError(message, column=field)
        term = state.names.column(field.removeprefix("-"))
        if isinstance(term, Reference) and term.path.many is not None:
            message = f'order_by("{field}") leads to several rows of {term.path.table.model}; order by Min() or Max() of them'
            raise FieldError(message, column=field)
        return Order(sortable(term), field.startswith("-"))
    if isinstance(field, Expression):
        field = Ordering(field)
    if not isinstance(field, Ordering):
        message = f"order_by() takes field names and expressions, not {type(field).__name__}"
        raise TypeError(message)
    return Order(sortable(field.expression.resolve(state.names)), field.desc, field.nulls)


def annotated(state: State, given: Mapping[str, Any], verb: str = "annotate") -> State:
    """Returns the rows with further values, which with the verb ``alias`` only other verbs see.

    Raises:
        TypeError: A value is not an expression.
        FieldError: A name is taken, or could be read as a path with lookups.
    """
    state = state.wrapped() if state.distinct or state.is_sliced else state
    for name, value in given.items():
        _check_name(state, name)
        if not isinstance(value, Expression):
            remedy = f"write Window({value!r}, order_by=...)" if isinstance(value, WindowFunction) else "a plain value is Value(...)"
            message = f"{verb}({name}=...) takes an expression, not {named(value)}; {remedy}"
            raise TypeError(message)
        chosen = state.selection is not None or state.groups is not None
        term = value.resolve(Namespace(state.table, state.names.terms, grouping=True) if chosen else state.names)
        if term.aggregated and chosen and state.groups is None:
            state = grouping.by_values(state)
            term = value.resolve(state.names)  # what was computed of each row has moved into a query inside
        if reads_computed(state, term):
            state = state.wrapped()
            term = value.resolve(state.names)
        made, is_hidden = (name, term), verb == "alias"
        selection = state.selection if state.selection is None or is_hidden else (*state.selection, made)
        hidden = state.hidden | {name} if is_hidden else state.hidden
        state = state.with_(annotations=(*state.annotations, made), selection=selection, hidden=hidden)
    return state


def _check_name(state: State, name: str) -> None:
    """Raises FieldError for a name that an annotation cannot have; servers ignore case in names."""
    table = state.table
    taken = {one.casefold() for one in (*table.by_field, *table.by_name, *table.relations, "pk", *dict(state.annotations))}
    if name.casefold() in taken:
        message = f'{table.model} already has a "{name}"; choose another name for the annotation'
        raise FieldError(message, table=table.name, column=name)
    if "__" in name or name.startswith("_") or name.endswith("_"):
        message = f'"{name}" cannot name an annotation: leading, trailing or double underscores would read as a path'
        raise FieldError(message, table=table.name, column=name)
    check_output(name)


def united(left: State, right: State, op: str) -> State:
    """Returns the rows of either query (union), both (intersect) or the first alone (except), once; union_all returns all of both.

    Raises:
        TypeError: Their rows differ: in their model, or in the number or types of their values.
    """
    verb = "except_" if op == "except" else op
    for state in (left, right):
        if state.groups is not None and state.selection is None:
            message = f'group_by() needs values() before {verb}(): group_by("status").annotate(n=Count()).values("status", "n")'
            raise TypeError(message)
    if (left.selection is None) != (right.selection is None) or (left.selection is None and left.table is not right.table):
        message = f"{verb}() takes rows of one kind: two querysets of {left.table.model}, or two of values()"
        raise TypeError(message)
    if left.lock is not None or right.lock is not None:
        message = f"{verb}() takes rows that are not locked: leave for_update() and for_share() out"
        raise FieldError(message)
    if left.fields != right.fields:
        message = f"{op}() takes rows with the same fields; give both querysets the same only() or defer(), or none"
        raise TypeError(message)
    named = [name for name, _ in left.columns] == [name for name, _ in right.columns]
    types = types_of_both(left, right)
    if types is None or (left.selection is None and not named):
        shown = [", ".join(_shown(name, term) for name, term in state.columns if _is_computed(state, term)) for state in (left, right)]
        message = f"{verb}() takes rows with the same values, in order and type; here are ({shown[0]}) and ({shown[1]})"
        raise TypeError(message)
    rows = (retyped(left, types), right)
    sides = [state.with_(ctes=(), fields=None, order=state.order if state.is_sliced else ()) for state in rows]
    ctes = tuple(dict.fromkeys((*left.ctes, *right.ctes)))
    return compound(op, *sides).with_(ctes=ctes, fields=left.fields)


def _shown(name: str, term: Term) -> str:
    """Returns a value's name and type, and its Python class where that differs."""
    return f"{name} {term.type}" if term.restore is None else f"{name} {term.type} as {term.restore}"


def _is_computed(state: State, term: Term) -> bool:
    """Whether a value is worth showing: not one of the columns of a whole row."""
    return state.selection is not None or not isinstance(term, Reference)


def attached(state: State, cte: Cte) -> State:
    """Returns the query with a common table expression, which the query and its inner queries can read."""
    if any(one.name == cte.name for one in state.ctes):
        message = f'a common table expression "{cte.name}" is attached already; give this one another name'
        raise FieldError(message)
    return state.with_(ctes=(*state.ctes, cte))


def turned(state: State) -> State:
    """Returns the rows in reverse order, also those of a slice; without an order, by key descending."""
    order = tuple(one.turned() for one in state.order) or natural(state, desc=True)
    return (state.wrapped() if state.is_sliced else state).with_(order=order)


def natural(state: State, *, desc: bool = False) -> tuple[Order, ...]:
    """Returns the order of rows for which none was given: by key, of groups by what they share."""
    return by_key(state.table, desc=desc) if state.groups is None else tuple(Order(sortable(term), desc) for _, term in state.groups)


def by_key(table: Table, *, desc: bool = False) -> tuple[Order, ...]:
    """Returns the order by primary key; empty for a table without one."""
    return tuple(Order(term, desc) for name, term in whole(table) if table.by_field[name].key)


def limited(state: State, count: int) -> State:
    """Returns at most that many rows; a second limit only narrows."""
    count = _count("limit", count)
    return state.with_(limit=count if state.limit is None else min(state.limit, count))


def skipped(state: State, count: int) -> State:
    """Skips that many rows; the limit stays as it is, whichever of the two was called first, as in SQL."""
    count = _count("offset", count)
    return state.with_(offset=state.offset + count)


def _count(verb: str, given: Any) -> int:
    count = _index(given)
    if count is None:
        message = f"{verb}() takes an int, not {named(given)}"
        raise TypeError(message)
    if not 0 <= count < 2**63:
        message = f"{verb}() takes {'0 or more' if count < 0 else 'less than 2**63'}, not {count}"
        raise ValueError(message)
    return count


def _index(value: Any) -> int | None:
    """Returns an int, also for another library's integers; None for anything else, bool included."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def sliced(state: State, key: Any) -> State:
    """Returns the rows of a slice, or the one row at an index.

    Raises:
        TypeError: The key is neither, or has a step.
        ValueError: The key counts from the end.
    """
    at = _index(key)
    if isinstance(key, slice):
        if key.step is not None:
            raise TypeError("a slice of a queryset takes no step; read the rows, then take every n-th")
        start, stop = 0 if key.start is None else _end(key.start), None if key.stop is None else _end(key.stop)
    elif at is not None:
        start, stop = at, at + 1
    else:
        message = f"a queryset is indexed by int or slice, not {named(key)}"
        raise TypeError(message)
    if start < 0 or (stop is not None and stop < 0):
        raise ValueError("a queryset has no negative index; use reverse() or last()")
    if start and state.limit is not None:
        state = state.with_(limit=max(state.limit - start, 0))
    moved = skipped(state, start) if start else state
    return moved if stop is None else limited(moved, max(stop - start, 0))


def _end(given: Any) -> int:
    end = _index(given)
    if end is None:
        message = f"a slice of a queryset takes ints, not {named(given)}"
        raise TypeError(message)
    return end


def distinct(state: State) -> State:
    """Returns equal rows once; for a slice, among its rows."""
    return (state.wrapped() if state.is_sliced else state).with_(distinct=True)


def selected(state: State, fields: Sequence[Any]) -> State:
    """Returns rows of these columns; without names, of all.

    Raises:
        FieldError: A name is not a field, or occurs twice.
    """
    if not fields and state.source is not None and state.selection is not None and state.source.exposed() == {}:
        return state
    if not fields and state.groups is not None:
        return state.with_(selection=state.columns)
    if not fields:
        return state.with_(selection=state.with_(selection=None, joined=()).columns, joined=())
    names = state.names
    chosen: list[tuple[str, Term]] = []
    for field in fields:
        name = name_of(names, field)
        if name is None:
            message = f"values() takes field names, not {type(field).__name__}"
            raise TypeError(message)
        if any(name == known for known, _ in chosen):
            message = f'"{name}" is twice among the values'
            raise FieldError(message, column=name)
        chosen.append((name, names.column(name)))
    return state.with_(selection=tuple(chosen), joined=())


def locked(state: State, by: Lock) -> State:
    """Returns the query with its rows locked; of the rows of another query, those.

    Raises:
        FieldError: The rows are in no table, or stand for several; or a path is no relation.
    """
    for path in by.of:
        if path:
            followed(state.table, "__".join(path), f"for_{by.kind}(of=...)")
    source = state.source
    if isinstance(source, State):
        return state.with_(source=locked(source, by))
    if source is not None:
        raise FieldError("for_update() and for_share() lock the rows of a table, and these come from several queries; lock in each of them")
    return state.with_(lock=by)
