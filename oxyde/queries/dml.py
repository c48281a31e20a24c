"""Statements that change the rows of a query, and inserts of many rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oxyde.exceptions import FieldError, FieldValueError
from oxyde.ir import expr, statement
from oxyde.ir.expr import Node
from oxyde.queries.arithmetic import Arithmetic
from oxyde.queries.by_key import outputs
from oxyde.queries.compile import Compiled, body, compiled, condition
from oxyde.queries.connectives import Related
from oxyde.queries.digits import is_coarse, is_finer
from oxyde.queries.names import Namespace, names_of
from oxyde.queries.outer import Outer
from oxyde.queries.paths import column_path
from oxyde.queries.scope import Scope, Values
from oxyde.queries.source import State, whole
from oxyde.queries.term import Bound, Expression, Reference, Term
from oxyde.queries.texts import assigned
from oxyde.schema import Column, Table

_NUMBERS = {"int": {"int"}, "float": {"int", "float", "decimal"}, "decimal": {"int", "decimal"}}


@dataclass(frozen=True, eq=False)
class Change:
    """What an UPDATE does to the rows of a query.

    Attributes:
        state: The rows.
        assignments: The new value of each column.
        returning: The columns to read back.
    """

    state: State
    assignments: tuple[tuple[Column, Term], ...]
    returning: tuple[Column, ...] = ()

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the statement's text, and appends the values."""
        changed = tuple((column.field, term.shape(values)) for column, term in self.assignments)
        return (changed, self.state.shape(values), len(self.returning))


def _leads_away(term: Term) -> bool:
    """Whether a term reads related rows other than in a query of its own."""
    if isinstance(term, Reference):
        return bool(term.path.hops)
    if isinstance(term, Related):
        return bool(term.before)
    if term.query is not None:
        return any(_leads_away(one.inner) for one in term.walk() if isinstance(one, Outer))
    return any(_leads_away(part) for part in term.parts)


def _is_never_exact(term: Term, column: Column) -> bool:
    """Whether a sum has a plain number of more digits after the point than a column has, and another of no more; servers check others."""
    if not isinstance(term, Arithmetic) or term.op not in {"add", "subtract"}:
        return False
    plain = [part for part in term.parts if isinstance(part, Bound)]
    others = [part for part in term.parts if not isinstance(part, Bound)]
    return len(plain) == 1 and is_finer(plain[0].value, column.type) and is_coarse(others[0].type, column.type)


def assignment(table: Table, name: str, value: Any, verb: str = "update", names: Namespace | None = None) -> tuple[Column, Term]:
    """Returns a column and its new value: a plain value, checked against the column, or an expression over the table's names.

    Raises:
        FieldError: The name is not a column of the table, or the expression is of another type.
        FieldValueError: The value is not of the column's type.
    """
    path = column_path(table, name)
    column = path.column
    if path.hops:
        message = f"{verb}() writes the columns of {table.model} itself, and {name} is one of {path.table.model}"
        raise FieldError(message, column=name)
    if path.relation is None and name not in {column.field, "pk"}:
        message = f"{verb}() takes {path.where} by its own name: {column.field}=..., not {name}"
        raise FieldError(message, column=name)
    if column.generated is not None:
        message = f"{path.where} is computed by the database and cannot be written"
        raise FieldError(message, column=name)
    if isinstance(value, Expression):
        term = value.resolve(names or names_of(table))
        if isinstance(term, Bound):
            value = term.value
        else:
            if _leads_away(term):
                message = f"{verb}() computes {path.where} from columns of {table.model}, not from related rows"
                raise FieldError(message, column=name)
            if term.windowed:
                message = f"{verb}() computes {path.where} from one row, which has no window; read the values, then bulk_update()"
                raise FieldError(message, column=name)
            if term.type.kind not in _NUMBERS.get(column.type.kind, {column.type.kind}):
                remedy = "; // divides ints, and Cast(..., int) cuts" if (column.type.kind, term.type.kind) == ("int", "float") else ""
                message = f"{path.where} is {column.type}, and the expression given for it is {term.type}{remedy}"
                raise FieldError(message, column=name)
            if _is_never_exact(term, column):
                scale = column.type.scale or 0
                message = f"{path.where} is {column.type}, which holds this sum exactly for no row; round it: Round(..., {scale})"
                raise FieldValueError(message, column=name)
            return column, assigned(term, Reference(path))
    if value is None:
        if not column.nullable:
            message = f"{path.where} cannot be None; its column is NOT NULL"
            raise FieldValueError(message, column=name)
        return column, Bound(None, column.type, column.uncast)
    if path.relation is not None:
        value = path.relation.key(value)
    return column, Bound(column.written(value), column.type, column.uncast)


def assignments(table: Table, values: Mapping[str, Any], verb: str = "update", names: Namespace | None = None) -> list[tuple[Column, Term]]:
    """Returns columns and their new values, as ``assignment`` does.

    Raises:
        FieldError: A name is not a column of the table, two mean the same one, or an expression is of another type.
        FieldValueError: A value is not of its column's type.
    """
    made = {name: assignment(table, name, value, verb, names) for name, value in values.items()}
    by_column: dict[str, str] = {}
    for name, (column, _) in made.items():
        other = by_column.setdefault(column.field, name)
        if other != name:
            message = f"{verb}() writes {table.model}.{column.field} twice, as {other} and as {name}; give one of them"
            raise FieldError(message, column=column.field)
    return list(made.values())


def update(state: State, assignments: Sequence[tuple[Column, Term]], returning: Sequence[Column] = ()) -> Compiled:
    """Returns the UPDATE of a query's rows; order and limit are honoured."""
    state = _picking(state)
    change = Change(state, tuple(assignments), tuple(returning))

    def build(values: Values) -> Node:
        scope = Scope(values, state.table)
        changed = [(column, term.compile(scope), not isinstance(term, Bound)) for column, term in change.assignments]
        where, rows = _which(state, scope)
        return statement.update(state.table, scope.alias, changed, where=where, rows=rows, returning=outputs(change.returning, scope.alias))

    return compiled("update", change, build)


def delete(state: State, returning: Sequence[Column] = ()) -> Compiled:
    """Returns the DELETE of a query's rows; order and limit are honoured."""
    state = _picking(state)

    def build(values: Values) -> Node:
        scope = Scope(values, state.table)
        where, rows = _which(state, scope)
        return statement.delete(state.table, scope.alias, where=where, rows=rows, returning=outputs(returning, scope.alias))

    return compiled(("delete", len(returning)), state, build)


def _picking(state: State) -> State:
    """Returns a query without the parts that do not affect which rows it has: its values, and the order of unsliced rows.

    Raises:
        FieldError: Its rows are groups.
    """
    if state.groups is not None:
        raise FieldError("update() and delete() change rows, and these are groups of rows; leave group_by() and the aggregates out")
    return state.with_(annotations=(), selection=None, joined=(), order=state.order if state.is_sliced else ())


def _which(state: State, scope: Scope) -> tuple[Node | None, dict[str, Any] | None]:
    """Returns the condition that selects the rows, or, where a condition is not enough, the SELECT of their keys."""
    if state.distinct:
        raise FieldError("update() and delete() of distinct() rows are ambiguous; leave distinct() out")
    if state.source is None and not state.is_sliced and not state.ctes and state.lock is None and not _joins(state):
        return condition(state, scope), None
    if not state.table.key:
        message = (
            f"{state.table.model} has no primary key, so that update() and delete() cannot honour limit, order or a path to another table"
        )
        raise FieldError(message, table=state.table.name)
    keys = tuple((name, term) for name, term in whole(state.table) if state.table.by_field[name].key)
    return None, body(state.with_(selection=keys), scope.values)


def _joins(state: State) -> bool:
    """Whether the conditions use columns of other tables."""
    trial = Scope(Values(), state.table)
    condition(state, trial)
    return bool(trial.joins)


@dataclass(frozen=True)
class RowGroup:
    """Rows with values for the same columns.

    Attributes:
        fields: The columns, by field.
        rows: The positions of the rows in the input.
        columns: The wire values, one list for each column.
    """

    fields: tuple[str, ...]
    rows: list[int]
    columns: tuple[list[Any], ...]


def batches(columns: Mapping[str, list[Any]], absent: Mapping[str, list[bool]], size: int | None = None) -> list[RowGroup]:
    """Groups rows into batches by the columns that they leave out, so that each row gets its defaults.

    Args:
        columns: The wire values by field, one for each row.
        absent: Which rows leave a field out, for the fields that some rows leave out.
        size: The most rows in a batch.
    """
    count = len(next(iter(columns.values())))
    groups: dict[tuple[bool, ...], list[int]] = {}
    if absent:
        for number, missing in enumerate(zip(*absent.values(), strict=True)):
            groups.setdefault(missing, []).append(number)
    else:
        groups[()] = list(range(count))
    made: list[RowGroup] = []
    for missing, numbers in groups.items():
        left_out = {name for name, is_missing in zip(absent, missing, strict=True) if is_missing}
        fields = tuple(name for name in columns if name not in left_out)
        step = size or len(numbers)
        for start in range(0, len(numbers), step):
            some = numbers[start : start + step]
            whole = len(some) == count
            values = tuple(columns[name] if whole else [columns[name][number] for number in some] for name in fields)
            made.append(RowGroup(fields, some, values))
    return made


@dataclass(frozen=True, eq=False)
class Inserted:
    """The columns of an insert of many rows, as a state whose shape is known."""

    table: Table
    fields: tuple[str, ...]
    returning: tuple[Column, ...]
    ignore_conflicts: bool
    copy: bool = False

    def shape(self, values: list[Any]) -> Hashable:  # noqa: ARG002 - they travel as columns
        """Returns what decides the statement's text."""
        return (self.table, self.fields, tuple(column.field for column in self.returning), self.ignore_conflicts, self.copy)


def insert_many(
    table: Table, batch: RowGroup, returning: Sequence[Column] = (), *, ignore_conflicts: bool = False, copy: bool = False
) -> Compiled:
    """Returns the INSERT of a batch; the core splits it where a server limits the number of parameters.

    ``copy``: in the server's own form for many rows, if it has one.
    """
    wanted = Inserted(table, batch.fields, tuple(returning), ignore_conflicts, copy)
    columns = [table.by_field[name] for name in batch.fields]

    def build(_: Values) -> Node:
        rows = outputs(wanted.returning, "")
        conflict = statement.NOTHING if ignore_conflicts else None
        return statement.insert(table, columns, row=None, returning=rows, conflict=conflict, copy=copy)

    made = compiled("insert", wanted, build)
    return Compiled(made.shape, batch.columns)


def update_rows(table: Table, batch: RowGroup) -> Compiled:
    """Returns the UPDATE in which each row of a batch, its primary key included, changes the row of that key."""
    wanted = Inserted(table, batch.fields, (), ignore_conflicts=False)
    columns = [table.by_field[name] for name in batch.fields]

    def build(values: Values) -> Node:
        scope = Scope(values, table)
        alias = scope.aliases.take("given")
        ours, given = (
            {column: expr.column(source, column.name, column.type, column.db_type) for column in columns} for source in (scope.alias, alias)
        )
        tie = expr.both([expr.compare("eq", ours[column], given[column]) for column in table.key])
        changed = [(column, given[column], False) for column in columns if column not in table.key]
        return statement.update(table, scope.alias, changed, source=statement.from_rows(columns, alias), where=tie)

    made = compiled("update rows", wanted, build)
    return Compiled(made.shape, batch.columns)
