"""Inserts of many rows that may be there already: what meets one of the same unique key, and what then becomes of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir import expr, statement
from oxyde.ir.expr import Node
from oxyde.ir.schema import unique_indexes, unique_names
from oxyde.queries.by_key import outputs
from oxyde.queries.compile import Compiled, compiled
from oxyde.queries.conditions import Q
from oxyde.queries.dml import RowGroup, assignment, assignments
from oxyde.queries.names import Namespace
from oxyde.queries.operators import F, Operand
from oxyde.queries.paths import column_path
from oxyde.queries.scope import Scope, Values
from oxyde.queries.term import MAYBE, NEVER, Bound, Expression, Names, Reference, Term, Unknown
from oxyde.schema import Column, Table


@dataclass(frozen=True, eq=False)
class Proposed(Operand):
    """The value of a field in the row that an upsert was to insert, where ``F`` is that of the row that is there.

    ``upsert(rows, on="sku", update={"stock": F("stock") + Proposed("stock")})``
    """

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            message = f"Proposed() takes the name of a field, not {type(self.name).__name__}"
            raise TypeError(message)

    def resolve(self, names: Names) -> Term:
        """Resolves the name.

        Raises:
            FieldError: Nothing is to be inserted here, or the name is none of a column of the table itself.
        """
        if not names.proposed:
            message = f'Proposed("{self.name}") is a field of the row that upsert() was to insert; elsewhere F("{self.name}") is meant'
            raise FieldError(message, column=self.name)
        path = column_path(names.table, self.name)
        if path.hops:
            message = f'Proposed("{self.name}") is no field of {names.table.model} itself'
            raise FieldError(message, column=self.name)
        return Excluded(path.column)

    def __repr__(self) -> str:
        return f'Proposed("{self.name}")'


class Excluded(Term):
    """A column of the row that met a conflict, as it was to be inserted."""

    parts = ()

    def __init__(self, column: Column) -> None:
        self.column = self.head = column
        self.type = column.type
        self.restore = column.restore

    @property
    def unknown(self) -> Unknown:
        """None may have been given."""
        return MAYBE if self.column.nullable else NEVER

    @property
    def secret(self) -> bool:
        """Whether the column is secret."""
        return self.column.secret

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - it has no parts
        """Returns the column."""
        return expr.excluded(self.column.name, self.type)


def changes(table: Table, verb: str, values: Mapping[str, Any]) -> tuple[tuple[Column, Term], ...]:
    """Returns what a row that is there is assigned: plain values, and expressions over it and the proposed row.

    The current time and the version of the row change with it.

    Raises:
        FieldError: A name is no column that may be assigned, or an expression is not of its type.
        FieldValueError: A value is not of the column's type.
    """
    names = Namespace(table, {}, proposed=True)
    made = assignments(table, values, verb, names)
    if not made:
        return ()
    taken = {column.field for column, _ in made}
    for column in table.columns:
        if column.auto_now and column.field not in taken:
            made.append((column, Excluded(column)))
        if column is table.version:
            if column.field in taken:
                message = f"{verb}() counts {table.model}.{column.field} up itself; leave it out"
                raise FieldError(message, column=column.field)
            made.append(assignment(table, column.field, F(column.field) + 1, verb))
    return tuple(made)


def stored(table: Table, verb: str, condition: Expression) -> Term:
    """Returns a condition on the row that is there, and on the proposed one.

    Raises:
        FieldError: It is about other tables, or a name in it is no field.
        TypeError: It is no condition.
    """
    if not isinstance(condition, Expression):
        message = f'{verb}(where=...) takes a Q, such as Q(updated__lt=Proposed("updated")), not {type(condition).__name__}'
        raise TypeError(message)
    term = Q(condition).resolve(Namespace(table, {}, proposed=True))
    far = next((one for one in term.walk() if isinstance(one, Reference) and one.path.hops), None)
    if far is not None or any(one.query is not None for one in term.walk()):
        name = far.path.name if far is not None else "a query inside"
        message = f"{verb}(where=...) looks at the columns of the {table.model} that is there, and {name} is about other rows"
        raise FieldError(message, table=table.name)
    return term


@dataclass(frozen=True, eq=False)
class Meeting:
    """What an insert does about rows that meet one of the same unique key.

    Attributes:
        target: The columns of the unique key.
        assignments: The new values of the row that is there, over its columns and those of the proposed row; without any it stays.
        where: Only rows that fulfil it are changed.
        returning: The columns to read back.
        outcomes: Read back every row, as it is afterwards, with what became of it.
    """

    target: tuple[Column, ...]
    assignments: tuple[tuple[Column, Term], ...] = ()
    where: Term | None = None
    returning: tuple[Column, ...] = ()
    outcomes: bool = False


@dataclass(frozen=True, eq=False)
class Upsert:
    """An insert of many rows, and its changes to existing rows, as a state whose shape is known."""

    table: Table
    fields: tuple[str, ...]
    meeting: Meeting

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text, and appends the values."""
        meeting = self.meeting
        changed = tuple((column.field, term.shape(values)) for column, term in meeting.assignments)
        where = None if meeting.where is None else meeting.where.shape(values)
        columns = (tuple(column.field for column in meeting.target), tuple(column.field for column in meeting.returning))
        return (self.table, self.fields, columns, changed, where, meeting.outcomes)


def upsert_many(table: Table, batch: RowGroup, meeting: Meeting) -> Compiled:
    """Returns the INSERT of a batch whose rows may meet existing rows of the same unique key."""
    columns = [table.by_field[name] for name in batch.fields]

    def build(values: Values) -> Node:
        scope = Scope(values, table)
        changed = [(column, term.compile(scope), _is_computed(column, term)) for column, term in meeting.assignments]
        where = None if meeting.where is None else meeting.where.compile(scope)
        others = _meets_others(table, meeting.target, columns)
        conflict = (
            statement.upsert(meeting.target, scope.alias, changed, where=where, others=others)
            if changed
            else statement.skip(meeting.target, others=others)
        )
        outcomes = scope.alias if meeting.outcomes else None
        returned = outputs(meeting.returning, scope.alias)
        return statement.insert(table, columns, row=None, returning=returned, conflict=conflict, outcomes=outcomes)

    made = compiled("upsert", Upsert(table, batch.fields, meeting), build)
    return Compiled(made.shape, (*made.values, *batch.columns))


def _is_computed(column: Column, term: Term) -> bool:
    """Whether a value may not fit its column: one that was given for it does."""
    return not isinstance(term, Bound) and not (isinstance(term, Excluded) and term.column is column)


def _meets_others(table: Table, target: Sequence[Column], given: Sequence[Column]) -> bool:
    """Whether rows may conflict on unique keys other than the target; an omitted primary key is always new."""
    names = {column.name for column in given}
    keys = {frozenset(key) for key in (*unique_names(table).values(), *unique_indexes(table).values())}
    primary = frozenset(column.name for column in table.key)
    if primary & names:
        keys.add(primary)
    else:
        keys.discard(primary)
    return bool(keys - {frozenset(column.name for column in target), frozenset()})
