"""Groups of rows: what makes rows one group, conditions on groups, and the check that nothing else is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.queries.aggregates import Collected
from oxyde.queries.conditions import Q
from oxyde.queries.connectives import Group
from oxyde.queries.correlation import correlating
from oxyde.queries.foreign_values import named
from oxyde.queries.operators import name_of
from oxyde.queries.outer import Outer
from oxyde.queries.source import Named, State
from oxyde.queries.term import Exposed, Order, Reference, Term


def grouped(state: State, fields: Sequence[Any]) -> State:
    """Returns one row for each group of rows with equal values of these fields, in place of what grouped them before.

    Raises:
        ValueError: There are no fields.
        TypeError: One is not the name of a field.
        FieldError: A name is unknown, or names a value that is computed of a group.
    """
    if not fields:
        raise ValueError('group_by() takes at least one field: group_by("status"); aggregate() acts on all rows')
    chosen: list[str] = []
    for field in fields:
        name = name_of(state.names, field)
        if name is None:
            message = f"group_by() takes names of fields and annotations, not {named(field)}; annotate(name=...) names an expression"
            raise TypeError(message)
        chosen.append(name)
    if state.is_sliced or state.distinct:
        state = state.wrapped()
    return by(state, dict.fromkeys(chosen))


def by(state: State, fields: Iterable[str]) -> State:
    """Returns a state grouped by names; what is computed of each row is computed in a query inside."""
    fields = list(fields)
    computed = any(not isinstance(state.names.column(name), (Reference, Exposed)) for name in fields)
    if computed or any(term.windowed for _, term in state.annotations):
        state = _computed_inside(state)
    groups = tuple((name, state.names.column(name)) for name in fields)
    for name, term in groups:
        if term.aggregated:
            message = f'group_by() takes what a row has, and "{name}" is computed of a group of rows'
            raise FieldError(message, column=name)
        if term.type.kind in {"json", "any"}:
            message = f'rows cannot be grouped by "{name}": it is {term.type}, whose values are not equal alike on every database'
            raise FieldError(message, column=name)
    return state.with_(groups=groups)


def by_values(state: State) -> State:
    """Returns a state with chosen values grouped by those of them that a row has; one that is grouped already as it is."""
    if state.groups is not None or state.selection is None:
        return state
    return by(state, [name for name, term in state.selection if not term.aggregated])


def _computed_inside(state: State) -> State:
    """Returns the state over a query that computes its annotations; aggregates stay outside."""
    inside = tuple((name, term) for name, term in state.annotations if not term.aggregated)
    outer = state.with_(annotations=inside, selection=None, order=(), groups=None, having=()).wrapped()
    known = {term.key: out for (_, term), (_, out) in zip(inside, outer.annotations, strict=True)}

    def seen(term: Term) -> Term:
        return term if isinstance(term, Reference) else known.get(term.key) or term.mapped(seen)

    def moved(named: Named) -> Named:
        return tuple((name, seen(term)) for name, term in named)

    order = tuple(Order(seen(one.by), one.desc, one.nulls) for one in state.order)
    selection = None if state.selection is None else moved(state.selection)
    groups = None if state.groups is None else moved(state.groups)
    having = tuple(seen(one) for one in state.having)
    return outer.with_(
        annotations=moved(state.annotations), selection=selection, order=order, groups=groups, having=having, hidden=state.hidden
    )


def had(state: State, given: Q) -> State:
    """Returns the groups for which a condition is true.

    Raises:
        FieldError: The rows are not grouped.
    """
    if state.groups is None:
        raise FieldError('having() chooses groups: call values("status").annotate(n=Count()) or group_by("status") before')
    if not given.children:
        return state
    if state.is_sliced:
        return state.wrapped().with_(where=(correlating(state.wrapped().names, given),))
    return state.with_(having=(*state.having, correlating(state.names, given)))


def narrowed(state: State, condition: Term) -> State:
    """Returns the groups of the rows for which a condition is true; its members about aggregates choose groups."""
    members = list(together([condition]))
    groups, rows = [one for one in members if one.aggregated], [one for one in members if not one.aggregated]
    return state.with_(having=(*state.having, *groups), where=(*state.where, *rows))


def together(where: Iterable[Term]) -> Iterator[Term]:
    """Yields the conditions that all must hold, with conjunctions split into their members."""
    for one in where:
        if isinstance(one, Group) and one.head == "and":
            yield from together(one.parts)
        else:
            yield one


def check(state: State, outputs: Sequence[tuple[str, Term]]) -> None:
    """Checks what is asked of groups, just before it becomes a statement.

    Raises:
        FieldError: A value is neither grouped nor aggregated, or is aggregated and nothing is grouped.
    """
    terms = [*(term for _, term in outputs), *(one.by for one in state.order), *state.having]
    for term in (*state.where, *state.having):
        if term.windowed:
            raise FieldError("filter() of a window needs its name: alias(place=Window(...)), then filter(place__lte=3)")
    for term in state.where:
        if term.aggregated:
            raise FieldError("filter() chooses rows before they are aggregated; group them first, with values() or group_by()")
    if any(isinstance(one, Collected) and any(part.windowed for part in one.parts) for term in terms for one in term.walk()):
        raise FieldError('an aggregate of a window needs its name: annotate(place=Window(...)), then values(...).annotate(n=Max("place"))')
    if state.groups is None:
        if any(term.aggregated for term in terms):
            message = (
                "an aggregate needs rows to be one group: name what they share before, "
                'values("status").annotate(n=Count()) or group_by("status"), or read one row for all of them with aggregate(n=Count())'
            )
            raise FieldError(message, table=state.table.name)
        return
    known = {term.key for _, term in state.groups}
    for term in terms:
        loose = _ungrouped(term, known)
        if loose is not None:
            shown = loose.path.where if isinstance(loose, Reference) else f'"{loose.head}"' if isinstance(loose, Exposed) else "a subquery"
            message = (
                f"{shown} is neither grouped nor aggregated, so that it has no single value in a group: "
                "group by it too (values() before annotate(), or group_by()), or aggregate it (Min, Max, Count)"
            )
            raise FieldError(message, table=state.table.name)


def _ungrouped(term: Term, known: set[Any]) -> Term | None:
    """Returns the part of a value that a group has not one of."""
    if term.key in known or isinstance(term, Collected):
        return None
    if isinstance(term, (Reference, Exposed)):
        return term
    if term.correlated:  # a subquery may read what the group shares; what is gathered of each row reads the row's key
        around = [part.inner for part in term.walk() if isinstance(part, Outer)] if term.query is not None else [None]
        return None if all(one is not None and _ungrouped(one, known) is None for one in around) else term
    return next((loose for part in term.parts if (loose := _ungrouped(part, known)) is not None), None)
